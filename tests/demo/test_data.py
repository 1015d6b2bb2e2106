from __future__ import annotations

import json
from collections import Counter
from typing import Any, get_args

import pytest

from recenter.demo.data import (
    Character,
    Place,
    TrapKind,
    characters,
    conversations_file,
    session_contents,
)

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in conversations_file().read_text("utf-8").splitlines()
]
SESSIONS = {row["session"]: row for row in ROWS}

each = pytest.mark.parametrize("character", characters(), ids=lambda c: c.person)


def test_sessions_are_numbered_and_belong_to_the_characters() -> None:
    assert len(SESSIONS) == len(ROWS)
    counts = Counter(row["person"] for row in ROWS)
    assert set(counts) == {character.person for character in characters()}
    assert all(count >= 5 for count in counts.values())


def test_turns_alternate_and_sessions_follow_in_time() -> None:
    for row in ROWS:
        roles = [turn["role"] for turn in row["turns"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2)
    for character in characters():
        times = [row["at"] for row in ROWS if row["person"] == character.person]
        assert times == sorted(times)


def test_every_kind_of_trap_is_there() -> None:
    kinds = {trap.kind for character in characters() for trap in character.traps}
    assert kinds == set(get_args(TrapKind))


def words_at(place: Place, *, of: str) -> dict[str, Any]:
    row = SESSIONS[place.session]
    assert row["person"] == of
    turn: dict[str, Any] = row["turns"][place.turn]
    assert turn["text"].count(place.quote) == 1
    return turn


@each
def test_traps_point_at_words_of_the_turn(character: Character) -> None:
    for trap in character.traps:
        turn = words_at(trap, of=character.person)
        assert turn["role"] == ("assistant" if trap.kind == "assistant_claim" else "user")
        assert trap.note
        assert (trap.about is not None) == (trap.kind == "third_person")
        assert (trap.earlier is not None) == (trap.kind == "change_of_mind")
        if trap.earlier:
            assert words_at(trap.earlier, of=character.person)["role"] == "user"
            earlier, later = SESSIONS[trap.earlier.session]["at"], SESSIONS[trap.session]["at"]
            assert earlier < later


@each
def test_three_prompts_each_of_another_kind(character: Character) -> None:
    assert [prompt.kind for prompt in character.prompts] == ["on_topic", "vague", "off_topic"]


def test_contents_name_the_sessions() -> None:
    assert session_contents().keys() == SESSIONS.keys()
    assert len(set(session_contents().values())) == len(SESSIONS)
