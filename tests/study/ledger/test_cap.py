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
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk, SlotRow, load_desk
from recenter.study.ledger.saving import Event
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, opened, supported, task, written

OVERLAP = 2
ITEMS = "abcdef"
ANSWERS = ("accept", "uncertain", "reject", "cannot_tell", "uncomfortable")


def study(store: Store, clock: Clock) -> Desk:
    file = written(task(overlap=OVERLAP, per_annotator=3, repeat=0.4))
    items = TaskItems(work=tuple(supported(name) for name in ITEMS))
    return opened(store.database, file, {"quality": items}, clock)


def places(desk: Desk) -> Counter[str]:
    """Count the places of each item that are open, in somebody's hands, or done and count."""

    def work(transaction: object) -> list[tuple[str, str, object]]:
        rows = transaction._execute(  # type: ignore[attr-defined]
            "SELECT p.item, s.state, p.done, s.id, p.position FROM study_places p "
            "JOIN study_slots s ON s.id = p.slot WHERE p.kind = 'work'",
            {},
        ).fetchall()
        return [tuple(row) for row in rows]

    counted = {
        (row.slot, row.position) for row in reading.answers(desk) if row.counts or row.excluded
    }
    numbers = {
        slot: int(number)
        for slot, number in desk.database.transact(
            lambda t: t._execute("SELECT id, number FROM study_slots", {}).fetchall()
        )
    }
    found: Counter[str] = Counter()
    for item, state, done, slot, position in desk.database.transact(work):  # type: ignore[misc]
        answered = done is not None and (numbers[slot], position) in counted
        if state == "open" or (state == "held" and done is None) or answered:
            found[item] += 1
        elif state == "held":
            # Declined: it goes to somebody else when the slot is handed in or taken back.
            found[item] += 1
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

    @rule(number=st.integers(0, 50))
    @precondition(lambda self: self.people)
    def claim(self, number: int) -> None:
        who = self.someone(number)
        if joining.find(self.desk, who.id).ended:
            return
        slot = joining.claim(self.desk, who, self.desk.study.task("quality"))
        if slot is not None:
            self.held[who.id] = slot

    @rule(number=st.integers(0, 50), answer=st.sampled_from(ANSWERS))
    @precondition(lambda self: self.held)
    def answer(self, number: int, answer: str) -> None:
        who = list(self.held)[number % len(self.held)]
        slot = self.held[who]
        for place in reading.places(self.desk, slot.id):
            if place.done is not None:
                continue
            count = next(self.ids)
            event = Event(
                id=f"event-{count:06}",
                slot=slot.id,
                position=place.position,
                kind="answer",
                part="1",
                seq=count,
                answer=answer,
            )
            # Their part may have ended, or the slot may be somebody else's by now.
            with contextlib.suppress(RefusedError):
                saving.save(self.desk, who, event)
                saving.submit(self.desk, who, slot.id, place.position)
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
    def every_item_is_wanted_as_often_as_was_planned(self) -> None:
        assert places(self.desk) == Counter(dict.fromkeys((f"sup_{n}" for n in ITEMS), OVERLAP))

    @invariant()
    def no_item_has_more_answers_than_its_overlap(self) -> None:
        rows = [r for r in reading.answers(self.desk) if r.counts and r.kind == "work"]
        assert max(Counter(row.item for row in rows).values(), default=0) <= OVERLAP
        once = Counter((row.annotator, row.item) for row in rows)
        assert max(once.values(), default=0) <= 1


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
