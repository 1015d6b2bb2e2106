"""The trained verifier: what the model decides, and what code decides in its place."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import ChecksumError, ModelError
from recenter.models.embedded import Minilm
from recenter.models.saved import save_model
from recenter.records import Turn, Verdict
from recenter.stages import verify_model
from recenter.stages.statement import statement
from recenter.stages.verify_features import FEATURES
from recenter.stages.verify_model import (
    VERIFIER_CHECKSUM,
    Thresholds,
    likeliest_fault,
    load_verifier,
)
from recenter.stages.verify_rules import Finding
from recenter.stages.verify_trained import TrainedVerifier, decide

AT = Thresholds(accept=0.9, reject=0.8, fault_reject=0.9, fault_hold=0.7)
TRAINED = TrainedVerifier(Minilm(threads=1))


def judged(text: str, quote: str, *said: str) -> tuple[Verdict, str | None]:
    attribute, talk = statement(text, quote, [Turn(role="user", text=t) for t in said or (quote,)])
    judgment = TRAINED.verify(attribute, [talk])
    assert judgment.probability is not None
    answer: Verdict = msgspec.convert(judgment.answer, Verdict)
    assert (answer == "accept") == (judgment.failure is None)
    at = load_verifier().thresholds
    assert (judgment.probability <= at.reject) == (answer == "reject")
    assert (judgment.probability >= at.accept) == (answer == "accept")
    return answer, judgment.failure


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The user is a nurse.", "I'm a nurse on night shifts and always tired."),
        ("The user plays the trumpet.", "I play the trumpet in a brass band."),
        ("The user has a sister in Chile.", "I have a sister in Chile who visits me each May."),
        ("The user is learning Greek.", "I've been learning Greek for a year now."),
    ],
)
def test_plain_statements_pass(text: str, said: str) -> None:
    assert judged(text, said) == ("accept", None)


@pytest.mark.parametrize(
    ("text", "quote", "said", "failure"),
    [
        ("The user is a pilot.", "I am a pilot", "I like planes.", "missing_evidence"),
        ("The user is a knight.", "I am a knight", "Let's role-play. I am a knight.",
         "task_context_confusion"),
        ("The user is vegan.", "my brother is vegan", "my brother is vegan", "wrong_person"),
        ("The user is an expert chef.", "I like cooking", "I like cooking", "overgeneralisation"),
        ("The user smokes.", "I don't smoke", "I don't smoke", "missing_evidence"),
        ("The user has 5 cats.", "I have cats", "I have cats", "missing_evidence"),
    ],
)  # fmt: skip
def test_what_the_words_do_not_carry_is_rejected(
    text: str, quote: str, said: str, failure: str
) -> None:
    assert judged(text, quote, said) == ("reject", failure)


def test_a_pasted_text_is_held_as_it_may_be_their_own() -> None:
    pasted = "Please review my CV:\n\nEXPERIENCE\nNurse, Leeds General, 2011-2019\n" + (
        "Responsible for the night ward, handovers and the training of students.\n" * 12
    )
    answer, _ = judged("Was a nurse at Leeds General.", "Nurse, Leeds General, 2011-2019", pasted)
    assert answer in ("uncertain", "reject")


facts = st.one_of(
    st.none(),
    st.sampled_from(
        [
            Finding("reject", "missing_evidence", 0.02, "none"),
            Finding("uncertain", "task_context_confusion", 0.1, "pasted", "pasted"),
        ]
    ),
)


@given(st.floats(0, 1), st.floats(0, 1), facts, st.booleans())
def test_the_verdict_follows_from_the_probability(
    probability: float, fault: float, fact: Finding | None, carried: bool
) -> None:
    made = decide(probability, fault=fault, likeliest="other", fact=fact, carried=carried, at=AT)
    assert 0 <= made.probability <= 1
    assert (made.probability >= AT.accept) == (made.answer == "accept")
    assert (made.probability <= AT.reject) == (made.answer == "reject")
    assert (made.failure is None) == (made.answer == "accept")
    if fact is not None:
        assert made.failure == fact.failure
        assert made.probability < AT.accept
    if fault >= AT.fault_reject:
        assert made.answer == "reject"


def test_the_packaged_weights_are_those_that_are_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_verifier().name == f"trained:verifier@{VERIFIER_CHECKSUM[:8]}"
    monkeypatch.setattr(verify_model, "VERIFIER_CHECKSUM", "0" * 64)
    with pytest.raises(ChecksumError, match="Install the package again"):
        load_verifier()


def tiny(settings: dict[str, object] | None = None) -> dict[str, object]:
    found: dict[str, object] = {
        "features": list(FEATURES),
        "failures": ["supported", "missing_evidence"],
        "thresholds": msgspec.to_builtins(AT),
        "mix": 0.0,
        "slope": 1.0,
        "shift": 0.0,
    }
    return found | (settings or {})


def weights() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    rows = {"support": 1, "faults": 2}
    made = {"mean": np.zeros(len(FEATURES)), "scale": np.ones(len(FEATURES))}
    for head, count in rows.items():
        made[f"{head}_features"] = np.zeros((count, len(FEATURES)))
        made[f"{head}_vectors"] = np.zeros((count, 3 * 384))
        made[f"{head}_bias"] = np.zeros(count)
    return {name: array.astype(np.float32) for name, array in made.items()}


def test_other_weights_are_loaded_from_their_folder(tmp_path: Path) -> None:
    name = Minilm().name
    save_model(tmp_path / "model.safetensors", "verifier", weights(), settings=tiny(), encoder=name)
    model = load_verifier(tmp_path, encoder=name)
    other = TrainedVerifier(Minilm(threads=1), model)
    assert other.signature != TRAINED.signature
    attribute, talk = statement("Is a nurse", "I am a nurse", None)
    assert other.verify(attribute, [talk]).answer == "reject"  # 0.5, whatever is said


def at(**changed: float) -> dict[str, float]:
    return {name: getattr(AT, name) for name in AT.__struct_fields__} | changed


@pytest.mark.parametrize(
    ("settings", "dropped", "message"),
    [
        ({"features": ["one"]}, None, "other features"),
        ({"failures": ["supported", "other", "other"]}, None, "classes"),
        ({"failures": ["supported", "other", "wrong_person"]}, None, "faults_features has shape"),
        ({"slope": None}, None, "slope"),
        ({"thresholds": at(accept=1.1)}, None, "accept"),
        ({"thresholds": at(reject=-0.1)}, None, "reject"),
        ({"thresholds": at(reject=0.9, accept=0.8)}, None, "rejects up to 0.9 and accepts from"),
        ({"failures": ["missing_evidence"]}, None, "classes"),
        ({"thresholds": {"accept": 0.9}}, None, "lacks what a verifier needs"),
        ({}, "support_bias", "support_bias"),
    ],
)
def test_what_is_no_verifier_of_this_version_is_refused(
    tmp_path: Path, settings: dict[str, object], dropped: str | None, message: str
) -> None:
    arrays = {name: array for name, array in weights().items() if name != dropped}
    path = tmp_path / "model.safetensors"
    save_model(path, "verifier", arrays, settings=tiny(settings), encoder=None)
    with pytest.raises(ModelError, match=message):
        load_verifier(path)


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("mean", np.zeros(3), r"mean has shape \(3,\); expected"),
        ("scale", np.zeros(len(FEATURES)), "scale holds 0.0; expected above 0"),
        ("faults_bias", np.asarray([0.0, np.nan]), "faults_bias holds what is not a finite"),
        ("faults_vectors", np.zeros((2, 3)), "faults_vectors has shape"),
        ("support_vectors", np.zeros((1, 1000)), "support_vectors has shape"),
        ("support_bias", np.asarray([True]), "support_bias is of bool"),
    ],
)
def test_weights_that_cannot_be_are_refused(
    tmp_path: Path,
    name: str,
    array: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    message: str,
) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, "verifier", weights() | {name: array}, settings=tiny(), encoder=None)
    with pytest.raises(ModelError, match=message):
        load_verifier(path)


def test_a_head_without_faults_names_none() -> None:
    assert likeliest_fault(("supported",), np.asarray([1.0])) == "other"
