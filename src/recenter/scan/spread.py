"""A name that was told once is found wherever it stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from recenter.scan.name_lists import NEVER_ALONE, PARTICLES, WORD, folded
from recenter.scan.record import Finding, finding

_BETWEEN = re.compile(r"(\.?)[ \t\u00a0]{1,2}")
_POSSESSIVE = re.compile(r"['’]s$")
_LEAST = 3
_INITIAL = 2


def spread(text: str, told: Iterable[str], *, given: Iterable[str] = ()) -> Iterator[Finding]:
    """Yield every run of words that belong to names. Words that mean something else need company.

    `told` are names found in the text, looked for as they are capitalised there; `given` are names
    known beforehand, looked for in any case.
    """
    told, given = tuple(told), tuple(given)
    known = _words(told)
    anycase = _words([*given, *(name for name in told if name.islower())])
    alone = {word for name in (*told, *given) for word in _alone(name)} | _single(given)
    if not known and not anycase:
        return
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        bare = folded(_POSSESSIVE.sub("", word.group()))
        fits = bare in anycase or (bare in known and not word.group()[0].islower())
        if run and not (fits and _joined(text, run[-1], word)):
            yield from _found(text, run, alone)
            run = []
        if fits:
            run.append(word)
    yield from _found(text, run, alone)


def _joined(text: str, before: re.Match[str], word: re.Match[str]) -> bool:
    """Tell whether two words are of one name: a full stop is part of it after an initial only."""
    between = _BETWEEN.fullmatch(text, before.end(), word.start())
    return between is not None and (not between[1] or len(before.group()) <= _INITIAL)


def _words(names: Iterable[str]) -> set[str]:
    return {folded(word) for name in names for word in WORD.findall(name)}


def _single(names: Iterable[str]) -> set[str]:
    """Return the words of names that have one word: who gave it meant the word itself."""
    return {folded(words[0]) for name in names if len(words := WORD.findall(name)) == 1}


def _alone(name: str) -> set[str]:
    return {
        word
        for word in _words([name])
        if len(word) >= _LEAST and word not in NEVER_ALONE and word not in PARTICLES
    }


def _found(text: str, run: list[re.Match[str]], alone: set[str]) -> Iterator[Finding]:
    bare = [_POSSESSIVE.sub("", word.group()) for word in run]
    if any(folded(word) in alone for word in bare):
        yield finding("name", text, run[0].start(), run[-1].start() + len(bare[-1]))
