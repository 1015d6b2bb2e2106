"""Whatever changes a result changes its signature, and so its id."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from recenter.models.saved import load_model
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.models.selector_model import SelectorModel
from recenter.provenance import Signature
from recenter.questions import RELEVANT
from recenter.records import Subject
from recenter.stages import select_llm
from recenter.stages.extract_llm import LLMExtractor, LLMSettings
from recenter.stages.judge import ask
from recenter.stages.merge import merge, merged_signature
from recenter.stages.policy import Policy, make_policy, select
from recenter.stages.respond import respond
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.select_embedding import EmbeddingSelector
from recenter.stages.select_llm import LLMSelector
from recenter.stages.select_trained import Choices, TrainedSelector
from recenter.stages.verify import Both
from recenter.stages.verify_llm import LLMVerifier
from recenter.stages.verify_rules import RulesVerifier
from tests.stages.makers import attribute, query, selected

RUNS = attribute("The user runs.", id="r")
WORDS = ScriptedEmbedder()


def chat(name: str = "scripted:m") -> ScriptedChat:
    return ScriptedChat(lambda _: {"reason": "", "answer": "yes"}, name=name)


def extractor(**settings: float) -> Signature:
    return LLMExtractor(chat(), settings=LLMSettings(**settings)).signature  # type: ignore[arg-type]


def policy(*, allowed: tuple[str, ...] | None = None, cap: int | None = None) -> Signature:
    rules: Policy | None = None if allowed is None else make_policy(allowed)
    return select(query("run?"), [RUNS], Bm25Selector(), policy=rules, cap=cap).signature


def reply(temperature: float = 0.0, *, model: str = "scripted:m") -> Signature:
    free = ScriptedChat(lambda _: "ok", name=model)
    made = respond(
        query("?"), selected(r=("use", 1.0)), [RUNS], model=free, temperature=temperature
    )
    return made.signature


def trained(
    name: str = "scripted:words", *, checksum: str | None = None, **choices: object
) -> Signature:
    """Of a trained selector that takes any embedder's vectors."""
    folder = Path(str(resources.files("recenter.models").joinpath("weights")))
    saved = load_model(folder / "selector.safetensors", "selector")
    about = msgspec.structs.replace(
        saved.about, encoder=None, checksum=checksum or saved.about.checksum
    )
    model = SelectorModel(msgspec.structs.replace(saved, about=about))
    chosen = Choices(**choices)  # type: ignore[arg-type]
    return TrainedSelector(ScriptedEmbedder(name=name), model, choices=chosen).signature


VARIANTS: dict[str, list[Callable[[], Signature]]] = {
    "bm25": [
        lambda: Bm25Selector().signature,
        lambda: Bm25Selector(threshold=0.1).signature,
    ],
    "embedding": [
        lambda: EmbeddingSelector(WORDS).signature,
        lambda: EmbeddingSelector(WORDS, threshold=0.5).signature,
        lambda: EmbeddingSelector(WORDS, gate=0.5).signature,
        lambda: EmbeddingSelector(WORDS, gate=None).signature,
        lambda: EmbeddingSelector(ScriptedEmbedder(name="scripted:other")).signature,
    ],
    "trained selector": [
        trained,
        lambda: trained("scripted:other"),
        lambda: trained(checksum="0" * 64),
        lambda: trained(setting="agreeing"),
        lambda: trained(base_rate=0.01),
        lambda: trained(base_rate=0.02),
        lambda: trained(ask_cost=0.0),
        lambda: trained(ask_cost=0.1),
    ],
    "llm selector": [
        lambda: LLMSelector(chat()).signature,
        lambda: LLMSelector(chat(), size=7).signature,
        lambda: LLMSelector(chat(), asked="each").signature,
        lambda: LLMSelector(chat("scripted:n")).signature,
    ],
    "verifiers": [
        lambda: RulesVerifier().signature,
        lambda: LLMVerifier(chat()).signature,
        lambda: LLMVerifier(chat("scripted:n")).signature,
        lambda: Both((RulesVerifier(), LLMVerifier(chat()))).signature,
        lambda: Both((LLMVerifier(chat()), RulesVerifier())).signature,
        lambda: Both((LLMVerifier(chat("scripted:n")), RulesVerifier())).signature,
    ],
    "llm extractor": [
        extractor,
        lambda: extractor(temperature=0.5),
        lambda: extractor(seed=1),
        lambda: extractor(longest=5000),
        lambda: extractor(max_tokens=100),
        lambda: extractor(min_confidence=0.5),
        lambda: LLMExtractor(chat("scripted:n")).signature,
    ],
    "policy and cap": [
        policy,
        lambda: policy(cap=1),
        lambda: policy(cap=2),
        lambda: policy(allowed=()),
        lambda: policy(allowed=("health",)),
        lambda: policy(allowed=(), cap=1),
    ],
    "merge": [
        lambda: merged_signature(Signature(), WORDS, 0.7),
        lambda: merged_signature(Signature(), WORDS, 0.8),
        lambda: merged_signature(Signature(), ScriptedEmbedder(name="scripted:other"), 0.7),
        lambda: merged_signature(Signature(model="m"), WORDS, 0.7),
        lambda: merged_signature(Signature(settings="s"), WORDS, 0.7),
        Signature,
    ],
    "reply": [reply, lambda: reply(0.5), lambda: reply(model="scripted:n")],
}


@pytest.mark.parametrize("variants", VARIANTS.values(), ids=VARIANTS)
def test_every_knob_is_in_the_signature(variants: list[Callable[[], Signature]]) -> None:
    signatures = [variant() for variant in variants]
    assert len(set(signatures)) == len(signatures)
    assert [variant() for variant in variants] == signatures


def test_another_both_of_verifiers_of_one_model_is_another_judge() -> None:
    """The settings of a part count, not only its model."""

    class Strict(RulesVerifier):
        signature = msgspec.structs.replace(RulesVerifier.signature, settings="strict")

    assert Both((Strict(),)).signature != Both((RulesVerifier(),)).signature


def test_the_wording_of_a_question_is_in_the_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = msgspec.structs.replace(RELEVANT, guidance="As you like.")
    places = {"model": chat(), "person": None, "statement": "s", "message": "m"}
    one, other = (ask(q, Subject(attribute="a"), **places) for q in (RELEVANT, asked))  # type: ignore[arg-type]
    assert one.signature.prompt != other.signature.prompt
    assert one.id != other.id
    before = LLMSelector(chat()).signature
    monkeypatch.setattr(select_llm, "RELEVANT", asked)
    assert LLMSelector(chat()).signature != before


def test_what_is_merged_carries_the_signature_of_the_merge() -> None:
    (made,) = merge([RUNS], WORDS, threshold=0.8)
    assert made.signature == merged_signature(RUNS.signature, WORDS, 0.8)
    assert made.id != merge([RUNS], WORDS, threshold=0.9)[0].id
