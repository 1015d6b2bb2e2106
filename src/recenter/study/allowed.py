"""Say of a value in a file that its field does not take it, and what the field takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import inspect

_LONGEST = 60
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


class Refused(msgspec.Struct, frozen=True):
    """Why a value is not taken, and what would be."""

    path: str
    """Of the field, as in `tasks[0].overlap`."""
    reason: str
    cure: str | None = None


class _At(msgspec.Struct, frozen=True):
    """A place in a value, beside the type it should have."""

    path: str
    kind: inspect.Type
    value: Any


def refused(error: msgspec.ValidationError, kind: type, value: Any) -> Refused:
    """Return what an error of converting `value` to `kind` means to whoever wrote the value."""
    reason, _, at = str(error).partition(" - at `")
    of_key = at.startswith("key` in `")
    place = _at(_STEP.findall(at.rstrip("`")), kind, value)
    if missing := re.search(r"missing required field `([^`]+)`", reason):
        return Refused(place.path, f"`{missing[1]}` is missing.")
    if unknown := re.search(r"unknown field `([^`]+)`", reason):
        path = f"{place.path}.{unknown[1]}".lstrip(".")
        return Refused(path, "there is no such field.", _near(unknown[1], place.kind))
    if of_key and isinstance(place.kind, inspect.DictType):
        key = next((key for key in place.value if not _fits(key, place.kind.key_type)), "")
        place = _At(f"{place.path}.{key}".lstrip("."), place.kind.key_type, key)
    expected = _expected(place.kind)
    if expected is None:
        return Refused(place.path, f"{reason}.")
    told = "nothing stands here" if place.value is None else f"{_told(place.value)} does not fit"
    return Refused(place.path, f"{told}.", f"Expected {expected}.")


def _at(steps: Sequence[tuple[str, str]], kind: type, value: Any) -> _At:
    """Walk down to a place; a step `[...]` into a mapping leads to the entry that does not fit."""
    path, type_ = "", inspect.type_info(kind)
    for name, index in steps:
        type_ = _plain(type_)
        if isinstance(type_, inspect.StructType):
            type_ = next(field.type for field in type_.fields if field.name == name)
        elif isinstance(type_, inspect.DictType):
            type_ = type_.value_type
            name = name or next((key for key in value if not _fits(value[key], type_)), "")
        elif isinstance(type_, inspect.TupleType):
            type_ = type_.item_types[int(index)]
        elif isinstance(type_, inspect.VarTupleType):
            type_ = type_.item_type
        path += f".{name}" if name else f"[{index}]"
        value = value[name] if name else value[int(index)]
    return _At(path.lstrip("."), _described(type_), value)


def _plain(kind: inspect.Type) -> inspect.Type:
    """Return a type without its description, and without None."""
    described = _described(kind)
    return described.type if isinstance(described, inspect.Metadata) else described


def _described(kind: inspect.Type) -> inspect.Type:
    """Return a type without None."""
    if not isinstance(kind, inspect.UnionType):
        return kind
    return next(one for one in kind.types if not isinstance(one, inspect.NoneType))


def _fits(value: Any, kind: inspect.Type) -> bool:
    plain = _plain(kind)
    if isinstance(plain, inspect.LiteralType):
        return value in plain.values
    if isinstance(plain, inspect.StrType):
        return isinstance(value, str) and re.search(plain.pattern or "", value) is not None
    if isinstance(plain, inspect.FloatType):
        try:
            return plain.gt is None or float(value) > plain.gt
        except (TypeError, ValueError):
            return False
    return True


def _expected(kind: inspect.Type) -> str | None:
    """Return in words what a type takes; None where there are no words for it."""
    plain = _plain(kind)
    if isinstance(plain, inspect.LiteralType):
        return f"one of {', '.join(map(str, plain.values))}"
    if isinstance(plain, inspect.BoolType):
        return "true or false"
    if isinstance(plain, inspect.IntType | inspect.FloatType):
        what = "a whole number" if isinstance(plain, inspect.IntType) else "a number"
        return f"{what}{_range(plain)}"
    if isinstance(plain, inspect.StrType):
        return _text(kind, plain)
    if isinstance(plain, inspect.StructType):
        return f"fields below it: {', '.join(field.encode_name for field in plain.fields)}"
    if isinstance(plain, inspect.TupleType):
        return f"a list of {len(plain.item_types)}"
    return None


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    if kind.gt is not None:
        return f" above {kind.gt:g}" + ("" if kind.le is None else f" and up to {kind.le:g}")
    if kind.ge is None:
        return ""
    return f" from {kind.ge:g}" + (" on" if kind.le is None else f" to {kind.le:.10g}")


def _text(kind: inspect.Type, plain: inspect.StrType) -> str:
    if isinstance(kind, inspect.Metadata) and kind.extra_json_schema:
        schema: Mapping[str, Any] = kind.extra_json_schema
        return f"{schema['description']}, such as {schema['examples'][0]}"
    if plain.max_length is not None:
        return f"text of {plain.min_length or 0} to {plain.max_length} characters"
    return "text"


def _told(value: Any) -> str:
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return "a list" if isinstance(value, Sequence) else "a group of fields"
    return repr(value) if len(value) <= _LONGEST else repr(value[:_LONGEST] + "…")


def _near(name: str, kind: inspect.Type) -> str | None:
    plain = _plain(kind)
    if not isinstance(plain, inspect.StructType):
        return None
    names = [field.encode_name for field in plain.fields]
    near = get_close_matches(name, names, n=1)
    return f"Is it `{near[0]}`?" if near else f"Expected one of {', '.join(names)}."
