"""What a person approves takes the place of what it contradicts; undone, that is back."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.memory import Memory
from tests.memory.conftest import Clock
from tests.memory.test_memory import id_of, known

PLAYS, GAVE_UP = "The user loves playing the cello.", "The user gave up the cello last year."


@pytest.fixture
def waiting(memory: Memory, clock: Clock) -> Memory:
    """A retraction that waits for Ada beside what it may take back, and something else."""
    for text in ("I love playing the cello. I work as a nurse.", "I gave up the cello last year."):
        memory.add(text, user_id="ada")
        clock.now += 60
    assert {PLAYS, GAVE_UP} < known(memory)
    return memory


def events(memory: Memory, id: str) -> list[str]:
    return [e["event"] for e in memory.history(id)]


def replaced(memory: Memory) -> list[Any]:
    return [past["memory"] for past in memory.export("ada")["superseded"]]


def test_what_contradicts_what_is_approved_gives_way(waiting: Memory) -> None:
    old = id_of(waiting, PLAYS)
    waiting.review(id_of(waiting, GAVE_UP), "approve")
    assert known(waiting) == {GAVE_UP, "The user works as a nurse."}
    assert replaced(waiting) == [PLAYS]
    assert waiting.history(old)[-1]["event"] == "SUPERSEDE"
    waiting.review(id_of(waiting, GAVE_UP), "approve")
    assert events(waiting, old) == ["ADD", "SUPERSEDE"]


@pytest.mark.parametrize("said", ["undo", "decline"])
def test_undone_or_declined_it_is_back(waiting: Memory, said: Any) -> None:
    old, new = id_of(waiting, PLAYS), id_of(waiting, GAVE_UP)
    waiting.review(new, "approve")
    waiting.review(new, said)
    assert PLAYS in known(waiting)
    assert replaced(waiting) == []
    assert events(waiting, old) == ["ADD", "SUPERSEDE", "RESTORE"]
    waiting.review(new, said)
    assert events(waiting, old) == ["ADD", "SUPERSEDE", "RESTORE"]


def test_what_a_statement_replaced_is_not_brought_back(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    clock.now += 60
    memory.add("I live in Paris.", user_id="ada")
    paris = id_of(memory, "The user lives in Paris.")
    memory.review(paris, "approve")
    memory.review(paris, "undo")
    assert known(memory) == {"The user lives in Paris."}


def test_what_was_forgotten_meanwhile_is_not_brought_back(waiting: Memory) -> None:
    old, new = id_of(waiting, PLAYS), id_of(waiting, GAVE_UP)
    waiting.review(new, "approve")
    waiting.delete(old)
    waiting.review(new, "undo")
    assert PLAYS not in known(waiting)
    assert waiting.get(old) is None


def test_what_the_person_declined_stays_declined(waiting: Memory) -> None:
    old, new = id_of(waiting, PLAYS), id_of(waiting, GAVE_UP)
    waiting.review(old, "decline")
    waiting.review(new, "approve")
    assert events(waiting, old) == ["ADD", "REVIEW"]
    assert replaced(waiting) == []


def test_another_person_is_untouched(waiting: Memory) -> None:
    waiting.add("I love playing the cello.", user_id="bob")
    waiting.review(id_of(waiting, GAVE_UP), "approve")
    assert known(waiting, "bob") == {PLAYS}
