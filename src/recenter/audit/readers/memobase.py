"""Memobase: profiles by topic and sub-topic, and what events say of the person."""

from __future__ import annotations

from collections.abc import Iterator

from recenter.audit.document import rows_of
from recenter.audit.readers.base import Reader, Row
from recenter.audit.record import Document, Entry

_KEYS = (("profiles",), ("data", "profiles"), ("events",), ("data", "events"))
_NOT_TOPICS = ("profiles", "events", "data", "memories", "results", "blocks")


def _matches(document: Document) -> bool:
    if document.shape == "text":
        return False
    rows = [row for _, _, row in rows_of(document, *_KEYS)]
    if any(isinstance(row, dict) and _is_profile_or_event(row) for row in rows):
        return True
    return isinstance(document.data, dict) and _is_by_topic(document.data)


def _is_profile_or_event(row: dict[str, object]) -> bool:
    if "event_data" in row:
        return True
    attributes = row.get("attributes")
    topic = attributes if isinstance(attributes, dict) else row
    return "content" in row and "topic" in topic


def _is_by_topic(data: dict[str, object]) -> bool:
    """Whether it is {topic: {sub-topic: {content}}}, as `profile(need_json=True)` gives it."""
    return bool(data) and all(
        topic not in _NOT_TOPICS
        and isinstance(subs, dict)
        and bool(subs)
        and all(isinstance(one, dict) and "content" in one for one in subs.values())
        for topic, subs in data.items()
    )


def _read(document: Document) -> Iterator[Entry]:
    if isinstance(document.data, dict) and _is_by_topic(document.data):
        yield from _by_topic(document)
        return
    for place, line, value in rows_of(document, *_KEYS):
        row = Row(value, file=document.file, line=line)
        if "event_data" in row.value:
            yield from _of_event(row, place)
            continue
        named = row.inner("attributes") or row
        yield _entry(row, row, place, topic=f"{named.text('topic')}/{named.text('sub_topic')}")


def _of_event(row: Row, place: tuple[str | int, ...]) -> Iterator[Entry]:
    """Yield what an event says: its tip, and what it changed in the profile."""
    data = row.inner("event_data")
    if data is None:
        return
    if data.text("event_tip"):
        where = (*place, "event_data", "event_tip")
        yield _entry(row, data, where, topic="event", field="event_tip")
    for number, change in enumerate(data.items("profile_delta")):
        named = change.inner("attributes") or change
        topic = f"{named.text('topic')}/{named.text('sub_topic')}"
        yield _entry(row, change, (*place, "event_data", "profile_delta", number), topic=topic)


def _by_topic(document: Document) -> Iterator[Entry]:
    line = 0
    for topic, subs in document.data.items():
        for sub, value in subs.items():
            line += 1
            row = Row(value, file=document.file, line=line, field=f"{topic}.{sub}")
            yield _entry(row, row, (topic, sub), topic=f"{topic}/{sub}")


def _entry(
    row: Row, held: Row, place: tuple[str | int, ...], *, topic: str, field: str = "content"
) -> Entry:
    return Entry(
        id=held.word("id") or row.word("id") or "/".join(map(str, place)),
        text=held.text(field),
        line=row.line,
        place=place,
        owner=row.word("user_id"),
        topic=topic.strip("/") or None,
        at=row.time("updated_at", "created_at"),
    )


MEMOBASE = Reader(
    name="memobase",
    mark="`content` with `topic` in profiles, `event_data` in events",
    matches=_matches,
    read=_read,
)
