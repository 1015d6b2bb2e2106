"""Reads the file of an export whole, and returns it without some of its entries."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

from recenter.audit.record import Document, Entry, Place
from recenter.errors import InputError
from recenter.formats import without_surrogates

LARGEST = 2**30
"""Bytes of an export; it is held in memory as a whole."""


def read_document(path: Path) -> Document:
    """Return a file as JSON, JSON lines or text, told by its contents.

    Raises:
        InputError: it cannot be read, is no text, or is broken JSON; names file and line.
    """
    text = _text(path)
    if text.lstrip()[:1] not in ("{", "["):
        return Document(file=str(path), shape="text", data=text)
    try:
        whole = (text.strip(),)
        return Document(file=str(path), shape="json", data=_parsed(text), lines=whole, numbers=(1,))
    except json.JSONDecodeError as error:
        # One value ends and another begins: JSON lines.
        if "Extra data" not in error.msg:
            raise InputError(f"not JSON: {error.msg}.", file=str(path), line=error.lineno) from None
    except RecursionError:
        raise InputError("nested too deeply to be read.", file=str(path)) from None
    return _json_lines(path, text)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"is larger than {LARGEST} bytes.", file=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        raise InputError(
            "is an archive.", file=str(path), cure="Unpack it and name the file of the memories."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            "the text is not UTF-8.", file=str(path), line=line, cure="Save it as UTF-8 first."
        ) from None


def _json_lines(path: Path, text: str) -> Document:
    lines, values, numbers = [], [], []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                values.append(_parsed(line))
            except json.JSONDecodeError as error:
                raise InputError(f"not JSON: {error.msg}.", file=str(path), line=number) from None
            except RecursionError:
                raise InputError(
                    "nested too deeply to be read.", file=str(path), line=number
                ) from None
            lines.append(line)
            numbers.append(number)
    return Document(
        file=str(path), shape="lines", data=values, lines=tuple(lines), numbers=tuple(numbers)
    )


def _parsed(text: str) -> Any:
    return without_surrogates(json.loads(text, parse_constant=_no_number))


def _no_number(word: str) -> NoReturn:
    raise json.JSONDecodeError(f"{word} is no number of JSON", word, 0)


def rows_of(document: Document, *keys: Place) -> Iterator[tuple[Place, int, Any]]:
    """Yield place, line and value of each item: of the list itself, or of the lists at `keys`.

    Of JSON lines, every line is an item, or holds such lists.
    """
    if document.shape == "lines":
        for place, (value, line) in enumerate(zip(document.data, document.numbers, strict=True)):
            held = [*_listed(value, keys)]
            if held:
                yield from (((place, *where), line, item) for where, _, item in held)
            else:
                yield (place,), line, value
    elif isinstance(document.data, list):
        yield from (((place,), place + 1, one) for place, one in enumerate(document.data))
    else:
        yield from _listed(document.data, keys)


def _listed(value: Any, keys: Iterable[Place]) -> Iterator[tuple[Place, int, Any]]:
    for key in keys:
        inner = at_place(value, key)
        if isinstance(inner, list):
            yield from (((*key, place), place + 1, one) for place, one in enumerate(inner))


def at_place(value: Any, place: Place) -> Any:
    """Return what stands at a place in a JSON value; None where there is nothing."""
    for key in place:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def without(document: Document, dropped: Sequence[Entry]) -> str:
    """Return the text of the document without these entries; all else stands as it stood.

    JSON is written anew with the same values in the same order; lines and texts keep every byte
    of what stays.
    """
    if document.shape == "text":
        return _cut(document.data, dropped)
    data = _pruned(document.data, dropped)
    if document.shape == "json":
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    touched = {entry.place[0] for entry in dropped}
    gone = {entry.place[0] for entry in dropped if len(entry.place) == 1}
    rest = iter(data)
    kept = []
    for place, line in enumerate(document.lines):
        if place not in gone:
            value = next(rest)
            kept.append(json.dumps(value, ensure_ascii=False) if place in touched else line)
    return "".join(f"{line}\n" for line in kept)


def _pruned(data: Any, dropped: Sequence[Entry]) -> Any:
    data = copy.deepcopy(data)
    cuts: dict[Place, list[Entry]] = {}
    items = set()
    for entry in dropped:
        if entry.cut is None:
            items.add(entry.place)
        else:
            cuts.setdefault(entry.place, []).append(entry)
    for place, entries in cuts.items():
        holder = at_place(data, place[:-1])
        holder[place[-1]] = _cut(holder[place[-1]], entries)
    # From the end, so that the positions of what is still to be removed stay true.
    for place in sorted(items, key=_order, reverse=True):
        del at_place(data, place[:-1])[place[-1]]
    return data


def _order(place: Place) -> tuple[tuple[int, str], ...]:
    return tuple((key, "") if isinstance(key, int) else (-1, key) for key in place)


def _cut(text: str, entries: Iterable[Entry]) -> str:
    for start, end in sorted((e.cut for e in entries if e.cut is not None), reverse=True):
        text = text[:start] + text[end:]
    return text
