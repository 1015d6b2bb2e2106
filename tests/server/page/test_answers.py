"""Receipts in plain words, and what a click on one becomes."""

from __future__ import annotations

import re

import pytest

from recenter.memory import Memory
from recenter.records import Judgment
from tests.memory.conftest import Clock
from tests.server.page.conftest import MEAT, NURSE, SLEEP, Person, id_of

SUM = "What is 17 * 23?"


def wishes(memory: Memory, id: str) -> list[str]:
    found: list[Judgment] = list(
        memory.engine.store.judgments(memory.person("ada"), question="relevant")
    )
    own = [j for j in found if j.judge.kind == "person" and j.subject.attribute == id]
    return [judgment.answer for judgment in own]


def test_an_answer_says_what_it_used_and_withheld_in_plain_words(
    memory: Memory, ada: Person, clock: Clock
) -> None:
    memory.context(SLEEP, user_id="ada")
    clock.now += 60
    memory.context(SUM, user_id="ada")
    text = ada.open("answers")
    assert text.index(SUM) < text.index(SLEEP)
    assert "15 January 2027, 08:01 UTC" in text
    assert "A message like this has the same answer for everyone." in text
    assert re.search(r"Used: <span[^>]*>(likely to matter here|on the topic)", text)
    assert re.search(r"Not used for this answer: <span[^>]*>unlikely to matter", text)
    for word in ("score", "probab", "threshold", "%", "calibrat"):
        assert word not in text.casefold()


def test_true_but_not_for_this_holds_for_messages_like_it(memory: Memory, ada: Person) -> None:
    receipt, id = memory.context(SLEEP, user_id="ada").receipt_id, id_of(memory, NURSE)
    text = ada.send(f"answers/{receipt}/correct", memory=id, said="not_for_this")
    assert "You said: true, but not for this." in text
    assert wishes(memory, id) == ["no"]
    again = memory.context(SLEEP, user_id="ada")
    assert not again
    assert "you said that it is not for messages like this one" in ada.open("answers")
    ada.send(f"answers/{receipt}/correct", memory=id, said="should_have", page="1", place="1")
    assert str(ada.page.url).endswith("#answer-1")
    assert wishes(memory, id) == ["yes"]


def test_should_have_been_used_is_used_next_time(memory: Memory, ada: Person) -> None:
    receipt, id = memory.context(SLEEP, user_id="ada").receipt_id, id_of(memory, MEAT)
    text = ada.send(f"answers/{receipt}/correct", memory=id, said="should_have")
    assert "You said: use it for messages like this." in text
    assert MEAT in {line.text for line in memory.context(SLEEP, user_id="ada").selected}


def test_not_true_on_a_receipt_declines_the_memory(memory: Memory, ada: Person) -> None:
    receipt, id = memory.context(SLEEP, user_id="ada").receipt_id, id_of(memory, NURSE)
    text = ada.send(f"answers/{receipt}/correct", memory=id, said="decline")
    assert "You said: not true." in text
    assert {m.status for m in memory.memories("ada") if m.attribute.id == id} == {"rejected"}
    ada.send(f"answers/{receipt}/correct", memory=id, said="undo")
    assert {m.status for m in memory.memories("ada") if m.attribute.id == id} == {"accepted"}


def test_forget_on_a_receipt_leads_to_what_goes(memory: Memory, ada: Person) -> None:
    memory.context(SLEEP, user_id="ada")
    id = id_of(memory, NURSE)
    assert f"/me/memory/{id}/forget" in ada.open("answers")
    ada.send(f"memory/{id}/forget")
    assert NURSE not in ada.open("answers")


@pytest.mark.parametrize("fields", [{"said": "x"}, {"said": "should_have", "memory": "att_x"}, {}])
def test_clicks_that_mean_nothing_are_refused(
    memory: Memory, ada: Person, fields: dict[str, str]
) -> None:
    receipt = memory.context(SLEEP, user_id="ada").receipt_id
    ada.send(f"answers/{receipt}/correct", **fields)
    assert ada.page.status_code in (404, 422)
    assert wishes(memory, id_of(memory, NURSE)) == []
    ada.send(f"answers/{receipt}/reply", said="yes")
    assert ada.page.status_code == 422
    ada.send("answers/rcp_none/reply", said="yes")
    assert ada.page.status_code == 404


def test_a_question_is_answered_with_one_click(memory: Memory, ada: Person, clock: Clock) -> None:
    asking = Memory({"store": memory.engine.config.store, "ask_cost": 0.0}, clock=clock)
    with asking:
        context = asking.of_application("Bookshop").context(SLEEP, user_id="ada")
        asked = context.receipt.asked
        asking.engine.recorder.flush()
    assert context.question
    text = ada.open("answers")
    assert "May I take this into account" in text
    ada.send(f"answers/{context.receipt_id}/reply", said="no")
    assert wishes(memory, asked[0].attribute) == ["no"]
    assert "You said: no." in ada.page.text
    ada.send(f"answers/{context.receipt_id}/reply", said="yes")
    assert wishes(memory, asked[0].attribute) == ["yes"]


def test_many_answers_come_in_pages(memory: Memory, ada: Person, clock: Clock) -> None:
    for number in range(12):
        clock.now += 60
        memory.context(f"{SLEEP} Day {number}!", user_id="ada")
    first, second = ada.open("answers"), ada.open("answers?page=2")
    assert "Day 11!" in first
    assert "Day 1!" not in first
    assert "Day 1!" in second
    assert "Older answers" in first
    assert "Older answers" not in second
    for odd in ("0", "-1", "x", "99999999999999999999", "²"):
        ada.open(f"answers?page={odd}")
        assert ada.page.status_code == 200
