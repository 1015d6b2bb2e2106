"""The made-up sentences that the selector is trained and checked on; see README.md beside it."""

from __future__ import annotations

import functools
from importlib import resources
from typing import NamedTuple

# Kinds that resemble one another are left out of training together.
_NEAR = {
    "greeting": ("thanks", "assistant"),
    "thanks": ("greeting", "assistant"),
    "sum": ("puzzle", "proof", "conversion"),
    "conversion": ("calendar", "sum"),
    "fact": ("reference", "rules", "acronym", "spec"),
    "code": ("command", "format"),
    "translation": ("word",),
    "word": ("translation", "acronym"),
    "text": ("format",),
    "step": ("command", "spec"),
}


class Ordinary(NamedTuple):
    """A message whose good answer is the same for everyone."""

    kind: str
    text: str


class Wish(NamedTuple):
    """A wish about some answers alone, with a message that it bears on."""

    text: str
    applies: str


class Pair(NamedTuple):
    """A made-up attribute with a message for which it matters, and one for which it does not."""

    domain: str
    attribute: str
    matters: str
    other: str


@functools.cache
def ordinary() -> tuple[Ordinary, ...]:
    """Return the ordinary messages that settings may be chosen on."""
    return tuple(Ordinary(*line) for line in _under_headings("ordinary"))


@functools.cache
def ordinary_more() -> tuple[Ordinary, ...]:
    """Return further ordinary messages, for training alone."""
    return tuple(Ordinary(*line) for line in _under_headings("ordinary_more"))


@functools.cache
def ordinary_frozen() -> tuple[Ordinary, ...]:
    """Return the ordinary messages that nothing is trained or tuned on."""
    return tuple(Ordinary(*line) for line in _under_headings("ordinary_frozen"))


@functools.cache
def pairs() -> tuple[Pair, ...]:
    """Return the made-up attributes with their messages."""
    return tuple(Pair(domain, *line.split(" | ")) for domain, line in _under_headings("pairs"))


@functools.cache
def bound() -> tuple[Wish, ...]:
    """Return the wishes about some answers alone, such as those with recipes or with code."""
    return tuple(Wish(*line.split(" | ")) for line in _read("bound").splitlines())


@functools.cache
def lines(name: str) -> tuple[str, ...]:
    """Return the lines of `style`, `wishes`, `open` or `personal`."""
    return tuple(_read(name).splitlines())


def near(kind: str) -> frozenset[str]:
    """Return a kind of ordinary message and those that resemble it."""
    return frozenset((kind, *_NEAR.get(kind, ())))


def _under_headings(name: str) -> list[tuple[str, str]]:
    heading, found = "", []
    for line in _read(name).splitlines():
        if line.startswith("# "):
            heading = line[2:]
        else:
            found.append((heading, line))
    return found


def _read(name: str) -> str:
    return resources.files(__name__).joinpath(f"{name}.txt").read_text("utf-8")
