"""One output line for each input line, in the same order, whatever the lines hold.

A handler is given rows that belong together and returns one result for each: the row with its
answer, or the error that this row deserves. Errors that no other row could escape (no endpoint, no
budget, a missing extra) are raised instead, alone or as `Unfinished`, and stop the run; what is
done stays in `OUT.part`, and the same command goes on from there.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from recenter import formats
from recenter.drafts import drafted
from recenter.errors import InputError, RecenterError, StoreError
from recenter.progress import Progress, Silent
from recenter.provenance import digest

Row = dict[str, Any]
Result = Row | RecenterError
Handler = Callable[[Sequence[Row]], Sequence[Result]]


_ERROR = {"error", "line"}


class Unfinished(Exception):
    """An error that stops the run, with the results of the rows before it, which are kept."""

    def __init__(self, done: Sequence[Result], error: BaseException) -> None:
        super().__init__()
        self.done = done
        self.error = error


class BatchCounts(NamedTuple):
    """What became of the lines of a batch."""

    rows: int
    failed: int
    resumed: int
    """Rows that an earlier, interrupted run had done."""


class _Place(NamedTuple):
    """Where a line stands in the input, and the group it belongs to."""

    offset: int
    length: int
    group: str | None


class _Grouped(msgspec.Struct):
    person: str | None = None


def run_batch(
    source: str | Path,
    output: str | Path,
    handle: Handler,
    *,
    settings: str = "",
    by_person: bool = False,
    block: int = 32,
    progress: Progress | None = None,
) -> BatchCounts:
    """Send the rows of a JSON lines file through a handler.

    Args:
        source: path of the input, or `-` for standard input.
        output: path of the output, or `-` for standard output. A file appears under its name only
            when it is whole; an existing one is then replaced.
        handle: rows in, one result for each out, in order.
        settings: whatever else the result depends on; an interrupted run is resumed only by one
            with the same settings and input.
        by_person: give the handler all rows with the same `person` at once, wherever they stand.
        block: most rows without a person that the handler gets at once.
        progress: told of every finished row.

    Raises:
        InputError: the input cannot be opened.
        StoreError: the output cannot be written.
        RecenterError: raised by the handler.
    """
    progress = progress or Silent()
    _refuse_same(source, output)
    with _open_source(source) as data:
        places = _index(data, by_person=by_person)
        progress.start("rows", len(places))
        with _open_sink(output, _fingerprint(data, settings)) as (sink, done, failed):
            if done > len(places):
                raise StoreError(f"{output}.part has more rows than {source}.", cure="Delete it.")
            progress.advance(done)
            for text, bad in _results(data, places, handle, start=done, block=block):
                sink.write(text)
                failed += bad
                progress.advance()
    return BatchCounts(len(places), failed, done)


def _refuse_same(source: str | Path, output: str | Path) -> None:
    """Refuse to replace the input, of which the rows that fail are nowhere else."""
    both = Path(source), Path(output)
    if (
        "-" not in map(str, both)
        and all(path.is_file() for path in both)
        and both[0].samefile(both[1])
    ):
        raise InputError(
            "the output would replace the input.", file=str(output), cure="Name another file."
        )


def _results(
    data: IO[bytes], places: list[_Place], handle: Handler, *, start: int, block: int
) -> Iterator[tuple[str, bool]]:
    """Yield each line of output and whether it is an error, in the order of the input."""
    ready: dict[int, tuple[str, bool]] = {}
    members: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        if place.group is not None:
            members.setdefault(place.group, []).append(number)
    following = start
    while following < len(places):
        if following not in ready:
            group = places[following].group
            numbers = members[group] if group is not None else _alone(places, following, block)
            made, error = _handle(data, places, numbers, handle)
            ready |= made
            if error is not None:
                while following in ready:
                    yield ready.pop(following)
                    following += 1
                raise error
        yield ready.pop(following)
        following += 1


def _alone(places: list[_Place], start: int, block: int) -> list[int]:
    """Return the numbers of up to `block` rows from `start` on that have no group."""
    stretch = itertools.takewhile(
        lambda n: places[n].group is None, range(start, min(start + block, len(places)))
    )
    return list(stretch)


def _handle(
    data: IO[bytes], places: list[_Place], numbers: list[int], handle: Handler
) -> tuple[dict[int, tuple[str, bool]], BaseException | None]:
    """Return the output line of each of these rows, and the error before which they end, if any."""
    results: dict[int, Result] = {}
    rows: dict[int, Row] = {}
    for number in numbers:
        try:
            rows[number] = _read(data, places[number], number + 1)
        except InputError as error:
            results[number] = error
    stopped: BaseException | None = None
    if rows:
        try:
            answers = handle(list(rows.values()))
        except Unfinished as error:
            stopped, answers = error.error, error.done
            rows = dict(itertools.islice(rows.items(), len(answers)))
        results |= dict(zip(rows, answers, strict=True))
    return {number: _render(result, number + 1) for number, result in results.items()}, stopped


def _read(data: IO[bytes], place: _Place, number: int) -> Row:
    data.seek(place.offset)
    line = data.read(place.length)
    row = formats.decode(line.removeprefix(b"\xef\xbb\xbf"), object, number=number)
    if not isinstance(row, dict):
        raise InputError("expected an object.", line=number)
    return row


def _render(result: Result, number: int) -> tuple[str, bool]:
    failed = isinstance(result, RecenterError)
    if isinstance(result, InputError):
        reason = f"{result.field}: {result.reason}" if result.field else result.reason
        result = {"error": reason, "line": number}
    elif isinstance(result, RecenterError):
        result = {"error": str(result), "line": number}
    return formats.encode(result) + "\n", failed


def _index(data: IO[bytes], *, by_person: bool) -> list[_Place]:
    """Return where each line stands. A line feed at the very end does not start another line."""
    places = []
    offset = 0
    for line in data:
        group = _group(line) if by_person else None
        places.append(_Place(offset, len(line), group))
        offset += len(line)
    return places


def _group(line: bytes) -> str | None:
    try:
        return msgspec.json.decode(line, type=_Grouped).person or None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None  # reported when the row is read


def _fingerprint(data: IO[bytes], settings: str) -> str:
    data.seek(0)
    content = hashlib.sha256()
    for piece in iter(lambda: data.read(1 << 20), b""):
        content.update(piece)
    return digest(content.hexdigest(), settings)


@contextmanager
def _open_source(source: str | Path) -> Iterator[IO[bytes]]:
    """Open the input so that it can be read twice; what a pipe holds is kept in a file."""
    with ExitStack() as stack:
        data: IO[bytes] = sys.stdin.buffer
        if str(source) != "-":
            try:
                data = stack.enter_context(Path(source).open("rb"))
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}.", file=str(source)) from None
        if str(source) == "-" or not data.seekable():
            kept = stack.enter_context(tempfile.TemporaryFile())
            shutil.copyfileobj(data, kept)
            kept.seek(0)
            data = kept
        yield data


@contextmanager
def _open_sink(output: str | Path, fingerprint: str) -> Iterator[tuple[IO[str], int, int]]:
    """Open the output, and say how many rows it already holds and how many of them failed."""
    if str(output) in ("-", "/dev/stdout"):
        # JSON is UTF-8, whatever the terminal's language is.
        sink = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="\n", line_buffering=True)
        try:
            yield sink, 0, 0
        finally:
            sink.detach()
        return
    # A link stays a link, to the new file.
    final = Path(output).resolve()
    if str(output).startswith("/dev/") or (final.exists() and not final.is_file()):
        # A device or a pipe is written to; nothing may take its place.
        try:
            with Path(output).open("a", 1, encoding="utf-8", newline="\n") as sink:
                yield sink, 0, 0
        except IsADirectoryError:
            raise StoreError(f"{output} is a folder.", cure="Name a file in it.") from None
        return
    part = final.with_name(final.name + ".part")
    with ExitStack() as stack:
        try:
            # What people said is nobody else's to read.
            part.touch(mode=0o600)
            done, failed = _resume(part, fingerprint)
            sink = stack.enter_context(part.open("a", 1, encoding="utf-8", newline="\n"))
        except OSError as error:
            raise StoreError(f"{part} cannot be written: {error.strerror}.") from None
        if not sink.tell():
            sink.write(formats.encode({"batch": fingerprint}) + "\n")
        yield sink, done, failed
    _publish(part, final)


def _resume(part: Path, fingerprint: str) -> tuple[int, int]:
    """Cut a part file after its last whole line, or to nothing if it is of another run."""
    header = formats.encode({"batch": fingerprint}).encode() + b"\n"
    done = failed = 0
    with part.open("r+b") as lines:
        if lines.readline() != header:
            lines.truncate(0)
            return 0, 0
        whole = lines.tell()
        for line in iter(lines.readline, b""):
            if not line.endswith(b"\n"):
                break
            whole = lines.tell()
            done += 1
            failed += line.startswith(b'{"error":') and msgspec.json.decode(line).keys() == _ERROR
        lines.truncate(whole)
    return done, failed


def _publish(part: Path, final: Path) -> None:
    """Give the finished output its name, without the header."""
    with drafted(final) as draft, part.open("rb") as lines, draft.open("wb") as whole:
        lines.readline()
        shutil.copyfileobj(lines, whole)
    part.unlink()
