"""What goes into an answer, usually nothing; the receipt; what the person says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.memory import Memory
from recenter.memory.messages import carrying, last_of_user, text_of

SAID = "I don't eat meat. I work nights as a nurse."
ASK = "How do I sleep better after work?"
NURSE = "The user works nights as a nurse."


def asked(text: str = ASK) -> list[dict[str, Any]]:
    return [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": text},
    ]


def test_nothing_to_use_gives_back_the_very_messages(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    messages = asked("What is 17 * 23?")
    context = memory.context(messages, user_id="ada")
    assert not context
    assert context.decision == "nothing"
    assert context.reason
    assert context.to_openai() is messages
    assert {line.text for line in context.withheld} == {NURSE, "The user doesn't eat meat."}
    stranger = memory.context(messages, user_id="bob")
    assert (bool(stranger), stranger.decision) == (False, "unknown")
    assert stranger.to_openai() is messages


def test_what_is_used_stands_before_the_last_message_and_leaves_the_prefix(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    messages = asked()
    context = memory.context(messages, user_id="ada")
    assert context
    assert [line.text for line in context.selected] == [NURSE]
    assert context.selected[0].quotes == ("I work nights as a nurse",)
    sent = context.to_openai()
    assert list(sent[:-1]) == messages[:-1]
    assert sent[-1]["content"].endswith(f"</recenter_memory>\n\n{ASK}")
    assert messages == asked()  # The application's own are never changed.
    anthropic = context.to_anthropic()
    assert anthropic["system"] == "Be brief."
    assert [m["role"] for m in anthropic["messages"]] == ["user", "assistant", "user"]


def test_after_a_tool_call_memory_stands_where_it_stood(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    call = {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
        ],
    }
    before = memory.context(asked(), user_id="ada").to_openai()
    after = memory.context(
        [*asked(), call, {"role": "tool", "tool_call_id": "1", "content": "8 hours"}], user_id="ada"
    ).to_openai()
    assert list(after[:4]) == list(before)
    assert after[4] is not call or after[4] == call


def test_images_pass_and_text_parts_are_read(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    parts = [{"type": "text", "text": ASK}, image]
    context = memory.context([{"role": "user", "content": parts}], user_id="ada")
    assert context
    content = context.to_openai()[0]["content"]
    assert content[1:] == parts
    assert content[0]["type"] == "text"


def test_memory_that_does_not_fit_is_withheld_and_says_so(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    context = memory.context(ASK, user_id="ada", tokens=10)
    assert not context
    assert any("does not fit into 10 tokens" in line.reason for line in context.withheld)


def test_a_refusal_holds_for_messages_like_this_one_and_for_no_others(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    context = memory.context(ASK, user_id="ada")
    (line,) = context.selected
    memory.not_for_this(context.receipt_id, line.attribute)
    again = memory.context(ASK, user_id="ada")
    assert not again
    assert "not for messages like this one" in again.withheld[0].reason
    assert memory.context("How can I make friends when I work when others sleep?", user_id="ada")
    person = memory.person("ada")
    (judgment,) = memory.engine.store.judgments(person, question="relevant")
    assert (judgment.answer, judgment.judge.kind) == ("no", "person")
    query = memory.engine.store.query(str(judgment.subject.query))
    assert query is not None
    assert query.prompt == ASK


def test_what_the_person_calls_untrue_is_not_used_until_they_take_it_back(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    (line,) = memory.context(ASK, user_id="ada").selected
    memory.review(line.attribute, "decline")
    assert not memory.context(ASK, user_id="ada")
    assert [r["status"] for r in memory.get_all(user_id="ada", status="rejected")["results"]] == [
        "rejected"
    ]
    memory.add("I told you: I work nights as a nurse.", user_id="ada")
    assert not memory.context(ASK, user_id="ada")
    memory.review(line.attribute, "undo")
    assert memory.context(ASK, user_id="ada")


def test_paused_and_incognito_use_and_learn_nothing(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    assert memory.context(ASK, user_id="ada", incognito=True).decision == "incognito"
    memory.choose("ada", paused=True)
    assert memory.context(ASK, user_id="ada").decision == "paused"
    assert memory.search(ASK, user_id="ada")["results"] == []
    assert memory.add("I have two cats.", user_id="ada")["results"] == []
    memory.learn("I have two dogs.", user_id="ada")
    assert memory.engine.wait(30)
    memory.choose("ada", paused=False)
    memory.learn("I have two birds.", user_id="ada", incognito=True)
    assert memory.engine.wait(30)
    assert not [r for r in memory.get_all(user_id="ada")["results"] if "two" in r["memory"]]
    assert memory.context(ASK, user_id="ada")


def test_sensitive_topics_are_withheld_until_the_person_allows_them(memory: Memory) -> None:
    memory.add("I'm allergic to peanuts.", user_id="ada")
    ask = "Suggest a snack bar, I cannot have peanuts."
    closed = memory.context(ask, user_id="ada")
    assert not closed
    assert "health" in closed.withheld[0].reason
    memory.choose("ada", allowed=["health"])
    assert memory.context(ask, user_id="ada")
    with pytest.raises(InputError, match="no sensitive topic 'money'"):
        memory.choose("ada", allowed=["money"])


def test_the_receipt_is_kept_and_the_latest_comes_first(memory: Memory) -> None:
    memory.add(SAID, user_id="ada")
    first = memory.context(ASK, user_id="ada")
    memory.engine.clock.now += 1  # type: ignore[attr-defined]
    second = memory.context("What is 17 * 23?", user_id="ada")
    kept = memory.receipts("ada")
    assert [r.id for r in kept] == [second.receipt_id, first.receipt_id]
    assert kept[1].receipt == first.receipt
    assert kept[1].prompt == ASK
    assert memory.receipts("bob") == []


@pytest.mark.parametrize("yes", [True, False])
def test_a_question_is_asked_once_and_its_answer_remembered(url: str, yes: bool) -> None:
    ask = "Plan my workouts for the next month."
    with Memory({"store": url, "ask_cost": 0.01}) as memory:
        memory.add("I train for a marathon.", user_id="ada")
        context = memory.context(ask, user_id="ada")
        assert (bool(context), context.decision) == (False, "ask")
        assert context.question == "May I take this into account: “The user trains for a marathon”?"
        memory.answer(context.receipt_id, yes=yes)
        again = memory.context(ask, user_id="ada")
        assert (bool(again), again.question) == (yes, None)
        far = memory.context("What is a good workout for a park?", user_id="ada")
        assert yes or far.question is None
        if yes:
            assert memory.history(again.selected[0].attribute)[-1]["by"] == "person"
        with pytest.raises(InputError, match="asked nothing"):
            memory.answer(again.receipt_id, yes=True)


content = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.lists(
        st.one_of(
            st.builds(lambda t: {"type": "text", "text": t}, st.text(max_size=10)),
            st.just({"type": "image_url", "image_url": {"url": "data:,"}}),
        ),
        max_size=3,
    ),
)
message = st.builds(
    lambda role, content, name: {"role": role, "content": content, "name": name},
    st.sampled_from(["system", "developer", "user", "assistant", "tool"]),
    content,
    st.text(max_size=3),
)


@given(st.lists(message, max_size=6), st.text(min_size=1, max_size=20))
def test_carrying_changes_one_message_and_adds_only_the_block(
    messages: list[dict[str, Any]], block: str
) -> None:
    place = last_of_user(messages)
    if place is None:
        with pytest.raises(InputError, match="no message is of the person"):
            carrying(messages, block)
        return
    sent = carrying(messages, block)
    assert len(sent) == len(messages)
    assert all(a is b for i, (a, b) in enumerate(zip(sent, messages, strict=True)) if i != place)
    assert text_of(sent[place]).startswith(block)
    assert {k: v for k, v in sent[place].items() if k != "content"} == {
        k: v for k, v in messages[place].items() if k != "content"
    }


def test_what_is_closed_still_decides_for_who_asks(tmp_path: Path) -> None:
    memory = Memory({"home": str(tmp_path), "store": f"sqlite:///{tmp_path}/store.db"})
    memory.add("I am vegetarian.", user_id="ada")
    asked = [{"role": "user", "content": "What should I cook tonight?"}]
    before = memory.context(asked, user_id="ada").decision
    memory.close()
    assert memory.context(asked, user_id="ada").decision == before != "unavailable"
    memory.close()
