"""The settings of a selector: Platt's fit on simulated answers, aims, and what is not estimable."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from recenter.errors import InputError
from recenter.models.selector_model import Scores, Setting, margins, match_for, probabilities
from recenter.stats import classification
from recenter.train.selector_settings import AGREEING, RESTRAINED, calibrated, choose
from recenter.train.selector_sides import Case, Scored, answers_of, outcomes, sides_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

PLAIN = Setting(study=0.0, study_scale=1.0, slope=1.0, shift=0.0)
SLOPE, SHIFT = 1.7, -1.0


def people(trained: Floats, truth: Bools, *, each: int = 20) -> list[Scored]:
    """Answers of people with one message each."""
    found = []
    for start in range(0, len(truth), each):
        rows = slice(start, start + each)
        said = tuple(bool(one) for one in truth[rows])
        texts = tuple(str(at) for at in range(start, start + len(said)))
        case = Case("people", "m", texts, f"person {start}", said)
        found.append(Scored(case, Scores(5.0, trained[rows], np.zeros(len(said)))))
    return found


def simulated(number: int, *, seed: int = 0) -> tuple[Floats, Bools]:
    rng = np.random.default_rng(seed)
    margin = rng.normal(size=number)
    return margin, rng.random(number) < expit(SLOPE * margin + SHIFT)


def made_up(side: str, trained: Floats, likeness: Floats, gate: Floats) -> list[Scored]:
    return [
        Scored(
            Case(side, str(at), ("one", "two"), str(at)),
            Scores(float(g), np.asarray([t, t - 1]), np.asarray([one, one - 1])),
        )
        for at, (t, one, g) in enumerate(zip(trained, likeness, gate, strict=True))
    ]


def everything(*, seed: int = 0) -> list[Scored]:
    rng = np.random.default_rng(seed)
    draw = [rng.normal(size=300) for _ in range(6)]
    return [
        *people(*simulated(400, seed=seed)),
        *made_up("elsewhere", draw[0] - 2, draw[1], draw[2] + 5),
        *made_up("ordinary", draw[3], draw[4], draw[5]),
    ]


def test_platt_finds_the_slope_and_shift_that_were_simulated() -> None:
    margin, truth = simulated(6000)
    found = calibrated(people(margin, truth), PLAIN)
    assert found.slope == pytest.approx(SLOPE, abs=0.15)
    assert found.shift == pytest.approx(SHIFT, abs=0.1)
    outside = LogisticRegression(C=np.inf, tol=1e-8).fit(margin[:, None], truth)
    assert found.slope == pytest.approx(outside.coef_[0, 0], abs=0.01)
    assert found.shift == pytest.approx(outside.intercept_[0], abs=0.01)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.floats(0.2, 5), st.floats(-2, 2))
def test_the_scale_of_the_scores_is_nothing(seed: int, scale: float, place: float) -> None:
    margin, truth = simulated(300, seed=seed)
    one = calibrated(people(margin, truth), PLAIN)
    moved = msgspec.structs.replace(PLAIN, study=place, study_scale=scale)
    other = calibrated(people(margin * scale + place, truth), moved)
    assert other.slope == pytest.approx(one.slope, abs=1e-3)
    assert other.shift == pytest.approx(one.shift, abs=1e-3)


@pytest.mark.parametrize(
    "truth", [np.arange(40) < 20, np.zeros(40, bool), np.ones(40, bool), np.arange(40) >= 20]
)
def test_more_margin_is_never_less_probable_and_odds_stay_finite(truth: Bools) -> None:
    """Even where scores say the opposite of people, or people all say the same."""
    scored = people(np.linspace(-1, 1, 40), truth)
    found = calibrated(scored, PLAIN)
    assert found.slope > 0
    likely = probabilities(margins(scored[0].scores, found), found)
    assert ((likely > 0) & (likely < 1)).all()
    assert 0 < found.threshold < 1


def test_agreeing_is_best_for_people_and_has_no_more_parts() -> None:
    scored = everything()
    found = choose(scored)
    assert set(found) == {RESTRAINED, AGREEING}
    agreeing = found[AGREEING]
    assert (agreeing.match, agreeing.gate) == (None, None)
    answers = answers_of(scored)
    trained = answers.each(lambda one: one.scores.trained)
    best = classification.f1(
        answers.truth, trained >= classification.best_threshold(answers.truth, trained)
    )
    reached = sides_of(scored, agreeing).f1
    assert best is not None
    assert reached is not None
    assert best - 0.03 < reached <= best


def test_restrained_keeps_its_aims_where_it_was_chosen() -> None:
    for seed in range(3):
        scored = everything(seed=seed)
        sides = sides_of(scored, choose(scored)[RESTRAINED])
        assert sides.ordinary is not None
        assert sides.ordinary >= 0.91
        assert sides.elsewhere is not None
        assert sides.elsewhere > 0.85
        assert sides.planted is None


def test_the_gate_is_the_least_strict_that_is_enough() -> None:
    scored = everything()
    found = choose(scored)[RESTRAINED]
    assert found.gate is not None
    gates = [one.scores.gate for one in scored if one.case.side == "ordinary"]
    shut = np.mean(np.asarray(gates) < found.gate)
    looser = msgspec.structs.replace(found, gate=float(np.quantile(gates, shut - 0.02)))
    reached = sides_of(scored, looser).ordinary
    assert shut == pytest.approx(0.7, abs=0.01) or (reached is not None and reached < 0.91)


def test_the_likeness_that_is_enough_falls_with_the_set_as_chance_has_it() -> None:
    """Of independent normal scores, about as many small sets as large ones stay below it."""
    rng = np.random.default_rng(0)
    texts = tuple(str(at) for at in range(24))
    quiet = [
        Scored(
            Case("elsewhere", str(at), texts, str(at)),
            Scores(5.0, np.full(24, -9.0), rng.normal(size=24)),
        )
        for at in range(2000)
    ]
    found = choose([*people(*simulated(400)), *quiet])[RESTRAINED]
    assert found.match is not None
    assert found.match_step > 0
    for size in (1, 3, 6, 12, 24):
        enough = match_for(size, found.match, found.match_step)
        fresh = rng.normal(size=(4000, size)).max(1)
        assert np.mean(fresh < enough) == pytest.approx(0.92, abs=0.05)


def test_without_made_up_messages_there_is_neither_likeness_nor_gate() -> None:
    found = choose(people(*simulated(400)))[RESTRAINED]
    assert (found.match, found.gate) == (None, None)


def test_without_a_yes_there_is_no_threshold() -> None:
    margin, truth = simulated(100)
    with pytest.raises(InputError, match=r"of 100 answers .* none is a yes"):
        choose(people(margin, truth & False))
    with pytest.raises(InputError, match="of 0 answers"):
        choose(made_up("ordinary", margin, margin, margin))


def test_open_answers_count_for_nothing() -> None:
    margin, truth = simulated(200)
    scored = people(margin, truth)
    with_open = [
        Scored(
            one.case._replace(
                attributes=(*one.case.attributes, "open"), relevant=(*one.case.relevant, None)
            ),
            Scores(5.0, np.append(one.scores.trained, 99.0), np.append(one.scores.likeness, 9.0)),
        )
        for one in scored
    ]
    assert choose(with_open) == choose(scored)


def test_outcomes_say_what_went_well_and_of_whom() -> None:
    zeros = np.zeros(2)
    planted = made_up("planted", np.asarray([1.0, -1.0]), zeros, zeros)
    quiet = made_up("elsewhere", np.asarray([1.0, -1.0]), zeros, zeros)
    good, clusters = outcomes([*planted, *quiet], "planted", PLAIN)
    assert (good.tolist(), clusters) == ([True, False], ["0", "1"])
    assert outcomes(quiet, "elsewhere", PLAIN)[0].tolist() == [False, True]
    assert sides_of([], PLAIN) == (None, None, None, None, None)
