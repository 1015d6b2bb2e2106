"""Every page of an annotator in a real browser: light, dark, on a phone, at 200 %, by keys."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recenter.store import Store, open_store
from recenter.study.file import read_study
from recenter.study.gather import gather, ready
from recenter.study.ledger import joining, reading, running
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.opening import open_study
from recenter.study.new import new_study
from recenter.study.plan import make_plan
from recenter.web.sessions import invitation
from tests.browser import LOOKS, Looking
from tests.study.samples import Clock
from tests.web.serving import served

# On a slow machine the one way past all pages, in all looks, takes minutes.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

KEY = b"k" * 32


def three_stages(folder: Path, store: Store) -> Desk:
    """The template of all three stages, as `recenter study new` writes it."""
    path = new_study(folder, "three-stages", store, key=KEY, today=datetime.date(2026, 1, 2))
    written = read_study(path)
    plan = make_plan(written.study, ready(written, gather(written, store, key=KEY)))
    return open_study(store.database, written, plan, clock=Clock())


class Toured(NamedTuple):
    """What was seen on a way past every page of a study at an address."""

    looking: Looking
    root: str


def _unseen(page: Any, name: str) -> None:
    """Look at nothing."""


class Tour:
    """A way past every page, which calls `look` on each."""

    def __init__(self, page: Any, root: str, desk: Desk, look: Callable[[Any, str], None]) -> None:
        self.page, self.root, self.desk = page, root, desk
        self._look = look

    def look(self, name: str) -> None:
        self._look(self.page, name)

    def press(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=words).click()

    def choose(self, place: int = 0) -> None:
        for group in self.page.locator("fieldset.decision").all():
            group.locator("input").nth(place).check()

    def before_work(self) -> None:
        self.page.goto(f"{self.root}/")
        self.look("door")
        self.page.goto(f"{self.root}/?link={invitation(self.desk, 'tour')}")
        self.look("consent")
        self.press("I agree")
        self.look("guidelines")

    def train(self) -> None:
        self.press("Begin with the practice")
        self.look("practice")
        while "/training/" in self.page.url:
            self.choose(2 if "Has a sister" in self.page.content() else 0)
            self.press("Save and go on")
            self.look("feedback")
            with self.page.expect_navigation():
                self.page.get_by_role("link", name="Go on").click()

    def work(self, name: str, *, begin: bool = True) -> None:
        if begin:
            self.press("Begin")
        self.look(f"{name}-open")
        first = True
        while "/work/" in self.page.url:
            self.choose()
            if first:
                self.page.get_by_text("Saved ").wait_for()
                self.look(name)
            first = False
            self.press("Save and go on")

    def all(self) -> None:
        self.before_work()
        self.train()
        self.work("supported")
        self.press("Begin with the practice")
        for place, group in enumerate(self.page.locator("fieldset.decision").all()):
            group.locator("input").nth(0 if place == 1 else 1).check()
        self.press("Save and go on")
        self.page.get_by_role("link", name="Go on").click()
        self.work("relevant")
        self.press("Begin with the practice")
        self.choose()
        self.press("Save and go on")
        self.page.get_by_role("link", name="Go on").click()
        self.press("Begin")
        self.press("Pause and come back later")
        self.look("paused")
        self.page.get_by_role("link", name="Go on").click()
        self.work("better", begin=False)
        self.look("sides")
        self.choose()
        self.press("Save and go on")
        self.look("done")
        self.page.get_by_role("link", name="Withdraw my answers").click()
        self.look("withdraw")
        self.page.goto(f"{self.root}/feedback/none/0")
        self.look("refused")


ASKED = {"supported", "relevant", "better"}
AROUND = {
    "door", "consent", "guidelines", "practice", "feedback", "paused", "sides", "done", "withdraw",
    "refused",
}  # fmt: skip
PAGES = ASKED | AROUND | {f"{name}-open" for name in ASKED}


@pytest.fixture(scope="module")
def toured(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toured]:
    """Every page, looked at once in each look."""
    folder = tmp_path_factory.mktemp("tour")
    looking = Looking(browser, lambda name: not name.endswith("-open"))
    with open_store(f"sqlite:///{folder / 'store.db'}") as store:
        desk = three_stages(folder / "study", store)
        with served(desk) as root:
            Tour(looking.page, root, desk, lambda _, name: looking.at(name)).all()
            yield Toured(looking, root)
    looking.page.close()


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_holds(toured: Toured, look: str) -> None:
    assert toured.looking.faults[look] == []
    assert toured.looking.seen == PAGES


def test_pages_load_nothing_from_elsewhere_and_break_no_policy(toured: Toured) -> None:
    host = toured.root.split("/s/")[0]
    assert toured.looking.asked
    assert not [url for url in toured.looking.asked if not url.startswith(host)]
    # The pages that are refused on purpose say so with their status.
    assert not [words for words in toured.looking.said if "status of 403" not in words]


@pytest.fixture
def working(browser: Any, desk: Desk, root: str) -> Iterator[Any]:
    """A page with the first statement of the work on it."""
    page = browser.new_page()
    tour = Tour(page, root, desk, _unseen)
    tour.before_work()
    tour.press("Begin with the practice")
    tour.choose()
    tour.press("Save and go on")
    page.get_by_role("link", name="Go on").click()
    tour.press("Begin")
    page.locator("fieldset.current").wait_for()
    yield page
    page.close()


def answers(desk: Desk) -> list[tuple[str, str | None, str | None]]:
    return [(row.answer, row.failure, row.note) for row in reading.answers(desk)]


def test_a_whole_page_by_keys_alone(desk: Desk, working: Any) -> None:
    page = working
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.classList.contains('turn')")
    page.keyboard.press("1")
    page.get_by_text("Saved ").wait_for()
    assert answers(desk) == [("reject", None, None)]
    page.keyboard.press("g")
    assert page.locator("#guide").evaluate("d => d.open")
    page.keyboard.press("j")
    for _ in range(30):
        if page.evaluate("document.activeElement.type === 'submit'"):
            break
        page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/work/1")
    assert [row.opened for row in reading.answers(desk)] == [1]


def test_keys_can_be_switched_off_and_stay_off(desk: Desk, working: Any) -> None:
    page = working
    page.locator("details.keys summary").click()
    page.locator("#keys").uncheck()
    page.locator("body").press("1")
    assert page.locator("input:checked").count() == 0
    page.reload()
    page.locator("body").press("1")
    assert page.locator("fieldset input:checked").count() == 0
    assert answers(desk) == []


def test_keys_do_nothing_while_somebody_writes(desk: Desk, working: Any) -> None:
    page = working
    page.keyboard.press("3")
    page.locator("textarea").click()
    page.keyboard.type("1 2 just keys g")
    page.wait_for_timeout(1200)
    page.get_by_text("Saved ").wait_for()
    assert answers(desk) == [("accept", None, "1 2 just keys g")]


def test_what_cannot_be_sent_is_kept_and_sent_again(desk: Desk, working: Any) -> None:
    page = working
    page.context.set_offline(True)
    page.keyboard.press("2")
    page.get_by_text("Not connected").wait_for()
    assert answers(desk) == []
    page.context.set_offline(False)
    page.get_by_text("Saved ").wait_for()
    assert answers(desk) == [("uncertain", None, None)]


def test_what_was_not_sent_when_the_page_closed_is_sent_when_it_opens(
    desk: Desk, working: Any
) -> None:
    page = working
    page.context.route("**/events", lambda route: route.abort())
    page.keyboard.press("3")
    page.get_by_text("Not connected").wait_for()
    page.context.unroute("**/events")
    page.reload()
    page.wait_for_timeout(500)
    assert answers(desk) == [("accept", None, None)]


def test_a_study_that_was_taken_away_says_so(desk: Desk, working: Any, clock: Clock) -> None:
    page = working
    clock.now += 7200
    for name in ("bea", "cleo"):
        other = joining.join(desk, {"id": f"link/{name}"})
        joining.agree(desk, other.id)
        joining.claim(desk, joining.find(desk, other.id), desk.study.task("quality"))
    page.keyboard.press("3")
    page.get_by_text("Not saved").wait_for()
    assert answers(desk) == []
    assert any("somebody else" in reason for reason in running.refusals(desk))


def test_time_in_use_and_idle_are_told_apart(desk: Desk, working: Any, clock: Clock) -> None:
    page = working
    clock.now += 300
    page.keyboard.press("3")
    page.wait_for_timeout(1000)
    # Nobody touches the page for longer than a minute.
    page.evaluate(
        "Object.defineProperty(performance, 'now', {value: () => 90_000 + Date.now() % 1})"
    )
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").click()
    (row,) = reading.answers(desk)
    assert 800 < row.active_ms < 70_000
    assert row.idle_ms > 20_000


def test_a_page_left_open_for_days_is_saved_within_the_bounds(
    desk: Desk, working: Any, clock: Clock
) -> None:
    page = working
    clock.now += 3 * 86_400
    page.keyboard.press("3")
    page.evaluate("Object.defineProperty(performance, 'now', {value: () => 3 * 86_400_000})")
    with page.expect_navigation():
        page.get_by_role("button", name="Save and go on").click()
    (row,) = reading.answers(desk)
    assert row.idle_ms == 86_400_000
