"""Writes a file of any known format as Recenter's own JSON lines, without raw ids."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from recenter.drafts import drafted
from recenter.errors import InputError
from recenter.formats import encode
from recenter.importers.base import BadRow, ImportCounts, Tally
from recenter.importers.reading import read_conversations
from recenter.progress import Progress, Silent
from recenter.records import Conversation

_AT_ONCE = 500


def normalise(
    path: Path,
    out_path: Path,
    *,
    key: bytes,
    format: str | None = None,
    person: str | None = None,
    on_bad: Callable[[BadRow], None] | None = None,
    progress: Progress | None = None,
) -> ImportCounts:
    """Write the conversations of `path` to `out_path`, one Conversation record a line.

    The output appears whole or not at all, readable by its owner only. `on_bad` is told of each
    bad row; it may raise to stop.

    Raises:
        InputError: as `read_conversations`, or the output cannot be written.
    """
    tally = Tally()
    progress = progress or Silent()
    progress.start("import", None)

    def good() -> Iterator[Conversation]:
        rows = read_conversations(path, key=key, format=format, person=person, tally=tally)
        for row in rows:
            if not isinstance(row, BadRow):
                yield row
            elif on_bad is not None:
                on_bad(row)

    write_conversations(good(), out_path, progress=progress)
    return tally.counts


def write_conversations(
    conversations: Iterable[Conversation], out_path: Path, *, progress: Progress
) -> int:
    """Write one Conversation record a line, and return how many there were.

    The output appears whole or not at all, readable by its owner only.

    Raises:
        InputError: the output cannot be written.
    """
    written = 0
    left = iter(conversations)
    with written_whole(out_path) as out:
        while some := list(itertools.islice(left, _AT_ONCE)):
            out.write(_lines(some))
            written += len(some)
            progress.advance(len(some))
    return written


def _lines(conversations: list[Conversation]) -> bytes:
    try:
        return msgspec.json.Encoder().encode_lines(conversations)
    except UnicodeEncodeError:
        return "".join(f"{encode(conversation)}\n" for conversation in conversations).encode()


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file beside `path`, its owner's only, that takes its place when all is written.

    A device or a pipe is written to as it is; a link stays a link, to the new file.

    Raises:
        InputError: it cannot be written.
    """
    final = path.resolve()
    if str(path).startswith("/dev/") or (final.exists() and not final.is_file()):
        try:
            with path.open("ab") as out:
                yield out
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}.", file=str(path)) from None
        return
    try:
        with drafted(final) as draft, draft.open("wb") as out:
            yield out
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}.", file=str(path)) from None
