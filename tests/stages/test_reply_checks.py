"""What is wrong with a personalised reply, one fault at a time."""

from __future__ import annotations

import pytest

from recenter.stages.reply_checks import findings
from tests.stages.makers import attribute

VEGAN = attribute("The user is vegan.", id="v")
LEEDS = attribute("The user lives in Leeds.", id="l")
CELLO = attribute("The user plays the cello.", id="c")
GENERIC = "Cook a lentil soup for 20 minutes."


def faults(personal: str, *, generic: str = GENERIC, prompt: str = "Dinner?") -> list[str]:
    found = findings(prompt, generic, personal, used=[VEGAN], others=[LEEDS, CELLO])
    return [finding.fault for finding in found]


@pytest.mark.parametrize(
    "personal",
    [
        GENERIC,
        "Cook a vegan lentil soup for 20 minutes.",
        "Since you are vegan, cook a lentil soup for 20 minutes.",
        "1. Cook a lentil soup for 20 minutes.\n2. Add onions.\n3. Serve it with Basmati rice.",
        "",
    ],
)
def test_what_only_follows_from_what_may_be_used_passes(personal: str) -> None:
    generic = "" if personal == "" else GENERIC
    assert faults(personal, generic=generic) == []


@pytest.mark.parametrize(
    ("personal", "fault"),
    [
        (f"{GENERIC} Then play your cello.", "irrelevant"),
        (f"{GENERIC} In Leeds, it will be cold.", "irrelevant"),
        (f"{GENERIC} Since you are a vegetarian, add cheese.", "violated"),
        (f"{GENERIC} I know that you live in Berlin.", "violated"),
        (f"{GENERIC} Since you have 3 children, double it.", "invented"),
        (f"{GENERIC} It will please your friend Marta.", "invented"),
        ("Cook a lentil soup for a while.", "fact lost"),
    ],
)
def test_each_fault_is_found(personal: str, fault: str) -> None:
    assert fault in faults(personal)


def test_names_and_code_of_the_generic_reply_are_kept_or_missed() -> None:
    generic = "Call `sort()` as Dijkstra did.\n```py\nx = 1\n```"
    assert faults(generic, generic=generic) == []
    assert faults(generic.replace("x = 1", "y = 1"), generic=generic) == ["fact lost"]
    assert faults(generic.replace("Dijkstra", "others"), generic=generic) == ["fact lost"]


def test_what_the_prompt_or_the_generic_reply_says_is_nobodys_invention() -> None:
    personal = f"{GENERIC} Since you have 3 children in Leeds, double it."
    assert faults(personal, prompt="Dinner for my 3 children in Leeds?") == []
    assert faults(personal, generic=personal) == []


def test_a_claim_about_others_is_not_one_about_the_person() -> None:
    assert faults(f"{GENERIC} The chef Marta has 3 stars.") == []


def test_a_finding_says_what_it_is_about() -> None:
    (found,) = findings("Dinner?", "Soup.", "Soup. Play the cello!", used=[], others=[CELLO])
    assert str(found) == "irrelevant: The user plays the cello."
