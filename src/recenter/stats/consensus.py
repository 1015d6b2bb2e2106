"""One label per item from the answers of several raters, and how sure it is.

Columns are in long format, as `recenter.stats.judgments` says.
"""

from __future__ import annotations

from collections.abc import Hashable

import msgspec
import numpy as np
from scipy.special import entr, softmax

from recenter.stats.estimate import Estimate
from recenter.stats.judgments import Column, Floats, Judgments, read

_LEAST = 1e-10
"""How near to never and always an accuracy may come, so that one slip is not impossible."""
_ENOUGH = 1e-9
"""How near two probabilities are the same."""


class SoftLabels(msgspec.Struct, frozen=True):
    """How probable each answer is for each item."""

    items: list[Hashable]
    answers: list[Hashable]
    shares: Floats
    """Shape (items, answers); each row sums to 1."""

    def most(self) -> dict[Hashable, Hashable | None]:
        """Return the most probable answer of each item, None where several are."""
        found: dict[Hashable, Hashable | None] = {}
        for item, row in zip(self.items, self.shares, strict=True):
            likely = np.flatnonzero(row >= row.max() - _ENOUGH)
            found[item] = self.answers[int(likely[0])] if len(likely) == 1 else None
        return found

    def entropy(self) -> Floats:
        """Return the entropy of each item in bits: 0 where all agree, 1 where two halves differ."""
        return np.asarray(entr(self.shares).sum(axis=1) / np.log(2), np.float64)


class DawidSkene(msgspec.Struct, frozen=True):
    """What the one-coin model of Dawid and Skene makes of the answers."""

    labels: SoftLabels
    accuracy: dict[Hashable, Estimate]
    """How often each rater gives the true answer."""
    prevalence: dict[Hashable, float]
    """How often each answer is the true one."""
    steps: int
    converged: bool


def soft_labels(items: Column, raters: Column, answers: Column) -> SoftLabels:
    """Return the share of raters that gave each answer to each item."""
    told = read(items, raters, answers)
    return _shares(told)


def majority(items: Column, raters: Column, answers: Column) -> dict[Hashable, Hashable | None]:
    """Return the answer that most raters gave to each item, None where it is a tie."""
    return soft_labels(items, raters, answers).most()


def dawid_skene(items: Column, raters: Column, answers: Column, *, steps: int = 1000) -> DawidSkene:
    """Return labels and accuracies from each other, by expectation and maximisation.

    Rater r gives the true answer with probability p_r, and each of the K - 1 others with
    (1 - p_r) / (K - 1); answer k is true with probability pi_k. From the shares of the votes on,
    P(k | item) ~ pi_k prod_r P(answer of r | k), p_r = mean P(answer of r | item), and pi_k =
    mean P(k | item), until nothing moves. Dawid & Skene, "Maximum likelihood estimation of
    observer error-rates using the EM algorithm", Appl. Stat. 28 (1979), with one coin per rater as
    in Zhang et al., "Spectral methods meet EM", JMLR 17 (2016).

    The accuracy of a rater who shares no item with another is not estimable; that of two raters
    alone rests on the prevalence only.
    """
    told = read(items, raters, answers)
    kinds = len(told.answer_names)
    given = np.bincount(told.raters, minlength=len(told.rater_names))
    shares = _shares(told).shares
    moved, step = np.inf, 0
    accuracy, prevalence = np.zeros(len(given)), np.zeros(kinds)
    while step < steps and moved > _ENOUGH and len(shares):
        step += 1
        right = shares[told.items, told.answers]
        accuracy = np.bincount(told.raters, right, minlength=len(given)) / given
        prevalence = shares.mean(axis=0)
        before, shares = shares, _posterior(told, accuracy, prevalence)
        moved = float(np.abs(shares - before).max())
    return DawidSkene(
        labels=SoftLabels(items=told.item_names, answers=told.answer_names, shares=shares),
        accuracy=_accuracies(told, accuracy),
        prevalence=dict(zip(told.answer_names, prevalence.tolist(), strict=True)),
        steps=step,
        converged=moved <= _ENOUGH,
    )


def _shares(told: Judgments) -> SoftLabels:
    shares = told.votes() / told.sizes[:, None]
    return SoftLabels(items=told.item_names, answers=told.answer_names, shares=shares)


def _posterior(told: Judgments, accuracy: Floats, prevalence: Floats) -> Floats:
    bounded = accuracy.clip(_LEAST, 1 - _LEAST)
    wrong = np.log((1 - bounded) / max(len(prevalence) - 1, 1))[told.raters]
    right = np.log(bounded)[told.raters]
    score = np.zeros((len(told.item_names), len(prevalence)))
    np.add.at(score, (told.items, told.answers), right - wrong)
    score += np.bincount(told.items, wrong)[:, None] + np.log(prevalence.clip(_LEAST))
    return np.asarray(softmax(score, axis=1), np.float64)


def _accuracies(told: Judgments, accuracy: Floats) -> dict[Hashable, Estimate]:
    shared = told.sizes[told.items] > 1
    beside = np.bincount(told.raters, shared, minlength=len(accuracy)) > 0
    given = np.bincount(told.raters, minlength=len(accuracy))
    return {
        name: Estimate(
            value=float(value) if known else None,
            n=int(n),
            reason="The model gives no interval." if known else "No item is shared with another.",
        )
        for name, value, known, n in zip(told.rater_names, accuracy, beside, given, strict=True)
    }
