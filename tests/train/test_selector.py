"""Training a selector: what is learnt, what is refused, and that what is left out tells nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import get_args

import numpy as np
import pytest

from recenter.errors import InputError, MissingExtraError
from recenter.models.selector_model import margins
from recenter.train import texts
from recenter.train.examples import Labelled
from recenter.train.selector import (
    By,
    Held,
    Trained,
    base_rate,
    cross_validate,
    finish,
    prepare,
    refuse_too_few,
)
from recenter.train.selector_settings import AGREEING, RESTRAINED
from recenter.train.selector_sides import sides_of
from tests.train.selector_makers import PEOPLE, PROMPTS, answers, embedder, fewer_texts

LABELLED = answers()
AXES: dict[By, tuple[str, ...]] = {
    "person": ("person",),
    "prompt": ("prompt",),
    "both": ("person", "prompt"),
}


@pytest.fixture(scope="module", autouse=True)
def _few() -> Iterator[None]:
    with fewer_texts(each=3):
        yield


@pytest.fixture(scope="module")
def trained(_few: None) -> Trained:
    return prepare(LABELLED, embedder())


@pytest.fixture(scope="module")
def first(trained: Trained) -> dict[str, Held]:
    """The first part left out, by each axis."""
    return {by: next(cross_validate(trained, by=by)) for by in AXES}


def opposite(
    labelled: Sequence[Labelled], trained: Trained, groups: frozenset[str]
) -> list[Labelled]:
    """Return the answers with those of some groups turned round."""
    return [
        one._replace(items=tuple(item._replace(relevant=not item.relevant) for item in one.items))
        if trained.folds.groups_of(one) & groups
        else one
        for one in labelled
    ]


@pytest.mark.parametrize("by", get_args(By))
def test_answers_of_who_is_left_out_change_neither_model_nor_settings(
    trained: Trained, first: dict[str, Held], by: By
) -> None:
    held = first[by]
    axes = frozenset(group for group in held.left_out if group.startswith(AXES[by]))
    assert len(axes) == len(AXES[by])
    lies = opposite(LABELLED, trained, axes)
    assert lies != list(LABELLED)
    other = next(cross_validate(prepare(lies, embedder()), by=by))
    assert other.left_out == held.left_out
    for name, setting in held.model.settings.items():
        for field in setting.__struct_fields__:
            one, two = getattr(setting, field), getattr(other.model.settings[name], field)
            assert one == (None if two is None else pytest.approx(two, rel=1e-4, abs=1e-4))
    for one, two in zip(held.scored, other.scored, strict=True):
        np.testing.assert_allclose(one.scores.trained, two.scores.trained, atol=1e-5)
        assert one.scores.gate == pytest.approx(two.scores.gate)


def test_answers_of_those_who_stay_do_change_them(trained: Trained, first: dict[str, Held]) -> None:
    held = first["person"]
    stay = frozenset(f"person:{fold}" for fold in range(5)) - held.left_out
    lies = opposite(LABELLED, trained, stay)
    other = next(cross_validate(prepare(lies, embedder())))
    assert other.model.settings != held.model.settings


@pytest.mark.parametrize("by", get_args(By))
def test_who_is_asked_about_is_who_was_left_out(
    trained: Trained, first: dict[str, Held], by: By
) -> None:
    held, folds = first[by], trained.folds
    asked = [one.case for one in held.scored if one.case.side == "people"]
    assert asked
    for case in asked:
        own = {
            "person": f"person:{folds.people[case.cluster]}",
            "prompt": f"prompt:{folds.prompts[case.message]}",
        }
        assert {own[axis] for axis in AXES[by]} <= held.left_out
    frozen = {one.text for one in texts.ordinary_frozen()}
    for one in held.scored:
        if one.case.side == "ordinary":
            assert one.case.message in frozen
            assert f"kind:{folds.kinds[one.case.origin]}" in held.left_out
        elif one.case.side != "people":
            assert f"domain:{folds.domains[one.case.origin]}" in held.left_out


def test_everybody_is_left_out_once_and_what_is_learnt_is_told_on_them(trained: Trained) -> None:
    parts = list(cross_validate(trained))
    asked = [one.case for held in parts for one in held.scored if one.case.side == "people"]
    assert len(asked) == len(LABELLED)
    assert {case.cluster for case in asked} == {one.person for one in LABELLED}
    for held in parts:
        sides = sides_of(held.scored, held.model.settings[AGREEING])
        assert sides.f1 is not None
        assert sides.f1 > 0.7


def test_labels_drawn_at_random_are_not_learnt(trained: Trained) -> None:
    rng = np.random.default_rng(0)
    noise = [
        one._replace(
            items=tuple(item._replace(relevant=bool(rng.random() < 0.2)) for item in one.items)
        )
        for one in LABELLED
    ]
    held = next(cross_validate(prepare(noise, embedder()), by="both"))
    figure = sides_of(held.scored, held.model.settings[AGREEING]).f1
    assert figure is None or figure < 0.6


def test_the_settings_of_everybody_are_those_of_a_selector(trained: Trained) -> None:
    settings, gate = finish(trained)
    assert set(settings) == {RESTRAINED, AGREEING}
    assert np.isfinite(gate).all()
    again, same = finish(prepare(LABELLED, embedder()))
    assert again == settings
    np.testing.assert_array_equal(same, gate)


def test_a_held_out_model_stays_quiet_on_ordinary_messages_of_unseen_kinds(
    first: dict[str, Held],
) -> None:
    held = first["person"]
    setting = held.model.settings[RESTRAINED]
    used = [
        (margins(one.scores, setting) >= 0).any()
        for one in held.scored
        if one.case.side == "ordinary"
    ]
    assert np.mean(used) < 0.3


@pytest.mark.parametrize(
    ("labelled", "message"),
    [
        (answers(people=9), r"360 answers of 9 people"),
        (answers(people=12, prompts=2), r"192 answers of 12 people"),
        ((), "0 answers of 0 people, 0 of the rarer kind"),
    ],
)
def test_too_little_is_refused_with_what_it_takes(
    labelled: Sequence[Labelled], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        prepare(labelled, embedder())
    assert "200 answers of 10 people, 30 of each kind" in str(caught.value)


def test_who_answered_nothing_is_not_counted() -> None:
    silent = [
        one._replace(items=tuple(item._replace(relevant=None) for item in one.items))
        if one.person in ("person 0", "person 1", "person 2")
        else one
        for one in LABELLED
    ]
    with pytest.raises(InputError, match=f"of {PEOPLE - 3} people"):
        refuse_too_few(silent)


def test_the_base_rate_is_that_of_answers_alone() -> None:
    assert base_rate(LABELLED) == pytest.approx(1 / 8)
    assert len(LABELLED) == PEOPLE * PROMPTS
    items = tuple(item._replace(relevant=item.relevant or None) for item in LABELLED[0].items)
    assert base_rate([LABELLED[0]._replace(items=items)]) == 1


def test_without_scikit_learn_the_extra_is_named(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(MissingExtraError, match=r"recenter\[train\]"):
        finish(trained)
