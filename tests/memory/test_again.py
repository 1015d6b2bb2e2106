"""What was forgotten comes back by no door, and what is sent again is not learned again."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.memory import Memory
from tests.memory.conftest import Clock
from tests.memory.test_memory import NURSE, id_of, known
from tests.store.test_forget import everything

SAID, OLIVES = "I work nights as a nurse.", "The user hates olives."


def said(*texts: str) -> list[dict[str, Any]]:
    """Return a conversation of the person and an assistant, by turns."""
    roles = ("user", "assistant")
    return [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]


def test_conversations_that_begin_alike_stay_one_each_while_they_grow(memory: Memory) -> None:
    memory.add(said("Hi", "Hello there!", "I live in Berlin."), user_id="ada")
    grown = ["Hi", "Hello!", SAID]
    for more in (["Good.", "What now?"], ["Rest.", "Thanks!"], ["Bye.", "I hate olives."]):
        memory.add(said(*grown), user_id="ada")
        grown += more
    memory.add(said(*grown), user_id="ada")
    talks = list(memory.engine.store.conversations(memory.person("ada")))
    assert sorted(len(talk.turns) for talk in talks) == [3, len(grown)]
    assert all(len(r["evidence"]) == 1 for r in memory.get_all(user_id="ada")["results"])
    assert known(memory) == {"The user lives in Berlin.", NURSE, OLIVES}


@pytest.mark.parametrize("cut", [0, 2])
@pytest.mark.parametrize("whole", [False, True])
def test_a_client_that_sends_all_again_leaves_no_word_in_the_store(
    memory: Memory, url: str, whole: bool, cut: int
) -> None:
    """Also where it leaves out the beginning, or the conversation was to go whole."""
    talk = ["Hi", "Hello.", f"{SAID} And you?", "I see: a nurse who works nights."]
    memory.add(said(*talk), user_id="ada")
    memory.delete(id_of(memory, NURSE), conversations=whole)
    talk += ["I play chess every Sunday."]
    memory.add(said(*talk)[cut:], user_id="ada")
    memory.add(said(*talk, "Nice.", "I hate olives.")[cut:], user_id="ada")
    assert "work nights" not in str(everything(memory.engine.store.database, url))
    assert known(memory) == {"The user plays chess every Sunday.", OLIVES}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ("I play chess every Sunday.", "Chess is my favourite hobby."),
        ("I am learning Spanish.", "Spanish is what I study in the evenings at the library."),
        (SAID, "I am a nurse on the night shift."),
    ],
)
def test_other_words_come_back_as_a_proposal_only(memory: Memory, first: str, again: str) -> None:
    memory.add(first, user_id="ada")
    memory.delete_all(user_id="ada")
    made = [*memory.add(again, user_id="ada")["results"]]
    made += memory.add(f"Well: {again}", user_id="ada")["results"]
    made += memory.add(again.rstrip("."), user_id="ada", infer=False)["results"]
    assert {r["status"] for r in made} <= {"proposed"}
    assert {r["event"] for r in made} >= {"ADD"}
    assert {r["status"] for r in memory.get_all(user_id="ada")["results"]} == {"proposed"}


def test_word_for_word_is_no_way_around(memory: Memory, url: str) -> None:
    talk = said("Prefers short answers.")
    for text in ("Prefers short answers.", SAID):
        memory.add(said(text), user_id="ada", infer=False)
        memory.delete(id_of(memory, text))
        assert memory.add(said(text), user_id="ada", infer=False)["results"] == []
        assert memory.add(said("x", "y", text)[2:], user_id="ada", infer=False)["results"] == []
    memory.add([*talk, *said("Likes tea.", "Ok.")], user_id="ada", infer=False)
    assert known(memory) == {"Likes tea."}


def test_word_for_word_again_undoes_no_correction(memory: Memory) -> None:
    (made,) = memory.add(said("Likes tea."), user_id="ada", infer=False)["results"]
    memory.update(made["id"], "Likes coffee.")
    more = memory.add(said("Likes tea.", "Ok.", "Has a cat."), user_id="ada", infer=False)
    assert [r["memory"] for r in more["results"]] == ["Has a cat."]
    assert known(memory) == {"Likes coffee.", "Has a cat."}
    assert len(memory.history(made["id"])) == 2


def test_what_had_lapsed_and_is_said_again_is_used_again(memory: Memory, clock: Clock) -> None:
    memory.add(SAID, user_id="ada", expiration_date="2027-02-01")
    clock.now += 30 * 86_400
    memory.add(f"As I said: {SAID}", user_id="ada")
    assert memory.context("How do I sleep better after work?", user_id="ada")
