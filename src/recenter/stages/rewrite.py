"""Narrower wordings without a model: the person's own words, less of a claim, or the occasion."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from recenter.records import Attribute, Judgment
from recenter.stages import claims
from recenter.text.clauses import split_clauses
from recenter.text.person_shift import shift_person

NAME = "embedded:rewriter@1"

_LONGEST = 120
_LEAST_WORDS = 2
_STRONG = re.compile(
    r"\b(?:always|constantly|frequently|regularly|repeatedly|consistently|highly|extremely|deeply"
    r"|very|really|avid|passionate(?:ly)?|obsessed|persistent(?:ly)?|sustained|expert|advanced"
    r"|professional(?:ly)?)\s+(?:and\s+)?",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\b([Aa])n (?=[bcdfghjklmnpqrstvwxyz])|\b([Aa]) (?=[aeio])")


class Offer(NamedTuple):
    """What a rewriter proposes: a wording, or to drop the statement."""

    action: str
    """`narrow`, `rewrite` or `drop`."""
    text: str
    reason: str


def offer(attribute: Attribute, judgment: Judgment, tried: Collection[str]) -> Offer | None:
    """Return the next wording that was not tried; where none is left, a drop of what was rejected.

    None leaves the statement as it is: what is only uncertain is for a person to decide.

    Own words come first, then the statement without what makes it stronger than they are, then
    the occasion by itself. Nothing is said that the quotes or the statement do not say; a quote
    that does not stand, or that tells a fiction or a task, has nothing to be reworded to.
    """
    quotes = [evidence.quote for evidence in attribute.evidence]
    if not quotes:
        return Offer("drop", "", "No quote supports it in any wording.")
    if judgment.failure != "task_context_confusion":
        for made in _wordings(attribute.text, quotes):
            if made.text not in tried:
                return made
    if judgment.answer == "uncertain":
        return None
    return Offer("drop", "", "Its words support no narrower wording.")


def _wordings(text: str, quotes: Sequence[str]) -> Iterator[Offer]:
    for sentence in sorted(_own_words(quotes), key=lambda own: len(claims.new_words(text, [own]))):
        if len(claims.new_words(text, [sentence])) < len(claims.new_words(text, [])):
            yield Offer("rewrite", sentence, "The person's own words.")
    weaker = _weaker(text, quotes)
    if weaker != text:
        yield Offer("narrow", weaker, "Without the generalisation.")
    if all(claims.only_asks(quote) for quote in quotes) and len(quotes[0]) <= _LONGEST:
        asked = " ".join(quotes[0].split())
        yield Offer("rewrite", f"The user asked once: {asked}", "Restricted to the occasion.")


def _own_words(quotes: Sequence[str]) -> list[str]:
    """Return what the clauses of the quotes state of the person, with every hedge they have."""
    shifted = (
        shift_person(quote[clause.start : clause.end])
        for quote in quotes
        for clause in split_clauses(quote)
    )
    stated = (one.text for one in shifted if one.text is not None)
    # "The user is on it" says something to those only who were there.
    return [text for text in stated if len(claims.new_words(text, [])) >= _LEAST_WORDS]


def _weaker(text: str, quotes: Sequence[str]) -> str:
    said = " ".join(quotes).casefold()

    def dropped(match: re.Match[str]) -> str:
        return match[0] if match[0].split()[0].casefold() in said else ""

    left = _STRONG.sub(dropped, text)
    left = (
        _ARTICLE.sub(lambda m: f"{m[1]} " if m[1] else f"{m[2]}n ", left) if left != text else text
    )
    return left[:1].upper() + left[1:]
