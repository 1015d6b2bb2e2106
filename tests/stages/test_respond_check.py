"""Which reply is sent after the checks, and what the receipt says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recenter.errors import InputError, ModelUnavailableError
from recenter.models.scripted import ScriptedChat
from recenter.records import Method, Reply
from recenter.stages.judge_trained import Chosen, Preferred, TrainedPreference
from recenter.stages.respond import respond
from recenter.stages.respond_check import Check, respond_checked
from tests.stages.makers import attribute, query, selected
from tests.stages.preference_makers import Letters, head, saved

VEGAN = attribute("The user is vegan.", id="v")
CELLO = attribute("The user plays the cello.", id="c")
MADE = selected(v=("use", 0.9), c=("withhold", 0.1))
GENERIC, GOOD = "Cook a soup for 20 minutes.", "Cook a vegan lentil soup for 20 minutes."
BAD = "Cook a vegan soup for 20 minutes and play the cello."


def judge(folder: Path, weight: float = 1.0) -> TrainedPreference:
    return TrainedPreference(saved(folder, head(log_words=weight)), Letters())


def reply(*answers: str, check: Check, method: Method = "start") -> tuple[Reply, ScriptedChat]:
    model = ScriptedChat(list(answers))
    made = respond_checked(
        query("Dinner?"), MADE, [VEGAN, CELLO], model=model, check=check, method=method
    )
    return made, model


def test_a_reply_that_passes_is_sent_and_its_receipt_says_what_was_not_asked() -> None:
    sent, model = reply(GOOD, GENERIC, check=Check())
    assert sent.text == GOOD
    assert [line.attribute for line in sent.receipt.used] == ["v"]
    assert "no preference model was given" in (sent.receipt.note or "")
    assert sent.usage.calls == len(model.requests) == 2
    assert "vegan" not in model.requests[1].messages[-1].content


def test_a_reply_that_fails_is_replaced_and_the_receipt_uses_nothing() -> None:
    sent, model = reply(BAD, GENERIC, check=Check())
    assert sent.text == GENERIC
    assert sent.messages == model.requests[1].messages
    assert sent.receipt.used == ()
    assert {line.attribute for line in sent.receipt.withheld} == {"v", "c"}
    assert "irrelevant: The user plays the cello" in (sent.receipt.note or "")


def test_edit_has_the_generic_reply_at_hand_and_asks_for_no_other() -> None:
    for edited, text in ((GOOD, GOOD), (BAD, GENERIC)):
        sent, model = reply(GENERIC, edited, check=Check(), method="edit")
        assert sent.text == text
        assert len(model.requests) == 2
    assert sent.messages == model.requests[0].messages


def test_the_chance_of_being_preferred_decides_at_the_threshold(tmp_path: Path) -> None:
    likes_long = judge(tmp_path)
    value = likes_long.preference("Dinner?", GOOD, GENERIC).value
    assert 0.5 < value < 0.9
    sent, _ = reply(GOOD, GENERIC, check=Check(judge=likes_long, threshold=value))
    assert sent.text == GOOD
    assert f"{value:.2f}" in (sent.receipt.note or "")
    sent, _ = reply(GOOD, GENERIC, check=Check(judge=likes_long, threshold=0.9))
    assert sent.text == GENERIC
    assert "not preferred" in (sent.receipt.note or "")


def test_a_chance_that_is_not_a_number_sends_the_generic_reply(tmp_path: Path) -> None:
    for value in (float("nan"), 0.9):
        broken = judge(tmp_path)
        chance = Preferred(value=value, deviation=0.1)
        broken.preference = lambda *_, chance=chance, **__: chance  # type: ignore[method-assign]
        sent, _ = reply(GOOD, GENERIC, check=Check(judge=broken, threshold=0.0))
        assert sent.text == (GOOD if value == 0.9 else GENERIC)


def test_what_the_person_chose_before_may_turn_the_decision(tmp_path: Path) -> None:
    terse = Chosen(prompt="Tea?", chosen="Yes.", rejected="Yes, with milk and with sugar please.")
    check = Check(judge=judge(tmp_path, 0.05))
    assert reply(GOOD, GENERIC, check=check)[0].text == GOOD
    check = Check(judge=check.judge, history=(terse,))
    assert reply(GOOD, GENERIC, check=check)[0].text == GENERIC


def test_where_nothing_is_used_nothing_is_checked() -> None:
    made = selected(v=("withhold", 0.1), c=("withhold", 0.1))
    model = ScriptedChat([BAD])
    sent = respond_checked(query("Hi!"), made, [VEGAN, CELLO], model=model, check=Check())
    plain = respond(query("Hi!"), made, [VEGAN, CELLO], model=ScriptedChat([BAD]))
    assert sent == plain
    assert len(model.requests) == 1


def test_without_a_model_the_messages_are_those_of_respond() -> None:
    sent = respond_checked(query("Dinner?"), MADE, [VEGAN, CELLO], model=None, check=Check())
    assert sent == respond(query("Dinner?"), MADE, [VEGAN, CELLO], model=None)


def test_replies_of_another_threshold_or_outcome_are_different_records(tmp_path: Path) -> None:
    likes_long = judge(tmp_path)
    ids = {
        reply(text, GENERIC, check=Check(judge=likes_long, threshold=at))[0].id
        for text, at in ((GOOD, 0.1), (GOOD, 0.2), (GOOD, 1.0), (BAD, 0.1))
    }
    # The id is of what was asked and sent; of the two that failed at different thresholds too.
    assert len(ids) == 4


def test_many_reasons_are_cut_with_their_number() -> None:
    lost = "Serve 1, 2, 3, 4, 5, 6 or 7."
    sent, _ = reply("Serve some.", lost, check=Check())
    assert (sent.receipt.note or "").count("fact lost") == 5
    assert "and 2 more" in (sent.receipt.note or "")


def test_a_threshold_off_the_scale_is_refused() -> None:
    with pytest.raises(InputError, match="expected 0 to 1"):
        Check(threshold=1.5)


def test_a_call_that_fails_gives_no_reply() -> None:
    model = ScriptedChat([GOOD, ModelUnavailableError("down")])
    with pytest.raises(ModelUnavailableError):
        respond_checked(query("Dinner?"), MADE, [VEGAN, CELLO], model=model, check=Check())
