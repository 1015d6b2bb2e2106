"""Pairs of texts to fine-tune an encoder on, from people's answers and from judged statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from recenter.errors import InputError
from recenter.models.tuned import Kind
from recenter.stages.verify_cross import pair_of
from recenter.train.examples import Labelled
from recenter.train.selector import FEWEST_ANSWERS, FEWEST_OF_EACH, FEWEST_PEOPLE
from recenter.train.selector_rows import made_up_rows, make_folds
from recenter.train.verifier import LEAST_DIALOGUES, LEAST_REJECTED, folds_of
from recenter.train.verifier_examples import Example

FOLDS = 5


class Pair(NamedTuple):
    """Two texts that are read together, and the answer about them."""

    first: str
    """The message, or the statement."""
    second: str
    """An attribute, or the quotes that are said to support the statement."""
    positive: bool
    """Relevant, or problematic."""
    group: str
    """The person or dialogue, which is never on both sides of a split."""
    fold: int
    """In [0, FOLDS); all of a group share it."""
    judged: bool = True
    """False where it was made up: trained on, and left out of every figure."""
    borrowed: int | None = None
    """Fold of another group whose words it holds, where it was made of the words of two."""

    def without(self, fold: int) -> bool:
        """Return whether it holds nothing of a fold, and so may be trained on without it."""
        return fold not in (self.fold, self.borrowed)


class _Least(NamedTuple):
    groups: int
    group: str
    pairs: int
    of_each: int


_LEAST: dict[Kind, _Least] = {
    "selector": _Least(FEWEST_PEOPLE, "people", FEWEST_ANSWERS, FEWEST_OF_EACH),
    "verifier": _Least(LEAST_DIALOGUES, "dialogues", 0, LEAST_REJECTED),
}


def selector_pairs(
    labelled: Sequence[Labelled], *, seed: int = 0, negatives: bool = True
) -> list[Pair]:
    """Return (message, attribute) pairs with what the majority of people said.

    With `negatives`, made-up ones are beside them, of everyday messages that the attribute does not
    touch: people answered for messages picked because something was relevant.
    """
    folds = make_folds(labelled, seed=seed, number=FOLDS)
    rows = [
        Pair(one.prompt, item.text, item.relevant, one.person, folds.people[one.person])
        for one in labelled
        for item in one.items
        if item.relevant is not None
    ]
    if not negatives:
        return rows
    rng = np.random.default_rng(seed)
    for row in made_up_rows(labelled, folds, seed=seed):
        # Taken as often as it weighs, so that no step is spent on a part of a row.
        if rng.random() < row.weight:
            fold = min(int(group.partition(":")[2]) for group in row.groups)
            rows.append(Pair(row.message, row.attribute, False, f"fold {fold}", fold, False))
    return rows


def verifier_pairs(found: Sequence[Example], *, seed: int = 0) -> list[Pair]:
    """Return (statement, evidence) pairs; uncertain counts as problematic, as in the study."""
    groups = [one.group for one in found] + [one.borrowed or one.group for one in found]
    fold = folds_of(np.asarray(groups, np.str_), FOLDS, seed).tolist()
    return [
        Pair(
            *pair_of(one.attribute),
            one.rejected,
            one.group,
            fold[at],
            one.origin == "label",
            fold[len(found) + at] if one.borrowed else None,
        )
        for at, one in enumerate(found)
    ]


def refuse_too_few(kind: Kind, pairs: Sequence[Pair]) -> None:
    """Refuse what is too little to train and to check on.

    Raises:
        InputError: says what there is and what it takes, or that a side of the split has
            answers of one kind only.
    """
    least = _LEAST[kind]
    judged = [pair for pair in pairs if pair.judged]
    groups = len({pair.group for pair in judged})
    positive = sum(pair.positive for pair in judged)
    rarer = min(positive, len(judged) - positive)
    if groups < least.groups or len(judged) < least.pairs or rarer < least.of_each:
        raise InputError(
            f"{len(judged)} answers on {groups} {least.group}, {rarer} of the rarer kind, are too "
            f"few to fine-tune a {kind} on; it takes {max(least.pairs, 2 * least.of_each)} on "
            f"{least.groups} {least.group}, {least.of_each} of each kind.",
            cure="Collect more, or use the packaged model.",
        )
    for fold in range(FOLDS):
        if len({pair.positive for pair in judged if pair.fold == fold}) < 2:
            raise InputError(
                f"with this seed, a fifth of the {least.group} has answers of one kind only.",
                cure="Try another seed, or collect more.",
            )
