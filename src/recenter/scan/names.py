"""Names of people, told without a model: by what stands before them, and by common given names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recenter.scan.name_cues import (
    AFTER_ALONE,
    BEFORE_ALONE,
    CHINESE,
    LISTED_CUES,
    LOWER_CUE,
    LOWER_GIVEN_CUE,
    NAME_CUES,
    NO_TITLED,
    PAIRED,
    SELF_CUE,
    SELF_ENDS,
    SELF_FOLLOWS,
    SIGNATURES,
    SPEAKING,
    SPEAKING_AFTER,
    TITLES,
)
from recenter.scan.name_lists import COMMON, DOUBTFUL, GIVEN, PARTICLES, SURE, WORD, folded
from recenter.scan.record import Finding, finding
from recenter.scan.words import word_set

_SPACE = re.compile(r"[ \t\u00a0]{1,2}")
_POSSESSIVE = re.compile(r"['’]s$")
_END_OF_LINE = re.compile(r"[ \t.!]{0,3}(?:\r?\n|$|[\"”*])")
_ENDS_NAME = re.compile(r"[ \t]*(?:[,.;:!?)\r\n]|$|[ \t](?:and|i|but|from|who|here|im|i'm)\b)")
_PEOPLES = re.compile(r"(?:ian|ish|ese|ist|ean|ing|ed)$")
_PREFIXED = re.compile(r"(?:al|el|d|l|ben|bin)[-'’]")
_LINE_ABOVE = re.compile(r"(?:^|\n)[ \t]*(?P<name>[^\n\r]+?)[ \t,]*\r?\n\Z")
_LINE = 60
_ABBREVIATION = 3
_MOST = 4
_NONE: frozenset[str] = frozenset()


def find_names(text: str) -> Iterator[Finding]:
    """Yield names where something tells them: a cue, a title, a signature, a known given name."""
    for start, end in _spans(text):
        yield finding("name", text, start, end)


def find_headed(text: str, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield names that stand alone on the line above an address, a phone number or an e-mail."""
    for one in found:
        if one.kind not in ("address", "phone", "email"):
            continue
        begins = text.rfind("\n", max(0, one.start - _LINE), one.start) + 1
        above = _LINE_ABOVE.search(text, max(0, begins - _LINE), begins) if begins else None
        if above:
            words = read_name(text, above.start("name"), others=_NONE)
            if len(words) > 1 and words[-1][1] == above.end("name"):
                yield finding("name", text, words[0][0], words[-1][1])


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for pattern in NAME_CUES:
        for cue in pattern.finditer(text):
            yield from _chain(text, cue.end())
    for cue in TITLES.finditer(text):
        words = read_name(text, cue.end(), first=NO_TITLED, others=_NONE)
        if words:
            yield words[0][0], words[-1][1]
    for cue in LISTED_CUES.finditer(text):
        words = read_name(text, cue.end())
        if words and (len(words) > 1 or folded(_text(text, words[0])) in SURE):
            yield words[0][0], words[-1][1]
    yield from _introductions(text)
    yield from _signatures(text)
    yield from _lower(text)
    yield from _listed(text)
    for cue in CHINESE.finditer(text):
        yield cue.span("name")


def _chain(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield the name at a place and those joined to it by "and" or a comma."""
    words = read_name(text, start, others=_NONE)
    while words:
        yield words[0][0], words[-1][1]
        joined = PAIRED.match(text, words[-1][1])
        words = read_name(text, joined.end()) if joined else []


def _signatures(text: str) -> Iterator[tuple[int, int]]:
    """Yield names that end a letter: nothing else stands on their line."""
    for pattern in SIGNATURES:
        for cue in pattern.finditer(text):
            words = read_name(text, cue.end(), others=_NONE)
            if words and _END_OF_LINE.match(text, words[-1][1]):
                yield words[0][0], words[-1][1]


def _introductions(text: str) -> Iterator[tuple[int, int]]:
    """Yield names after "I'm" and "this is", where other words stand as often as names."""
    for cue in SELF_CUE.finditer(text):
        words = read_name(text, cue.end())
        if not words:
            continue
        first = folded(_text(text, words[0]))
        follows = SELF_FOLLOWS.match(text, words[-1][1]) and not _PEOPLES.search(first)
        several = len(words) > 1 and (first in GIVEN or SELF_ENDS.match(text, words[-1][1]))
        if first in SURE or several or (follows and first not in DOUBTFUL):
            yield words[0][0], words[-1][1]
    for cue in SPEAKING.finditer(text):
        words = read_name(text, cue.end("before"))
        if words and SPEAKING_AFTER.match(text, words[-1][1]):
            yield words[0][0], words[-1][1]


def _lower(text: str) -> Iterator[tuple[int, int]]:
    """Yield names that are written without capitals."""
    for cue in LOWER_CUE.finditer(text):
        first = WORD.match(text, cue.end())
        if not first or not first.group().islower() or _is_no_name(first.group()):
            continue
        end = first.end()
        gap = _SPACE.match(text, end)
        second = WORD.match(text, gap.end()) if gap else None
        if second and second.group() not in _SMALL_WORDS and _ENDS_NAME.match(text, second.end()):
            end = second.end()
        if folded(first.group()) in GIVEN or _ENDS_NAME.match(text, end):
            yield first.start(), end
    for cue in LOWER_GIVEN_CUE.finditer(text):
        first = WORD.match(text, cue.end())
        if first and first.group().islower() and folded(first.group()) in SURE:
            yield first.span()


def _is_no_name(word: str) -> bool:
    return folded(word) in COMMON or word in _SMALL_WORDS


_SMALL_WORDS = word_set(
    """
    not on in a an the already spelled misspelled pronounced called missing wrong private irrelevant
    unimportant quite very so too really also just actually hard difficult long short common rare
    unique and or but i im from who here with for at to of is was are be being used shown
    """
)


def _listed(text: str) -> Iterator[tuple[int, int]]:
    """Yield a known given name with what follows it, and alone where a person is spoken of."""
    until = 0
    for word in WORD.finditer(text):
        token = _POSSESSIVE.sub("", word.group())
        if word.start() < until or not token[0].isupper() or folded(token) not in GIVEN:
            continue
        words = read_name(text, word.start())
        if not words:
            continue
        until = words[-1][1]
        short = token.isupper() and len(token) <= _ABBREVIATION
        if len(words) > 1 and token.isupper() and not _text(text, words[1]).isupper():
            continue  # "DAN" is an abbreviation, "DAN BROWN" is not.
        if len(words) > 1:
            sure = folded(token) in SURE or not _begins_sentence(text, word.start())
        else:
            sure = folded(token) in SURE and not short and _stands_for_person(text, *words[0])
        if sure:
            yield words[0][0], until


def _stands_for_person(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(BEFORE_ALONE.search(before) or AFTER_ALONE.match(text, end))


def _begins_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 3) : start].rstrip(" \t\"'“*_#>-")
    return not before or before[-1] in ".!?:\n\r"


def read_name(
    text: str,
    start: int,
    *,
    first: frozenset[str] = COMMON,
    others: frozenset[str] = COMMON,
) -> list[tuple[int, int]]:
    """Return the places of the words of the name that begins at a place; empty if none does.

    A name is capitalised words, perhaps initials, with particles between. `first` are words that
    it cannot begin with, `others` those that end it.
    """
    words: list[tuple[int, int]] = []
    place = start
    while len(words) < _MOST:
        word = WORD.match(text, place)
        if not word:
            break
        token = word.group()
        bare = _POSSESSIVE.sub("", token)
        if _is_capital(bare) and folded(bare) not in (others if words else first):
            words.append((word.start(), word.start() + len(bare)))
        elif not words or token not in PARTICLES:
            break
        place = word.end()
        if len(token) == 1 and text[place : place + 1] == ".":
            place += 1
        gap = _SPACE.match(text, place)
        if bare != token or not gap:
            break
        place = gap.end()
    return words


def _is_capital(word: str) -> bool:
    return word[0].isupper() or bool(_PREFIXED.match(word) and any(map(str.isupper, word)))


def _text(text: str, span: tuple[int, int]) -> str:
    return text[span[0] : span[1]]
