"""The figures of a corpus, as rows that belong to units, and what two corpora differ by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from recenter.compare.records import Corpus, Talk
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Failure, Reference
from recenter.stats.clustered import (
    NOTHING,
    Floats,
    Part,
    Scale,
    codes,
    interval,
    part,
)
from recenter.stats.contrast import difference
from recenter.stats.estimate import LEAST, Estimate
from recenter.train.verifier_examples import FAILURES


class Rows(NamedTuple):
    """A figure as a ratio of sums over rows."""

    name: str
    scale: Scale
    top: Floats
    of: Floats
    units: tuple[str, ...]
    """What the row belongs to that is independent of all others, such as a person."""
    talks: tuple[str, ...] = ()
    """The conversation of each row; empty where rows are whole people."""


Verdicts = Mapping[str, bool]
"""Whether most people find an attribute problematic, by its id; ties are not there."""

FEW = f"An interval needs at least {LEAST} independent units;"
LEAST_EFFECTIVE = 2
LOPSIDED = "Nearly all of it is of one independent unit, so there is no freedom for an interval."

PROBLEMATIC = "problematic, by the verifier"
BY_READERS = "problematic, by readers"
PER_PERSON = "attributes per person"
PER_TALK = "attributes per conversation"
WITHOUT = "conversations without an attribute"


def sizes(corpus: Corpus) -> tuple[Rows, ...]:
    """Return how much there is of a corpus."""
    talks = corpus.talks
    who, names = units(corpus, talks), tuple(t.id for t in talks)
    per_person = Counter(talk.person for talk in talks)
    turns = _floats([t.own_turns for t in talks])
    ones = np.ones(len(talks))
    return (
        Rows(
            "conversations per person",
            "linear",
            _floats(list(per_person.values())),
            np.ones(len(per_person)),
            tuple(corpus.units[person] for person in per_person),
        ),
        Rows(
            "turns per conversation", "linear", _floats([t.turns for t in talks]), ones, who, names
        ),
        Rows("turns of the person per conversation", "linear", turns, ones, who, names),
        Rows(
            "words per turn of the person",
            "linear",
            _floats([t.own_words for t in talks]),
            turns,
            who,
            names,
        ),
    )


def outcomes(corpus: Corpus, verdicts: Verdicts | None = None) -> tuple[Rows, ...]:
    """Return what the extractor made of a corpus, the verifier's share first."""
    return (
        problematic(corpus),
        *(() if verdicts is None else (by_readers(corpus, verdicts),)),
        _per_person(corpus),
        per_talk(corpus),
        without(corpus),
        *_of_attributes(corpus),
    )


def problematic(corpus: Corpus) -> Rows:
    """Return the attributes that the verifier does not accept, of those it judged."""
    answers = {name: judged.answer for name, judged in corpus.judgments.items()}
    bad = {name: answer not in SUPPORTED.positive for name, answer in answers.items()}
    return _judged(corpus, bad, PROBLEMATIC)


def by_readers(corpus: Corpus, verdicts: Verdicts) -> Rows:
    """Return the attributes that most readers do not accept, of those they judged."""
    return _judged(corpus, verdicts, BY_READERS)


def failures(corpus: Corpus) -> tuple[Rows, ...]:
    """Return the share of judged attributes that fail in each way."""
    named: dict[str, Failure | None] = {n: j.failure for n, j in corpus.judgments.items()}
    return tuple(
        _judged(corpus, {name: found == mode for name, found in named.items()}, words)
        for mode in FAILURES
        for words in (mode.replace("_", " "),)
    )


def per_talk(corpus: Corpus) -> Rows:
    """Return the attributes that rest first on each conversation."""
    count = Counter(first_talk(corpus).values())
    top = _floats([count[talk.id] for talk in corpus.talks])
    return _talks(corpus, PER_TALK, "linear", top)


def without(corpus: Corpus) -> Rows:
    """Return the conversations that are no attribute's evidence."""
    cited = {e.conversation for one in corpus.attributes for e in one.evidence}
    top = _floats([talk.id not in cited for talk in corpus.talks])
    return _talks(corpus, WITHOUT, "share", top)


def units(corpus: Corpus, rows: Sequence[Talk | Attribute | Reference]) -> tuple[str, ...]:
    """Return the independent unit that each of them is of."""
    return tuple(corpus.units[one.person] for one in rows)


def first_talk(corpus: Corpus) -> dict[str, str]:
    """Return the conversation of each attribute's first evidence."""
    return {one.id: one.evidence[0].conversation for one in corpus.attributes if one.evidence}


def one(rows: Rows) -> Estimate:
    """Return the figure of one corpus with its interval, clustered by unit."""
    found = side(rows)
    if found is None:
        return Estimate(value=None, n=len(rows.top), reason=NOTHING)
    return bounded(found, n=len(rows.top), scale=rows.scale)


def apart(first: Rows, second: Rows) -> Estimate:
    """Return how much higher the figure of the first corpus is, with its interval."""
    return contrasted(side(first), side(second), n=len(first.top) + len(second.top))


def bounded(found: Part, *, n: int, scale: Scale = "linear") -> Estimate:
    """Return a figure with its interval, if there are units enough for one."""
    reason = _too_few(found)
    if reason is not None:
        return Estimate(value=found.value, n=n, clusters=found.clusters, reason=reason)
    return interval(found.value, found.errors, found, n=n, scale=scale)


def contrasted(one: Part | None, other: Part | None, *, n: int) -> Estimate:
    """Return how much higher the first figure is, with its interval if both have units enough."""
    found = difference(one, other, n=n)
    reasons = [_too_few(part) for part in (one, other) if part is not None]
    reason = next((reason for reason in reasons if reason is not None), None)
    if found.value is None or reason is None:
        return found
    return Estimate(value=found.value, n=n, clusters=found.clusters, reason=reason)


def _too_few(found: Part) -> str | None:
    """Return why units do not carry an interval; None where they do.

    An interval of t holds its level with few units of one size, but what is shared makes them of
    very different ones: with one that holds nearly all, there is no freedom left.
    """
    if found.clusters < LEAST:
        return f"{FEW} there {'is' if found.clusters == 1 else 'are'} {found.clusters}."
    return LOPSIDED if found.effective < LEAST_EFFECTIVE else None


def side(rows: Rows) -> Part | None:
    """Return the figure of one corpus as a side of a difference; None where there is none."""
    if not rows.of.any():
        return None
    who = codes(rows.units)
    return part(rows.top, rows.of, who, int(who.max()) + 1)


def _judged(corpus: Corpus, hits: Mapping[str, bool], name: str) -> Rows:
    at = first_talk(corpus)
    kept = [one for one in corpus.attributes if one.id in hits]
    return Rows(
        name,
        "share",
        _floats([hits[one.id] for one in kept]),
        np.ones(len(kept)),
        units(corpus, kept),
        tuple(at.get(one.id, "") for one in kept),
    )


def _per_person(corpus: Corpus) -> Rows:
    count = Counter(one.person for one in corpus.attributes)
    people = corpus.people
    top = _floats([count[person] for person in people])
    who = tuple(corpus.units[person] for person in people)
    return Rows(PER_PERSON, "linear", top, np.ones(len(people)), who)


def _of_attributes(corpus: Corpus) -> tuple[Rows, ...]:
    made = corpus.attributes
    who, ones = units(corpus, made), np.ones(len(made))
    at = first_talk(corpus)
    talks = tuple(at.get(one.id, "") for one in made)
    stated = _floats([one.source == "stated" for one in made])
    evidence = _floats([len(one.evidence) for one in made])
    return (
        Rows("stated, not inferred", "share", stated, ones, who, talks),
        Rows("pieces of evidence per attribute", "linear", evidence, ones, who, talks),
    )


def _talks(corpus: Corpus, name: str, scale: Scale, top: Floats) -> Rows:
    return Rows(
        name,
        scale,
        top,
        np.ones(len(corpus.talks)),
        units(corpus, corpus.talks),
        tuple(talk.id for talk in corpus.talks),
    )


def _floats(values: Sequence[float]) -> Floats:
    return np.asarray(values, np.float64)
