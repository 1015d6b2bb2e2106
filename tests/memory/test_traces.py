"""Traces tell forgotten words again, tell nobody else anything, and hold back what resembles."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from recenter.memory.traces import Hasher
from recenter.records import Attribute, Evidence

KEY = b"k" * 32


def said(
    quote: str, text: str, *, conversation: str = "con_1", topic: str | None = None
) -> Attribute:
    evidence = (Evidence(conversation=conversation, turn=0, start=0, end=len(quote), quote=quote),)
    return Attribute(
        id="att_1",
        person="p",
        text=text,
        source="stated",
        confidence=1.0,
        evidence=evidence,
        topic=topic,
    )


NURSE = said("I work nights as a nurse", "The user works nights as a nurse.", topic="job")
HASHER = Hasher(KEY, "p")
LEFT = HASHER.forgotten(NURSE)


def test_the_same_words_elsewhere_and_longer_or_shorter_cuts_are_known() -> None:
    for quote in (
        "I WORK nights, as a nurse!",
        "I work nights as a nurse in Kiel",
        "work nights as a nurse",
    ):
        other = said(quote, "The user has a job at night.", conversation="con_9")
        assert HASHER.is_refused(other, LEFT), quote


def test_the_statement_itself_is_known_from_whatever_words() -> None:
    assert HASHER.is_refused(said("on the ward again, sigh", NURSE.text), LEFT)


def test_other_evidence_of_a_statement_is_kept() -> None:
    more = Evidence(conversation="con_2", turn=0, start=0, end=9, quote="my shifts")
    both = msgspec.structs.replace(
        NURSE, text="The user has shifts.", evidence=(*NURSE.evidence, more)
    )
    assert HASHER.allowed(both, LEFT) == (more,)


def test_what_resembles_is_held_back_by_words_or_topic_and_the_rest_is_not() -> None:
    assert HASHER.is_alike(said("night shift nursing", "The user nurses at night."), LEFT)
    assert HASHER.is_alike(said("x", "The user is a carer.", topic="job"), LEFT)
    bees = said("I keep bees", "The user keeps bees.", topic="habits")
    assert not HASHER.is_alike(bees, LEFT)
    assert not HASHER.is_refused(bees, LEFT)


def test_the_same_beginning_with_another_end_is_held_back_and_not_refused() -> None:
    left = HASHER.forgotten(said("I'm allergic to shellfish", "The user is allergic to shellfish."))
    peanuts = said("I'm allergic to peanuts", "The user is allergic to peanuts.")
    assert not HASHER.is_refused(peanuts, left)
    assert HASHER.is_alike(peanuts, left)
    longer = said("I'm allergic to shellfish, badly", "The user has a bad allergy.")
    assert HASHER.is_refused(longer, left)


def test_rewording_refuses_the_old_words_and_holds_nothing_back() -> None:
    left = HASHER.settled(NURSE)
    assert HASHER.is_refused(NURSE, left)
    assert not HASHER.is_alike(NURSE, left)
    longer = said("I work nights as a nurse in Kiel", "The user nurses in Kiel.")
    assert not HASHER.is_refused(longer, left)


@given(st.text(min_size=1, max_size=40))
def test_another_person_or_key_shares_no_trace_and_no_word_stands_in_one(quote: str) -> None:
    attribute = said(quote, quote)
    own = HASHER.forgotten(attribute)
    for other in (Hasher(KEY, "q"), Hasher(b"j" * 32, "p")):
        made = other.forgotten(attribute)
        assert all(own[kind].isdisjoint(made[kind]) for kind in own)
    assert all(len(hash) == 24 and int(hash, 16) >= 0 for some in own.values() for hash in some)


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_was_forgotten_is_always_refused(quote: str, text: str) -> None:
    attribute = said(quote or "x", text or "y")
    assert HASHER.is_refused(attribute, HASHER.forgotten(attribute))
