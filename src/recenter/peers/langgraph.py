"""`python -m recenter.peers.langgraph`: LangGraph's store, searched with its defaults."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from contextlib import nullcontext

import click

from recenter.batch.rows import TextRow
from recenter.errors import MissingExtraError
from recenter.models.base import Embedder
from recenter.peers.memory import Retrieve, serve


def langgraph(embedder: Embedder) -> Retrieve:
    """Return `InMemoryStore` with the encoder as its index; `search` keeps its limit of 10.

    Raises:
        MissingExtraError: LangGraph is not installed.
    """
    try:
        memory = importlib.import_module("langgraph.store.memory")
    except ImportError:
        raise MissingExtraError("recenter.peers.langgraph", "peers") from None

    def embed(texts: Sequence[str]) -> list[list[float]]:
        return [list(map(float, vector)) for vector in embedder.embed(list(texts))]

    size = embedder.embed(["size"]).shape[1]

    def retrieve(prompt: str, attributes: Sequence[TextRow]) -> dict[str, float]:
        store = memory.InMemoryStore(index={"dims": size, "embed": embed, "fields": ["text"]})
        for one in attributes:
            store.put(("memories",), one.id, {"text": one.text})
        found = store.search(("memories",), query=prompt)
        return {item.key: item.score for item in found}

    return retrieve


@click.command()
def main() -> None:
    """Answer rows of `select --batch` with what LangGraph's store retrieves."""
    serve(lambda embedder: nullcontext(langgraph(embedder)))


if __name__ == "__main__":
    main()
