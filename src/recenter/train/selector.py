"""Trains the selector from people's answers and holds it to people it has not seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.models.saved import Saved, save_model
from recenter.models.selector_model import SelectorModel, Setting
from recenter.progress import Progress, Silent
from recenter.stats.classification import average_precision
from recenter.stats.estimate import Estimate, estimate
from recenter.train import texts
from recenter.train.examples import Labelled
from recenter.train.selector_fit import Fit, contents, fit, model_of, without
from recenter.train.selector_gate import fit_gate
from recenter.train.selector_parts import Parts, Vectors, make_parts
from recenter.train.selector_rows import Drawing, Folds, labelled_rows, made_up_rows, make_folds
from recenter.train.selector_settings import choose
from recenter.train.selector_sides import (
    Case,
    Scored,
    answers_of,
    labelled_cases,
    made_up_cases,
    ordinary_cases,
    score_cases,
)

Floats = NDArray[np.float64]
By = Literal["person", "prompt", "both"]

FOLDS = 5
FEWEST_PEOPLE, FEWEST_ANSWERS, FEWEST_OF_EACH = 10, 200, 30


class Trained(NamedTuple):
    """One fit to everybody, from which the fit without some of them follows."""

    labelled: Sequence[Labelled]
    folds: Folds
    made: Fit
    parts: Parts
    vectors: Vectors
    seed: int


class Held(NamedTuple):
    """A model that saw nothing of some groups, with what it says of the cases among them."""

    left_out: frozenset[str]
    model: SelectorModel
    scored: list[Scored]


def prepare(
    labelled: Sequence[Labelled],
    embedder: Embedder,
    *,
    seed: int = 0,
    negatives: bool = True,
    together: Mapping[str, str] | None = None,
    number: int = FOLDS,
) -> Trained:
    """Fit the kernel machine to people's answers, with made-up negatives beside them.

    `together` gives domains of the made-up pairs a common name where they must share a fold;
    `number` is that of the folds.

    Raises:
        InputError: there are too few people or answers to learn from and to check on.
    """
    refuse_too_few(labelled)
    vectors = Vectors(embedder)
    parts = make_parts(vectors, seed=seed)
    folds = make_folds(labelled, seed=seed, number=number, together=together)
    rows = labelled_rows(labelled, folds)
    if negatives:
        rows += made_up_rows(labelled, folds, seed=seed)
    return Trained(labelled, folds, fit(rows, parts, vectors), parts, vectors, seed)


def refuse_too_few(labelled: Sequence[Labelled]) -> None:
    """Refuse what is too little to train on.

    Raises:
        InputError: says how many people and answers there are, and how many are needed.
    """
    said = [item.relevant for one in labelled for item in one.items if item.relevant is not None]
    people = len(
        {one.person for one in labelled if any(item.relevant is not None for item in one.items)}
    )
    rarer = min(sum(said), len(said) - sum(said))
    if people < FEWEST_PEOPLE or len(said) < FEWEST_ANSWERS or rarer < FEWEST_OF_EACH:
        raise InputError(
            f"{len(said)} answers of {people} people, {rarer} of the rarer kind, are too few to "
            f"train a selector on; it takes {FEWEST_ANSWERS} answers of {FEWEST_PEOPLE} people, "
            f"{FEWEST_OF_EACH} of each kind.",
            cure="Collect more, or use the packaged selector.",
        )


def finish(trained: Trained) -> tuple[dict[str, Setting], Floats]:
    """Return the settings, chosen on people left out of the fit, and the gate fitted on all."""
    cells = [_cell("person", fold) for fold in range(trained.folds.number)]
    settings = choose(_scored(trained, cells, frozenset()))
    return settings, _gate(trained, frozenset())


def save_selector(trained: Trained, path: Path) -> Saved:
    """Write the selector fitted to everybody to a file and return it.

    Raises:
        ModelError: the file cannot be written.
    """
    settings, gate = finish(trained)
    arrays, told = contents(
        trained.made,
        trained.made.coefficients,
        gate,
        settings=settings,
        base_rate=base_rate(trained.labelled),
    )
    return save_model(path, "selector", arrays, settings=told, encoder=trained.vectors.name)


def cross_validate(
    trained: Trained, *, by: By = "person", progress: Progress | None = None
) -> Iterator[Held]:
    """Yield a model for each part left out, its settings chosen inside the rest (nested).

    With the people (or prompts, or both) a fifth of the domains and kinds of ordinary messages is
    left out. The cases are those of people, made-up pairs of the domains left out, and the frozen
    messages of the kinds left out; no setting was chosen on any of them. The attributes they are
    held against are those of people left out, or by prompt of a fold of people.
    """
    told = progress or Silent()
    cells = _cells(by, trained.folds.number)
    told.start(f"cross-validation by {by}", len(cells))
    for cell in cells:
        settings = choose(_scored(trained, _inner(cell, by, trained.folds.number), cell))
        model = _model(trained, cell, settings)
        cases = _cases(trained, cell, texts.ordinary_frozen())
        yield Held(cell, model, score_cases(model, cases, trained.vectors))
        told.advance()


def people_curve(
    trained: Trained, *, progress: Progress | None = None
) -> list[tuple[int, Estimate]]:
    """Return average precision on people left out, by the mean number of people trained on.

    Of the folds of the other people 1, 2, ... and all are kept, in turn for each fold left out.
    The score is that of people's answers alone, without gate and likeness; the made-up rows that
    hold attributes of people who are not kept go with them.
    """
    told = progress or Silent()
    number = trained.folds.number
    told.start("learning curve", number * (number - 1))
    found = []
    for kept in range(1, number):
        scored: list[Scored] = []
        people = []
        for fold in range(number):
            near = {(fold + step) % number for step in range(1, kept + 1)}
            out = frozenset(f"person:{other}" for other in range(number) if other not in near)
            model = _people_model(trained, out)
            own = [o for o in trained.labelled if trained.folds.people[o.person] == fold]
            scored += score_cases(model, labelled_cases(own), trained.vectors)
            people.append(sum(of in near for of in trained.folds.people.values()))
            told.advance()
        answers = answers_of(scored)
        score = answers.each(lambda one: one.scores.trained)
        figure = estimate(average_precision, answers.people(), answers.truth, score)
        found.append((round(float(np.mean(people))), figure))
    return found


def _people_model(trained: Trained, left_out: frozenset[str]) -> SelectorModel:
    """Return a selector whose gate and settings say nothing."""
    middle = trained.parts.arrays["message_landmarks"].shape[1]
    gate = np.zeros(middle + len(trained.parts.arrays["marks_mean"]) + 1)
    coefficients = without(trained.made, left_out)
    return model_of(trained.made, coefficients, gate, settings={}, base_rate=0.5)


def base_rate(labelled: Iterable[Labelled]) -> float:
    """Return the share of people's answers that are a yes."""
    said = [item.relevant for one in labelled for item in one.items if item.relevant is not None]
    return float(np.mean(said))


def _scored(
    trained: Trained, cells: Iterable[frozenset[str]], outer: frozenset[str]
) -> list[Scored]:
    """Return the cases of cells, each scored by a model without the cell and without `outer`."""
    found: list[Scored] = []
    for cell in cells:
        model = _model(trained, cell | outer, {})
        cases = _cases(trained, cell, texts.ordinary())
        found += score_cases(model, cases, trained.vectors)
    return found


def _model(
    trained: Trained, left_out: frozenset[str], settings: Mapping[str, Setting]
) -> SelectorModel:
    return model_of(
        trained.made,
        without(trained.made, left_out),
        _gate(trained, left_out),
        settings=settings,
        base_rate=base_rate(trained.labelled),
    )


def _gate(trained: Trained, left_out: frozenset[str]) -> Floats:
    kinds = {kind for kind, fold in trained.folds.kinds.items() if f"kind:{fold}" in left_out}
    return fit_gate(
        [
            one.prompt
            for one in trained.labelled
            if f"prompt:{trained.folds.prompts[one.prompt]}" not in left_out
        ],
        trained.parts,
        trained.vectors,
        kinds=frozenset(other for kind in kinds for other in texts.near(kind)),
        domains=frozenset(
            name for name, fold in trained.folds.domains.items() if f"domain:{fold}" in left_out
        ),
    )


def _cases(
    trained: Trained, cell: frozenset[str], messages: Iterable[texts.Ordinary]
) -> list[Case]:
    """Return what is asked of the people, prompts, domains and kinds of a cell."""
    folds = trained.folds
    axes = [axis for axis in ("person", "prompt") if any(g.startswith(axis) for g in cell)]
    own = [
        one
        for one in trained.labelled
        if all(any(g in cell for g in folds.groups_of(one) if g.startswith(axis)) for axis in axes)
    ]
    fold = next(int(group.partition(":")[2]) for group in cell if group.startswith("domain"))
    nearby = [one for one in trained.labelled if folds.people[one.person] == fold]
    rng = np.random.default_rng((trained.seed, fold))
    draw = Drawing(trained.labelled, folds, rng)
    pairs = [pair for pair in texts.pairs() if folds.domains[pair.domain] == fold]
    return [
        *labelled_cases(own),
        *ordinary_cases([one for one in messages if folds.kinds[one.kind] == fold], nearby),
        *made_up_cases(pairs, draw, fold, rng),
    ]


def _cells(by: By, number: int) -> list[frozenset[str]]:
    if by != "both":
        return [_cell(by, fold) for fold in range(number)]
    return [
        _cell("person", fold) | {f"prompt:{prompt}"}
        for fold in range(number)
        for prompt in range(number)
    ]


def _cell(axis: str, fold: int) -> frozenset[str]:
    return frozenset(f"{name}:{fold}" for name in (axis, "domain", "kind"))


def _inner(outer: frozenset[str], by: By, number: int) -> list[frozenset[str]]:
    """Return cells that share no group with an outer one: one for each of the other folds."""
    if by != "both":
        return [cell for cell in _cells(by, number) if not cell & outer]
    at = {axis: int(fold) for axis, _, fold in (group.partition(":") for group in outer)}
    return [
        _cell("person", (at["person"] + step) % number)
        | {f"prompt:{(at['prompt'] + step) % number}"}
        for step in range(1, number)
    ]
