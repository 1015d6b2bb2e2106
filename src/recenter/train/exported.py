"""Rows of `recenter export`: a kind, and the record itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from recenter.formats import convert
from recenter.records import Record


class _Exported(msgspec.Struct, frozen=True):
    kind: str
    record: dict[str, Any]


def is_exported(row: Mapping[str, Any]) -> bool:
    """Whether a row has the shape of an export's, and so is not read as labels."""
    return "kind" in row and "record" in row


def record_of(
    row: Mapping[str, Any],
    kinds: Mapping[str, type[Record]],
    *,
    number: int,
    file: str | None = None,
) -> Record | None:
    """Return the record of an exported row, or None where its kind is not asked for.

    Raises:
        InputError: it is not such a record; names file, line and field.
    """
    read = convert(row, _Exported, file=file, number=number)
    if read.kind not in kinds:
        return None
    return convert(read.record, kinds[read.kind], file=file, number=number)
