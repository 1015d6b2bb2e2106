"""`python -m recenter.peers.mem0`: mem0's memory, searched with its defaults, without a network.

What is remembered is stored as it stands (`infer=False`): no chat model is asked, and the key that
mem0 wants for one is a word that opens nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any

import click

from recenter.batch.rows import TextRow
from recenter.errors import MissingExtraError
from recenter.models.base import Embedder
from recenter.peers.memory import Retrieve, serve

_UNUSED = {"provider": "openai", "config": {"api_key": "none: nothing is sent"}}


@contextlib.contextmanager
def mem0(embedder: Embedder) -> Iterator[Retrieve]:
    """Yield `Memory` over Qdrant in a folder that is deleted, with the encoder as its embedder.

    `search` keeps its 20 results and its threshold of 0.1. Its telemetry is switched off, which
    counts for this process only if mem0 was not loaded before.

    Raises:
        MissingExtraError: mem0 is not installed.
    """
    with opened(embedder) as memory:

        def retrieve(prompt: str, attributes: Sequence[TextRow]) -> dict[str, float]:
            remember(memory, attributes, user="row")
            try:
                return searched(memory, prompt, user="row")
            finally:
                memory.delete_all(user_id="row")

        yield retrieve


@contextlib.contextmanager
def opened(embedder: Embedder) -> Iterator[Any]:
    """Yield an empty `Memory` as `mem0` sets it up.

    Raises:
        MissingExtraError: mem0 is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        memory = _memory(embedder, folder)
        try:
            yield memory
        finally:
            memory.close()


def remember(memory: Any, attributes: Sequence[TextRow], *, user: str) -> None:
    """Store attributes as they stand."""
    for one in attributes:
        memory.add(one.text, user_id=user, metadata={"attribute": one.id}, infer=False)


def searched(memory: Any, prompt: str, *, user: str) -> dict[str, float]:
    """Return the score of each attribute of a user that is retrieved, by id."""
    found = memory.search(prompt, filters={"user_id": user})["results"]
    return {one["metadata"]["attribute"]: float(one["score"]) for one in found}


def _memory(embedder: Embedder, folder: str) -> Any:
    os.environ |= {"MEM0_TELEMETRY": "False", "MEM0_DIR": folder}
    try:
        made = importlib.import_module("mem0")
        base = importlib.import_module("mem0.embeddings.base")
    except ImportError:
        raise MissingExtraError("recenter.peers.mem0", "peers") from None

    class Encoder(base.EmbeddingBase):  # type: ignore[name-defined, misc]
        """The packaged encoder, as mem0 asks for one."""

        def embed(self, text: str, memory_action: object = None) -> list[float]:  # noqa: ARG002
            return list(map(float, embedder.embed([text])[0]))

    size = embedder.embed(["size"]).shape[1]
    store = {"path": os.path.join(folder, "qdrant"), "embedding_model_dims": size}
    memory = made.Memory.from_config(
        {
            "vector_store": {"provider": "qdrant", "config": store},
            "history_db_path": ":memory:",
            "embedder": _UNUSED,
            "llm": _UNUSED,
        }
    )
    # mem0 has no name for an embedder of one's own, other than LangChain's.
    memory.embedding_model = Encoder()
    return memory


@click.command()
def main() -> None:
    """Answer rows of `select --batch` with what mem0 retrieves."""
    serve(mem0)


if __name__ == "__main__":
    main()
