"""A model that is there already, held to answers of people: figures beside trivial answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recenter.errors import InputError
from recenter.figures.record import Table
from recenter.models.base import Embedder
from recenter.models.selector_model import SelectorModel
from recenter.progress import Progress
from recenter.stages.judge_trained import TrainedPreference
from recenter.stages.verify_model import VerifierModel
from recenter.stages.verify_trained import TrainedVerifier
from recenter.train import preference_report as of_preference
from recenter.train import selector_report as of_selector
from recenter.train import texts
from recenter.train import verifier_tables as of_verifier
from recenter.train.examples import Labelled
from recenter.train.plots import precision_recall_plot, reliability_plot
from recenter.train.preference_examples import Example as Preferred
from recenter.train.report import Report
from recenter.train.scores import COLUMNS, line_of
from recenter.train.selector_parts import Vectors
from recenter.train.selector_sides import labelled_cases, ordinary_cases, score_cases
from recenter.train.verifier import folds_of
from recenter.train.verifier_examples import Example

SPLIT = "The model as it is, on all rows; thresholds are its own."
_BATCH = 10
_FOLDS = 5


def evaluate_selector(
    model: SelectorModel, labelled: Sequence[Labelled], embedder: Embedder, progress: Progress
) -> Report:
    """Return how a selector agrees with people, and how quiet it stays on ordinary messages."""
    vectors = Vectors(embedder)
    cases = [*labelled_cases(labelled), *ordinary_cases(texts.ordinary_frozen(), labelled)]
    progress.start("selecting", len(cases))
    scored = []
    for start in range(0, len(cases), _BATCH):
        part = cases[start : start + _BATCH]
        scored += score_cases(model, part, vectors)
        progress.advance(len(part))
    judged = [of_selector.Judged(model, scored)]
    asked, said = of_selector.columns(judged)
    methods = [*said, *of_selector.trivial(asked)]
    progress.start("figures and their intervals", None)
    return Report(
        kind="selector",
        counts=of_selector.counts_of(labelled),
        split=SPLIT,
        tables=(
            of_selector.sides_table(judged, sides=("ordinary",)),
            Table(
                title="Answers of people",
                columns=COLUMNS,
                lines=tuple(line_of(one, asked) for one in methods),
            ),
            of_selector.nothing_table(judged),
        ),
        plots=(
            reliability_plot(asked.truth, {one.name: one.score for one in said}, of="selector"),
            precision_recall_plot(
                asked.truth, {one.name: one.score for one in said}, of="selector"
            ),
        ),
        limits=of_selector.LIMITS,
    )


def evaluate_verifier(
    model: VerifierModel, found: Sequence[Example], embedder: Embedder, progress: Progress
) -> Report:
    """Return how verdicts agree with judged statements.

    Raises:
        InputError: there is nothing to tell apart.
    """
    asked = of_verifier.asked_of(found)
    if len(set(asked.truth.tolist())) < 2:
        raise InputError(
            f"all {len(found)} statements have the same verdict.",
            cure="Name files with accepted and rejected statements.",
        )
    verifier = TrainedVerifier(embedder, model)
    progress.start("verifying", len(found))
    judged = []
    for example in found:
        judged.append(verifier.verify(example.attribute, example.conversations))
        progress.advance()
    answers = [one.answer for one in judged]
    said = of_verifier.said_by(answers, [float(one.probability or 0) for one in judged])
    groups = np.asarray(asked.units, np.str_)
    other = of_verifier.overlapping(found, asked.truth, folds_of(groups, _FOLDS, 0))
    progress.start("figures and their intervals", None)
    return Report(
        kind="verifier",
        counts=of_verifier.counts_of(found),
        split=f"{SPLIT} Those of word overlap come from other dialogues.",
        tables=(
            of_verifier.rejected_table(asked, [said, other], of="judged statements"),
            of_verifier.lift_table(asked, [said], other),
            of_verifier.acceptance_table(found, answers),
        ),
        plots=(
            reliability_plot(asked.truth, {said.name: said.score}, of="rejected"),
            precision_recall_plot(
                asked.truth, {one.name: one.score for one in (said, other)}, of="rejected"
            ),
        ),
        limits=of_verifier.LIMITS,
    )


def evaluate_preference(
    model: TrainedPreference, examples: Sequence[Preferred], progress: Progress, *, seed: int = 0
) -> Report:
    """Return how often a preference model tells the reply that a person preferred."""
    progress.start("judging", len(examples))
    chances = np.zeros(len(examples))
    for row, one in enumerate(examples):
        chances[row] = model.preference(one.prompt, one.chosen, one.rejected).value
        progress.advance()
    progress.start("figures and their intervals", None)
    return Report(
        kind="preference",
        counts=of_preference.counts_of(examples),
        split=f"{SPLIT} Nothing else is known of a person.",
        tables=of_preference.agreement_tables(examples, chances),
        plots=(of_preference.reliability_of(chances, seed=seed),),
        limits=of_preference.LIMITS,
    )
