"""Refining on a real store: none twice, none lost, the old wording no longer used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from recenter.errors import ModelUnavailableError
from recenter.models.base import ChatRequest
from recenter.models.scripted import Answer, ScriptedChat
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judge, Judgment
from recenter.stages.refine_stored import Refiner, in_best_wording, refine_stored
from recenter.stages.verify import accepted, supported
from recenter.store import Store, open_store
from tests.stages.makers import attribute, conversation

TALK = conversation("I speak a bit of Thai, I have a cat, I run", "Good.")
FLUENT = attribute("The user is fluent in Thai.", quote="I speak a bit of Thai")
CATS = attribute("The user has many cats.", quote="I have a cat")
RUNS = attribute("The user runs.", quote="I run")
PERSON = FLUENT.person
OFFERS = {
    "fluent": {"action": "narrow", "text": "The user speaks a bit of Thai.", "reason": "less"},
    "many cats": {"action": "drop", "text": "", "reason": "nothing"},
}


class Modest:
    """Rejects big words."""

    name = "modest"
    signature = Signature(model="modest")

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        assert TALK in conversations
        bad = any(word in attribute.text for word in OFFERS)
        return supported(
            attribute,
            judge=self.name,
            answer="reject" if bad else "accept",
            probability=None,
            failure="overgeneralisation" if bad else None,
            reason=None,
            signature=self.signature,
        )


def offers(request: ChatRequest) -> Answer:
    text = request.messages[-1].content.partition("<statement>")[2].partition("</statement>")[0]
    return next(offer for word, offer in OFFERS.items() if word in text)


def refiner(model: ScriptedChat | None = None) -> Refiner:
    return Refiner(Modest(), model or ScriptedChat(offers))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        opened.put_conversations([TALK])
        put(opened)
        yield opened


def put(store: Store) -> None:
    found = in_best_wording(store, PERSON, [FLUENT, CATS, RUNS])
    store.put_attributes(PERSON, found, signature=FLUENT.signature, alone=True)


def used(store: Store) -> list[str]:
    judgments = list(store.judgments(PERSON))
    return sorted(a.text for a in accepted(store.attributes(PERSON), judgments))


def test_the_accepted_wording_takes_the_place_of_the_old_one(store: Store) -> None:
    made = refine_stored(store, refiner())
    assert made.outcomes == {"keep": 2, "drop": 1}
    assert used(store) == ["The user runs.", "The user speaks a bit of Thai."]
    (old,) = store.attributes(PERSON, retired=True)
    assert old == FLUENT
    (new,) = (a for a in store.attributes(PERSON) if a.members == (FLUENT.id,))
    assert new.signature.model == "scripted:test"
    assert new.reason == "narrow: less"
    dropped = [j for j in store.judgments(PERSON) if j.judge.name == "scripted:test"]
    assert [(j.subject.attribute, j.reason) for j in dropped] == [(CATS.id, "drop: nothing")]


def test_nothing_is_tried_twice(store: Store) -> None:
    refine_stored(store, refiner())
    before = list(store.judgments(PERSON)), list(store.attributes(PERSON))
    model = ScriptedChat([])
    made = refine_stored(store, refiner(model))
    assert (made.outcomes, made.known, model.requests) == ({}, 1, [])
    assert before == (list(store.judgments(PERSON)), list(store.attributes(PERSON)))


def test_extracting_again_does_not_bring_the_old_wording_back(store: Store) -> None:
    refine_stored(store, refiner())
    before = used(store)
    put(store)
    assert used(store) == before
    assert FLUENT not in list(store.attributes(PERSON))


def test_a_run_that_is_cut_short_goes_on(store: Store) -> None:
    gone: list[Answer] = [OFFERS["fluent"], ModelUnavailableError("gone.")]
    calls = iter(gone)

    def breaks(request: ChatRequest) -> Answer:
        answer = next(calls)
        return answer if isinstance(answer, Exception) else offers(request)

    with pytest.raises(ModelUnavailableError):
        refine_stored(store, refiner(ScriptedChat(breaks)))
    half = ScriptedChat(offers)
    refine_stored(store, refiner(half))
    assert len(half.requests) == 1
    assert used(store) == ["The user runs.", "The user speaks a bit of Thai."]


def test_an_answer_that_cannot_be_read_costs_one_attribute_until_the_next_run(
    store: Store,
) -> None:
    broken = ScriptedChat(lambda r: "hm" if "many cats" in r.messages[-1].content else offers(r))
    made = refine_stored(store, refiner(broken))
    assert (made.outcomes, made.failed) == ({"keep": 2}, 1)
    assert refine_stored(store, refiner()).outcomes == {"drop": 1}


def test_what_a_person_judged_is_left_to_them(store: Store) -> None:
    verdict = Modest().verify(FLUENT, [TALK])
    person = Judge(kind="person", name="per_x")
    store.put_judgments([verdict, replace(verdict, id="jud_x", judge=person, answer="accept")])
    refine_stored(store, refiner())
    assert "The user is fluent in Thai." in used(store)


def test_a_refused_wording_leaves_the_attribute_as_it_was(store: Store) -> None:
    offer = {"action": "rewrite", "text": "The user lived in Bangkok.", "reason": "x"}
    made = refine_stored(store, refiner(ScriptedChat(lambda _: offer)))
    assert made.outcomes == {"keep": 1, "give_up": 2}
    assert made.refused == 4
    assert used(store) == ["The user runs."]
    assert FLUENT in list(store.attributes(PERSON))


def test_a_dry_run_stores_nothing(store: Store) -> None:
    refine_stored(store, refiner(), keep=False)
    assert list(store.judgments(PERSON)) == []
    assert refine_stored(store, refiner()).outcomes == {"keep": 2, "drop": 1}
