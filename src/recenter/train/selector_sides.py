"""The four sides a selector is held to: people's answers, and restraint where it matters daily.

(a) agreement with people; (b) a planted preference, among the attributes of a real person and
those of other domains, is used for its own message; (c) of 24 attributes of other domains nothing
is used; (d) nothing is used on ordinary messages, against the attributes of real people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.models.selector_model import Read, Scores, SelectorModel, Setting, margins
from recenter.stats import classification
from recenter.train import texts
from recenter.train.examples import Labelled
from recenter.train.selector_parts import Vectors
from recenter.train.selector_rows import Drawing, profiles

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLANTED_AMONG, NONE_OF = 11, 24
_PER_FOLD = 150


class Case(NamedTuple):
    """A message against a set of attributes, with what should become of it."""

    side: str
    message: str
    attributes: tuple[str, ...]
    cluster: str
    """Unit of independence: the person, or the message where it is made up."""
    relevant: tuple[bool | None, ...] = ()
    """On side (a): what people said. On side (b) the first attribute is the planted one."""
    origin: str = ""


class Scored(NamedTuple):
    """A case with what a model says of it."""

    case: Case
    scores: Scores


class Sides(NamedTuple):
    """What a setting does on the four sides; None where there are no such cases."""

    f1: float | None
    used: float | None
    """Share of people's labelled attributes that is used."""
    planted: float | None
    elsewhere: float | None
    """Share of messages for which nothing of other domains is used."""
    ordinary: float | None
    """Share of ordinary messages, each against each profile, on which nothing is used."""


def labelled_cases(labelled: Iterable[Labelled]) -> list[Case]:
    """Return the cases of side (a), attributes as they were shown to people."""
    return [
        Case(
            "people",
            one.prompt,
            tuple(item.text for item in one.items),
            one.person,
            tuple(item.relevant for item in one.items),
            one.origin,
        )
        for one in labelled
    ]


def ordinary_cases(messages: Iterable[texts.Ordinary], labelled: Sequence[Labelled]) -> list[Case]:
    """Return the cases of side (d): every message against every person's attributes."""
    known = profiles(labelled)
    return [
        Case("ordinary", one.text, profile, one.text, origin=one.kind)
        for one in messages
        for profile in known.values()
    ]


def made_up_cases(
    pairs: Sequence[texts.Pair], draw: Drawing, fold: int, rng: np.random.Generator
) -> list[Case]:
    """Return cases of the sides (b) and (c) from made-up pairs, with a person's attributes."""
    cases = []
    for place in rng.permutation(len(pairs))[:_PER_FOLD]:
        pair = pairs[place]
        others = draw.elsewhere(pair.domain, PLANTED_AMONG)
        among = tuple(dict.fromkeys((pair.attribute, *draw.profile(fold), *others)))
        cases.append(Case("planted", pair.matters, among, pair.matters, origin=pair.domain))
        none = draw.elsewhere(pair.domain, NONE_OF)
        cases.append(Case("elsewhere", pair.matters, none, pair.matters, origin=pair.domain))
    return cases


def score_cases(model: SelectorModel, cases: Sequence[Case], vectors: Vectors) -> list[Scored]:
    """Return what a model says of each case."""
    read: dict[tuple[str, ...], Read] = {}
    scored = []
    for case in cases:
        if case.attributes not in read:
            read[case.attributes] = model.read(case.attributes, vectors(case.attributes))
        vector = vectors([case.message])[0]
        scores = model.score(case.message, vector, read[case.attributes])
        scored.append(Scored(case, scores))
    return scored


class Answers(NamedTuple):
    """Side (a) as columns, one row for each attribute that people decided on."""

    truth: Bools
    scores: list[Scored]
    picked: list[NDArray[np.intp]]

    def each(self, read: Callable[[Scored], Floats]) -> Floats:
        """Return a column: what is read of each case, at the attributes people decided on."""
        parts = [read(one)[places] for one, places in zip(self.scores, self.picked, strict=True)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def people(self) -> list[str]:
        """Return the person of each row."""
        sizes = [len(places) for places in self.picked]
        return [
            one.case.cluster
            for one, size in zip(self.scores, sizes, strict=True)
            for _ in range(size)
        ]


def answers_of(scored: Sequence[Scored]) -> Answers:
    """Return the rows of side (a)."""
    of_people = [one for one in scored if one.case.side == "people"]
    picked = [
        np.asarray([at for at, said in enumerate(one.case.relevant) if said is not None], np.intp)
        for one in of_people
    ]
    truth = [
        bool(one.case.relevant[at])
        for one, places in zip(of_people, picked, strict=True)
        for at in places
    ]
    return Answers(np.asarray(truth, bool), of_people, picked)


def sides_of(scored: Sequence[Scored], setting: Setting) -> Sides:
    """Return what a setting does on the four sides."""
    answers = answers_of(scored)
    used = answers.each(lambda one: margins(one.scores, setting)) >= 0
    return Sides(
        classification.f1(answers.truth, used),
        classification.share(used),
        classification.share(outcomes(scored, "planted", setting)[0]),
        classification.share(outcomes(scored, "elsewhere", setting)[0]),
        classification.share(outcomes(scored, "ordinary", setting)[0]),
    )


def outcomes(scored: Sequence[Scored], side: str, setting: Setting) -> tuple[Bools, list[str]]:
    """Return for each case of a side whether it went as it should, and its cluster."""
    cases = [one for one in scored if one.case.side == side]
    good = []
    for one in cases:
        margin = margins(one.scores, setting)
        good.append(bool(margin[0] >= 0) if side == "planted" else bool((margin < 0).all()))
    return np.asarray(good, bool), [one.case.cluster for one in cases]
