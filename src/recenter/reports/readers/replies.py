"""What models wrote under each arm: one row per reply, without any rating."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from recenter.formats import convert
from recenter.reports.material import Material, ReplyText
from recenter.reports.readers.base import Row


class _Reply(msgspec.Struct, frozen=True):
    pair: str
    generator: str
    mode: str
    response: str


def read_replies(rows: Iterable[Row]) -> Material:
    """Return {pair, generator, mode, response}; `pair` is that of the rows of relevance.

    Raises: see `Reader`.
    """
    replies = []
    for row in rows:
        read = convert(row.fields, _Reply, file=row.file, number=row.line)
        replies.append(
            ReplyText(
                group="relevance",
                pair=read.pair,
                generator=read.generator,
                arm=read.mode,
                text=read.response,
            )
        )
    return Material(replies=tuple(replies))
