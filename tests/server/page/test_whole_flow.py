"""A person sees, corrects, forgets, pauses and downloads; the store has what they clicked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recenter.memory import Memory
from tests.server.page.conftest import MEAT, NURSE, SLEEP, id_of, link, serving

pytestmark = pytest.mark.browser

WARD = "The user works nights at a ward."


class Hand:
    """Clicks on a page as a person does, by what it says."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name).first.click()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()


@pytest.fixture
def hand(browser: Any, memory: Memory) -> Iterator[Hand]:
    """Ada at her page, after one answer."""
    memory.context(SLEEP, user_id="ada")
    with serving(memory) as address:
        page = browser.new_page()
        page.goto(link(memory, "ada", address))
        yield Hand(page)
        page.close()


def test_a_person_sees_corrects_forgets_pauses_and_takes_it_with_them(
    memory: Memory, hand: Hand, tmp_path: Path
) -> None:
    nurse, meat = id_of(memory, NURSE), id_of(memory, MEAT)
    assert hand.page.get_by_text("I work nights as a nurse").is_visible()
    _corrects(memory, hand, nurse, meat)
    assert _takes(hand, tmp_path / "mine.json") == {MEAT, WARD}
    _chooses(memory, hand)
    hand.follow("What is known")
    hand.follow(f"Forget… ({WARD})")
    hand.press("Forget it")
    assert hand.page.get_by_text("1 memory").is_visible()
    assert [m.attribute.id for m in memory.memories("ada")] == [meat]
    hand.follow("Choices")
    hand.follow("Forget me…")
    hand.press("Delete everything")
    assert hand.page.get_by_role("heading", name="You are forgotten").is_visible()
    person, store = memory.person("ada"), memory.engine.store
    assert store.is_forgotten(person)
    assert not store.knows(person)
    left = [m.attribute.text for m in memory.memories("bob")]
    assert left == ["The user plays chess every Sunday."]


def _corrects(memory: Memory, hand: Hand, nurse: str, meat: str) -> None:
    hand.follow(NURSE)
    hand.page.get_by_label("What should be known instead?").fill(WARD)
    hand.press("Save these words")
    assert id_of(memory, WARD) == nurse
    hand.follow("Answers")
    hand.press("True, but not for this")
    hand.page.get_by_text("1 other thing did not matter for it").click()
    hand.press("Should have been used")
    judged = memory.engine.store.judgments(memory.person("ada"), question="relevant")
    said = {(j.subject.attribute, j.answer) for j in judged if j.judge.kind == "person"}
    assert said == {(nurse, "no"), (meat, "yes")}


def _takes(hand: Hand, file: Path) -> set[str]:
    hand.follow("Choices")
    with hand.page.expect_download() as coming:
        hand.page.get_by_role("button", name="Download everything").click()
    coming.value.save_as(file)
    return {each["memory"] for each in json.loads(file.read_text("utf-8"))["memories"]}


def _chooses(memory: Memory, hand: Hand) -> None:
    hand.press("Pause memory")
    hand.page.get_by_role("checkbox", name="Health").check()
    hand.press("Save topics")
    hand.page.get_by_label("Keep things").select_option("90")
    hand.press("Save how long")
    chosen = memory.choices("ada")
    assert (chosen.paused, chosen.allowed, chosen.keep_days) == (True, ("health",), 90)
    assert memory.context(SLEEP, user_id="ada").decision == "paused"
