"""Who counts as one: shared conversations, personas and planted sets, and what hangs on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from recenter.compare.measure import FEW, LOPSIDED, Rows, apart, one, problematic
from recenter.compare.records import Talk, talk_of
from recenter.compare.units import alike, in_both, linked, marks, units_of
from recenter.importers.reading import read_records
from recenter.records import Conversation, Reference, Turn
from tests.compare.made import corpus, planted, talk

LONG = "I have moved all of my bees to the north wall."
OTHER = "Which of the two trains to the coast is the slower one?"


def units(*talks: Conversation, told: tuple[Reference, ...] = ()) -> list[set[str]]:
    found: dict[str, set[str]] = {}
    for person, unit in units_of(map(talk_of, talks), told).items():
        found.setdefault(unit, set()).add(person)
    return list(found.values())


def test_who_shares_a_conversation_is_one_and_so_is_who_shares_with_them() -> None:
    talks = (
        talk("a", LONG),
        talk("b", LONG.upper().replace(" ", "  ")),
        talk("b", OTHER),
        talk("c", OTHER),
        talk("d", LONG, OTHER),
    )
    assert units(*talks) == [{"a", "b", "c"}, {"d"}]


def test_a_greeting_makes_nobody_one() -> None:
    assert units(talk("a", "Hello there"), talk("b", "Hello there")) == [{"a"}, {"b"}]


@pytest.mark.parametrize(
    "said",
    [
        "我对花生过敏,所以从来不吃烤鸭和蛋糕。",
        "わたしは毎朝六時に起きて犬と散歩します。",
        "ผมไม่กินถั่วลิสงเลย",
    ],
)
def test_who_shares_a_conversation_without_spaces_is_one(said: str) -> None:
    assert units(talk("a", said), talk("b", said), talk("c", said[::-1])) == [{"a", "b"}, {"c"}]


@pytest.mark.parametrize("said", ["你好", "早上好,请问你能帮我吗?", "おはようございます"])
def test_a_greeting_without_spaces_makes_nobody_one(said: str) -> None:
    assert units(talk("a", said), talk("b", said)) == [{"a"}, {"b"}]


def test_what_is_planted_blank_makes_nobody_one() -> None:
    told = (
        planted("a", "  ", "persona"),
        planted("b", "\n", "persona"),
        planted("c", "A baker.", "persona"),
        planted("d", "A baker.", "persona"),
        planted("d", " ", "persona"),
    )
    assert units(*(talk(name, name) for name in "abcd"), told=told) == [{"a"}, {"b"}, {"c", "d"}]


def test_two_who_talk_to_each_other_are_one() -> None:
    turns = talk("a", LONG).turns
    turned = tuple(
        Turn(role="user" if turn.role == "assistant" else "assistant", text=turn.text)
        for turn in (*turns, Turn(role="assistant", text=OTHER))
    )
    there = msgspec.structs.replace(
        talk("a", LONG), turns=(*turns, Turn(role="assistant", text=OTHER))
    )
    back = msgspec.structs.replace(talk("b", OTHER), turns=turned)
    assert set(marks(there)) & set(marks(back))
    assert units(there, back) == [{"a", "b"}]


def test_the_same_persona_or_the_same_planted_set_makes_one() -> None:
    talks = [talk(name, f"{LONG} {name}") for name in "abcde"]
    told = (
        planted("a", "A baker.", "persona"),
        planted("b", "a  baker.", "persona"),
        planted("c", "No mornings."),
        planted("d", "No mornings."),
        planted("d", "No evenings."),
        planted("e", "4", "question_answer"),
        planted("a", "4", "question_answer"),
    )
    assert units(*talks, told=told) == [{"a", "b"}, {"c"}, {"d"}, {"e"}]


def rows_in(path: Path, *rows: Any) -> tuple[list[Conversation], tuple[Reference, ...]]:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    made = list(read_records(path, key=b"k" * 32))
    return (
        [row for row in made if isinstance(row, Conversation)],
        tuple(row for row in made if isinstance(row, Reference)),
    )


def test_benchmarks_whose_people_share_sessions_or_personas_are_few_units(tmp_path: Path) -> None:
    said = [[{"role": "user", "content": text}] for text in (LONG, OTHER, LONG + OTHER)]
    haystacks = [
        {
            "question_id": f"q{at}",
            "question": "?",
            "answer": str(at),
            "haystack_session_ids": [str(place) for place in held],
            "haystack_sessions": [said[place] for place in held],
        }
        for at, held in enumerate(([0, 1], [1], [2]))
    ]
    talks, told = rows_in(tmp_path / "longmemeval.jsonl", *haystacks)
    assert sorted(map(len, units(*talks, told=told))) == [1, 2]
    rows = [
        {
            "preference": f"I like number {at}.",
            "persona": f"A baker of {at % 2}.",
            "question": "?",
            "explanation": "!",
            "conversation": {"0": {"user": f"{LONG} {at}", "assistant": "I see."}},
        }
        for at in range(6)
    ]
    talks, told = rows_in(tmp_path / "prefeval.jsonl", *rows)
    assert len({one.person for one in talks}) == 6
    assert sorted(map(len, units(*talks, told=told))) == [3, 3]
    contexts = [
        {name: [{"role": "user", "content": f"User: {text}"} for text in texts]}
        for name, texts in (("x", [LONG]), ("y", [LONG]), ("z", [OTHER]))
    ]
    talks, told = rows_in(tmp_path / "personamem.jsonl", *contexts)
    assert sorted(map(len, units(*talks, told=told))) == [1, 2]


def test_an_interval_counts_units_and_not_people() -> None:
    talks, told = [], []
    for unit in range(12):
        for person in range(10):
            name = f"{unit}-{person}"
            # What they share makes all of a unit alike.
            talks.append(talk(name, f"I {'guess' if unit % 3 else 'like'} it.", name))
            told.append(planted(name, f"Persona {unit}.", "persona"))
    shared, alone = corpus("shared", talks, told), corpus("alone", talks)
    wide, narrow = one(problematic(shared)), one(problematic(alone))
    assert (wide.clusters, narrow.clusters) == (12, 120)
    assert wide.value == narrow.value == pytest.approx(2 / 3)
    assert _width(wide) > 2.5 * _width(narrow)


def _width(found: Any) -> float:
    assert found.low is not None
    return float(found.high - found.low)


def _rows(units: list[int], seed: int = 0) -> Rows:
    top = np.random.default_rng(seed).random(len(units))
    return Rows("x", "linear", top, np.ones(len(units)), tuple(map(str, units)))


def test_a_handful_of_units_is_needed_on_each_side() -> None:
    few, enough = _rows([0, 0, 1, 2, 3]), _rows([0, 1, 2, 3, 4])
    assert one(few).low is None
    assert one(few).reason == f"{FEW} there are 4."
    assert one(enough).low is not None
    assert apart(enough, few).low is None
    assert apart(few, enough).reason == f"{FEW} there are 4."
    assert apart(enough, few).value is not None


def test_where_one_unit_holds_nearly_all_there_is_no_interval() -> None:
    giant = _rows([0] * 200 + list(range(1, 9)))
    assert (one(giant).low, one(giant).reason) == (None, LOPSIDED)


def test_people_of_both_corpora_are_counted() -> None:
    here = [talk("a", LONG), talk("b", OTHER), talk("c", OTHER + LONG)]
    there = [talk("x", LONG), talk("y", "Nothing of the kind was ever said by me before.")]
    sides: list[list[Talk]] = [[talk_of(one) for one in some] for some in (here, there)]
    assert in_both(*sides) == (1, 1)
    assert in_both(sides[0][1:], sides[1]) == (0, 0)


def test_people_are_linked_across_corpora_by_id_and_conversation() -> None:
    here = corpus("here", [talk("a", LONG), talk("b", OTHER), talk("c", OTHER + LONG)])
    persona = [planted(person, "One persona.", "persona") for person in ("b", "c")]
    there = corpus("there", [talk("b", "I sail."), talk("c", "I row."), talk("x", LONG)], persona)
    assert alike(here.talks, there.talks) == 2
    assert (here.independent, there.independent) == (3, 2)
    of = linked([(one.talks, one.units) for one in (here, there)])
    assert of["b"] == of["c"]
    assert of["a"] == of["x"]
    assert len(set(of.values())) == 2
