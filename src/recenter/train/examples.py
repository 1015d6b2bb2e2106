"""From files of answers to examples: what people, and models beside them, said was relevant."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.questions import RELEVANT
from recenter.records import Attribute, Judgment, Query
from recenter.train.exported import is_exported, record_of


class Item(NamedTuple):
    """An attribute of a person with what was said of it for one message."""

    text: str
    relevant: bool | None
    """What the majority of people said; None where there is none."""
    models: float | None
    """Share of language models that called it relevant; None where none was asked."""


class Labelled(NamedTuple):
    """A message, the attributes of a person, and which of them people would have it change."""

    pair: str
    person: str
    prompt: str
    items: tuple[Item, ...]
    origin: str


class _Attribute(msgspec.Struct, frozen=True):
    id: str
    text: str
    relevant: bool | None


class _People(msgspec.Struct, frozen=True):
    pair: str
    user: str
    prompt: str
    attributes: list[_Attribute]
    origin: str = ""


class _Model(msgspec.Struct, frozen=True):
    pair: str
    model: str
    attributes: list[_Attribute]


_Stored = Attribute | Query | Judgment
_KINDS: dict[str, type[_Stored]] = {
    "attribute": Attribute,
    "retired attribute": Attribute,
    "query": Query,
    "judgment": Judgment,
}


class _Read(NamedTuple):
    """What files held so far."""

    pairs: dict[str, _People]
    said: dict[tuple[str, str], list[bool]]
    """What models answered of an attribute of a pair."""
    asked: dict[str, tuple[str, int]]
    """File and line at which a model is first said to have been asked about a pair."""
    exported: dict[str, _Stored]


def read_relevant(paths: Iterable[Path]) -> tuple[Labelled, ...]:
    """Return the answers to `relevant` in files, in the order in which the pairs appear.

    Rows are those of `selection_human.jsonl` ({pair, user, prompt, attributes: [{id, text,
    relevant}]}), those of models on the same pairs ({pair, model, attributes}, without a user), and
    what `recenter export` writes, of which the answers of people count. Majorities that are ties
    are left open; pairs without attributes are left out.

    Raises:
        InputError: a row is none of these, has an empty text or an attribute twice, or is a model's
            of a pair that is nowhere; names file, line and field. Or no person answered.
    """
    read = _Read({}, defaultdict(list), {}, {})
    for path in paths:
        for number, row in _rows(path):
            _take(read, row, str(path), number)
    listed = (*read.pairs.values(), *_from_export(read.exported.values()))
    found = [_labelled(row, read.said) for row in listed if row.attributes]
    if not any(item.relevant is not None for one in found for item in one.items):
        raise InputError(
            "no answer of a person to `relevant` was found.",
            cure="Give rows of people's answers, or a file that `recenter export` wrote.",
        )
    _refuse_unknown(read)
    return tuple(found)


def _take(read: _Read, row: dict[str, Any], file: str, number: int) -> None:
    """Add a row to what was read. One with a `user` is people's, whoever else it names."""
    if is_exported(row):
        read.exported.update(_record(row, file=file, number=number))
    elif "model" in row and "user" not in row:
        answers = formats.convert(row, _Model, file=file, number=number)
        _refuse_twice(answers.attributes, file, number)
        read.asked.setdefault(answers.pair, (file, number))
        for item in answers.attributes:
            if item.relevant is not None:
                read.said[answers.pair, item.id].append(item.relevant)
    else:
        people = formats.convert(row, _People, file=file, number=number)
        _refuse_twice(people.attributes, file, number)
        _refuse_empty(people, file, number)
        if people.pair in read.pairs:
            raise InputError(
                f"the pair {people.pair!r} was there before.", file=file, line=number, field="pair"
            )
        read.pairs[people.pair] = people


def _refuse_twice(attributes: list[_Attribute], file: str, number: int) -> None:
    """Refuse a row in which two attributes have the same id: whose answer is whose is not said."""
    known: set[str] = set()
    for at, one in enumerate(attributes):
        if one.id in known:
            raise InputError(
                f"{one.id!r} was in this row before.",
                file=file,
                line=number,
                field=f"attributes[{at}].id",
                cure="Give each attribute of a row an id of its own.",
            )
        known.add(one.id)


def _refuse_empty(row: _People, file: str, number: int) -> None:
    """Refuse what nothing can be read of, and a person who would be everybody without a name."""
    texts = {f"attributes[{at}].text": one.text for at, one in enumerate(row.attributes)}
    for field, text in ({"user": row.user, "prompt": row.prompt} | texts).items():
        if not text.strip():
            raise InputError("is empty; expected a text.", file=file, line=number, field=field)


def _refuse_unknown(read: _Read) -> None:
    """Refuse what models said of a pair that no row describes; rows may come in any order."""
    known = read.pairs.keys() | {
        record.id for record in read.exported.values() if isinstance(record, Query)
    }
    for pair, (file, line) in read.asked.items():
        if pair not in known:
            raise InputError(
                f"no row of people has the pair {pair!r}.",
                file=file,
                line=line,
                field="pair",
                cure="Give the rows of people it belongs to, or add `user` and `prompt` if these "
                "are people's answers.",
            )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = formats.decode(line, dict[str, Any], file=str(path), number=number)
                    yield number, row
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None


def _labelled(row: _People, said: dict[tuple[str, str], list[bool]]) -> Labelled:
    def share(item: str) -> float | None:
        answers = said.get((row.pair, item))
        return sum(answers) / len(answers) if answers else None

    items = tuple(Item(item.text, item.relevant, share(item.id)) for item in row.attributes)
    return Labelled(row.pair, row.user, row.prompt, items, row.origin)


def _record(row: dict[str, Any], *, file: str, number: int) -> dict[str, _Stored]:
    """Return the record of an exported row under its id, or nothing where none is needed."""
    record: Any = record_of(row, _KINDS, file=file, number=number)
    if record is None:
        return {}
    if isinstance(record, Judgment) and record.question == RELEVANT.name:
        try:
            RELEVANT.check(record.answer)
        except InputError as error:
            raise InputError(error.reason, file=file, line=number, field=error.field) from None
    return {f"{type(record).__name__} {record.id}": record}


def _from_export(records: Iterable[_Stored]) -> Iterator[_People]:
    """Yield one row per query on whose attributes people answered."""
    attributes: dict[str, Attribute] = {}
    queries: dict[str, Query] = {}
    votes: dict[tuple[str, str], Counter[bool]] = defaultdict(Counter)
    for record in records:
        if isinstance(record, Attribute):
            attributes[record.id] = record
        elif isinstance(record, Query):
            queries[record.id] = record
        else:
            about = record.subject
            by_person = record.question == RELEVANT.name and record.judge.kind == "person"
            if by_person and about.query is not None and about.attribute is not None:
                votes[about.query, about.attribute][record.answer in RELEVANT.positive] += 1
    for query in queries.values():
        listed = [
            _Attribute(known.id, known.text, _majority(votes[query.id, known.id]))
            for known in attributes.values()
            if (query.id, known.id) in votes
        ]
        if listed:
            yield _People(query.id, query.person, query.prompt, listed)


def _majority(votes: Counter[bool]) -> bool | None:
    return None if votes[True] == votes[False] else votes[True] > votes[False]
