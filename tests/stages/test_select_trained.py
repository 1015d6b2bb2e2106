"""Selection by the trained model, on the weights and the embedder that ship."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import logit

from recenter.errors import ConfigError, InputError
from recenter.models.embedded import Minilm
from recenter.models.scripted import ScriptedEmbedder
from recenter.models.selector_model import packaged_selector
from recenter.records import Attribute, Selection
from recenter.stages.select_trained import Choices, TrainedSelector
from tests.stages.makers import attribute, query

EMBEDDER = Minilm(threads=1)
PROFILE = [
    attribute("The user works as a nurse on night shifts."),
    attribute("The user is a beginner at chess."),
    attribute("The user is learning Portuguese."),
    attribute("The user has two cats."),
    attribute("The user lives in Leeds."),
]
SHIFTS = "How could I sleep better after my shifts?"
OPEN = [
    (SHIFTS, "The user works as a nurse on night shifts."),
    ("Recommend a chess opening for me", "The user is a beginner at chess."),
    ("How do I practise Portuguese verbs?", "The user is learning Portuguese."),
    ("What food should I buy for my cats?", "The user has two cats."),
]
ORDINARY = [
    "Hi!",
    "thanks",
    "Good morning",
    "What is 17 * 23?",
    "Convert 5 miles to kilometres",
    "What is the capital of Peru?",
    "Translate 'good night' into French",
]


def selector(**choices: object) -> TrainedSelector:
    return TrainedSelector(EMBEDDER, choices=Choices(**choices))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual() -> TrainedSelector:
    return selector()


def scores(made: Selection) -> dict[str, float]:
    return {d.attribute: d.score for d in made.decisions if d.score is not None}


class Counting:
    """Hashes words under the name of the embedder that ships, and counts the texts."""

    name = EMBEDDER.name

    def __init__(self) -> None:
        self.texts = 0
        self._words = ScriptedEmbedder(dimensions=384)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += len(texts)
        return self._words.embed(texts)


@pytest.mark.parametrize(("prompt", "text"), OPEN)
def test_what_is_on_the_topic_is_used_and_comes_first(
    usual: TrainedSelector, prompt: str, text: str
) -> None:
    made = usual.select(query(prompt), PROFILE)
    assert made.used[:1] == (text,)
    assert len(made.used) <= 2
    assert made.reason is None


@pytest.mark.parametrize("prompt", ORDINARY)
def test_ordinary_messages_use_nothing(usual: TrainedSelector, prompt: str) -> None:
    made = usual.select(query(prompt), PROFILE)
    assert made.used == ()
    assert made.reason == "This kind of message has the same answer for everyone."
    assert {d.reason for d in made.decisions} == {made.reason}


def test_what_is_of_no_use_is_withheld_though_the_gate_is_open(usual: TrainedSelector) -> None:
    made = usual.select(query(SHIFTS), PROFILE[-1:])
    assert made.used == ()
    assert made.reason == "Nothing known of the person is likely enough to change this answer."
    assert made.decisions[0].reason == "Unlikely to change the answer."


def test_the_order_of_attributes_changes_nothing(usual: TrainedSelector) -> None:
    rng = np.random.default_rng(0)
    for prompt, _ in OPEN:
        first = usual.select(query(prompt), PROFILE)
        for _ in range(4):
            shuffled = [PROFILE[at] for at in rng.permutation(len(PROFILE))]
            assert usual.select(query(prompt), shuffled) == first
            assert selector().select(query(prompt), shuffled) == first


def test_threads_and_repetition_change_nothing() -> None:
    prompts = [prompt for prompt, _ in OPEN] * 6
    alone = [selector().select(query(prompt), PROFILE) for prompt in prompts[: len(OPEN)]] * 6
    shared = selector()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda prompt: shared.select(query(prompt), PROFILE), prompts))
    assert made == alone


def test_one_attribute_is_a_set_too(usual: TrainedSelector) -> None:
    (decision,) = usual.select(query(SHIFTS), PROFILE[:1]).decisions
    assert decision.decision == "use"
    assert 0 < (decision.score or 0) < 1


def test_the_same_text_twice_has_one_score(usual: TrainedSelector) -> None:
    twins = [attribute(PROFILE[0].text, id=name) for name in ("b", "a")]
    made = usual.select(query(SHIFTS), [*twins, *PROFILE[1:]])
    assert scores(made)["a"] == scores(made)["b"]
    assert [d.attribute for d in made.decisions][:2] == ["a", "b"]
    with pytest.raises(InputError, match="listed twice"):
        usual.select(query(SHIFTS), [PROFILE[0], PROFILE[0]])


def test_no_attributes_need_no_model() -> None:
    embedder = Counting()
    made = TrainedSelector(embedder).select(query(SHIFTS), [])
    assert (made.decisions, made.used, embedder.texts) == ((), (), 0)
    assert made.reason


def test_attributes_are_embedded_once_and_many_are_no_trouble() -> None:
    embedder = Counting()
    made = TrainedSelector(embedder)
    many = [attribute(f"The user owns boat {i} of {i % 7}.") for i in range(3000)]
    first = made.select(query("Which boat?"), many)
    before = embedder.texts
    assert made.select(query("Which boat?"), many[::-1]) == first
    assert embedder.texts == before + 1
    assert len(first.decisions) == 3000


ODD_TEXT = st.text(max_size=40) | st.sampled_from(
    ["", " ", "\0", "\ud800", "\u202e\u200b", "👩‍👩‍👧", "a" + "\u0301" * 500, "ﷺ" * 300, "?" * 5000]
)


@settings(max_examples=40, deadline=None)
@given(ODD_TEXT, st.lists(ODD_TEXT, min_size=1, max_size=3))
def test_any_text_has_a_probability(prompt: str, texts: list[str]) -> None:
    known = [attribute(text, id=str(place)) for place, text in enumerate(texts)]
    made = TrainedSelector(Counting()).select(query(prompt), known)
    assert len(made.decisions) == len(texts)
    assert all(0 <= score <= 1 for score in scores(made).values())


def test_a_message_of_a_megabyte_is_read(usual: TrainedSelector) -> None:
    for prompt in ("What should I cook? " * 50_000, "x" * 1_000_000):
        made = usual.select(query(prompt), PROFILE)
        assert len(made.decisions) == len(PROFILE)


def test_decisions_follow_the_scores_in_either_setting() -> None:
    for name, setting in packaged_selector().settings.items():
        for prompt, _ in OPEN:
            made = selector(setting=name).select(query(prompt), PROFILE)
            for d in made.decisions:
                assert (d.decision == "use") == ((d.score or 0) >= round(setting.threshold, 6))


def test_agreeing_has_no_gate() -> None:
    """It was made to agree with people on messages that were picked, not to stay quiet."""
    made = selector(setting="agreeing").select(query("Hi!"), PROFILE)
    assert {d.reason for d in made.decisions if d.decision == "withhold"} <= {
        "Unlikely to change the answer."
    }
    asked = selector(setting="agreeing", ask_cost=0.0).select(query("Hi!"), PROFILE)
    assert {d.decision for d in asked.decisions} == {"ask"}


@pytest.mark.parametrize("rate", [0.01, 0.6])
def test_a_base_rate_moves_the_log_odds_by_that_of_the_rates(rate: float) -> None:
    """Saerens et al. (2002): the odds are multiplied by the ratio of the prior odds."""
    plain = scores(selector().select(query(SHIFTS), PROFILE))
    moved = scores(selector(base_rate=rate).select(query(SHIFTS), PROFILE))
    by = logit(rate) - logit(packaged_selector().base_rate)
    for name, score in plain.items():
        assert moved[name] == pytest.approx(1 / (1 + np.exp(-(logit(score) + by))), abs=1e-5)


def test_the_base_rate_of_training_changes_no_score_and_extremes_use_all_or_nothing() -> None:
    same = selector(base_rate=packaged_selector().base_rate).select(query(SHIFTS), PROFILE)
    assert scores(same) == scores(selector().select(query(SHIFTS), PROFILE))
    rare = selector(base_rate=5e-324).select(query(SHIFTS), PROFILE)
    common = selector(base_rate=1 - 1e-16).select(query(SHIFTS), PROFILE)
    assert (len(rare.used), len(common.used)) == (0, len(PROFILE))


def expected(score: float, cost: float, threshold: float) -> str:
    """Return what is worth most: using, asking at a cost, or neither."""
    harm = threshold / (1 - threshold)
    values = {"withhold": 0.0, "use": score - (1 - score) * harm, "ask": score - cost}
    best = max(values.values())
    return next(name for name in ("use", "withhold", "ask") if values[name] >= best - 1e-6)


@pytest.mark.parametrize("name", ["restrained", "agreeing"])
@pytest.mark.parametrize("cost", [0.0, 0.01, 0.05, 0.15, 0.5, 2.0])
def test_asking_is_offered_where_it_is_worth_most(name: str, cost: float) -> None:
    threshold = packaged_selector().settings[name].threshold
    for prompt, _ in OPEN:
        made = selector(setting=name, ask_cost=cost).select(query(prompt), PROFILE)
        for d in made.decisions:
            assert d.score is not None
            assert d.decision == expected(d.score, cost, threshold), (d, threshold)


def test_what_costs_nothing_is_asked_and_without_a_cost_never() -> None:
    free = selector(ask_cost=0.0).select(query(SHIFTS), PROFILE)
    assert {d.decision for d in free.decisions} == {"ask"}
    assert free.decisions[0].reason == "Might change the answer; asking costs less than a mistake."
    for name in packaged_selector().settings:
        for prompt in [prompt for prompt, _ in OPEN] + ORDINARY:
            made = selector(setting=name).select(query(prompt), PROFILE)
            assert "ask" not in {d.decision for d in made.decisions}


def test_nothing_is_asked_or_used_where_the_gate_is_closed() -> None:
    made = selector(ask_cost=0.0, base_rate=0.99).select(query("Hi!"), PROFILE)
    assert {d.decision for d in made.decisions} == {"withhold"}


def test_the_reason_says_which_part_of_the_model_spoke() -> None:
    answers = "People let what is like this change such an answer."
    topic = "On the topic of the message."
    everything = selector(setting="agreeing", base_rate=0.999).select(query(SHIFTS), PROFILE)
    assert {d.reason for d in everything.decisions} == {answers}
    model = packaged_selector()
    setting = model.settings["restrained"]
    known = model.read([a.text for a in PROFILE], EMBEDDER.embed([a.text for a in PROFILE]))
    for prompt, _ in OPEN:
        said = model.score(prompt, EMBEDDER.embed([prompt])[0], known)
        by_text = dict(zip((a.id for a in PROFILE), said.trained, strict=True))
        for d in selector().select(query(prompt), PROFILE).decisions:
            if d.decision == "use":
                trained = by_text[d.attribute] >= setting.study
                assert d.reason == (answers if trained else topic)


def test_what_cannot_be_chosen_is_refused_with_what_can() -> None:
    with pytest.raises(ConfigError, match=r"no setting 'bold'; expected one of .*restrained"):
        selector(setting="bold")
    for rate in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(ConfigError, match=r"between 0 and 1, got"):
            selector(base_rate=rate)
    for cost in (-0.1, float("nan")):
        with pytest.raises(ConfigError, match="0 or more, got"):
            selector(ask_cost=cost)


def test_another_embedder_is_refused_with_a_cure() -> None:
    with pytest.raises(
        ConfigError, match=r"reads vectors of .embedded:minilm@.*got scripted:words"
    ):
        TrainedSelector(ScriptedEmbedder())


def test_nothing_but_the_text_of_an_attribute_is_read(usual: TrainedSelector) -> None:
    def other(a: Attribute) -> Attribute:
        return msgspec.structs.replace(
            a, person="bob", source="inferred", confidence=0.1, at="2024-01-01"
        )

    changed = usual.select(query(SHIFTS), [other(a) for a in PROFILE])
    assert changed.decisions == usual.select(query(SHIFTS), PROFILE).decisions
