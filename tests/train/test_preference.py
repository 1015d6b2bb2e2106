"""Training on made-up people whose taste is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recenter.errors import InputError
from recenter.stages.judge_trained import Chosen, load_preference
from recenter.train import preference
from recenter.train.preference import Pairs, check, fit, read_pairs, save_preference
from recenter.train.preference_check import (
    accuracy,
    cross_validate,
    folds,
    learning_curve,
    log_loss,
)
from recenter.train.preference_examples import Example
from tests.stages.preference_makers import Letters

WORDS = ("soup", "bread", "tea", "rice", "fish", "plum")


def people(count: int, *, differ: bool = False, seed: int = 0) -> list[Example]:
    """People of six occasions each who prefer the longer reply, or every other one the shorter."""
    rng = np.random.default_rng(seed)
    made = []
    for person in range(count):
        shorter = differ and person % 2 == 1
        for occasion in range(6):
            long, short = (
                " ".join(rng.choice(WORDS, size=size)) + "." for size in (rng.integers(9, 16), 3)
            )
            chosen, rejected = (short, long) if shorter else (long, short)
            made.append(
                Example(
                    person=f"p{person}",
                    occasion=f"p{person}/{occasion}",
                    prompt=f"What about {WORDS[occasion]}?",
                    chosen=chosen,
                    rejected=rejected,
                )
            )
    return made


def pairs(count: int = 12, *, differ: bool = False, seed: int = 0) -> Pairs:
    return read_pairs(people(count, differ=differ, seed=seed), Letters())


def test_a_taste_that_all_share_is_found_and_people_do_not_differ(tmp_path: Path) -> None:
    fitted = fit(pairs())
    assert fitted.head.own == 0.0
    assert fitted.evidence == fitted.without_own
    save_preference(fitted, tmp_path, encoder=Letters.name)
    judge = load_preference(tmp_path, Letters())
    longer = "tea soup rice fish plum tea bread soup tea rice."
    assert judge.preference("What about eggs?", longer, "tea rice fish.").value > 0.8


def test_where_tastes_are_opposite_a_history_decides(tmp_path: Path) -> None:
    fitted = fit(pairs(differ=True))
    assert fitted.head.own > 0
    assert fitted.evidence > fitted.without_own + 5
    save_preference(fitted, tmp_path, encoder=Letters.name)
    judge = load_preference(tmp_path, Letters())
    longer, short = "tea soup rice fish plum tea bread soup tea rice.", "tea rice fish."
    assert judge.preference("Eggs?", longer, short).value == pytest.approx(0.5, abs=0.1)
    others = ("Milk", "Oats", "Leek", "Salt")
    terse = [Chosen(prompt=f"{n}?", chosen=short, rejected=longer) for n in others]
    wordy = [Chosen(prompt=f"{n}?", chosen=longer, rejected=short) for n in others]
    assert judge.preference("Eggs?", longer, short, history=terse).value < 0.35
    assert judge.preference("Eggs?", longer, short, history=wordy).value > 0.65


def test_unseen_people_are_told_right_and_fitting_again_gives_the_same() -> None:
    made = pairs()
    left_out = cross_validate(made)
    assert accuracy(left_out.chances, made.counts) == 1.0
    assert log_loss(left_out.chances, made.counts) < 0.4
    assert (cross_validate(made).chances == left_out.chances).all()


def test_labels_without_a_pattern_are_not_told_better_than_by_chance() -> None:
    made = pairs(30)
    swap = np.random.default_rng(1).random(len(made.people)) < 0.5
    mixed = made._replace(
        chosen=np.where(swap[:, None], made.rejected, made.chosen),
        rejected=np.where(swap[:, None], made.chosen, made.rejected),
    )
    left_out = cross_validate(mixed)
    assert 0.35 < accuracy(left_out.chances, made.counts) < 0.65
    assert log_loss(left_out.chances, made.counts) < 0.75


def test_no_person_is_in_two_folds_and_folds_are_even() -> None:
    made = pairs(13)
    fold = folds(made.people, count=5, seed=3)
    sizes = [len(set(made.people[fold == number].tolist())) for number in range(5)]
    assert sum(sizes) == 13
    assert max(sizes) - min(sizes) == 1


def test_the_curve_rises_where_people_differ_and_stays_where_they_do_not() -> None:
    for differ, least, most in ((True, 0.2, 1.0), (False, -0.02, 0.02)):
        made = pairs(20, differ=differ)
        points = learning_curve(made, cross_validate(made), draws=3, shown=(1, 3))
        assert [point.shown for point in points] == [1, 3]
        last = points[-1].difference
        assert last.clusters == 20
        assert last.value is not None
        assert least <= last.value <= most


def test_a_curve_over_nobody_is_not_estimable() -> None:
    made = pairs(12)
    (point,) = learning_curve(made, cross_validate(made), draws=1, shown=(6,))
    assert point.difference.value is None
    assert point.difference.reason


def test_accuracy_averages_within_an_occasion_first() -> None:
    counts = np.array([0.5, 0.5, 1.0])
    assert accuracy(np.array([0.9, 0.2, 0.9]), counts) == 0.75
    assert accuracy(np.array([0.5]), np.ones(1)) == 0.5


@pytest.mark.parametrize(("count", "what"), [(9, "10 people"), (8, "10 people")])
def test_too_few_people_are_refused_with_what_is_needed(count: int, what: str) -> None:
    with pytest.raises(InputError, match=f"at least {what}; got {count}"):
        check(people(count))
    check(people(10))


def test_too_few_occasions_are_refused() -> None:
    with pytest.raises(InputError, match="at least 50 prompts judged by a person; got 12"):
        check([e for e in people(12) if e.occasion.endswith("/0")])


def test_of_more_pairs_than_can_be_fitted_a_sample_is(monkeypatch: pytest.MonkeyPatch) -> None:
    made = pairs()
    monkeypatch.setattr(preference, "MOST", 40)
    assert fit(made).used == 40
    assert fit(made).evidence == fit(made).evidence != fit(made, seed=1).evidence
