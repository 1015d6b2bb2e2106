"""What fine-tuning takes, refuses and chooses; all of it without an encoder."""

from __future__ import annotations

import sys

import msgspec
import numpy as np
import pytest

from recenter.errors import InputError, MissingExtraError
from recenter.models.tuned import Kind
from recenter.train.finetune import Recipe, decide, finetune
from recenter.train.finetune_pairs import (
    FOLDS,
    Pair,
    refuse_too_few,
    selector_pairs,
    verifier_pairs,
)
from recenter.train.verifier_examples import examples
from tests.train.finetune_makers import labelled, pairs, verdicts

KINDS: tuple[Kind, ...] = ("selector", "verifier")


def test_a_missing_extra_is_named_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"recenter\[finetune\]"):
        finetune("selector", [], Recipe())


@pytest.mark.parametrize("kind", KINDS)
def test_too_little_is_refused_with_what_it_takes(kind: Kind) -> None:
    few = [pair for pair in pairs(kind) if pair.fold == 0]
    with pytest.raises(InputError, match="too few to fine-tune"):
        refuse_too_few(kind, few)
    one_kind = [pair._replace(positive=pair.fold > 0 and pair.positive) for pair in pairs(kind)]
    with pytest.raises(InputError, match="one kind only"):
        refuse_too_few(kind, one_kind)
    refuse_too_few(kind, pairs(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_is_on_both_sides_of_the_split(kind: Kind) -> None:
    folds: dict[str, set[int]] = {}
    for pair in pairs(kind):
        folds.setdefault(pair.group, set()).add(pair.fold)
    assert all(len(of) == 1 for of in folds.values())
    assert {fold for of in folds.values() for fold in of} == set(range(FOLDS))


def test_what_holds_words_of_the_fold_left_out_is_not_trained_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = examples(verdicts(), {})
    plain = verifier_pairs(found)
    held = {pair.group for pair in plain if pair.fold == Recipe().held}
    own = next(one for one in found if one.group not in held)
    made = [
        msgspec.structs.replace(own, origin="constructed", borrowed=group)
        for group in (min(held), next(pair.group for pair in plain if pair.fold == 1))
    ]
    given = verifier_pairs([*found, *made])
    assert given[: len(found)] == plain
    asked: list[Pair] = []

    def fit(pairs: list[Pair], *_: object) -> None:
        asked.extend(pairs)
        raise InputError("far enough")

    monkeypatch.setattr("recenter.train.finetune.libraries", lambda _: None)
    monkeypatch.setattr("recenter.train.finetune.fit", fit)
    with pytest.raises(InputError, match="far enough"):
        finetune("verifier", given, Recipe())
    assert [pair.borrowed for pair in asked if not pair.judged] == [1]
    assert not any(pair.fold == Recipe().held for pair in asked)


def test_made_up_negatives_are_apart_from_what_people_said() -> None:
    made = selector_pairs(labelled())
    people = [pair for pair in made if pair.judged]
    assert people == pairs()
    others = [pair for pair in made if not pair.judged]
    assert len(others) > 100
    assert not any(pair.positive for pair in others)
    assert selector_pairs(labelled()) == made


def test_the_chosen_threshold_and_calibration() -> None:
    truth = np.asarray([False] * 60 + [True] * 20)
    scores = np.where(truth, 2.0, -1.0)
    made = decide(truth, scores)
    likely = 1 / (1 + np.exp(-(made.calibration.slope * scores + made.calibration.shift)))
    assert likely.mean() == pytest.approx(0.25, abs=0.02)
    assert ((likely >= made.threshold) == truth).all()
    assert made.hold == 0.25
    # Scores that point the wrong way are not turned round.
    assert decide(~truth, scores).calibration.slope > 0
