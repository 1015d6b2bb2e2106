"""Records to and from JSON lines, with errors that name the line and the field."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from recenter.errors import InputError

T = TypeVar("T")


def encode(value: Any) -> str:
    """Return one line of JSON, without the line end. Lone surrogates become U+FFFD."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(_without_surrogates(msgspec.to_builtins(value))).decode()


def decode(line: str | bytes, kind: type[T], *, file: str | None = None, number: int = 1) -> T:
    """Return the record in a line of JSON.

    Raises:
        InputError: the line is not JSON or not such a record; names file, line and field.
    """
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        field = path.rstrip("`").removeprefix("$").lstrip(".") or None
        raise InputError(f"{reason}.", file=file, line=number, field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not JSON: {error}.", file=file, line=number) from None


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_surrogates(item) for key, item in value.items()}
    return value
