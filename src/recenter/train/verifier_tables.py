"""The report on a trained verifier: what left-out scores say of judged statements."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.progress import Progress, Silent
from recenter.stages.verify_model import Thresholds, likeliest_fault
from recenter.stages.verify_rules import carried, facts
from recenter.stages.verify_trained import Decision, decide
from recenter.stats import classification
from recenter.stats.classification import best_threshold
from recenter.stats.estimate import estimate
from recenter.train.plots import learning_plot, precision_recall_plot, reliability_plot
from recenter.train.report import Report
from recenter.train.scores import COLUMNS, LIFTED, Asked, Said, constant, lift_of, line_of
from recenter.train.verifier import (
    FAULT_HOLD,
    FAULT_REJECT,
    LeftOut,
    cross_validate,
    dialogue_curve,
    folds_of,
)
from recenter.train.verifier_examples import Example
from recenter.train.verifier_fit import Inputs
from recenter.train.verifier_report import overlap

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OVERLAP = "word overlap"
LIMITS = (
    "English, for the most part: the wording features are English.",
    "Uncertain counts as rejected. The probability is calibrated to the share of rejected "
    "statements among those it was trained on.",
    "Wrong statements made by code are easier than those that models write.",
)


def report(
    found: Sequence[Example],
    inputs: Inputs,
    *,
    folds: int,
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Return what models say of dialogues they were fitted and set without (nested).

    Raises:
        InputError: there are too few examples; see `verifier.check`.
        MissingExtraError: scikit-learn is not installed.
    """
    told = progress or Silent()
    out = cross_validate(inputs, folds=folds, seed=seed, progress=told)
    curve = dialogue_curve(inputs, folds=folds, seed=seed, progress=told)
    told.start("figures and their intervals", None)
    made = [_decided(example, out, row) for row, example in enumerate(found)]
    judged = [row for row, example in enumerate(found) if example.origin == "label"]
    fold = folds_of(inputs.groups, folds, seed)[judged]
    likely = 1 - out.probability
    asked = asked_of([found[row] for row in judged])
    said = [
        Said(
            "trained, score alone",
            (out.probability <= out.reject)[judged],
            likely[judged],
            likely[judged],
        ),
        said_by([made[row].answer for row in judged], [made[row].probability for row in judged]),
    ]
    other = overlapping([found[row] for row in judged], asked.truth, fold)
    return Report(
        kind="verifier",
        counts=counts_of(found),
        split=f"{folds} folds disjoint by dialogue, calibration and thresholds chosen inside the "
        "training dialogues",
        tables=(
            rejected_table(asked, [*said, other], of="statements of dialogues left out"),
            lift_table(asked, said, other),
            acceptance_table(found, [one.answer for one in made]),
        ),
        plots=(
            reliability_plot(asked.truth, {said[0].name: said[0].score}, of="rejected"),
            precision_recall_plot(
                asked.truth, {one.name: one.score for one in (said[0], other)}, of="rejected"
            ),
            learning_plot(curve, units="dialogues", figure="average precision"),
        ),
        limits=LIMITS,
    )


def asked_of(judged: Sequence[Example]) -> Asked:
    """Return of each judged statement whether it is rejected, and its dialogue."""
    truth = np.asarray([example.rejected for example in judged], np.bool_)
    return Asked(truth, [example.group for example in judged])


def said_by(answers: Sequence[str], probability: Sequence[float]) -> Said:
    """Return verdicts, with probabilities of accept, as answers to whether to reject."""
    wrong = 1 - np.asarray(probability, np.float64)
    yes = np.asarray([answer == "reject" for answer in answers], np.bool_)
    return Said("trained, as it judges", yes, wrong, wrong)


def overlapping(judged: Sequence[Example], truth: Bools, fold: NDArray[np.intp]) -> Said:
    """Return what the share of words that stand in the quote says, by thresholds of others."""
    score = -np.asarray([overlap(one.attribute.text, _quote(one)) for one in judged])
    yes = np.zeros(len(score), np.bool_)
    for held in np.unique(fold):
        test = fold == held
        if truth[~test].any():
            yes[test] = score[test] >= best_threshold(truth[~test], score[~test])
    return Said(OVERLAP, yes, score)


def rejected_table(asked: Asked, said: Sequence[Said], *, of: str) -> Table:
    """Return the figures of methods on `rejected`, beside the trivial answers."""
    trivial = (
        constant("always reject", asked, yes=True),
        constant("always accept", asked, yes=False),
    )
    return Table(
        title=f"Rejected: {of}",
        columns=COLUMNS,
        lines=tuple(line_of(one, asked) for one in (*said, *trivial)),
        note="Yes is a rejection; units are dialogues.",
    )


def lift_table(asked: Asked, said: Sequence[Said], other: Said) -> Table:
    """Return how far methods lie above another on the same statements."""
    return Table(
        title=f"Lift over {other.name}",
        columns=LIFTED,
        lines=tuple(lift_of(one, other, asked) for one in said),
        note="Paired differences; above 0 is a gain.",
    )


def acceptance_table(found: Sequence[Example], made: Sequence[str]) -> Table:
    """Return which shares are accepted and rejected of each kind of statement."""
    kinds = (
        ("judged supported", "label", False),
        ("judged rejected", "label", True),
        ("made wrong by code", "constructed", True),
    )
    lines = []
    for name, origin, rejected in kinds:
        rows = [
            row
            for row, one in enumerate(found)
            if one.origin == origin and one.rejected == rejected
        ]
        if not rows:
            continue
        groups = [found[row].group for row in rows]
        answers = np.asarray([made[row] for row in rows])
        shares = [
            estimate(classification.share, groups, answers == answer)
            for answer in ("accept", "uncertain", "reject")
        ]
        lines.append(Line(name, tuple(shares)))
    return Table(
        title="Verdicts", columns=("accepted", "uncertain", "rejected"), lines=tuple(lines)
    )


def counts_of(found: Sequence[Example]) -> dict[str, int]:
    """Return how many statements and dialogues there are, and how many code made."""
    judged = [one for one in found if one.origin == "label"]
    return {
        "judged statements": len(judged),
        "of them rejected or uncertain": sum(one.rejected for one in judged),
        "dialogues": len({one.group for one in judged}),
        "wrong statements made by code": len(found) - len(judged),
    }


def _decided(example: Example, out: LeftOut, row: int) -> Decision:
    """Return the verdict of the models that did not see the dialogue, and of code."""
    talks = example.conversations
    return decide(
        float(out.probability[row]),
        fault=1 - float(out.faults[row, 0]),
        likeliest=likeliest_fault(out.classes, out.faults[row]),
        fact=min(facts(example.attribute, talks), key=lambda f: f.probability, default=None),
        carried=carried(example.attribute, talks),
        at=Thresholds(
            accept=float(out.accept[row]),
            reject=float(out.reject[row]),
            fault_reject=FAULT_REJECT,
            fault_hold=FAULT_HOLD,
        ),
    )


def _quote(example: Example) -> str:
    return " ".join(evidence.quote for evidence in example.attribute.evidence)
