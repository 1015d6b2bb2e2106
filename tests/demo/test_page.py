from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections import Counter

import msgspec
import pytest

from recenter.demo.page import render
from recenter.records import Conversation, Turn

from .fixtures import ATTRIBUTES, FIRST, PERSON, RESULT, SECOND
from .reading import Reader

PAGE = render(RESULT)
READ = Reader(PAGE)


def with_conversation(conversation: Conversation, *, made_up: bool) -> Reader:
    person = msgspec.structs.replace(
        PERSON, conversations=(conversation, SECOND), traps=(), prompts=()
    )
    return Reader(render(msgspec.structs.replace(RESULT, people=(person,), made_up=made_up)))


def test_text_of_others_is_text() -> None:
    assert "script" not in READ.tags
    for written in ("alert(1)", "alert(2)", "alert(3)", "<blue>", "<b>May</b>"):
        assert written in READ.text


def test_loads_nothing() -> None:
    loading = {"src", "srcset", "data", "poster", "background", "action", "ping", "style"}
    assert not [found for found in READ.attributes if found[1] in loading]
    assert not {"link", "script", "img", "iframe", "object", "form", "base"} & set(READ.tags)
    assert all(link.startswith("#") for link in READ.links)
    assert "url(" not in PAGE
    assert "@import" not in PAGE


def test_the_policy_allows_this_style_and_nothing_else() -> None:
    found = re.search(r"<style>(.*?)</style>", PAGE, re.DOTALL)
    assert found
    allowed = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
    policy = next(
        value for tag, name, value in READ.attributes if tag == "meta" and name == "content"
    )
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{allowed}'; base-uri 'none'; form-action 'none'"
    )


def test_every_link_leads_somewhere() -> None:
    assert [name for name, count in Counter(READ.ids).items() if count > 1] == []
    assert {link.removeprefix("#") for link in READ.links} <= set(READ.ids)


def test_turns_stand_as_they_were_written() -> None:
    assert READ.turns == [turn.text for c in (FIRST, SECOND) for turn in c.turns]


def test_quotes_are_marked_at_their_offsets_even_where_they_overlap() -> None:
    text = FIRST.turns[0].text
    marked = [(text[start:end], kind) for start, end, kind in READ.marked[0]]
    assert marked == [
        ("I'm a ", "quote"),
        ("baker 🥖", "quote"),
        (" and I've been vegetarian since <b>May</b>", "quote"),
    ]
    for number, attribute in enumerate(ATTRIBUTES[:3], start=1):
        quote = attribute.evidence[0]
        _, start = READ.starts[f"p0-q{number}-0"]
        assert start == quote.start


def test_traps_are_marked_in_user_and_assistant_turns() -> None:
    assert [kind for _, _, kind in READ.marked[1]] == ["trap"]
    assert [kind for _, _, kind in READ.marked[2]] == ["trap", "quote trap"]


def test_headings_do_not_skip_a_level() -> None:
    levels = [int(tag[1]) for tag in READ.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_says_what_was_used_and_what_was_not() -> None:
    assert "Uses nothing. The message goes to the model as it is." in READ.text
    assert "3 of 3 traps not fallen for" in READ.text
    assert "2 vs 4" in " ".join(READ.text.split())
    assert "a task taken for a trait" in READ.text
    assert "3 requests" in READ.text
    assert "used for 1 of 1 messages on topic, and nothing for 1 of 1 off topic" in READ.text


@pytest.mark.parametrize("made_up", [True, False])
def test_says_whose_conversations_these_are(made_up: bool) -> None:
    page = render(msgspec.structs.replace(RESULT, made_up=made_up))
    assert ("made up" in page.split("</header>")[0].split("Read:")[1].split(".", 1)[1]) == made_up


def test_long_conversations_are_cut_to_what_is_marked() -> None:
    first = FIRST.turns
    padding = [Turn(role="assistant", text=f"padding {i}") for i in range(30)]
    long = msgspec.structs.replace(
        FIRST, turns=(*first, *padding, Turn(role="user", text="x" * 9000))
    )
    read = with_conversation(long, made_up=False)
    assert "padding 0" in read.text
    assert "padding 1" not in read.text
    assert "30 turns not shown" in read.text


def test_a_long_text_is_cut_around_its_quotes() -> None:
    first = FIRST.turns[0]
    padded = Turn(role="user", text=first.text + "\n" + "x" * 9000 + "THE END")
    long = msgspec.structs.replace(FIRST, turns=(padded, *FIRST.turns[1:]))
    read = with_conversation(long, made_up=False)
    assert first.text in read.turns[0]
    assert len(read.turns[0]) < 600
    assert "THE END" not in read.text


def test_shows_of_an_export_only_the_conversations_that_are_quoted() -> None:
    unquoted = msgspec.structs.replace(
        FIRST, id="con_3", turns=(Turn(role="user", text="nothing to see"),)
    )
    person = msgspec.structs.replace(PERSON, conversations=(*PERSON.conversations, unquoted))
    shown = [
        "nothing to see" in render(msgspec.structs.replace(RESULT, people=(person,), made_up=own))
        for own in (True, False)
    ]
    assert shown == [True, False]


def test_replies_are_shown_with_the_model_that_wrote_them() -> None:
    prompt = PERSON.prompts[0]
    reply = msgspec.structs.replace(
        prompt.reply,
        text="Bake <fish>.",
        signature=msgspec.structs.replace(prompt.reply.signature, model="openai:test"),
    )
    person = msgspec.structs.replace(
        PERSON,
        prompts=(
            msgspec.structs.replace(
                prompt, reply=reply, generic=msgspec.structs.replace(reply, text="Cook.")
            ),
        ),
    )
    read = Reader(render(msgspec.structs.replace(RESULT, people=(person,))))
    assert "The reply of openai:test" in read.text
    assert read.turns[:2] == ["Cook.", "Bake <fish>."]


def test_what_the_policy_holds_back_is_shown_apart() -> None:
    prompt = msgspec.structs.replace(PERSON.prompts[0], held_back=("att_1",))
    person = msgspec.structs.replace(PERSON, prompts=(prompt,))
    read = Reader(render(msgspec.structs.replace(RESULT, people=(person,))))
    assert "Held back, although near" in read.text
    assert "Withheld" not in read.text
