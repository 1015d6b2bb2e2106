"""Records to and from JSON lines, with errors that name the line and the field."""

from __future__ import annotations

import re
import threading
from typing import Any, TypeVar

import msgspec

from recenter.errors import InputError
from recenter.provenance import digest

T = TypeVar("T")

_DECODERS: dict[Any, Any] = {}
_LOCK = threading.Lock()

# An escape with what it escapes; a surrogate stands either in a pair or alone.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)

# From the first quotation mark to the last, of whatever kind: the value may hold either itself.
_QUOTED = re.compile(r"""(?<!\w)['"](.*)['"]""", re.DOTALL)


def encode(value: Any) -> str:
    """Return one line of JSON, without the line end. Lone surrogates become U+FFFD."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:
        return msgspec.json.encode(without_surrogates(msgspec.to_builtins(value))).decode()


def decode(line: str | bytes, kind: type[T], *, file: str | None = None, number: int = 1) -> T:
    """Return the record in a line of JSON. Escaped lone surrogates become U+FFFD.

    Raises:
        InputError: the line is not JSON or not such a record; names file, line and field.
    """
    try:
        try:
            return _decoder(kind).decode(line)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            # Half of a surrogate pair is legal JSON, and other writers produce it.
            written = line.encode() if isinstance(line, str) else line
            mended = _without_lone_surrogates(written)
            if mended == written:
                raise
            return _decoder(kind).decode(mended)
    except msgspec.ValidationError as error:
        raise _invalid(error, file=file, number=number) from None
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}.", file=file, line=number) from None
    except (ValueError, msgspec.DecodeError) as error:
        raise InputError(f"not JSON: {error}.", file=file, line=number) from None
    except RecursionError:
        raise InputError("nested too deeply to be read.", file=file, line=number) from None


def convert(value: Any, kind: type[T], *, file: str | None = None, number: int | None = None) -> T:
    """Return the record in a parsed JSON value; unknown fields are ignored.

    Raises:
        InputError: it is not such a record; names file, line and field.
    """
    _decoder(kind)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _invalid(error, file=file, number=number) from None


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Return the decoder of a kind of record, made by one thread at a time.

    msgspec 0.20 looks at a type when it is first asked for it, and a second thread that asks
    meanwhile reads what is half made, which ends the process.
    """
    found: msgspec.json.Decoder[T] | None = _DECODERS.get(kind)
    if found is None:
        with _LOCK:
            found = _DECODERS.setdefault(kind, msgspec.json.Decoder(kind))
    return found


def without_surrogates(value: Any) -> Any:
    """Return a JSON value with lone surrogates, which UTF-8 cannot hold, replaced by U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(v) for key, v in value.items()}
    return value


def _invalid(error: msgspec.ValidationError, *, file: str | None, number: int | None) -> InputError:
    reason, _, path = str(error).partition(" - at `")
    field = path.rstrip("`").removeprefix("$").lstrip(".") or None
    return InputError(f"{reason}.", file=file, line=number, field=field)


def without_values(reason: str) -> str:
    """Return what is wrong with a row, for lists that are kept: what it quotes, which may be a
    person's words, gives way to its length and digest.
    """
    return _QUOTED.sub(lambda q: f"({len(q[1])} characters, digest {digest(q[1])})", reason)


def _without_lone_surrogates(row: bytes) -> bytes:
    """Return JSON with each escaped half of a character, cut from the other, as U+FFFD."""
    return _ESCAPE.sub(lambda escape: b"\\ufffd" if escape[1] else escape[0], row)
