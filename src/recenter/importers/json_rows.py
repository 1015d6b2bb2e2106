"""Rows of JSON files as bytes: lines, or the items of one large array, never the whole file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MAX_ROW = 64 * 2**20
"""Bytes of one row. A longer one is reported and passed over without being held in memory."""

_BLANK = re.compile(rb"[ \t\r\n]*\Z")
# The rest of a string; possessive, so linear. A backslash that ends the chunk is not consumed.
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
# Everything up to the next bracket, or comma, with whole strings taken in one step. The outer
# repeat is greedy: before 3.11.5, CPython keeps half of a failed round of a possessive one
# (gh-106052).
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TO_BRACKET = re.compile(rb'[^"{}\[\]]*+(?:%b[^"{}\[\]]*+)*' % _STRING, re.DOTALL)
_TO_COMMA = re.compile(rb'[^"{}\[\],]*+(?:%b[^"{}\[\],]*+)*' % _STRING, re.DOTALL)
_QUOTE, _END = ord('"'), ord("]")
_CLOSES = {ord("}"): ord("{"), ord("]"): ord("[")}


RawRow = tuple[int, bytes | str]
"""1-based position, and the bytes of the row or the reason why there are none."""


def json_lines(chunks: Iterable[bytes], *, limit: int = MAX_ROW) -> Iterator[RawRow]:
    """Yield the lines that are not blank; CRLF and a last line without end are as good."""
    held: list[bytes] = []
    number = size = 0
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            number += 1
            size += len(piece)
            if size > limit:
                yield number, too_long(limit)
            else:
                line = b"".join((*held, piece))
                if not _BLANK.match(line):
                    yield number, line
            held, size = [], 0
        size += len(rest)
        if size > limit:
            held = []
        else:
            held.append(rest)
    if size > limit:
        yield number + 1, too_long(limit)
    elif not _BLANK.match(line := b"".join(held)):
        yield number + 1, line


def too_long(limit: int) -> str:
    """Return why a row is passed over."""
    return f"the row is longer than {limit} bytes."


def json_items(chunks: Iterable[bytes], *, limit: int = MAX_ROW) -> Iterator[RawRow]:
    """Yield the items of the array that the chunks spell, without decoding them.

    A broken item stays between its commas as long as its quotes are paired; a bracket that is
    missing inside it is made up for where an outer one closes.
    """
    scanner = _ItemScanner(limit)
    number = 0
    for chunk in chunks:
        for item in scanner.feed(chunk):
            number += 1
            yield number, item
    for item in scanner.finish():
        number += 1
        yield number, item


class _ItemScanner:
    """Cuts an array at the commas between its items, chunk by chunk."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._begun = self._ended = self._in_string = False
        self._open: list[int] = []
        self._depth = dict.fromkeys(b"{[", 0)
        self._held: list[bytes] = []
        self._size = 0
        self._carry = b""

    def feed(self, chunk: bytes) -> Iterator[bytes | str]:
        """Yield the items that end in this chunk."""
        chunk, self._carry = self._carry + chunk, b""
        at = start = 0
        if not self._begun:
            at = start = chunk.find(b"[") + 1
            self._begun = True
        while at < len(chunk) and not self._ended:
            at = self._next_mark(chunk, at)
            if at == len(chunk):
                break
            if self._ends_item(chunk[at]):
                self._hold(chunk[start:at])
                yield from self._take()
                start = at + 1
            at += 1
        self._hold(chunk[start : len(chunk) - len(self._carry)])

    def _next_mark(self, chunk: bytes, at: int) -> int:
        """Return where the next bracket, quote or dividing comma is; its end where none is."""
        if not self._in_string:
            return _end(_TO_BRACKET if self._open else _TO_COMMA, chunk, at)
        at = _end(_IN_STRING, chunk, at)
        if chunk[at:] == b"\\":
            # What it escapes is in the next chunk.
            self._carry = chunk[at:]
            return len(chunk)
        return at

    def _ends_item(self, mark: int) -> bool:
        """Follow a quote, bracket or comma; tell whether an item ends with it."""
        if mark == _QUOTE:
            self._in_string = not self._in_string
        elif mark in b"{[":
            self._open.append(mark)
            self._depth[mark] += 1
        elif not self._open:
            self._ended = mark == _END
            return mark in b",]"
        elif self._depth[_CLOSES[mark]]:
            # Counted, since looking for the opener would take quadratic time on hostile text.
            opener = None
            while opener != _CLOSES[mark]:
                opener = self._open.pop()
                self._depth[opener] -= 1
        return False

    def _hold(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._limit:
            self._held.append(piece)
        else:
            self._held.clear()

    def _take(self) -> Iterator[bytes | str]:
        size, item = self._size, b"".join(self._held)
        self._held, self._size = [], 0
        if size > self._limit:
            yield too_long(self._limit)
        elif not _BLANK.match(item):
            yield item

    def finish(self) -> Iterator[bytes | str]:
        """Yield what is left when the file ends, and why that is not as it should be."""
        self._hold(self._carry)
        whole = not (self._open or self._in_string or self._ended)
        for item in self._take():
            if self._ended:
                yield "there is text after the end of the array."
            elif whole:
                yield item
        if not self._ended:
            yield "the file ends before its array does: it is incomplete."


def _end(pattern: re.Pattern[bytes], chunk: bytes, at: int) -> int:
    found = pattern.match(chunk, at)
    return at if found is None else found.end()
