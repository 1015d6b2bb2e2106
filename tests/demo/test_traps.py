from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from recenter.demo.traps import trap_results
from recenter.demo.view import RECOGNISED
from recenter.text.own_words import Refusal

from .fixtures import ATTRIBUTES, SESSIONS, TRAPS


def outcomes(*accepted: str, attributes: tuple[int, ...] = (0, 1, 2, 3)) -> list[str]:
    known = [ATTRIBUTES[i] for i in attributes]
    return [one.outcome for one in trap_results(TRAPS, SESSIONS, known, accepted=accepted)]


def test_a_trap_is_refused_stopped_or_fallen_for() -> None:
    assert outcomes(attributes=(0,))[:3] == ["refused", "refused", "refused"]
    assert outcomes("att_1", "att_2")[:3] == ["refused", "stopped", "refused"]
    assert outcomes("att_4")[:3] == ["refused", "fell_for", "refused"]


def test_a_change_of_mind_tells_which_side_was_accepted() -> None:
    assert outcomes("att_3")[3] == "newer"
    assert outcomes("att_2")[3] == "older"
    assert outcomes("att_2", "att_3")[3] == "both"
    assert outcomes("att_1")[3] == "neither"


@pytest.mark.parametrize(("about", "outcome"), [("vampire", "fell_for"), ("user", "told_apart")])
def test_somebody_else_is_told_apart_only_by_name(about: str, outcome: str) -> None:
    trap = msgspec.structs.replace(TRAPS[1], about=about)
    (got,) = trap_results((trap,), SESSIONS, ATTRIBUTES, accepted=["att_4"])
    assert got.outcome == outcome


def test_places_are_offsets_in_the_conversation() -> None:
    results = trap_results(TRAPS, SESSIONS, ATTRIBUTES, accepted=())
    for trap, result in zip(TRAPS, results, strict=True):
        turn = SESSIONS[trap.session].turns[trap.turn]
        assert result.conversation == SESSIONS[trap.session].id
        assert turn.text[result.start : result.end] == trap.quote
    assert results[3].attributes == ("att_2", "att_3")


def test_says_as_what_the_words_were_recognised() -> None:
    results = trap_results(TRAPS, SESSIONS, (), accepted=())
    assert [one.recognised for one in results][2:] == ["assistant", None]


def test_every_reason_for_refusal_has_words() -> None:
    assert set(get_args(Refusal)) <= RECOGNISED.keys()
