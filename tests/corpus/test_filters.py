import datetime
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.corpus.filters import (
    FilterSettings,
    by_activity,
    by_duplicates,
    by_language,
    by_script,
    choose,
    keep,
)
from recenter.corpus.summaries import Summary, summarise
from recenter.errors import MissingExtraError
from recenter.records import Conversation

from .makers import prose, talk

pytest.importorskip("datasketch", reason="needs pip install 'recenter[corpus]'")

DEFAULTS = FilterSettings()


def summaries(*conversations: Conversation) -> list[Summary]:
    return list(summarise(conversations))


def ids(kept: tuple[Summary, ...]) -> set[str]:
    return {one.id for one in kept}


def hour(i: int, minutes: int = 60) -> str:
    begin = datetime.datetime(2024, 1, 1) + datetime.timedelta(minutes=i * minutes)
    return begin.isoformat() + "Z"


def test_one_turn_in_another_language_is_allowed_two_are_not() -> None:
    def detect(text: str) -> str | None:
        return {"e": "en", "f": "fr"}.get(text[0])

    talks = [
        talk("ann", "english", "french"),
        talk("ann", "english", "french", "french"),
        talk("ann", "french"),
        talk("ann", "?", language="en"),
        talk("ann", "?", language="fr"),
        talk("ann", "?", language=None),
    ]
    filtered = by_language(list(summarise(talks, detect=detect)), DEFAULTS)
    assert ids(filtered.kept) == {talks[0].id, talks[3].id}
    assert filtered.removed == {"other_language": 3, "language_unknown": 1}


def test_the_language_asked_for_can_be_another() -> None:
    talks = [talk("ann", "hola", language="es"), talk("ann", "hello", language="en")]
    filtered = by_language(list(summarise(talks, language="es")), DEFAULTS)
    assert ids(filtered.kept) == {talks[0].id}


def test_an_account_with_the_same_long_opening_is_scripted() -> None:
    fixed = prose(0, 30)
    script = [talk("bot", f"{fixed} {i}: {prose(i + 1)}", at=hour(i)) for i in range(6)]
    script += [talk("bot", prose(90 + i), at=hour(50 + i)) for i in range(4)]
    human = [talk("ann", prose(200 + i), at=hour(i)) for i in range(10)]
    filtered = by_script(summaries(*script, *human), DEFAULTS)
    assert filtered.removed == {"same_opening": 10}
    assert {one.person for one in filtered.kept} == {"ann"}


def test_an_account_with_nearly_the_same_prompts_is_scripted() -> None:
    words = prose(0, 60).split()
    script = [
        talk("bot", " ".join([f"case{chr(97 + i)}", *words[:30], "x", *words[30:]]), at=hour(i))
        for i in range(8)
    ]
    short = [talk("ann", "hello there", at=hour(i)) for i in range(4)]
    filtered = by_script(summaries(*script, *short), DEFAULTS)
    assert filtered.removed == {"near_identical": 8}, "four alike are too few to tell"


def test_more_conversations_an_hour_than_a_person_begins_are_a_script() -> None:
    script = [talk("bot", prose(i), at=hour(i // 2, minutes=1)) for i in range(200)]
    human = [talk("ann", prose(500 + i), at=hour(i, minutes=2)) for i in range(100)]
    undated = [talk("eve", prose(900 + i), at=None) for i in range(100)]
    filtered = by_script(summaries(*script, *human, *undated), DEFAULTS)
    assert filtered.removed == {"inhuman_rate": 200}


def test_near_duplicates_go_and_the_earliest_stays_whatever_the_order() -> None:
    text = prose(1, 100)
    first = talk("ann", text, at=hour(0))
    again = talk("ann", text + " please", at=hour(5))
    copied = talk("bob", "hey " + text, at=hour(3))
    other = talk("bob", prose(2, 100), at=hour(4))
    for order in ([first, again, copied, other], [other, copied, again, first]):
        filtered = by_duplicates(summaries(*order), DEFAULTS)
        assert ids(filtered.kept) == {first.id, other.id}
        assert filtered.removed == {"duplicate_same_person": 1, "duplicate_other_person": 1}


def test_the_same_conversation_twice_is_counted_and_kept_once() -> None:
    one = talk("ann", prose(1))
    filtered = by_duplicates(summaries(one, one), DEFAULTS)
    assert len(filtered.kept) == 1
    assert filtered.removed == {"same_id": 1}
    assert list(keep([one, one], filtered.kept)) == [one]


def test_duplicates_are_seen_in_scripts_without_spaces() -> None:
    text = "我想在屋顶上养蜜蜂应该从哪里开始请告诉我需要准备什么工具和材料谢谢你的帮助"
    talks = [talk("ann", text), talk("bob", text + "。"), talk("eve", text[::-1])]
    filtered = by_duplicates(summaries(*talks), DEFAULTS)
    assert ids(filtered.kept) & {talks[2].id}
    assert len(filtered.kept) == 2


def test_activity_asks_for_conversations_and_turns() -> None:
    few = [talk("ann", *["x"] * 20), talk("ann", *["y"] * 20)]
    short = [talk("bob", f"{i}", "b") for i in range(3)]
    active = [talk("eve", f"{i}", "b", "c") for i in range(3)]
    people = summaries(*few, *short, *active)
    filtered = by_activity(people, DEFAULTS)
    assert {one.person for one in filtered.kept} == {"eve"}
    assert filtered.removed == {"too_few_conversations": 2, "too_few_turns": 3}
    assert not by_activity(people, FilterSettings(count_turns="user")).kept


def test_the_funnel_accounts_for_every_conversation() -> None:
    talks = [
        *(talk("ann", *(prose(100 * i + j) for j in range(5)), at=hour(i)) for i in range(4)),
        *(talk("bob", prose(1000 + i), language="fr") for i in range(3)),
        *(talk("bot", prose(7), f"{i}", at=hour(i)) for i in range(9)),
        talk("eve", prose(2000)),
    ]
    choice = choose(summaries(*talks))
    funnel = choice.funnel
    assert [step.name for step in funnel.steps] == ["language", "script", "duplicates", "activity"]
    assert (funnel.conversations, funnel.people) == (17, 4)
    assert [step.conversations for step in funnel.steps] == [14, 5, 5, 4]
    assert [step.removed_people for step in funnel.steps] == [1, 1, 0, 1]
    assert {one.person for one in choice.kept} == {"ann"}
    assert list(keep(talks, choice.kept)) == talks[:4]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            talk,
            st.sampled_from(["ann", "bob"]),
            st.text(max_size=30) | st.sampled_from(["a b c d e", prose(3)]),
            st.text(max_size=5),
            at=st.sampled_from([None, hour(0), hour(1)]),
            language=st.sampled_from(["en", "fr", None]),
        ),
        max_size=12,
    )
)
def test_nothing_is_lost_or_made_whatever_is_said(talks: list[Conversation]) -> None:
    choice = choose(summaries(*talks), FilterSettings(min_conversations=1, min_turns=1))
    left = len(talks)
    for step in choice.funnel.steps:
        left -= sum(step.removed.values())
        assert step.conversations == left
    assert len(list(keep(talks, choice.kept))) == left == len(choice.kept)


def test_without_datasketch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'recenter\[corpus\]'"):
        summaries(talk("ann", "hello"))
    with pytest.raises(MissingExtraError, match="near-duplicates"):
        by_duplicates([], DEFAULTS)
