"""Cuts a message into clauses with their offsets, fast enough for all that a person said."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

_BREAK = re.compile(
    r"(?:[\r\n\u2028\u2029]\s*)"  # lines
    r"|(?<=[.!?…])[\"'”’)\]]*\s+"  # sentences
    r"|(?<=[a-z)][.!?])(?=(?:I|I['’]m|My|We|The|It|He|She|They)\s)"
    r"|(?<=[;:])\s+"
    r"|(?<!\s)\s+(?:--+|[-–—])\s+"
    r"|—\s*"
)
_ABBREVIATION = re.compile(
    r"\b(?:e\.?g|i\.?e|etc|vs|mr|mrs|ms|dr|prof|st|no|approx|u\.s|u\.k|a\.m|p\.m|ph\.d|[a-z])\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*•·>#]+|\(?\d{1,3}[.)])\s*")
_SUBJECT = r"(?:i|i['’]?m|i['’]ve|i['’]d|i['’]ll|ive|we|we['’]re|we['’]ve|he|she|they|it|there|you)"
_REQUEST = (
    r"(?:can|could|would|will|please|pls|what|how|which|why|where|do|does|is|are|should|"
    r"help|give|tell|write|make|create|suggest|any|how['’]s|what['’]s)"
)
_MY_CLAUSE = r"my\s+(?:[\w'’-]+\s+){1,3}(?:is|are|was|were|has|have|had|does|do|can|will|would)\b"
_JOINT = re.compile(
    rf"(?<!\s),?\s+(?P<link>and|but|so|because|cause|cuz|although|though|however|whereas|yet)"
    rf"\s+(?=(?:then\s+|also\s+)?(?:{_SUBJECT}\b|{_MY_CLAUSE}|please\b|{_REQUEST}\s+(?:you|i|me)\b))"
    rf"|,\s+(?=(?:{_SUBJECT}\b|{_MY_CLAUSE}))"
    rf"|,\s+(?={_REQUEST}\b)"
    rf"|(?<!\s)\s+(?=(?:can|could|would|will)\s+you\b)"
    rf"|(?<!\s),?\s+(?=that['’]?s\s+why\b)",
    re.IGNORECASE,
)
_OPENS_MAIN = re.compile(
    r"(?:(?:hi|hello|hey|well|so|but|and|also|ok|okay|yes|no|oh|btw|actually|because|sorry|thanks)"
    r"\b[\s,]*)*"
    r"(?:i|i['’]?m|ive|i['’]ve|i['’]d|my|we|he|she|it|they|there|the|this)\b",
    re.IGNORECASE,
)
_PURPOSE = re.compile(r"(?:i|we|they|he|she|it)\s+(?:can|could|will|would|may)\b", re.IGNORECASE)
_CONDITION = re.compile(
    r"\b(?:if|when|whenever|suppose|supposing|imagine|unless|until|while|once|after|before|as)\b",
    re.IGNORECASE,
)


class Clause(msgspec.Struct, frozen=True):
    """A stretch of a message that can stand as one statement; offsets in code points."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int
    """The sentence that the clause is part of; the clause itself where it is a whole sentence."""


def split_clauses(text: str) -> list[Clause]:
    """Return the clauses of a text, in order and without overlap, none empty.

    Sentences end at line ends, at `.!?;:` before white space and at spaced dashes; a sentence is
    cut again before a new subject or request that follows a comma or a conjunction. What follows
    a condition ("if", "when") or a purpose ("so I can") stays with it.
    """
    return [
        Clause(start, end, first, last)
        for first, last in _sentences(text)
        for start, end in _parts(text, first, last)
    ]


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _BREAK.finditer(text):
        if _ABBREVIATION.search(text, max(start, match.start() - 8), match.start()):
            continue
        yield from _trimmed(text, start, match.start())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    if bullet := _BULLET.match(text, start, end):
        start = bullet.end()
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",-–"):
        end -= 1
    if start < end:
        yield start, end


def _parts(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for match in _JOINT.finditer(text, first, last):
        if match.start() <= start or not _separable(text, start, match):
            continue
        yield from _trimmed(text, start, match.start())
        start = match.end()
    yield from _trimmed(text, start, last)


def _separable(text: str, start: int, match: re.Match[str]) -> bool:
    before = text[start : match.start()]
    if _CONDITION.match(before) or not _OPENS_MAIN.match(before):
        return False
    link = (match.group("link") or "").lower()
    return not (link == "so" and _PURPOSE.match(text, match.end()))
