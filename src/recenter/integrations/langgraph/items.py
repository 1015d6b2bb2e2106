"""LangGraph's namespaces and values as people and statements, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from langgraph.store.base import MatchCondition, SearchItem

from recenter.errors import InputError
from recenter.memory.records import Memorised

METADATA = "langgraph"
"""Under which a memory keeps what a store needs to give the value back."""

LARGEST = 20_000
"""Characters of a value as JSON. A memory is a statement; documents belong elsewhere."""

_FIELDS = (("content",), ("content", "content"), ("text",), ("memory",))
"""Where a value has its statement, first found: LangMem's, LangMem's with a kind, and others'."""


class Place(NamedTuple):
    """Whose memory a namespace is, and where in it."""

    application: str
    user_id: str
    path: tuple[str, ...]

    @property
    def namespace(self) -> tuple[str, ...]:
        """The namespace again."""
        return (self.application, self.user_id, *self.path)


class Statement(NamedTuple):
    """What a value says of the person, and where it stands in it."""

    text: str
    at: tuple[str, ...]


def place_of(namespace: Sequence[str]) -> Place:
    """Return what a namespace means: the application, the id of the person there, and the rest.

    Raises:
        InputError: it names no single person.
    """
    if len(namespace) < 2:
        raise InputError(
            f"{tuple(namespace)!r} names no single person.",
            field="namespace",
            cure="Begin with the application and the person's id: ('shop', 'ada').",
        )
    application, user_id, *path = namespace
    if not user_id.strip():
        raise InputError("the person's id is blank.", field="namespace")
    return Place(application, user_id, tuple(path))


def statement_of(value: Mapping[str, Any]) -> Statement:
    """Return what a value says of the person.

    Raises:
        InputError: it says nothing in words, cannot be JSON, or is too large.
    """
    try:
        written = json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"cannot be written as JSON: {error}.", field="value") from None
    if len(written) > LARGEST:
        raise InputError(
            f"has {len(written)} bytes as JSON; at most {LARGEST} are kept with a memory.",
            field="value",
        )
    for at in _FIELDS:
        found: Any = value
        for name in at:
            found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, str):
            return Statement(found, at)
    raise InputError(
        f"holds no statement about a person, only {sorted(map(str, value))}.",
        field="value",
        cure='Give it as text, such as {"content": "The user likes tea."}; the rest stays with it.',
    )


def metadata_of(
    place: Place, key: str, value: Mapping[str, Any], statement: Statement, ttl: float | None
) -> dict[str, Any]:
    """Return what a memory keeps of a value: all but the statement, which the memory is."""
    kept = json.loads(json.dumps(value))
    _put(kept, statement.at, None)
    return {
        METADATA: {
            "path": list(place.path),
            "key": key,
            "at": list(statement.at),
            "value": kept,
            "ttl": ttl,
        }
    }


def address_of(memory: Memorised) -> tuple[tuple[str, ...], str]:
    """Return path and key of a memory; of one that no store put, no path and its id."""
    held = memory.note.metadata.get(METADATA)
    if held is None:
        return (), memory.attribute.id
    return tuple(held["path"]), held["key"]


def ttl_of(memory: Memorised) -> float | None:
    """Return for how many minutes after a read a memory lasts; None where reads change nothing."""
    held = memory.note.metadata.get(METADATA)
    return None if held is None else held["ttl"]


def value_of(memory: Memorised) -> dict[str, Any]:
    """Return the value of a memory, with the words that it has by now."""
    held = memory.note.metadata.get(METADATA)
    if held is None:
        return {"content": memory.attribute.text}
    value: dict[str, Any] = json.loads(json.dumps(held["value"]))
    _put(value, held["at"], memory.attribute.text)
    return value


def item_of(memory: Memorised, place: Place, *, score: float | None = None) -> SearchItem:
    """Return a memory as an item of its own namespace, with a score where it was ranked."""
    path, key = address_of(memory)
    return SearchItem(
        namespace=place._replace(path=path).namespace,
        key=key,
        value=value_of(memory),
        created_at=_time(memory.note.created, memory.attribute.at),
        updated_at=_time(memory.note.updated, memory.attribute.at),
        score=score,
    )


def _time(seconds: float, said: str | None) -> datetime:
    if not seconds and said:  # Learned by the command line, which keeps no times of the clock.
        return datetime.fromisoformat(said.replace("Z", "+00:00"))
    return datetime.fromtimestamp(seconds, UTC)


def _put(value: dict[str, Any], at: Sequence[str], text: str | None) -> None:
    for name in at[:-1]:
        value = value[name]
    value[at[-1]] = text


# Filters


def matches(value: Any, wanted: Any) -> bool:
    """Tell whether a value is what a filter wants, as LangGraph's own stores compare.

    Raises:
        InputError: the filter has an operator that is not known.
    """
    if isinstance(wanted, Mapping):
        if any(str(name).startswith("$") for name in wanted):
            return all(_compares(value, name, than) for name, than in wanted.items())
        return isinstance(value, Mapping) and all(
            matches(value.get(name), each) for name, each in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        return (
            isinstance(value, list | tuple)
            and len(value) == len(wanted)
            and all(map(matches, value, wanted))
        )
    return bool(value == wanted)


_NUMBERS: Mapping[str, Callable[[float, float], bool]] = {
    "$gt": float.__gt__,
    "$gte": float.__ge__,
    "$lt": float.__lt__,
    "$lte": float.__le__,
}


def _compares(value: Any, operator: str, than: Any) -> bool:
    if operator in ("$eq", "$ne"):
        return bool(value == than) is (operator == "$eq")
    if operator not in _NUMBERS:
        raise InputError(
            f"there is no operator {operator!r}; expected one of $eq, $ne, {', '.join(_NUMBERS)}.",
            field="filter",
        )
    try:
        return _NUMBERS[operator](float(value), float(than))
    except (TypeError, ValueError):
        return False  # What is no number is neither more nor less.


def lies_in(namespace: Sequence[str], condition: MatchCondition) -> bool:
    """Tell whether a namespace begins, or ends, as a condition says; `*` is any label.

    Raises:
        InputError: the condition is of another kind.
    """
    if condition.match_type not in ("prefix", "suffix"):
        raise InputError(
            f"expected prefix or suffix, got {condition.match_type!r}.", field="match_type"
        )
    size = len(condition.path)
    if len(namespace) < size:
        return False
    part = (
        namespace[:size] if condition.match_type == "prefix" else namespace[-size:] if size else ()
    )
    return all(want in ("*", have) for want, have in zip(condition.path, part, strict=True))
