"""What the readers share: the shape of a reader, fields that may be wrong, texts cut to entries."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from recenter.audit.record import Document, Entry
from recenter.errors import InputError
from recenter.importers.fields import iso_utc
from recenter.text.locate import Span

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”)*]*[ \t]+(?=[A-ZÀ-Þ\"'“(*])")
_BULLET = re.compile(r"[ \t]*(?:[-*•–]+|\d+[.)])[ \t]+")
_HEADING = re.compile(r"[ \t]*(?:#{1,6}[ \t].*|\*\*[^*]+\*\*:?|__[^_]+__:?|[-=*_]{3,})[ \t]*")
_MARKS = re.compile(r"\*\*|__")


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """One format of memory stores."""

    name: str
    mark: str
    """The fields it is told by, in words."""
    matches: Callable[[Document], bool]
    read: Callable[[Document], Iterator[Entry | str]]
    """Yields the entries, also the empty ones, and the reason for each item that is none.

    Raises:
        InputError: a field has another kind of value; names file, line and field.
    """


class Row:
    """An item of an export, whose fields are checked when they are read."""

    def __init__(self, value: Any, *, file: str, line: int, field: str = "") -> None:
        if not isinstance(value, dict):
            raise InputError("expected an object.", file=file, line=line, field=field or None)
        self.value: Mapping[str, Any] = value
        self.file, self.line, self._field = file, line, field

    def text(self, name: str) -> str:
        """Return a text; none and null are empty."""
        value = self.value.get(name)
        if value is None or isinstance(value, str):
            return value or ""
        raise self._wrong(f"expected text, got {type(value).__name__}.", name)

    def word(self, name: str) -> str | None:
        """Return an id or a name, which may be a number."""
        value = self.value.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str | int | float):
            return str(value)
        raise self._wrong(f"expected text, got {type(value).__name__}.", name)

    def time(self, *names: str) -> str | None:
        """Return the first time there is, as ISO 8601 in UTC."""
        for name in names:
            try:
                if (found := iso_utc(self.value.get(name), field=name)) is not None:
                    return found
            except InputError as error:
                raise self._wrong(error.reason, name) from None
        return None

    def inner(self, name: str) -> Row | None:
        """Return an object inside, where there is one."""
        if self.value.get(name) is None:
            return None
        return Row(self.value[name], file=self.file, line=self.line, field=self._named(name))

    def items(self, name: str) -> list[Row]:
        """Return the objects of a list inside; none where there is none."""
        value = self.value.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._wrong("expected a list.", name)
        field = self._named(name)
        return [
            Row(one, file=self.file, line=self.line, field=f"{field}[{place}]")
            for place, one in enumerate(value)
        ]

    def _named(self, name: str) -> str:
        return f"{self._field}.{name}" if self._field else name

    def _wrong(self, reason: str, name: str) -> InputError:
        return InputError(reason, file=self.file, line=self.line, field=self._named(name))


def sentences(text: str) -> Iterator[tuple[str, Span]]:
    """Yield the sentences of a note in Markdown, each with what is to be cut to be rid of it.

    Headings and rules are no sentences. Of a line with one sentence, the line goes as a whole.
    """
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line.strip() and not _HEADING.fullmatch(line):
            bullet = _BULLET.match(line)
            begin = start + (bullet.end() if bullet else 0)
            yield from _in_line(text, begin, end, whole=Span(start, min(end + 1, len(text))))
        start = end + 1


def _in_line(text: str, begin: int, end: int, *, whole: Span) -> Iterator[tuple[str, Span]]:
    bounds = [begin, *(match.end() for match in _SENTENCE_END.finditer(text, begin, end)), end]
    spans = [Span(a, b) for a, b in itertools.pairwise(bounds) if text[a:b].strip()]
    for span in spans:
        said = _MARKS.sub("", text[span.start : span.end]).strip()
        yield said, whole if len(spans) == 1 else span
