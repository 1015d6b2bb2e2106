"""A trained preference: exactly opposite when exchanged, moved by history and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.saved import save_model
from recenter.stages.judge_trained import Chosen, TrainedPreference, load_preference
from recenter.stages.preference_features import NAMES
from recenter.stages.preference_head import Head
from tests.stages.preference_makers import Letters, head, saved

LONG, SHORT = "Cook lentils with onions, slowly and well.", "Lentils."
LIKES_SHORT = Chosen(prompt="Lunch?", chosen="Bread.", rejected="Bread with a lot of good cheese.")


def model(tmp_path: Path, made: Head) -> TrainedPreference:
    return TrainedPreference(saved(tmp_path, made), Letters())


def test_exchanging_the_replies_gives_exactly_one_minus(tmp_path: Path) -> None:
    for seed in range(5):
        weight = float(np.random.default_rng(seed).normal())
        made = head(log_words=weight, item=1.0)
        for history in ((), (LIKES_SHORT,)):
            there = model(tmp_path, made).preference("Soup?", LONG, SHORT, history=history)
            back = model(tmp_path, made).preference("Soup?", SHORT, LONG, history=history)
            assert back.value == 1 - there.value
            assert back.deviation == there.deviation > 0


def test_the_same_reply_twice_is_neither_and_that_is_certain(tmp_path: Path) -> None:
    same = model(tmp_path, head(log_words=1.0)).preference("Soup?", LONG, LONG)
    assert same.value == 0.5
    assert same.deviation == pytest.approx(0.0, abs=1e-12)


def test_what_a_person_chose_moves_their_chance_and_lessens_the_doubt(tmp_path: Path) -> None:
    judge = model(tmp_path, head(log_words=0.5))
    stranger = judge.preference("Soup?", LONG, SHORT)
    once = judge.preference("Soup?", LONG, SHORT, history=[LIKES_SHORT])
    other = Chosen(prompt="Tea?", chosen="Yes.", rejected="Yes, with milk and with sugar please.")
    twice = judge.preference("Soup?", LONG, SHORT, history=[LIKES_SHORT, other])
    assert twice.value < once.value < stranger.value
    weights = [
        judge.person(h).covariance.trace() for h in ([], [LIKES_SHORT], [LIKES_SHORT, other])
    ]
    assert weights == sorted(weights, reverse=True)


def test_pairs_of_one_prompt_count_as_one_together(tmp_path: Path) -> None:
    judge = model(tmp_path, head(log_words=0.5))
    once = judge.person([LIKES_SHORT])
    doubled = judge.person([LIKES_SHORT, LIKES_SHORT])
    assert doubled.mean == pytest.approx(once.mean)


def test_where_people_do_not_differ_one_choice_moves_less(tmp_path: Path) -> None:
    moved = []
    for own in (0.0, 2.0):
        judge = model(tmp_path, head(own=own, log_words=0.5))
        before = judge.preference("Soup?", LONG, SHORT).value
        moved.append(before - judge.preference("Soup?", LONG, SHORT, history=[LIKES_SHORT]).value)
    assert 0 < moved[0] < moved[1]


def test_a_model_of_other_figures_or_settings_is_refused(tmp_path: Path) -> None:
    good = saved(tmp_path / "good", head())
    settings = dict(good.about.settings)
    other = save_model(
        tmp_path / "a", "preference", good.arrays, settings=settings | {"names": []}, encoder=None
    )
    with pytest.raises(ModelError, match="other figures"):
        TrainedPreference(other, Letters())
    for own in ({"own": "much"}, {"own": -1.0}, {"own": None}):
        odd = save_model(
            tmp_path / "c", "preference", good.arrays, settings=settings | own, encoder=None
        )
        with pytest.raises(ModelError, match=r"lacks what a preference needs: .*own"):
            TrainedPreference(odd, Letters())


WIDE = len(head().shared.mean)
TILTED = np.eye(WIDE)
TILTED[0, 1] = 0.5
ODD: list[tuple[str, NDArray[np.float64] | None, str]] = [
    ("mean", np.zeros(3), "mean has shape"),
    ("mean", np.full(WIDE, np.nan), "mean holds what is not a finite number"),
    ("axes", None, "axes is missing"),
    ("axes", np.zeros(3), "axes has shape"),
    ("spread", np.zeros(len(NAMES)), "spread holds 0.0; expected above 0"),
    ("covariance", TILTED, "covariance is not symmetric"),
    ("covariance", -np.eye(WIDE), "covariance has the eigenvalue -1; expected 0 or more"),
]


@pytest.mark.parametrize(("name", "array", "message"), ODD)
def test_weights_that_cannot_be_are_refused(
    tmp_path: Path, name: str, array: NDArray[np.float64] | None, message: str
) -> None:
    good = saved(tmp_path / "good", head())
    arrays = {key: value for key, value in good.arrays.items() if key != name}
    arrays |= {} if array is None else {name: array}
    odd = save_model(
        tmp_path / "a", "preference", arrays, settings=good.about.settings, encoder=None
    )
    with pytest.raises(ModelError, match=message):
        TrainedPreference(odd, Letters())


def test_a_model_is_loaded_from_its_folder_for_its_encoder_only(tmp_path: Path) -> None:
    name = saved(tmp_path, head()).name
    assert load_preference(tmp_path, Letters()).name == name

    class Other(Letters):
        name = "scripted:other"

    with pytest.raises(ModelError, match="scripted:other"):
        load_preference(tmp_path, Other())
