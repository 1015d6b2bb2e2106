"""What reward models give replies that an export holds: a number each, on a scale of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.reports.material import Material, Problems, ReplyScore
from recenter.reports.readers.base import Row


class _Score(msgspec.Struct, frozen=True):
    reply: str
    model: str
    score: float | None


def read_scores(rows: Iterable[Row]) -> Material:
    """Return {reply, model, score}; `reply` is the id of a reply of an export, null is unread.

    Raises: see `Reader`.
    """
    scores: list[ReplyScore] = []
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _Score, file=row.file, number=row.line)
        if read.score is None or not math.isfinite(read.score):
            problems.add("a score that is no number", row.place)
        else:
            scores.append(ReplyScore(reply=read.reply, judge=read.model, score=read.score))
    return Material(scores=tuple(scores), problems=problems.found)
