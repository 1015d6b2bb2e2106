"""What the peers share: each row is a memory of its own, filled, searched once and dropped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import click

from recenter.batch.contract import Row, run_batch
from recenter.batch.rows import TextRow, attributes_of, one_by_one
from recenter.batch.select import SelectRow
from recenter.config import load_settings
from recenter.errors import RecenterError
from recenter.formats import convert
from recenter.models.base import Embedder
from recenter.models.load import load_embedder

Retrieve = Callable[[str, Sequence[TextRow]], dict[str, float]]
"""A prompt and what is remembered to the score of each attribute that is retrieved, by id."""


def encoder() -> Embedder:
    """Return the packaged encoder: the same for every peer, so that the memories are compared."""
    return load_embedder("embedded:minilm", load_settings())


def answer(row: Row, retrieve: Retrieve) -> Row:
    """Return the row with `decision` on each attribute, and `score` on those that were retrieved.

    What a memory retrieves is what it would put before the model: `use`. The rest is `withhold`.

    Raises:
        InputError: a field is missing, of the wrong kind, or an id is there twice.
    """
    read = convert(row, SelectRow)
    attributes_of(row, read.attributes)
    found = retrieve(read.prompt, read.attributes)
    return row | {
        "attributes": [
            item | {"decision": "use", "score": found[item["id"]]}
            if item["id"] in found
            else item | {"decision": "withhold"}
            for item in row["attributes"]
        ]
    }


def serve(make: Callable[[Embedder], AbstractContextManager[Retrieve]]) -> None:
    """Answer standard input on standard output; exit with status 3 where a row could not be.

    What the memory needs is asked for before the first row is read.
    """
    try:
        with make(encoder()) as retrieve:
            counts = run_batch("-", "-", one_by_one(lambda row: answer(row, retrieve)))
    except RecenterError as error:
        raise click.ClickException(str(error)) from error
    if counts.failed:
        raise click.exceptions.Exit(3)
