"""A preference model held against people it has not seen, and what a few of their choices add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.progress import Progress, Silent
from recenter.stages.preference_head import Head, score
from recenter.stats.estimate import Estimate, estimate
from recenter.stats.logistic import Floats, Gaussian, chance
from recenter.train.deal import folds_of_rows
from recenter.train.preference import Fitted, Pairs, fit

FOLDS = 5
SHOWN = (1, 2, 3, 4)
DRAWS = 20

_LEAST = 1e-9


class LeftOut(NamedTuple):
    """What models say of people they were not trained on."""

    chances: Floats
    """That the reply preferred is the one preferred, (n,)."""
    fitted: tuple[Fitted, ...]
    """One for each fold."""
    fold: NDArray[np.intp]
    """Of each row, (n,)."""


class Point(NamedTuple):
    """What is gained when some occasions of a person are known."""

    shown: int
    pooled: Estimate
    """Accuracy on the person's other occasions without the known ones."""
    personal: Estimate
    """With them."""
    difference: Estimate
    """Personal minus pooled, on the same occasions of the same draws."""
    log_loss: Estimate
    """The same difference of the log loss; below 0 is a gain."""


def folds(people: NDArray[np.str_], *, count: int = FOLDS, seed: int = 0) -> NDArray[np.intp]:
    """Return the fold of each row: people are dealt out in an order drawn with the seed."""
    return folds_of_rows(people, count=count, seed=seed)


def cross_validate(
    pairs: Pairs,
    *,
    count: int = FOLDS,
    seed: int = 0,
    progress: Progress | None = None,
) -> LeftOut:
    """Return what models trained on the other folds' people say; every setting is chosen there."""
    fold = folds(pairs.people, count=count, seed=seed)
    chances = np.zeros(len(fold))
    made = []
    told = progress or Silent()
    told.start("cross-validation by person", count)
    for number in range(count):
        fitted = fit(pairs.of(np.flatnonzero(fold != number)))
        held = np.flatnonzero(fold == number)
        chances[held] = _chances(_stranger(fitted.head), _differences(fitted.head, pairs.of(held)))
        made.append(fitted)
        told.advance()
    return LeftOut(chances=chances, fitted=tuple(made), fold=fold)


def people_curve(
    pairs: Pairs, left_out: LeftOut, *, progress: Progress | None = None
) -> list[tuple[int, Estimate]]:
    """Return accuracy on people left out, by the mean number of people trained on.

    Of the folds of the other people 1, 2, ... and all are kept, in turn for each fold left out.
    """
    told = progress or Silent()
    number = len(left_out.fitted)
    told.start("learning curve", number * (number - 2))
    found = []
    for kept in range(1, number):
        chances, people = left_out.chances.copy(), []
        for held in range(number):
            near = [(held + step) % number for step in range(1, kept + 1)]
            train = np.flatnonzero(np.isin(left_out.fold, near))
            people.append(len(np.unique(pairs.people[train])))
            if kept < number - 1:  # with all of them the models are there already
                head = fit(pairs.of(train)).head
                test = np.flatnonzero(left_out.fold == held)
                chances[test] = _chances(_stranger(head), _differences(head, pairs.of(test)))
                told.advance()
        figure = estimate(accuracy, pairs.people.tolist(), chances, pairs.counts)
        found.append((round(float(np.mean(people))), figure))
    return found


def accuracy(chances: Floats, counts: Floats) -> float:
    """Return the share of pairs told right, averaged within occasions first; even is half right."""
    return float(np.average((chances > 0.5) + 0.5 * (chances == 0.5), weights=counts))


def log_loss(chances: Floats, counts: Floats) -> float:
    """Return the mean of -log(chance) in nats, averaged within occasions first."""
    return float(np.average(-np.log(np.maximum(chances, _LEAST)), weights=counts))


def learning_curve(
    pairs: Pairs,
    left_out: LeftOut,
    *,
    shown: Sequence[int] = SHOWN,
    draws: int = DRAWS,
    seed: int = 0,
    own: float | None = None,
) -> list[Point]:
    """Return what is gained when 1, 2, ... occasions of a held person are known and the rest
    scored; the same people at every point: those with more occasions than the most shown.

    `own` puts another variance of the person's offset in place of the fitted one. Intervals
    resample people.
    """
    rng = np.random.default_rng(seed)
    gains: dict[int, list[tuple[str, float, Floats]]] = {count: [] for count in shown}
    for name in np.unique(pairs.people).tolist():
        rows = np.flatnonzero(pairs.people == name)
        kept = pairs.of(rows)
        occasions = np.unique(kept.occasions)
        if len(occasions) <= max(shown):
            continue
        head = left_out.fitted[left_out.fold[rows[0]]].head
        if own is not None:
            head = Head(
                centre=head.centre, spread=head.spread, axes=head.axes, shared=head.shared, own=own
            )
        for count in shown:
            each = [_drawn(head, kept, rng.permutation(occasions)[:count]) for _ in range(draws)]
            gains[count].append((name, len(occasions) - count, np.mean(each, axis=0)))
    return [_point(count, gains[count]) for count in shown]


def _drawn(head: Head, kept: Pairs, known: NDArray[np.str_]) -> Floats:
    """Accuracy and log loss of the rest, without and with the known occasions, (4,)."""
    seen = np.isin(kept.occasions, known)
    history, rest = kept.of(np.flatnonzero(seen)), kept.of(np.flatnonzero(~seen))
    differences = _differences(head, rest)
    personal = head.person(_differences(head, history), history.counts)
    counts = rest.counts
    before, after = (_chances(one, differences) for one in (_stranger(head), personal))
    return np.array([*_both(before, counts), *_both(after, counts)])


def _both(chances: Floats, counts: Floats) -> Iterator[float]:
    yield accuracy(chances, counts)
    yield log_loss(chances, counts)


def _point(shown: int, gains: Sequence[tuple[str, float, Floats]]) -> Point:
    names = [name for name, _, _ in gains]
    weights = np.array([weight for _, weight, _ in gains])
    figures = np.array([figure for _, _, figure in gains]).reshape(-1, 4)

    def told(column: Floats) -> Estimate:
        return estimate(lambda v, w: float(np.average(v, weights=w)), names, column, weights)

    return Point(
        shown=shown,
        pooled=told(figures[:, 0]),
        personal=told(figures[:, 2]),
        difference=told(figures[:, 2] - figures[:, 0]),
        log_loss=told(figures[:, 3] - figures[:, 1]),
    )


def _stranger(head: Head) -> Gaussian:
    size = len(head.shared.mean)
    return head.person(np.zeros((0, size)), np.zeros(0))


def _differences(head: Head, pairs: Pairs) -> Floats:
    return head.features(pairs.chosen) - head.features(pairs.rejected)


def _chances(belief: Gaussian, differences: Floats) -> Floats:
    return np.array([chance(*score(belief, row)) for row in differences])
