"""A selector on labelled messages, as counts by person, and what two corpora differ by.

F1 hangs on how much is relevant at all. So beside the difference of two corpora stands which part
of it is base rate: what F1 the selector would have on the second corpus, were as much relevant
there as in the first, its recall and specificity as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.records import Attribute, Query
from recenter.stages.select import Selector
from recenter.stats.clustered import Floats, Part, codes, interval
from recenter.stats.contrast import difference, jackknifed
from recenter.stats.estimate import Estimate
from recenter.train.deal import deal
from recenter.train.examples import Labelled
from recenter.train.selector_baseline import attribute_alone

Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]

ALWAYS, NEVER, ALONE = "always yes", "always no", "attribute alone (never reads the message)"
NO_ROWS = "One side has nothing that this is a share of."
FOLDS, LEAST_PEOPLE = 5, 10
_HITS, _FALSE, _MISSED, _QUIET = range(4)


class Decided(NamedTuple):
    """What was decided of labelled attributes, and what was right, shape (n,) each."""

    truth: Bools
    decided: Bools
    people: tuple[str, ...]

    @property
    def sums(self) -> Floats:
        """Counts by person, shape (people, 4): hits, false, missed, rightly left out."""
        groups = codes(self.people)
        cells = (
            self.truth & self.decided,
            ~self.truth & self.decided,
            self.truth & ~self.decided,
            ~self.truth & ~self.decided,
        )
        count = int(groups.max()) + 1 if len(groups) else 0
        return np.stack([np.bincount(groups, cell, count) for cell in cells], axis=1)


def decisions(
    messages: Sequence[Labelled], selector: Callable[[str], Selector], progress: Progress
) -> Decided:
    """Return what a selector uses of each labelled attribute; the selector is that of a person.

    What it would ask about counts as not used. Attributes without a label are shown, not counted.

    Raises:
        ModelError: a model gave no usable answer.
    """
    truth, decided, people = [], [], []
    for number, one in enumerate(messages):
        attributes = [
            Attribute(
                id=f"att_{number}_{place}",
                person=one.person,
                text=item.text,
                source="stated",
                confidence=1.0,
                evidence=(),
            )
            for place, item in enumerate(one.items)
        ]
        query = Query(id=f"qry_{number}", person=one.person, prompt=one.prompt)
        used = set(selector(one.person).select(query, attributes).used)
        for attribute, item in zip(attributes, one.items, strict=True):
            if item.relevant is not None:
                truth.append(item.relevant)
                decided.append(attribute.id in used)
                people.append(one.person)
        progress.advance()
    return Decided(np.asarray(truth, bool), np.asarray(decided, bool), tuple(people))


def trivial(
    messages: Sequence[Labelled], said: Decided, embedder: Embedder, *, seed: int
) -> dict[str, Decided]:
    """Return the decisions of answers that read nothing, or the attribute alone (on other people).

    The last one is left out with fewer than ten people, or where nothing can be learned.
    """
    made = {
        NEVER: said._replace(decided=np.zeros_like(said.truth)),
        ALWAYS: said._replace(decided=np.ones_like(said.truth)),
    }
    if len(set(said.people)) >= LEAST_PEOPLE:
        texts = [i.text for one in messages for i in one.items if i.relevant is not None]
        folds = deal(said.people, np.random.default_rng(seed), FOLDS)
        vectors = np.asarray(embedder.embed(texts), np.float64)
        try:
            alone = attribute_alone(said.truth, vectors, said.people, folds)
        except InputError:
            return made
        made[ALONE] = said._replace(decided=alone.yes)
    return made


Figure = Callable[[Floats], Floats]
"""From totals, shape (R, 4), to R figures."""


def base_rate(totals: Floats) -> Floats:
    """Return the share that is relevant."""
    relevant: Floats = totals[:, _HITS] + totals[:, _MISSED]
    share: Floats = relevant / totals.sum(axis=1)
    return share


def used(totals: Floats) -> Floats:
    """Return the share that is used."""
    taken: Floats = totals[:, _HITS] + totals[:, _FALSE]
    share: Floats = taken / totals.sum(axis=1)
    return share


def recall(totals: Floats) -> Floats:
    """Return the share of the relevant ones that is used."""
    return totals[:, _HITS] / (totals[:, _HITS] + totals[:, _MISSED])


def specificity(totals: Floats) -> Floats:
    """Return the share of the others that is left out."""
    return totals[:, _QUIET] / (totals[:, _QUIET] + totals[:, _FALSE])


def precision(totals: Floats) -> Floats:
    """Return the share of what is used that is relevant."""
    return totals[:, _HITS] / (totals[:, _HITS] + totals[:, _FALSE])


def f1(totals: Floats) -> Floats:
    """Return 2 TP / (2 TP + FP + FN)."""
    hits = 2 * totals[:, _HITS]
    return hits / (hits + totals[:, _FALSE] + totals[:, _MISSED])


def f1_at(totals: Floats, rate: Floats) -> Floats:
    """Return F1 at another base rate, recall and specificity as they are.

    With recall r, false positives f = 1 - specificity and base rate p of a row:
    F1 = 2 r p / (r p + f (1 - p) + p).
    """
    hits, false = recall(totals) * rate, (1 - specificity(totals)) * (1 - rate)
    return 2 * hits / (hits + false + rate)


def side(figure: Figure, of: Decided) -> Part | None:
    """Return a figure with the error of each person; None where it is not defined."""
    sums = of.sums
    return jackknifed(figure, sums, sums.sum(axis=1)) if len(sums) else None


def told(figure: Figure, of: Decided) -> Estimate:
    """Return a figure with its interval, clustered by person."""
    found = side(figure, of)
    if found is None:
        return Estimate(value=None, n=len(of.truth), reason=NO_ROWS)
    # F1 is no share, and lies between 0 and 1 as one does.
    return interval(found.value, found.errors, found, n=len(of.truth), scale="share")


class Apart(NamedTuple):
    """By how much higher F1 is in the first corpus, and what that is made of."""

    whole: Estimate
    base: Estimate
    """What is base rate: F1 of the second corpus at the first one's base rate, less its own."""
    rest: Estimate
    """What is left: how well relevant and other ones are told apart."""


def apart(first: Decided, second: Decided) -> Apart:
    """Return the difference of F1 and its two parts, which sum up to it.

    The rate of the first corpus enters both parts, so the errors of both corpora do.
    """
    one, two = first.sums, second.sums
    total_one, total_two = one.sum(axis=0, keepdims=True), two.sum(axis=0, keepdims=True)
    rate = base_rate(total_one)

    def moved(totals: Floats) -> Floats:
        return f1_at(total_two, base_rate(totals))

    n = len(first.truth) + len(second.truth)
    own = side(f1, second)
    there = _zero(jackknifed(lambda t: f1_at(t, rate), two, two.sum(axis=1)))
    shift = jackknifed(lambda t: f1_at(t, rate) - f1(t), two, two.sum(axis=1))
    rate_part = _zero(jackknifed(moved, one, one.sum(axis=1)))
    left = jackknifed(lambda t: f1(t) - moved(t), one, one.sum(axis=1))
    return Apart(
        whole=difference(side(f1, first), own, n=n),
        base=_sum(shift, rate_part, n=n),
        rest=difference(left, there, n=n),
    )


def _zero(found: Part | None) -> Part | None:
    """Return the errors of a figure around nothing."""
    return None if found is None else Part(0.0, found.errors, found.shares)


def _sum(one: Part | None, other: Part | None, *, n: int) -> Estimate:
    """Return a figure of one side to which the other adds its errors alone."""
    return difference(one, other, n=n)
