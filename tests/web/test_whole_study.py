"""A whole study in a real Chromium: what is exported is what was clicked, item by item."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest

from recenter.store import Store
from recenter.study.ledger import reading, running
from recenter.study.ledger.desk import Desk, annotators
from recenter.study.plan import TaskItems
from recenter.web.sessions import invitation
from tests.study.samples import Clock, better, opened, relevant, supported, task, written
from tests.web.conftest import CODES
from tests.web.serving import served

pytestmark = pytest.mark.browser

SCALES = {
    "quality": ("reject", "uncertain", "accept"),
    "pages": ("no", "yes"),
    "pairs": ("1", "2", "3", "4", "5"),
}
ENOUGH = 4
"""Answers to each item: as many people as see the study through."""


class Running(Clock):
    """Time that passes by itself, since nobody is believed to work while it stands still."""

    def __init__(self) -> None:
        super().__init__()
        self._begun = time.monotonic()

    def __call__(self) -> float:
        return self.now + time.monotonic() - self._begun


@pytest.fixture
def clock() -> Clock:
    return Running()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    file = written(
        task(
            overlap=ENOUGH,
            per_annotator=4,
            repeat=0.25,
            training={"items": "t", "needed": 1.0},
            checks={"items": "c", "every": 3, "failures": 1},
        ),
        task("pages", "relevant", overlap=ENOUGH, per_annotator=2),
        task("pairs", "better", overlap=ENOUGH, per_annotator=2),
        codes=CODES,
    )
    items = {
        "quality": TaskItems(
            work=tuple(supported(name, f"per_{name}") for name in "abcd"),
            training=(supported("t", key=("reject",)),),
            checks=(supported("check", key=("uncertain",)),),
        ),
        "pages": TaskItems(work=(relevant("m", ("per_a", "per_b")), relevant("n", ("per_c",)))),
        "pairs": TaskItems(work=(better("x"), better("y"))),
    }
    return opened(store.database, file, items, clock)


class Person:
    """Somebody at a browser, who remembers what they clicked."""

    def __init__(self, browser: Any, root: str, desk: Desk, number: int) -> None:
        self.context = browser.new_context(viewport={"width": 1100, "height": 900})
        self.page = self.context.new_page()
        self.draw = random.Random(number)
        self.keys = number % 2 == 0
        self.root = root
        self.link = f"{root}/?link={invitation(desk, str(number))}"
        self.clicked: dict[tuple[str, str], str] = {}
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(self.link)

    def press(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).click()

    def agree(self) -> None:
        self.press("I agree")

    def practise(self) -> None:
        self.press("Begin with the practice")
        self.answer("1", "reject")
        self.press("Save and go on")
        assert "Right." in self.page.content()
        with self.page.expect_navigation():
            self.page.get_by_role("link", name="Go on").click()

    def begin(self) -> None:
        self.press("Begin")

    def answer(self, part: str, value: str) -> None:
        choice = self.page.locator(f'input[name="answer-{part}"][value="{value}"]')
        if not self.keys:
            choice.check()
            return
        group = self.page.locator(f'fieldset[data-part="{part}"]')
        group.locator("input").first.focus()
        self.page.keyboard.press(str(choice.get_attribute("data-key")))
        assert choice.is_checked()

    def place(self, name: str, *, check: str = "uncertain") -> None:
        """Answer everything on the page in front of them, and remember it by what it says."""
        words = self.page.locator("main").inner_text()
        for part in self.page.locator("fieldset.decision").all():
            label = str(part.get_attribute("data-part"))
            value = self.draw.choice(SCALES[name])
            if "(check)" in words:
                value = check
            self.answer(label, value)
            self.clicked[words_of(name, words, part.inner_text()), label] = value
        self.page.get_by_text("Saved ").wait_for()
        self.press("Save and go on")

    def work(self, name: str, **more: Any) -> None:
        """Do all of a task."""
        self.begin()
        while "/work/" in self.page.url:
            self.place(name, **more)

    def finish(self) -> None:
        self.work("pages")
        self.work("pairs")
        for radio in self.page.locator('input[value="second"]').all():
            radio.check()
        self.press("Save and go on")

    def whole(self) -> None:
        self.agree()
        self.practise()
        self.work("quality")
        self.finish()


def words_of(name: str, page: str, decision: str) -> str:
    """Return what tells on a page what is answered: the texts say whose they are."""
    if name == "quality":
        return page.split("says ")[1].split(".")[0]
    if name == "pages":
        return decision.split("Likes dish ")[1].split(".")[0]
    side = "first" if page.index("Since you bake") < page.index("Rest on") else "second"
    return f"{page.split('Plan my week, ')[1][0]} {side}"


def stored(desk: Desk, who: str) -> dict[tuple[str, str], str]:
    """Return what is stored of somebody's answers that stand, in the same words."""
    items = reading.items(desk)
    found: dict[tuple[str, str], str] = {}
    for row in sorted(reading.answers(desk), key=lambda row: row.at):
        item = items[row.item][0]
        if row.annotator != who:
            continue
        if row.task == "quality":
            words = row.item.removeprefix("sup_")
        elif row.task == "pages":
            part = next(one for one in item.parts if one.name == row.part)
            words = str(part.text).removeprefix("Likes dish ").removesuffix(".")
        else:
            words = f"{row.item.removeprefix('bet_')} {row.side}"
        found[words, row.part] = row.answer
    return found


class Crowd:
    """Seven people, each with their own way through the study."""

    def __init__(self, browser: Any, root: str, desk: Desk, clock: Clock) -> None:
        self.desk, self.clock = desk, clock
        self.people = [Person(browser, root, desk, number) for number in range(ENOUGH + 3)]
        self.fails, self.leaves, self.withdraws, self.returns, *self.others = self.people
        self.finished = [self.returns, *self.others]

    def fail_the_check(self) -> None:
        self.fails.agree()
        self.fails.practise()
        self.fails.work("quality", check="accept")
        assert "too many checks were answered wrongly" in self.fails.page.content()

    def leave_half_way(self) -> None:
        self.leaves.agree()
        self.leaves.practise()
        self.leaves.begin()
        self.leaves.place("quality")
        self.leaves.context.close()

    def finish_and_withdraw(self) -> None:
        self.withdraws.whole()
        assert self.desk.code("completed") in self.withdraws.page.content()
        self.withdraws.page.get_by_role("link", name="Withdraw my answers").click()
        self.withdraws.press("Remove my answers")
        assert self.desk.code("withdrawn") in self.withdraws.page.content()

    def come_back_the_next_day(self) -> None:
        self.returns.agree()
        self.returns.practise()
        self.returns.begin()
        self.returns.place("quality")
        self.returns.press("Pause and come back later")
        self.clock.now += 24 * 3600
        self.returns.page.goto(self.returns.link)
        while "/work/" in self.returns.page.url:
            self.returns.place("quality")
        self.returns.finish()


def test_seven_people_three_stages(desk: Desk, clock: Clock, browser: Any) -> None:
    with served(desk) as root:
        crowd = Crowd(browser, root, desk, clock)
        crowd.fail_the_check()
        crowd.leave_half_way()
        crowd.finish_and_withdraw()
        crowd.come_back_the_next_day()
        for person in crowd.others:
            person.whole()
        for person in crowd.finished:
            assert desk.code("completed") in person.page.content()
            person.context.close()
        assert [person.errors for person in crowd.people] == [[]] * len(crowd.people)

    known = {one.id: one for one in annotators(desk)}
    assert Counter(one.state for one in known.values()) == Counter(
        {"completed": ENOUGH, "failed_checks": 1, "working": 1, "withdrawn": 1}
    )
    # They came in the order of their numbers.
    for who, person in zip(known, crowd.people, strict=True):
        expected = {} if person is crowd.withdraws else person.clicked
        assert stored(desk, who) == expected, known[who].number

    counted = [row for row in reading.answers(desk) if row.counts and row.kind == "work"]
    per_part = Counter((row.item, row.part) for row in counted)
    assert set(per_part.values()) == {ENOUGH}
    assert len(per_part) == 4 + 6 + 4
    assert [one.done for one in running.coverage(desk)] == [4 * ENOUGH, 6 * ENOUGH, 4 * ENOUGH]
    assert {known[row.annotator].state for row in counted} == {"completed", "working"}
    guesses = reading.guesses(desk)
    assert (len(guesses), {one.said for one in guesses}) == (2 * ENOUGH, {"second"})
    assert min(row.active_ms for row in counted) > 0
