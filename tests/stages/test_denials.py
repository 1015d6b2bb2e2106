"""What a statement takes back, and what it leaves alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.stages.conflicts import against, conflicts, in_doubt
from recenter.stages.denials import is_retraction, takes_back
from tests.stages.makers import attribute


def said(text: str) -> str:
    return f"The user {text}."


@pytest.mark.parametrize(
    ("denial", "statement"),
    [
        ("no longer works as a nurse", "works as a nurse in Oslo"),
        ("no longer works as a nurse", "works nights as a nurse"),
        ("no longer works as a nurse", "is a nurse"),
        ("is no longer a nurse", "works as a nurse"),
        ("recently quit their job as a nurse", "works as a nurse"),
        ("stopped being vegetarian", "is a vegetarian"),
        ("isn't vegetarian any more", "is vegetarian"),
        ("doesn't live in Oslo any more", "lives in Oslo with their two cats"),
        ("used to live in Oslo", "lives in Oslo, Norway"),
        ("does not work at Acme any longer", "works at Acme as a data engineer"),
        ("no longer has a dog", "has a dog called Rex"),
        ("has stopped running marathons", "runs marathons"),
        ("stopped running last year", "runs every morning"),
        ("is no longer married", "is married to a doctor"),
        ("no longer hates olives", "hates olives"),
        ("stopped avoiding gluten", "avoids gluten"),
    ],
)
def test_what_is_surely_taken_back(denial: str, statement: str) -> None:
    assert takes_back(said(denial), said(statement)) == "surely"


@pytest.mark.parametrize(
    ("denial", "statement"),
    [
        ("gave up the cello last year", "teaches the cello"),
        ("quit smoking", "smokes a pack a day"),
        ("stopped running", "runs a bakery"),
        ("stopped running marathons", "loves running marathons in spring"),
        ("no longer has a dog", "has a dog and a cat"),
        ("no longer works as a nurse", "is a nurse and a painter"),
        ("no longer lives in Oslo", "has lived in Oslo since 2015"),
        ("no longer works so late", "works as a nurse in Oslo"),
        ("no longer drinks coffee after lunch", "drinks coffee every morning"),
        ("no longer works as a nurse this weekend", "works as a nurse in Oslo"),
        ("no longer plays chess, except with her dad", "plays chess with her dad"),
    ],
)
def test_what_may_be_taken_back(denial: str, statement: str) -> None:
    assert takes_back(said(denial), said(statement)) == "perhaps"


@pytest.mark.parametrize(
    ("denial", "statement"),
    [
        ("no longer wonders why people quit", "works as a nurse"),
        ("no longer works as a nurse", "works as a nurse practitioner"),
        ("no longer works nights as a nurse", "works as a nurse"),
        ("no longer has a dog", "is allergic to dogs"),
        ("no longer has a dog", "has a dog allergy"),
        ("no longer lives in Oslo", "lived in Oslo as a child"),
        ("no longer works as a nurse", "was a nurse"),
        ("no longer lives in Oslo", "has a sister who lives in Oslo"),
        ("doesn't eat meat any more than twice a week", "eats meat"),
        ("gave up on the cello", "plays the cello"),
        ("does not eat meat", "eats meat"),
        ("no longer lives in Oslo", "lives no longer in Oslo"),
        ("gave up the cello", "does not play the cello"),
        ("gave up meat", "avoids meat"),
        ("gave up meat", "hates meat"),
        ("no longer hates olives", "likes olives"),
    ],
)
def test_what_is_left_alone(denial: str, statement: str) -> None:
    assert takes_back(said(denial), said(statement)) is None


@pytest.mark.parametrize(
    "text",
    [
        "The user's sister no longer works as a nurse.",
        "The user's friend says the user no longer lives in Oslo.",
        "In their novel, the user no longer works as a nurse.",
        "The user wishes they no longer worked as a nurse.",
        "The user is used to working as a nurse.",
    ],
)
def test_what_is_no_retraction_of_the_person(text: str) -> None:
    assert not is_retraction(text)
    assert takes_back(text, "The user works as a nurse.") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_read(one: str, other: str) -> None:
    for denial in (one, said(f"no longer {one}"), said(f"gave up {one}")):
        assert takes_back(denial, said(other)) in ("surely", "perhaps", None)
        assert takes_back(denial, "") is None


def test_the_later_of_a_retraction_and_its_statement_stands() -> None:
    old = attribute("The user works as a nurse in Oslo.", at="2026-01-01T00:00:00Z")
    no = attribute("The user no longer works as a nurse.", at="2026-02-01T00:00:00Z")
    new = attribute("The user works as a nurse in Bergen.", at="2026-03-01T00:00:00Z")
    assert [c.loser for c in conflicts([no, old])] == [old.id]
    assert [c.loser for c in conflicts([no, new])] == [no.id]
    assert set(against(no, [old, new])) == {old.id, new.id}


def test_a_denial_that_is_denied_contradicts_only_that_denial() -> None:
    no = attribute("The user no longer hates olives.", at="2026-02-01T00:00:00Z")
    hates = attribute("The user hates olives.", at="2026-01-01T00:00:00Z")
    likes = attribute("The user likes olives.", at="2026-01-01T00:00:00Z")
    assert [c.loser for c in conflicts([no, hates])] == [hates.id]
    assert conflicts([no, likes]) == ()


def test_in_doubt_is_only_what_was_not_said_afterwards() -> None:
    no = attribute("The user gave up the cello.", at="2026-02-01T00:00:00Z")
    old = attribute("The user teaches the cello.", at="2026-01-01T00:00:00Z")
    again = attribute("The user plays the cello.", at="2026-03-01T00:00:00Z")
    denied = attribute("The user does not play the cello.", at="2026-01-01T00:00:00Z")
    assert in_doubt(no, [old, again, denied]) == (old,)
    assert conflicts([no, old]) == ()
