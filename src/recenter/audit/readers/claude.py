"""claude.ai: the memories of its export, or the same notes as Markdown, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recenter.audit.document import rows_of
from recenter.audit.readers.base import Reader, Row, sentences
from recenter.audit.record import Document, Entry, Place

_HEADING = re.compile(r"^(?:#{1,6}[ \t]+\S|\*\*[^*\n]+\*\*[ \t]*:?[ \t]*$)", re.MULTILINE)
_FIELDS = ("conversations_memory", "project_memories")


def _matches(document: Document) -> bool:
    if document.shape == "text":
        return _HEADING.search(document.data) is not None
    return any(_is_memory(row) for _, _, row in _rows(document))


def _is_memory(row: object) -> bool:
    return isinstance(row, dict) and any(field in row for field in _FIELDS)


def _rows(document: Document) -> Iterator[tuple[Place, int, object]]:
    if isinstance(document.data, dict) and document.shape == "json":
        if _is_memory(document.data):
            yield (), 1, document.data
        return
    yield from rows_of(document)


def _read(document: Document) -> Iterator[Entry]:
    if document.shape == "text":
        yield from _note(document.data, (), 1, name="note")
        return
    for place, line, value in _rows(document):
        row = Row(value, file=document.file, line=line)
        owner = row.word("account_uuid")
        note = row.text("conversations_memory")
        yield from _note(note, (*place, _FIELDS[0]), line, name="conversations", owner=owner)
        projects = row.inner("project_memories")
        for project in projects.value if projects is not None else ():
            note = projects.text(project) if projects is not None else ""
            where = (*place, _FIELDS[1], project)
            yield from _note(note, where, line, name=f"project {project}", owner=owner)


def _note(
    text: str, place: Place, line: int, *, name: str, owner: str | None = None
) -> Iterator[Entry]:
    for number, (said, cut) in enumerate(sentences(text), start=1):
        at_line = text.count("\n", 0, cut.start) + 1 if not place else line
        yield Entry(
            id=f"{name}:{number}", text=said, line=at_line, place=place, cut=cut, owner=owner
        )


CLAUDE = Reader(
    name="claude",
    mark="`conversations_memory`, or Markdown with headings",
    matches=_matches,
    read=_read,
)
