"""What contradicts what is known: the later stands, stated before inferred, whatever the order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.memory import Memory
from recenter.memory.absorb import absorb
from recenter.models.scripted import ScriptedEmbedder
from recenter.records import Attribute, Evidence, Source
from tests.memory.conftest import Clock
from tests.memory.test_memory import known

BERLIN, PARIS = "The user lives in Berlin.", "The user lives in Paris."


def home(
    city: str, *, at: str | None = None, source: Source = "stated", turn: int = 0
) -> Attribute:
    quote = f"I live in {city}"
    evidence = Evidence(conversation="con_1", turn=turn, start=0, end=len(quote), quote=quote)
    return Attribute(
        id=f"att_{city}",
        person="p",
        text=f"The user lives in {city}.",
        source=source,
        confidence=0.9,
        evidence=(evidence,),
        at=at,
    )


def test_an_older_statement_that_comes_later_is_history(memory: Memory) -> None:
    memory.add("I live in Berlin.", user_id="ada")
    older = {"role": "user", "content": "I live in Paris.", "timestamp": "2020-01-01T00:00:00Z"}
    memory.add([older], user_id="ada")
    assert known(memory) == {BERLIN}
    (past,) = memory.export("ada")["superseded"]
    assert past["memory"] == PARIS
    assert [e["event"] for e in memory.history(past["id"])] == ["ADD", "SUPERSEDE"]


def test_in_one_conversation_the_last_word_stands(memory: Memory, clock: Clock) -> None:
    memory.add("I live in Berlin. No, wait: I live in Paris.", user_id="ada")
    assert known(memory) == {PARIS}
    clock.now += 60
    memory.add("I live in Berlin, Germany.", user_id="bob")
    memory.add("Hm, I live in Berlin.", user_id="bob")
    assert known(memory, "bob") == {"The user lives in Berlin, Germany."}


def test_what_is_inferred_never_stands_beside_what_is_stated() -> None:
    stated = home("Berlin", at="2026-01-01T00:00:00Z")
    inferred = home("Paris", at="2026-02-01T00:00:00Z", source="inferred")
    made = absorb([stated], [inferred], ScriptedEmbedder())
    assert made.superseded == ()
    assert [(s.old.id, s.new.id) for s in made.outdated] == [("att_Paris", "att_Berlin")]
    made = absorb([inferred], [stated], ScriptedEmbedder())
    assert [(s.old.id, s.new.id) for s in made.superseded] == [("att_Paris", "att_Berlin")]


cities = st.lists(
    st.builds(
        home,
        st.sampled_from(["Berlin", "Paris", "Rome", "Oslo"]),
        at=st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
        source=st.sampled_from(["stated", "inferred"]),
        turn=st.integers(0, 3),
    ),
    unique_by=lambda a: a.id,
    max_size=4,
)


@given(cities, st.integers(0, 4))
def test_nothing_takes_the_place_of_itself_and_something_always_stands(
    homes: list[Attribute], split: int
) -> None:
    made = absorb(homes[:split], homes[split:], ScriptedEmbedder())
    gone = [*made.superseded, *made.outdated]
    assert all(one.old.id != one.new.id for one in gone)
    assert len({one.old.id for one in gone}) == len(gone)
    assert not homes[split:] or len(gone) < len(homes)


@pytest.mark.parametrize("text", ["I am vegan.", "I'm vegan now."])
def test_another_value_of_what_one_has_one_of(memory: Memory, clock: Clock, text: str) -> None:
    memory.add("I am vegetarian.", user_id="ada")
    clock.now += 60
    memory.add(text, user_id="ada")
    (left,) = known(memory)
    assert "vegan" in left
