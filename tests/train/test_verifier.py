"""Training a verifier: what is learnt, what is refused, and that no dialogue is in two folds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recenter.errors import InputError, MissingExtraError
from recenter.models.embedded import Minilm
from recenter.models.saved import save_model
from recenter.records import Turn
from recenter.stages.statement import statement
from recenter.stages.verify_features import describe
from recenter.stages.verify_model import load_verifier
from recenter.stats.classification import auc
from recenter.train import verifier
from recenter.train.verifier import INNER, SHARES, cross_validate, dialogue_curve, fit, folds_of
from recenter.train.verifier_examples import Example
from recenter.train.verifier_fit import Inputs, Rows, Setting, inputs_of, rows_of
from recenter.train.verifier_negatives import constructed

EMBEDDER = Minilm(threads=1)
THINGS = [
    "chess",
    "tennis",
    "opera",
    "pottery",
    "rugby",
    "poetry",
    "judo",
    "sailing",
    "baking",
    "fishing",
]
PLACES = ["Leeds", "Oslo", "Cairo", "Lima", "Quito", "Delhi"]


def judged(text: str, said: str, rejected: bool, group: str) -> Example:
    attribute, talk = statement(text, said, (Turn(role="user", text=said),))
    return Example(attribute=attribute, conversations=(talk,), rejected=rejected, group=group)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """Statements that the words carry, and others about what they only ask for."""
    found = []
    for number, thing in enumerate(THINGS):
        for place in PLACES[:4]:
            group = f"d{number}{place}"
            said = f"I love {thing} and I live in {place}."
            found.append(judged(f"Loves {thing}", said, False, group))
            asked = f"Write a poem about {thing} in {place}."
            found.append(judged(f"Lives in {place}", asked, True, group))
    wrong = constructed([one for one in found if not one.rejected], seed=0)
    return inputs_of([*found, *wrong], EMBEDDER)


def test_what_is_learnt_is_told_on_dialogues_left_out(inputs: Inputs) -> None:
    out = cross_validate(inputs, folds=4)
    own = inputs.labelled
    figure = auc(inputs.rejected[own], 1 - out.probability[own])
    assert figure is not None
    assert figure > 0.95
    assert np.all(out.accept > out.reject)
    np.testing.assert_allclose(out.faults.sum(axis=1), 1)


def test_labels_drawn_at_random_are_not_learnt(inputs: Inputs) -> None:
    rng = np.random.default_rng(0)
    noise = inputs.rejected.copy()
    noise[inputs.labelled] = rng.permutation(noise[inputs.labelled])
    out = cross_validate(inputs._replace(rejected=noise), folds=4)
    own = inputs.labelled
    figure = auc(noise[own], 1 - out.probability[own])
    assert figure is not None
    assert 0.25 < figure < 0.75


def test_what_is_saved_scores_as_what_was_fitted(inputs: Inputs, tmp_path: Path) -> None:
    fitted = fit(inputs)
    path = tmp_path / "model.safetensors"
    save_model(path, "verifier", fitted.arrays, settings=fitted.settings, encoder=EMBEDDER.name)
    model = load_verifier(tmp_path, encoder=EMBEDDER.name)
    own = np.flatnonzero(inputs.labelled)
    scores = model.scores(rows_of(inputs.described, own))
    figure = auc(inputs.rejected[own], 1 - scores.probability)
    assert figure is not None
    assert figure > 0.95
    assert model.classes[0] == "supported"
    assert "wrong_person" in model.classes
    alone = model.scores(rows_of(inputs.described, own[:1]))
    assert alone.probability[0] == scores.probability[0]
    assert describe([], EMBEDDER).stated.shape == (0, 384)


def test_the_same_data_give_the_same_model(inputs: Inputs) -> None:
    one, other = fit(inputs), fit(inputs)
    assert one.settings == other.settings
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(array, other.arrays[name])


def test_thresholds_stay_probabilities_where_everything_is_rejected_at_best(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recenter.train.verifier.best_threshold", lambda *_: 0.0)
    thresholds = fit(inputs).settings["thresholds"]
    assert thresholds["reject"] == thresholds["accept"] == 1.0


def test_lies_about_who_is_left_out_change_nothing(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither their labels nor what code made of their words, wherever it was put."""
    monkeypatch.setattr("recenter.train.verifier_fit.SUPPORT", (Setting(0.1, (16, 0, 0)),))
    told = folds_of(inputs.groups, 3, 0)
    touched = (told == 1) | (folds_of(inputs.borrowed, 3, 0) == 1)
    assert (touched & (told != 1)).any()
    lies = inputs._replace(
        rejected=inputs.rejected ^ touched,
        described=inputs.described._replace(
            features=np.where((touched & (told != 1))[:, None], 9.0, inputs.described.features)
        ),
    )
    one, other = (cross_validate(given, folds=3) for given in (inputs, lies))
    held = told == 1
    for name in ("probability", "faults", "accept", "reject"):
        np.testing.assert_array_equal(getattr(one, name)[held], getattr(other, name)[held])


def test_nothing_is_fitted_on_words_of_a_dialogue_that_it_is_asked_about(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def watched(inputs: Inputs, train: Rows, test: Rows) -> Any:
        known = {*inputs.groups[train].tolist(), *inputs.borrowed[train].tolist()}
        asked.append(known.isdisjoint(inputs.groups[test].tolist()))
        score = np.random.default_rng(0).random(len(test))
        return score, np.ones((len(test), 1)), ("supported",)

    monkeypatch.setattr(verifier, "_scores", watched)
    cross_validate(inputs, folds=3)
    fit(inputs)
    dialogue_curve(inputs, folds=3)
    assert len(asked) == 3 * (1 + INNER) + INNER + 3 * len(SHARES)
    assert all(asked)


def test_a_dialogue_is_in_one_fold() -> None:
    groups = np.asarray([f"g{number % 30}" for number in range(200)])
    fold = folds_of(groups, 5, seed=0)
    assert all(len(set(fold[groups == group])) == 1 for group in set(groups))
    assert set(fold) == set(range(5))
    assert list(fold) != list(folds_of(groups, 5, seed=1))


@pytest.mark.parametrize(
    ("few", "message"),
    [
        ("rejected", "at least 20 rejected or uncertain statements, got 5"),
        ("accepted", "at least 20 accepted statements, got 5"),
        ("dialogues", "at least 20 dialogues, got 1"),
    ],
)
def test_too_little_is_refused_before_anything_is_fitted(
    inputs: Inputs, few: str, message: str
) -> None:
    labelled = inputs.labelled.copy()
    groups = inputs.groups
    if few == "dialogues":
        groups = np.asarray(["one"] * len(groups))
    else:
        kind = np.flatnonzero(labelled & (inputs.rejected == (few == "rejected")))
        labelled[kind[5:]] = False
    with pytest.raises(InputError, match=message):
        fit(inputs._replace(labelled=labelled, groups=groups))


def test_without_scikit_learn_the_extra_is_named(
    inputs: Inputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtraError, match=r"recenter\[train\]"):
        fit(inputs)


def test_without_made_statements_there_is_no_head_of_faults(inputs: Inputs) -> None:
    own = np.flatnonzero(inputs.labelled)
    fitted = fit(
        Inputs(
            rows_of(inputs.described, own),
            inputs.rejected[own],
            inputs.groups[own],
            inputs.borrowed[own],
            inputs.labelled[own],
            tuple(inputs.failures[row] for row in own),
        )
    )
    assert fitted.settings["failures"] == ["supported"]
