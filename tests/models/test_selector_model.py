"""The parts of the trained selector: margins, probabilities, places in a set, and broken files."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.special import logit
from scipy.stats import rankdata

from recenter.errors import ChecksumError, ModelError
from recenter.models.embedded import DIMENSIONS, Minilm
from recenter.models.saved import FILE, load_model, save_model
from recenter.models.selector_model import (
    FULL,
    Scores,
    SelectorModel,
    Setting,
    dot,
    gaussian,
    likeness_of,
    load_selector,
    margins,
    match_for,
    packaged_selector,
    place_of,
    probabilities,
    unit,
)

Floats = NDArray[np.float64]

SETTING = Setting(
    study=0.3,
    study_scale=0.2,
    slope=1.7,
    shift=-1.0,
    match=1.3,
    match_step=0.1,
    match_scale=0.4,
    gate=0.5,
)
PLAIN = Setting(study=0.3, study_scale=0.2, slope=1.7, shift=-1.0)

COSINES = hnp.arrays(np.float64, st.integers(1, 12), elements=st.integers(-10, 10).map(float)).map(
    lambda found: found / 10
)
SCORES = st.lists(st.tuples(st.floats(-2, 2), st.floats(-3, 4)), min_size=1, max_size=8).map(
    lambda pairs: (np.asarray([a for a, _ in pairs]), np.asarray([b for _, b in pairs]))
)


def packaged_file() -> Path:
    return Path(str(resources.files("recenter.models").joinpath("weights/selector.safetensors")))


@settings(deadline=None)
@given(SCORES, st.booleans())
def test_what_is_afar_is_used_for_its_likeness_alone(
    scores: tuple[Floats, Floats], heard: bool
) -> None:
    setting = msgspec.structs.replace(SETTING, heard_afar=heard)
    afar = np.arange(len(scores[0])) % 2 == 0
    plain = margins(Scores(1.0, *scores), setting) >= 0
    alike = scores[1] >= match_for(len(afar), 1.3, 0.1)
    expected = plain if heard else np.where(afar, alike, plain)
    np.testing.assert_array_equal(margins(Scores(1.0, *scores, afar), setting) >= 0, expected)


@given(SCORES, st.floats(-3, 3))
def test_a_margin_of_zero_is_the_threshold(scores: tuple[Floats, Floats], gate: float) -> None:
    said = Scores(gate, *scores)
    for setting in (SETTING, PLAIN):
        margin = margins(said, setting)
        likely = probabilities(margin, setting)
        used = said.trained >= setting.study
        if setting.match is not None:
            used |= said.likeness >= match_for(len(used), setting.match, setting.match_step)
        if setting.gate is not None and gate < setting.gate:
            used[:] = False
        np.testing.assert_array_equal(margin >= 0, used)
        np.testing.assert_array_equal(likely >= setting.threshold - 1e-12, margin >= -1e-12)


@given(st.integers(1, 100), st.floats(-2, 2), st.floats(0, 0.5))
def test_less_likeness_is_enough_in_a_smaller_set(size: int, match: float, step: float) -> None:
    enough = match_for(size, match, step)
    assert enough <= match_for(size + 1, match, step) <= match
    assert match_for(FULL * size, match, step) == match
    assert match_for(FULL // 4, match, step) == pytest.approx(match - 2 * step)
    assert match_for(0, match, step) == match_for(1, match, step)


def test_the_probability_at_the_threshold_is_the_threshold() -> None:
    at = Scores(9.0, np.asarray([SETTING.study]), np.asarray([-9.0]))
    assert probabilities(margins(at, SETTING), SETTING)[0] == pytest.approx(SETTING.threshold)
    assert logit(SETTING.threshold) == pytest.approx(SETTING.shift)


@given(hnp.arrays(np.float64, 6, elements=st.floats(-5, 5)), st.floats(-6, 6))
def test_more_margin_is_more_probable_and_a_shift_moves_log_odds(
    margin: Floats, shift: float
) -> None:
    ordered = np.sort(margin)
    plain, moved = (probabilities(ordered, SETTING, shift=by) for by in (0.0, shift))
    assert (np.diff(plain) >= 0).all()
    np.testing.assert_allclose(logit(moved), logit(plain) + shift, atol=1e-6)


def test_probabilities_stay_in_range_at_any_odds() -> None:
    for shift in (-1e4, 1e4):
        likely = probabilities(np.asarray([-1e5, 0.0, 1e5]), SETTING, shift=shift)
        assert ((likely >= 0) & (likely <= 1)).all()


def test_a_closed_gate_uses_nothing_and_keeps_the_order_of_what_was_below() -> None:
    scores = Scores(0.4, np.asarray([2.0, 0.1, 0.2]), np.asarray([3.0, -1.0, -2.0]))
    margin = margins(scores, SETTING)
    assert (margin <= -1).all()
    assert margin[0] > margin[2] > margin[1]
    assert margins(scores._replace(gate=0.5), SETTING)[0] > 0


@given(COSINES, st.randoms(use_true_random=False))
def test_a_place_is_that_of_the_value_whatever_the_order(cosines: Floats, random: object) -> None:
    place = place_of(cosines)
    share = (rankdata(cosines) - 0.5) / len(cosines)
    np.testing.assert_allclose(place[:, 0] / place[:, 0].max(), share / share.max())
    order = np.random.default_rng(len(cosines)).permutation(len(cosines))
    np.testing.assert_array_equal(place_of(cosines[order]), place[order])
    assert (place[:, 2] == place[0, 2]).all()


def test_places_and_likeness_of_nobody_are_empty() -> None:
    assert place_of(np.zeros(0)).shape == (0, 3)
    assert likeness_of(np.zeros(0), np.asarray([0.1, 0.2])).shape == (0,)


@given(COSINES)
def test_likeness_grows_with_nearness_and_is_bounded(cosines: Floats) -> None:
    found = likeness_of(cosines, np.asarray([0.0, 0.1, -0.1]))
    order = np.argsort(cosines, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()
    assert (np.abs(found) <= 2 + 0.3 * 4).all()


def test_one_attribute_is_judged_against_the_usual_ones_and_not_itself_alone() -> None:
    far, near = (
        likeness_of(np.asarray([cosine]), np.asarray([0.0, 0.05, -0.05]))[0]
        for cosine in (0.0, 0.6)
    )
    assert near - far > 2 * 0.6


@given(hnp.arrays(np.float64, (5, 7), elements=st.floats(-1, 1)))
def test_a_product_of_a_row_alone_is_that_among_others(rows: Floats) -> None:
    columns = np.random.default_rng(0).normal(size=(7, 3))
    whole = dot(rows, columns)
    for number in range(len(rows)):
        np.testing.assert_array_equal(dot(rows[[number]], columns), whole[[number]])


def test_nearness_is_one_at_a_landmark_and_zero_rows_stay_zero() -> None:
    landmarks = unit(np.asarray([[1.0, 2.0], [0.0, 0.0]]))
    assert gaussian(landmarks[:1], landmarks[:1], 1.0)[0, 0] == pytest.approx(1)
    np.testing.assert_array_equal(landmarks[1], [0, 0])
    distance = np.sum((np.asarray([1.0, 0.0]) - landmarks[0]) ** 2)
    near = gaussian(np.asarray([[1.0, 0.0]]), landmarks[:1], 0.7)[0, 0]
    assert near == pytest.approx(np.exp(-0.7 * distance))


def test_an_attribute_reads_the_same_alone_as_among_others() -> None:
    texts = ["The user is vegetarian.", "The user runs.", "Ω\u0000\u200b 👩‍👩‍👧", ""]
    model, embedder = packaged_selector(), Minilm(threads=1)
    whole = model.read(texts, embedder.embed(texts))
    for number, text in enumerate(texts):
        alone = model.read([text], embedder.embed([text]))
        np.testing.assert_array_equal(alone.features[0], whole.features[number])
        np.testing.assert_array_equal(alone.centred[0], whole.centred[number])
    assert np.isfinite(whole.features).all()


def test_what_ships_is_for_the_embedder_that_ships() -> None:
    model = packaged_selector()
    assert model.encoder == Minilm().name
    assert {"restrained", "agreeing"} <= set(model.settings)
    assert 0 < model.base_rate < 1
    assert all(0 < setting.threshold < 1 for setting in model.settings.values())
    assert load_selector(packaged_file(), encoder=model.encoder).name == model.name


@pytest.mark.parametrize(
    "name", sorted(load_model(packaged_file(), "selector").arrays), ids=lambda name: name
)
def test_a_part_that_is_missing_or_misshapen_is_named(name: str, tmp_path: Path) -> None:
    saved = load_model(packaged_file(), "selector")
    kept = {key: array for key, array in saved.arrays.items() if key != name}
    settings = dict(saved.about.settings)
    path = tmp_path / FILE
    for arrays in (kept, kept | {name: np.zeros(0)}, kept | {name: np.zeros((2, 2, 2))}):
        save_model(path, "selector", arrays, settings=settings, encoder=None)
        with pytest.raises(ModelError, match=r" (?:is missing|has shape .*); expected"):
            load_selector(tmp_path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"vocabulary": ["abc"]}, "gram_parts has shape"),
        ({"vocabulary": "abc"}, "vocabulary"),
        ({"settings": {}}, "no setting to decide by"),
        ({"attribute_width": 0.0}, "attribute_width"),
        ({"message_width": -1.0}, "message_width"),
        ({"middle": None}, "middle"),
        ({"base_rate": 0.0}, "base_rate"),
        (
            {"settings": {"odd": {"study": 0.1, "study_scale": 0.0, "slope": 1, "shift": 0}}},
            "study_scale",
        ),
        ({"settings": {"odd": {"study": 0.1, "study_scale": 1, "slope": -1, "shift": 0}}}, "slope"),
        ({"settings": {"odd": {"study": 0.1, "study_scale": 1, "slope": 1, "shift": 99}}}, "shift"),
    ],
)
def test_a_setting_that_cannot_be_is_named(
    change: dict[str, object], reason: str, tmp_path: Path
) -> None:
    saved = load_model(packaged_file(), "selector")
    save_model(
        tmp_path / FILE,
        "selector",
        saved.arrays,
        settings=dict(saved.about.settings) | change,
        encoder=None,
    )
    with pytest.raises(ModelError, match=reason):
        load_selector(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("gate", np.nan, "gate holds what is not a finite number"),
        ("gate", np.inf, "gate holds what is not a finite number"),
        ("marks_scale", 0.0, "marks_scale holds 0.0; expected above 0"),
        ("gram_parts_step", -1.0, "gram_parts_step holds -1.0; expected above 0"),
    ],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: float, reason: str) -> None:
    saved = load_model(packaged_file(), "selector")
    changed = saved.arrays[name].copy()
    changed[0] = value
    with pytest.raises(ModelError, match=reason):
        SelectorModel(msgspec.structs.replace(saved, arrays=dict(saved.arrays) | {name: changed}))


def test_a_selector_without_waves_is_refused_though_its_shapes_agree() -> None:
    saved = load_model(packaged_file(), "selector")
    columns = saved.arrays["place_attribute"].shape[1]
    none = {
        "place_phase": np.zeros(0),
        "place_waves": np.zeros((3, 0)),
        "place_attribute": np.zeros((0, columns)),
    }
    with pytest.raises(ModelError, match=r"place_phase has shape \(0,\); .* with none of 0"):
        SelectorModel(msgspec.structs.replace(saved, arrays=dict(saved.arrays) | none))


def test_a_model_is_read_without_changing_what_was_loaded() -> None:
    saved = load_model(packaged_file(), "selector")
    before = {name: array.copy() for name, array in saved.arrays.items()}
    model = SelectorModel(saved)
    model.score("Hi", np.ones(DIMENSIONS), model.read(["a"], np.ones((1, DIMENSIONS))))
    for name, array in before.items():
        np.testing.assert_array_equal(array, saved.arrays[name])


def test_selecting_waits_for_no_scipy() -> None:
    """Importing `scipy.stats` alone takes half a second."""
    code = "import sys, recenter.stages.select_trained; sys.exit('scipy.stats' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_whole_model_in_place_of_the_packaged_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("recenter.models.selector_model.SELECTOR_CHECKSUM", "0" * 64)
    packaged_selector.cache_clear()
    with pytest.raises(ChecksumError, match="Install the package again"):
        packaged_selector()
    packaged_selector.cache_clear()


def test_one_of_few_needs_less_likeness_than_the_best_of_many() -> None:
    assert match_for(FULL, 1.2, 0.15) == match_for(10 * FULL, 1.2, 0.15) == 1.2
    assert match_for(FULL // 2, 1.2, 0.15) == pytest.approx(1.05)
    assert match_for(0, 1.2, 0.15) == match_for(1, 1.2, 0.15) < match_for(2, 1.2, 0.15)
