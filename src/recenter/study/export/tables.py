"""Rows of one kind as JSON lines, and as Parquet with a type for every column."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from recenter import formats
from recenter.errors import InputError, MissingExtraError
from recenter.records import Record

Format = Literal["jsonl", "parquet"]
FORMATS: tuple[Format, ...] = ("jsonl", "parquet")


class Table(msgspec.Struct, frozen=True):
    """Rows under a name that files are called by."""

    name: str
    kind: type[Record]
    rows: Sequence[Record]


def check_formats(given: Sequence[str]) -> tuple[Format, ...]:
    """Return the formats that were asked for, before anything is made.

    Raises:
        InputError: there is no such format, or none was named.
        MissingExtraError: Parquet, without pyarrow.
    """
    unknown = [name for name in given if name not in FORMATS]
    if unknown or not given:
        raise InputError(
            f"{', '.join(map(repr, unknown)) or 'none'} is no format of tables; expected one or "
            f"more of {', '.join(FORMATS)}.",
            field="formats",
        )
    if "parquet" in given:
        _pyarrow()
    return tuple(name for name in FORMATS if name in given)


def write_jsonl(table: Table, path: Path) -> None:
    """Write one row a line."""
    with path.open("w", encoding="utf-8", newline="") as out:
        out.writelines(f"{formats.encode(row)}\n" for row in table.rows)


def write_parquet(table: Table, path: Path) -> None:
    """Write a column for each field, typed as `schema` says.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pa, pq = _pyarrow()
    rows = formats.without_surrogates([msgspec.to_builtins(row) for row in table.rows])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema(table.kind)), path)


def schema(kind: type[Record]) -> Any:
    """Return the pyarrow schema of a record: one column a field, nullable where it may be None.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pa, _ = _pyarrow()
    return pa.schema(_fields(kind, pa))


def columns(kind: type[Record]) -> dict[str, str]:
    """Return the type of each column in words, as the reference names them."""
    return {name: _word(hint) for name, hint in typing.get_type_hints(kind).items()}


_PLAIN: dict[Any, str] = {str: "string", int: "int64", float: "float64", bool: "bool"}


def _fields(kind: type[msgspec.Struct], pa: Any) -> list[Any]:
    return [
        pa.field(name, _type(hint, pa), nullable=inside(hint)[1])
        for name, hint in typing.get_type_hints(kind).items()
    ]


def _type(hint: Any, pa: Any) -> Any:
    hint, _ = inside(hint)
    if typing.get_origin(hint) is tuple:
        return pa.list_(_type(typing.get_args(hint)[0], pa))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return pa.struct(_fields(hint, pa))
    return getattr(pa, {"bool": "bool_"}.get(_PLAIN[hint], _PLAIN[hint]))()


def _word(hint: Any) -> str:
    bare, optional = inside(hint)
    if typing.get_origin(bare) is tuple:
        inner = typing.get_args(bare)[0]
        word = f"list of {{{', '.join(typing.get_type_hints(inner))}}}"
    else:
        word = _PLAIN[bare]
    return f"{word} or null" if optional else word


def inside(hint: Any) -> tuple[Any, bool]:
    """Return the type of a field without None, and whether it was there; a Literal is text."""
    optional = False
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        (hint,) = (one for one in typing.get_args(hint) if one is not type(None))
        optional = True
    return (str if typing.get_origin(hint) is Literal else hint), optional


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("Writing Parquet", "corpus") from None
    return pyarrow, pyarrow.parquet
