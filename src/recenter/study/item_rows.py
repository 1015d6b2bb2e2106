"""Read items from JSON lines: one row per attribute, person-prompt pair or pair of replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.importers.pseudonym import person_id
from recenter.questions import QUESTIONS
from recenter.records import Arm, Evidence, Query, Turn
from recenter.study.items import OVERALL, Draft, Item, Part, Talk, item_id

DECLINES = ("cannot_tell", "uncomfortable")
"""Answers that every question has beside its scale; they count neither as done nor as a no."""

Key = Mapping[str, str | list[str]]


class _Named(msgspec.Struct, frozen=True):
    text: str
    id: str | None = None
    reason: str | None = None


class _Prompt(msgspec.Struct, frozen=True):
    prompt: str
    id: str | None = None
    messages: tuple[Turn, ...] = ()


class _Reply(msgspec.Struct, frozen=True):
    text: str
    arm: Arm
    id: str | None = None


class _Row(msgspec.Struct, frozen=True):
    """What all rows may have."""

    person: str
    id: str | None = None
    stratum: str | None = None
    probability: float | None = None
    key: Key = {}
    """Right answers by the name or id of a part, of training, checks and gold items."""
    explanation: str | None = None


class _Supported(_Row, frozen=True, kw_only=True):
    attribute: _Named
    conversations: tuple[Talk, ...]
    evidence: tuple[Evidence, ...] = ()


class _Relevant(_Row, frozen=True, kw_only=True):
    query: _Prompt
    attributes: tuple[_Named, ...]


class _Better(_Row, frozen=True, kw_only=True):
    query: _Prompt
    reply: _Reply
    other: _Reply
    attributes: tuple[_Named, ...] = ()


def read_items(path: Path, question: str, *, key: bytes, keyed: bool = False) -> list[Item]:
    """Return the items of a file of JSON lines, people under their pseudonyms.

    With `keyed`, every part needs its right answers.

    Raises:
        InputError: the file cannot be read, or a row is not such an item; names line and field.
    """
    read = _READERS[QUESTIONS[question].subject]
    items: dict[str, Item] = {}
    for number, line in _lines(path):
        try:
            item = read(question, line, key, number)
            _check(item, question, keyed)
        except InputError as error:
            raise InputError(
                error.reason, file=path.name, line=number, field=error.field, cure=error.cure
            ) from None
        if item.id in items:
            raise InputError(
                "says the same as an earlier row.", file=path.name, line=number, field="id"
            )
        items[item.id] = item
    if not items:
        raise InputError("holds no items.", file=path.name)
    return list(items.values())


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _supported(question: str, line: bytes, key: bytes, number: int) -> Item:
    row = formats.decode(line, _Supported, number=number)
    person = person_id(key, row.person)
    _check_evidence(row)
    attribute = row.attribute.id or item_id("attribute", person, row.attribute.text)
    return Item(
        id=row.id or item_id(question, person, attribute),
        person=person,
        parts=(
            Part(
                name="1",
                attribute=attribute,
                text=row.attribute.text,
                person=person,
                stratum=row.stratum,
                probability=row.probability,
                key=_key(row, ("1", row.attribute.id, "answer")),
            ),
        ),
        conversations=row.conversations,
        evidence=row.evidence,
        reason=row.attribute.reason,
        explanation=row.explanation,
    )


def _relevant(question: str, line: bytes, key: bytes, number: int) -> Item:
    row = formats.decode(line, _Relevant, number=number)
    person = person_id(key, row.person)
    query = _query(row.query, person)
    if not row.attributes:
        raise InputError("has no attribute to decide on.", field="attributes")
    parts = tuple(
        _part(row, one, str(place), person, query.id) for place, one in enumerate(row.attributes, 1)
    )
    return Item(
        id=row.id or item_id(question, person, query.id),
        person=person,
        query=query,
        parts=parts,
        explanation=row.explanation,
    )


def _better(question: str, line: bytes, key: bytes, number: int) -> Item:
    row = formats.decode(line, _Better, number=number)
    person = person_id(key, row.person)
    query = _query(row.query, person)
    reply, other = _draft(row.reply, query), _draft(row.other, query)
    if reply.id == other.id:
        raise InputError("is the reply itself.", field="other", cure="Give two replies.")
    parts = [
        _part(row, one, str(place), person, query.id) for place, one in enumerate(row.attributes, 1)
    ]
    overall = Part(
        name=OVERALL,
        person=person,
        query=query.id,
        stratum=row.stratum,
        probability=row.probability,
        key=_key(row, (OVERALL, "answer")),
    )
    return Item(
        id=row.id or item_id(question, person, reply.id, other.id),
        person=person,
        query=query,
        reply=reply,
        other=other,
        parts=(*parts, overall),
        apart=f"{person}/{query.id}",
        explanation=row.explanation,
    )


_READERS: Mapping[str, Callable[[str, bytes, bytes, int], Item]] = {
    "attribute": _supported,
    "attribute_query": _relevant,
    "reply_pair": _better,
}


def _query(given: _Prompt, person: str) -> Query:
    made = given.id or item_id("query", person, given.prompt, given.messages)
    return Query(id=made, person=person, prompt=given.prompt, messages=given.messages)


def _draft(given: _Reply, query: Query) -> Draft:
    made = given.id or item_id("reply", query.id, given.arm, given.text)
    return Draft(id=made, arm=given.arm, text=given.text)


def _part(row: _Row, given: _Named, name: str, person: str, query: str) -> Part:
    return Part(
        name=name,
        attribute=given.id or item_id("attribute", person, given.text),
        text=given.text,
        person=person,
        query=query,
        stratum=row.stratum,
        probability=row.probability,
        key=_key(row, (name, given.id)),
    )


def _key(row: _Row, names: tuple[str | None, ...]) -> tuple[str, ...]:
    found = next((row.key[name] for name in names if name is not None and name in row.key), [])
    return (found,) if isinstance(found, str) else tuple(found)


def _check(item: Item, question: str, keyed: bool) -> None:
    for part in item.parts:
        if part.text is not None and not part.text.strip():
            raise InputError("is empty.", field=f"text of part {part.name}")
        if part.probability is not None and not 0 < part.probability <= 1:
            raise InputError(
                f"{part.probability} is no probability: above 0, at most 1.", field="probability"
            )
        for answer in part.key:
            QUESTIONS[question].check(answer)
        if keyed and not part.key and question != "better":
            raise InputError(
                f"the right answer to part {part.name} is missing.",
                field="key",
                cure='Write it by part, such as {"key": {"1": "reject"}}; several may be right.',
            )
    if keyed and not any(part.key for part in item.parts):
        raise InputError("has no right answer.", field="key")


def _check_evidence(row: _Supported) -> None:
    talks = {talk.id: talk for talk in row.conversations}
    if len(talks) < len(row.conversations):
        raise InputError("two conversations have one id.", field="conversations")
    for place, one in enumerate(row.evidence):
        field = f"evidence[{place}]"
        talk = talks.get(one.conversation)
        if talk is None:
            raise InputError(
                f"there is no conversation {one.conversation!r} in the row.", field=field
            )
        if not 0 <= one.turn < len(talk.turns):
            raise InputError(f"the conversation has no turn {one.turn}.", field=field)
        turn = talk.turns[one.turn]
        if turn.role != "user":
            raise InputError(f"turn {one.turn} is not the person's own.", field=field)
        if turn.text[one.start : one.end] != one.quote or not one.quote:
            raise InputError(
                "the quote is not what stands between start and end.",
                field=field,
                cure="Offsets count code points.",
            )
