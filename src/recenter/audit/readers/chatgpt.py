"""ChatGPT: saved memories as JSON, or the list as it is copied from the settings or a chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recenter.audit.document import rows_of
from recenter.audit.readers.base import Reader, Row
from recenter.audit.record import Document, Entry
from recenter.errors import InputError
from recenter.importers.fields import iso_utc
from recenter.text.locate import Span

_KEYS = (("memories",), ("saved_memories",))
_LINE = re.compile(
    r"[ \t]*(?:[-*•–]|\d{1,5}[.)])?[ \t]*(?:\[(?P<day>\d{4}-\d\d-\d\d)\][.:]?[ \t]*)?(?P<said>.*)"
)
_TITLE = re.compile(
    r"\W*(?:model set context|saved memories|manage memories|memories|memory)\W*", re.IGNORECASE
)


def _matches(document: Document) -> bool:
    if document.shape == "text":
        return True
    rows = [row for _, _, row in rows_of(document, *_KEYS)]
    if isinstance(document.data, list) and document.shape == "json":
        return bool(rows) and all(isinstance(row, str) for row in rows)
    return any(isinstance(row, str) or (isinstance(row, dict) and "content" in row) for row in rows)


def _read(document: Document) -> Iterator[Entry]:
    if document.shape == "text":
        yield from _lines(document.data)
        return
    for place, line, value in rows_of(document, *_KEYS):
        if isinstance(value, str):
            yield Entry(id=f"entry {line}", text=value, line=line, place=place)
            continue
        row = Row(value, file=document.file, line=line)
        yield Entry(
            id=row.word("id") or f"entry {line}",
            text=row.text("content"),
            line=line,
            place=place,
            at=row.time("updated_at", "created_at", "created_timestamp", "create_time"),
        )


def _lines(text: str) -> Iterator[Entry]:
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        end = min(start + len(line) + 1, len(text))
        found = _LINE.match(line)
        if found is not None and found["said"].strip() and not _TITLE.fullmatch(line):
            yield Entry(
                id=f"line {number}",
                text=found["said"].strip(),
                line=number,
                place=(),
                cut=Span(start, end),
                at=_day(found["day"]),
            )
        start += len(line) + 1


def _day(day: str | None) -> str | None:
    """Return the time of a day; None for one that no calendar has: it is a part of the text."""
    try:
        return iso_utc(day, field="day")
    except InputError:
        return None


CHATGPT = Reader(
    name="chatgpt",
    mark="`content` in the items of `memories`, or a list of lines",
    matches=_matches,
    read=_read,
)
