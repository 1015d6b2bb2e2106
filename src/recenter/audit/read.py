"""Reads the export of a memory store, whose format is told by its fields."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from recenter.audit.document import read_document
from recenter.audit.readers.base import Reader
from recenter.audit.readers.chatgpt import CHATGPT
from recenter.audit.readers.claude import CLAUDE
from recenter.audit.readers.letta import LETTA
from recenter.audit.readers.mem0 import MEM0
from recenter.audit.readers.memobase import MEMOBASE
from recenter.audit.record import Document, Export
from recenter.errors import UnknownFormatError

# In the order in which they are tried: ChatGPT's list of lines is what is left of texts.
READERS = (MEM0, LETTA, CLAUDE, MEMOBASE, CHATGPT)


def read_export(path: Path) -> Export:
    """Return the entries of an export.

    Raises:
        InputError: the file cannot be read, or a field is not what it should be; names file, line
            and field.
        UnknownFormatError: no reader knows its fields.
    """
    document = read_document(path)
    reader = _reader_of(document)
    if reader is None and isinstance(document.data, dict):
        # A single item is what JSON lines with one line look like.
        single = msgspec.structs.replace(document, shape="lines", data=[document.data])
        document, reader = single, _reader_of(single)
    if reader is None:
        raise _unknown(document)
    kept = []
    left_out: Counter[str] = Counter()
    for one in reader.read(document):
        if isinstance(one, str):
            left_out[one] += 1
        elif one.text.strip():
            kept.append(one)
        else:
            left_out["empty"] += 1
    return Export(
        format=reader.name, document=document, entries=tuple(kept), left_out=dict(left_out)
    )


def _reader_of(document: Document) -> Reader | None:
    return next((one for one in READERS if one.matches(document)), None)


def _unknown(document: Document) -> UnknownFormatError:
    data = document.data
    first = data[0] if isinstance(data, list) and data else data
    # They come from outside: cut short.
    names = [repr(str(name)[:24]) for name in list(first)[:8]] if isinstance(first, dict) else []
    known = "; ".join(f"{one.name}: {one.mark}" for one in READERS)
    return UnknownFormatError(
        f"no memories are found in it; fields seen: {', '.join(names) or 'none'}.",
        file=document.file,
        cure=f"Expected the export of a memory store, told by its fields. {known}.",
    )
