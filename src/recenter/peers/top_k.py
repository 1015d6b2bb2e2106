"""`python -m recenter.peers.top_k`: the nearest k attributes, whatever the prompt is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import click
import numpy as np

from recenter.batch.rows import TextRow
from recenter.models.base import Embedder
from recenter.peers.memory import Retrieve, serve


def top_k(embedder: Embedder, k: int) -> Retrieve:
    """Return the memory that retrieves the k attributes nearest to a prompt by cosine."""

    def retrieve(prompt: str, attributes: Sequence[TextRow]) -> dict[str, float]:
        if not attributes:
            return {}
        vectors = embedder.embed([prompt, *(one.text for one in attributes)])
        near = vectors[1:] @ vectors[0]
        best = np.argsort(-near, kind="stable")[:k]
        return {attributes[at].id: float(near[at]) for at in best}

    return retrieve


@click.command()
@click.option("--k", default=10, show_default=True, type=click.IntRange(1), help="Attributes.")
def main(*, k: int) -> None:
    """Answer rows of `select --batch` with the k nearest attributes."""
    serve(lambda embedder: nullcontext(top_k(embedder, k)))


if __name__ == "__main__":
    main()
