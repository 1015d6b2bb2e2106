"""Rows that the selector is fitted on: people's answers, and made-up sentences beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from recenter.train import texts
from recenter.train.deal import deal
from recenter.train.examples import Labelled

MODELS_SHARE = 0.1
"""How far the target of an answer moves towards what language models said of it."""

MANNERS = frozenset(
    (
        "data analysis",
        "exams & how one learns best",
        "learning a language",
        "office work style & remote work",
        "podcasts & news",
        "programming style",
        "public speaking",
        "software tools",
        "writing academic",
        "writing fiction",
    )
)
"""Domains whose attributes say how somebody does things, which is of use beyond the domain."""

_ELSEWHERE, _OPEN = 0.25, 0.4
_OPEN_TIMES = 4
_SET = 24


class Row(NamedTuple):
    """One attribute for one message, among the attributes it was judged with."""

    attribute: str
    message: str
    of: tuple[str, ...]
    """All attributes of the set, this one among them."""
    target: float
    weight: float
    groups: frozenset[str]
    """What must not be on both sides of a split: `person:2`, `prompt:0`, `domain:1`."""


class Folds(NamedTuple):
    """Which fold each person, prompt, domain of made-up pairs and kind of message is in."""

    number: int
    people: Mapping[str, int]
    prompts: Mapping[str, int]
    domains: Mapping[str, int]
    kinds: Mapping[str, int]

    def groups_of(self, row: Labelled) -> frozenset[str]:
        """Return the groups of the rows of a labelled pair."""
        return frozenset(
            (f"person:{self.people[row.person]}", f"prompt:{self.prompts[row.prompt]}")
        )


def make_folds(
    labelled: Sequence[Labelled],
    *,
    seed: int,
    number: int = 5,
    together: Mapping[str, str] | None = None,
) -> Folds:
    """Return folds drawn by a seed; domains that `together` gives one name share a fold."""
    rng = np.random.default_rng(seed)
    domains = list(dict.fromkeys(pair.domain for pair in texts.pairs()))
    group = {domain: (together or {}).get(domain, domain) for domain in domains}
    of_group = deal(group.values(), rng, number)
    return Folds(
        number,
        deal((row.person for row in labelled), rng, number),
        deal((row.prompt for row in labelled), rng, number),
        {domain: of_group[group[domain]] for domain in domains},
        deal((one.kind for one in texts.ordinary()), rng, number),
    )


def labelled_rows(labelled: Sequence[Labelled], folds: Folds) -> list[Row]:
    """Return a row for each answer of people, the target moved a little towards the models'."""
    rows = []
    for one in labelled:
        of = tuple(dict.fromkeys(item.text for item in one.items))
        for item in one.items:
            if item.relevant is None:
                continue
            target = float(item.relevant)
            if item.models is not None:
                target += MODELS_SHARE * (item.models - target)
            rows.append(Row(item.text, one.prompt, of, target, 1.0, folds.groups_of(one)))
    return rows


def made_up_rows(labelled: Sequence[Labelled], folds: Folds, *, seed: int) -> list[Row]:
    """Return negatives: attributes of other domains for a made-up message, that it does not touch.

    The sets mix made-up attributes with those of people of the same fold.
    """
    rng = np.random.default_rng(seed)
    draw = Drawing(labelled, folds, rng)
    of_manner = {pair.attribute for pair in texts.pairs() if pair.domain in MANNERS}
    rows = []
    for pair in texts.pairs():
        fold = folds.domains[pair.domain]
        groups = frozenset((f"domain:{fold}", f"person:{fold}"))
        if rng.random() < 0.6:
            of = (pair.attribute, *draw.profile(fold), *draw.elsewhere(pair.domain, 6, fold=fold))
        else:
            of = (pair.attribute, *draw.elsewhere(pair.domain, 20, fold=fold))
        of = tuple(dict.fromkeys(of))
        rows += [
            Row(of[place + 1], pair.matters, of, 0.0, _ELSEWHERE, groups)
            for place in rng.choice(len(of) - 1, min(3, len(of) - 1), replace=False)
        ]
        others = draw.elsewhere(pair.domain, _SET, fold=fold)
        rows += [Row(one, pair.matters, others, 0.0, _ELSEWHERE, groups) for one in others[:1]]
    for message in texts.lines("open"):
        fold = int(rng.integers(folds.number))
        others = tuple(a for a in draw.elsewhere("", 20, fold=fold) if a not in of_manner)
        groups = frozenset((f"domain:{fold}",))
        rows += [Row(a, message, others, 0.0, _OPEN, groups) for a in others[:_OPEN_TIMES]]
    return rows


class Drawing:
    """Draws sets of attributes of one fold, so that a held-out fold is in no other's rows."""

    def __init__(
        self, labelled: Sequence[Labelled], folds: Folds, rng: np.random.Generator
    ) -> None:
        self._rng = rng
        self._folds = folds
        self._pairs: dict[str, list[texts.Pair]] = {}
        for pair in texts.pairs():
            self._pairs.setdefault(pair.domain, []).append(pair)
        self._profiles: dict[int, list[tuple[str, ...]]] = {}
        for person, profile in profiles(labelled).items():
            self._profiles.setdefault(folds.people[person], []).append(profile)

    def profile(self, fold: int) -> tuple[str, ...]:
        """Return the attributes of a person of the fold; none where it has nobody."""
        known = self._profiles.get(fold, [()])
        return known[self._rng.integers(len(known))]

    def elsewhere(self, domain: str, number: int, *, fold: int | None = None) -> tuple[str, ...]:
        """Return made-up attributes of other domains, of one fold where it is given.

        They are fewer than asked for where there are not as many.

        Without a fold, of topics alone: how somebody learns, works or writes may bear on a
        message of any domain.
        """
        domains = [
            name
            for name in self._pairs
            if name != domain
            and (name not in MANNERS if fold is None else self._folds.domains[name] == fold)
        ]
        number = min(number, len({p.attribute for name in domains for p in self._pairs[name]}))
        found: dict[str, None] = {}
        while len(found) < number:
            of = self._pairs[domains[self._rng.integers(len(domains))]]
            found[of[self._rng.integers(len(of))].attribute] = None
        return tuple(found)


def profiles(labelled: Sequence[Labelled]) -> dict[str, tuple[str, ...]]:
    """Return the attributes of each person, in the order in which they are met."""
    known: dict[str, dict[str, None]] = {}
    for one in labelled:
        known.setdefault(one.person, {}).update(dict.fromkeys(item.text for item in one.items))
    return {person: tuple(found) for person, found in known.items()}
