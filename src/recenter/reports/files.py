"""Reads files for a report: each is told by its fields and read by the reader of its shape."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recenter.errors import InputError
from recenter.reports.material import Material, joined
from recenter.reports.readers.base import Row, Shape
from recenter.reports.readers.export import read_export
from recenter.reports.readers.pilot import read_rates, read_vote_models, read_votes
from recenter.reports.readers.preferences import read_preferences
from recenter.reports.readers.ratings import read_ratings
from recenter.reports.readers.relevance import read_pair_models, read_pairs
from recenter.reports.readers.replies import read_replies
from recenter.reports.readers.scores import read_scores
from recenter.reports.readers.support import read_statements
from recenter.train.sources import DataFile, read_rows

SHAPES = (
    Shape("export", frozenset({"kind", "record"}), read_export),
    Shape("relevance", frozenset({"pair", "user", "prompt", "attributes"}), read_pairs),
    Shape("relevance by models", frozenset({"pair", "model", "attributes"}), read_pair_models),
    Shape("votes", frozenset({"user", "prompt_id", "text", "votes"}), read_votes),
    Shape("rates", frozenset({"user", "prompt_id", "text", "human_yes_rate"}), read_rates),
    Shape(
        "votes by models", frozenset({"user", "prompt_id", "model", "attributes"}), read_vote_models
    ),
    Shape("preferences", frozenset({"user", "prompt", "chosen", "rejected"}), read_preferences),
    Shape("ratings", frozenset({"context_id", "responses"}), read_ratings),
    Shape("statements", frozenset({"session", "text", "verdict"}), read_statements),
    Shape("replies", frozenset({"pair", "generator", "mode", "response"}), read_replies),
    Shape("scores", frozenset({"reply", "model", "score"}), read_scores),
)


def read_files(paths: Sequence[Path]) -> tuple[Material, tuple[DataFile, ...]]:
    """Return the material of all files, and what they were.

    Raises:
        InputError: a file cannot be read, was given twice, or a row is of no shape that is known
            or of another one than the first of its file; names file, line and field.
    """
    read = read_rows(paths)
    of: dict[str, list[Row]] = {}
    for fields, (file, line) in zip(read.rows, read.places, strict=True):
        of.setdefault(file, []).append(Row(fields, file, line))
    return joined(_shape(rows[0]).read(rows) for rows in of.values()), read.files


def _shape(row: Row) -> Shape:
    for shape in SHAPES:
        if shape.fields <= row.fields.keys():
            return shape
    known = "; ".join(f"{one.name}: {', '.join(sorted(one.fields))}" for one in SHAPES)
    raise InputError(
        f"has the fields {', '.join(sorted(map(str, row.fields)))}, which no report is made of.",
        file=row.file,
        line=row.line,
        cure=f"Expected one of: {known}.",
    )
