"""The cap on overlap holds whatever happens, in whatever order, on however many connections."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
import threading
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recenter.errors import RefusedError
from recenter.store import Store, open_store
from recenter.study.item_rows import DECLINES
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk, SlotRow, load_desk, parts_named
from recenter.study.ledger.events import Event
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, opened, relevant, supported, task, written

OVERLAP = 2
ITEMS = "abcdef"
PAGES = "mnop"
ANSWERS = ("accept", "uncertain", "reject", "cannot_tell", "uncomfortable")


def study(store: Store, clock: Clock) -> Desk:
    """One task of statements, and one of pages with two decisions each."""
    file = written(
        task(overlap=OVERLAP, per_annotator=3, repeat=0.4),
        task("pages", "relevant", overlap=OVERLAP, per_annotator=2),
    )
    items = {
        "quality": TaskItems(work=tuple(supported(name) for name in ITEMS)),
        "pages": TaskItems(work=tuple(relevant(name) for name in PAGES)),
    }
    return opened(store.database, file, items, clock)


WANTED = Counter(
    {(f"sup_{name}", "1"): OVERLAP for name in ITEMS}
    | {(f"rel_{name}", part): OVERLAP for name in PAGES for part in ("1", "2")}
)


def decisions(desk: Desk) -> Counter[tuple[str, str]]:
    """Count how often each decision is open, in somebody's hands, or answered and counts."""
    rows = desk.database.transact(
        lambda t: t._execute(
            "SELECT p.item, p.subset, s.state, p.done, s.number, s.task, p.position "
            "FROM study_places p JOIN study_slots s ON s.id = p.slot "
            "WHERE p.kind = 'work' AND s.purpose = 'work'",
            {},
        ).fetchall()
    )
    counted = {
        (row.task, row.slot, row.position, row.part)
        for row in reading.answers(desk)
        if row.counts or (row.excluded and row.answer not in DECLINES)
    }
    found: Counter[tuple[str, str]] = Counter()
    for item, only, state, done, number, name, position in rows:
        parts = parts_named(only) or (("1",) if item.startswith("sup") else ("1", "2"))
        for part in parts:
            # Of a slot in hand, what was declined goes on when the slot is handed in or taken back.
            waiting = state in ("open", "held") or (
                done is not None
                and state in ("done", "reclaimed")
                and (name, number, position, part) in counted
            )
            found[item, part] += waiting
    return found


class StudyMachine(RuleBasedStateMachine):
    """People come, answer, decline, leave, withdraw, are left out; time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.store = open_store(f"sqlite:///{Path(self.folder.name) / 'store.db'}")
        self.desk = study(self.store, self.clock)
        self.people: list[Annotator] = []
        self.held: dict[str, SlotRow] = {}
        self.ids = itertools.count()

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def someone(self, number: int) -> Annotator:
        return self.people[number % len(self.people)]

    @rule()
    @precondition(lambda self: len(self.people) < 12)
    def come(self) -> None:
        who = joining.join(self.desk, {"id": f"link/{len(self.people)}"})
        joining.agree(self.desk, who.id)
        self.people.append(who)

    @rule(number=st.integers(0, 50), name=st.sampled_from(["quality", "pages"]))
    @precondition(lambda self: self.people)
    def claim(self, number: int, name: str) -> None:
        who = self.someone(number)
        if joining.find(self.desk, who.id).ended:
            return
        slot = joining.claim(self.desk, who, self.desk.study.task(name))
        if slot is not None:
            self.held[who.id] = slot

    @rule(number=st.integers(0, 50), said=st.tuples(st.integers(0, 4), st.integers(0, 4)))
    @precondition(lambda self: self.held)
    def answer(self, number: int, said: tuple[int, int]) -> None:
        who = list(self.held)[number % len(self.held)]
        slot = self.held[who]
        scale = ANSWERS if slot.task == "quality" else ("yes", "no", "yes", *DECLINES)
        for place in reading.places(self.desk, slot.id):
            if place.done is not None:
                continue
            # Their part may have ended, or the slot may be somebody else's by now.
            with contextlib.suppress(RefusedError):
                shown = reading.shown(self.desk, who, slot.id, place.position)
                for part, choice in zip(shown.item.parts, said, strict=False):
                    count = next(self.ids)
                    event = Event(
                        id=f"event-{count:06}",
                        slot=slot.id,
                        position=place.position,
                        kind="answer",
                        part=part.name,
                        seq=count,
                        answer=scale[choice],
                    )
                    saving.save(self.desk, who, event)
                assert saving.submit(self.desk, who, slot.id, place.position) == ()
            return

    @rule(minutes=st.sampled_from([5, 40, 4000]))
    def wait(self, minutes: int) -> None:
        self.clock.now += minutes * 60

    @rule(number=st.integers(0, 50))
    @precondition(lambda self: self.held)
    def pause(self, number: int) -> None:
        who = list(self.held)[number % len(self.held)]
        if not joining.find(self.desk, who).ended:
            saving.pause(self.desk, who)

    @rule(number=st.integers(0, 50))
    @precondition(lambda self: len(self.people) > 3)
    def withdraw(self, number: int) -> None:
        saving.withdraw(self.desk, self.someone(number).id)

    @rule(number=st.integers(0, 50), replace=st.booleans())
    @precondition(lambda self: len(self.people) > 3)
    def leave_out(self, number: int, replace: bool) -> None:
        who = self.someone(number).id
        running.exclude(self.desk, who, reason="test", account="r", replace=replace)

    @rule(number=st.integers(0, 50))
    @precondition(lambda self: self.people)
    def take_back_in(self, number: int) -> None:
        # They may not be left out, or their work may be in other hands.
        with contextlib.suppress(RefusedError):
            running.include(self.desk, self.someone(number).id)

    @invariant()
    def every_decision_is_wanted_as_often_as_was_planned(self) -> None:
        assert decisions(self.desk) == WANTED

    @invariant()
    def no_decision_has_more_answers_than_its_overlap(self) -> None:
        rows = [r for r in reading.answers(self.desk) if r.counts and r.kind == "work"]
        given = Counter((row.item, row.part) for row in rows)
        assert max(given.values(), default=0) <= OVERLAP
        once = Counter((row.annotator, row.item, row.part) for row in rows)
        assert max(once.values(), default=0) <= 1
        done = sum(one.done for one in running.coverage(self.desk))
        # What was answered in a place and not handed in yet is not done.
        assert done == sum(given.values())


TestStudyMachine = StudyMachine.TestCase
TestStudyMachine.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)


def test_many_at_once_never_take_more_than_there_is(store: Store, url: str) -> None:
    clock = Clock()
    study(store, clock)
    taken: list[str] = []
    errors: list[Exception] = []

    def take(number: int) -> None:
        try:
            with open_store(url) as mine:
                desk = load_desk(mine.database, "demo", clock=clock)
                who = joining.join(desk, {"id": f"link/{number}"})
                slot = joining.claim(desk, who, desk.study.task("quality"))
                if slot is not None:
                    places = reading.places(desk, slot.id)
                    taken.extend(place.item for place in places if place.kind == "work")
        except Exception as error:  # noqa: BLE001 - told by the main thread
            errors.append(error)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Counter(taken) == {f"sup_{name}": OVERLAP for name in ITEMS}
