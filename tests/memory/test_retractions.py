"""What a person takes back gives way, with its history; where that is open, they are asked."""

from __future__ import annotations

import pytest

from recenter.memory import Memory
from tests.memory.conftest import Clock
from tests.memory.test_memory import id_of, known


@pytest.mark.parametrize(
    ("said", "then", "left"),
    [
        (
            "I work as a nurse in Oslo.",
            "I no longer work as a nurse.",
            "The user no longer works as a nurse.",
        ),
        (
            "I'm a vegetarian.",
            "I stopped being vegetarian.",
            "The user stopped being vegetarian.",
        ),
        (
            "I live in Oslo with my two cats.",
            "I don't live in Oslo any more.",
            "The user doesn't live in Oslo any more.",
        ),
    ],
)
def test_what_is_taken_back_is_history(
    memory: Memory, clock: Clock, said: str, then: str, left: str
) -> None:
    memory.add(said, user_id="ada")
    clock.now += 60
    would = memory.rehearse(then, user_id="ada")["results"]
    made = memory.add(then, user_id="ada")
    assert [r["event"] for r in made["results"]] == ["ADD", "SUPERSEDE"]
    assert [r["event"] for r in would] == ["ADD", "SUPERSEDE"]
    assert known(memory) == {left}
    (past,) = memory.export("ada")["superseded"]
    assert [e["event"] for e in memory.history(past["id"])] == ["ADD", "SUPERSEDE"]


def test_what_holds_again_takes_the_place_of_its_retraction(memory: Memory, clock: Clock) -> None:
    for text in ("I live in Oslo.", "I no longer live in Oslo.", "I live in Oslo again."):
        memory.add(text, user_id="ada")
        clock.now += 60
    assert known(memory) == {"The user lives in Oslo again."}


@pytest.mark.parametrize(
    "then",
    [
        "I no longer wonder why people quit.",
        "I gave up the cello last year.",
        'He said "I no longer work as a nurse" and left.',
        "If I no longer worked as a nurse I would travel.",
        "Write a letter: I no longer work as a nurse.",
    ],
)
def test_what_takes_nothing_back_changes_nothing(memory: Memory, clock: Clock, then: str) -> None:
    memory.add("I work as a nurse.", user_id="ada")
    clock.now += 60
    assert memory.add(then, user_id="ada")["results"] == []
    assert known(memory) == {"The user works as a nurse."}


def test_what_was_not_known_is_not_held_to_be_so(memory: Memory) -> None:
    memory.add("I no longer live in Bergen. I stopped playing chess.", user_id="ada")
    assert known(memory) <= {
        "The user no longer lives in Bergen.",
        "The user stopped playing chess.",
    }


def test_another_persons_retraction_is_not_ones_own(memory: Memory, clock: Clock) -> None:
    memory.add("I work as a nurse.", user_id="ada")
    clock.now += 60
    memory.add("My sister no longer works as a nurse.", user_id="ada")
    assert "The user works as a nurse." in known(memory)


def test_where_it_is_open_what_is_taken_back_a_proposal_waits(memory: Memory, clock: Clock) -> None:
    memory.add("I love playing the cello.", user_id="ada")
    clock.now += 60
    made = memory.add("I gave up the cello last year.", user_id="ada")
    assert [(r["event"], r["status"]) for r in made["results"]] == [("ADD", "proposed")]
    assert known(memory) == {
        "The user loves playing the cello.",
        "The user gave up the cello last year.",
    }
    waiting = memory.memories("ada")[0]
    assert waiting.status == "held"
    assert waiting.reason is not None
    assert "takes its place if the person agrees" in waiting.reason


def test_what_is_denied_in_part_waits_for_the_person(memory: Memory, clock: Clock) -> None:
    memory.add("I work as a nurse in Oslo.", user_id="ada")
    clock.now += 60
    made = memory.add("I no longer work so late.", user_id="ada")
    assert not any(r["event"] == "SUPERSEDE" for r in made["results"])
    assert "The user works as a nurse in Oslo." in known(memory)


def test_what_the_person_said_is_wrong_raises_no_doubt(memory: Memory, clock: Clock) -> None:
    memory.add("I love playing the cello.", user_id="ada")
    memory.review(id_of(memory, "The user loves playing the cello."), "decline")
    clock.now += 60
    made = memory.add("I gave up the cello last year.", user_id="ada")
    assert [r["status"] for r in made["results"]] == ["verified"]
