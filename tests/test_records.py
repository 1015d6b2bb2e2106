"""Ids depend on what a record is about; records survive a round trip through JSON."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter import formats, records
from recenter.errors import InputError
from recenter.provenance import Signature, digest
from recenter.questions import QUESTIONS, get_question
from recenter.records import Conversation, Evidence, Turn, attribute_id


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_conversation_round_trip(texts: list[str]) -> None:
    turns = tuple(Turn(role="user", text=text) for text in texts)
    before = Conversation(id="con_1", person="p_1", turns=turns, source="test")
    assert formats.decode(formats.encode(before), Conversation) == before


def test_lone_surrogates_are_replaced_not_fatal() -> None:
    assert formats.decode(formats.encode(Turn(role="user", text="a\ud800b")), Turn).text == "a�b"


def test_lone_surrogates_deep_in_a_record_are_replaced_too() -> None:
    turns = (Turn(role="user", text="a\ud800b"),)
    broken = Conversation(id="con_1", person="p_1", turns=turns, source="test")
    assert formats.decode(formats.encode(broken), Conversation).turns[0].text == "a�b"


def test_same_words_by_another_extractor_are_another_attribute() -> None:
    span = (Evidence(conversation="con_1", turn=0, start=0, end=3, quote="abc"),)
    first = attribute_id("p", "text", span, Signature(model="a"))
    assert first == attribute_id("p", "text", span, Signature(model="a"))
    assert first != attribute_id("p", "text", span, Signature(model="b"))


def test_equal_signatures_give_equal_ids() -> None:
    same = Signature(code="".join(list(Signature().code)))
    assert same == Signature()
    assert digest(same) == digest(Signature())


def test_a_stored_record_keeps_the_version_that_made_it() -> None:
    line = formats.encode(Conversation(id="con_1", person="p_1", turns=(), source="test"))
    assert f'"code":"{Signature().code}"' in line


def test_digest_keeps_parts_apart() -> None:
    assert digest("a", "b") != digest("ab") != digest(["a", "b"])


def test_bad_field_is_named_with_its_line() -> None:
    with pytest.raises(InputError, match=r"in\.jsonl: line 7: role: .*'robot'"):
        formats.decode('{"role": "robot", "text": ""}', Turn, file="in.jsonl", number=7)


def test_records_do_not_change() -> None:
    with pytest.raises(AttributeError):
        records.Turn(role="user", text="a").text = "b"  # type: ignore[misc]


def test_questions_refuse_what_is_not_on_their_scale() -> None:
    for question in QUESTIONS.values():
        assert set(question.positive) < set(question.values)
        with pytest.raises(InputError, match=question.values[0]):
            question.check("perhaps")
    with pytest.raises(InputError, match="supported"):
        get_question("nope")
