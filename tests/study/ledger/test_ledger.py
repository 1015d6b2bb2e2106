"""Joining, claiming, saving, leaving: on real SQLite and PostgreSQL."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from recenter.errors import InputError, RefusedError
from recenter.records import Arm, Judgment
from recenter.store import Store, open_store
from recenter.store.database import Transaction
from recenter.study.design import Outcome, Recruitment, Task
from recenter.study.export.judgments import judgments
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk, SlotRow, load_desk
from recenter.study.ledger.events import Event
from recenter.study.ledger.opening import current_texts
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, better, opened, relevant, supported, task, written

_ids = itertools.count()


def come(desk: Desk, name: str) -> Annotator:
    annotator = joining.join(desk, {"id": f"link/{name}"})
    joining.agree(desk, annotator.id)
    return joining.find(desk, annotator.id)


def take(desk: Desk, annotator: Annotator, name: str = "quality") -> SlotRow:
    slot = joining.claim(desk, annotator, desk.study.task(name))
    assert slot is not None
    return slot


def click(
    desk: Desk, who: Annotator, slot: SlotRow, position: int, answer: str, **more: object
) -> Event:
    number = next(_ids)
    values = {"part": "1", "seq": number, "id": f"event-{number:04}"} | more
    event = Event(slot=slot.id, position=position, kind="answer", answer=answer, **values)  # type: ignore[arg-type]
    saving.save(desk, who.id, event)
    return event


def work_through(desk: Desk, who: Annotator, answer: str = "accept") -> SlotRow:
    slot = take(desk, who)
    for place in reading.places(desk, slot.id):
        click(desk, who, slot, place.position, answer)
        assert saving.submit(desk, who.id, slot.id, place.position) == ()
    return slot


def contents(store: Store, table: str) -> list[object]:
    query = f"SELECT * FROM {table}"
    return store.database.transact(lambda t: list(t._execute(query, {}).fetchall()))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    """Four items, two answers to each, two items an annotator: four slots."""
    file = written(task(overlap=2, per_annotator=2))
    items = TaskItems(work=tuple(supported(name) for name in "abcd"))
    return opened(store.database, file, {"quality": items}, clock)


def test_the_same_id_is_the_same_annotator_and_stays_in_one_table(desk: Desk, store: Store) -> None:
    one, two = come(desk, "ann"), come(desk, "bea")
    assert come(desk, "ann") == one
    assert (one.number, two.number) == (1, 2)
    assert one.id.startswith("ann_")
    tables = {
        name
        for name in store.database.tables()
        for row in contents(store, name)
        if "link/ann" in str(row)
    }
    assert tables == {"study_identities"}


def test_every_item_is_given_as_often_as_was_planned_and_not_once_more(desk: Desk) -> None:
    people = [come(desk, str(number)) for number in range(4)]
    slots = [work_through(desk, who) for who in people]
    given = Counter(place.item for slot in slots for place in reading.places(desk, slot.id))
    assert given == {f"sup_{name}": 2 for name in "abcd"}
    assert joining.claim(desk, come(desk, "late"), desk.study.task("quality")) is None
    counted = [row for row in reading.answers(desk) if row.counts]
    assert Counter((row.item, row.answer) for row in counted) == {
        (f"sup_{name}", "accept"): 2 for name in "abcd"
    }


def test_who_comes_back_gets_what_they_hold(desk: Desk) -> None:
    who = come(desk, "ann")
    assert take(desk, who).id == take(desk, who).id


def test_what_is_left_behind_goes_to_another_and_what_was_answered_stays(
    desk: Desk, clock: Clock
) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    click(desk, ann, slot, 0, "reject", failure="other", note="Not a trait.")
    saving.submit(desk, ann.id, slot.id, 0)
    others = [come(desk, name) for name in "bcd"]
    for other in others:
        work_through(desk, other)
    assert joining.claim(desk, come(desk, "e"), desk.study.task("quality")) is None
    clock.now += 31 * 60
    late = come(desk, "f")
    mine = take(desk, late)
    left = reading.places(desk, slot.id)[1].item
    assert [place.item for place in reading.places(desk, mine.id)] == [left]
    with pytest.raises(RefusedError, match="given to somebody else") as caught:
        click(desk, ann, slot, 1, "accept")
    assert caught.value.status == 410
    kept = [row for row in reading.answers(desk) if row.annotator == ann.id]
    assert [(row.answer, row.failure, row.note, row.counts) for row in kept] == [
        ("reject", "other", "Not a trait.", True)
    ]


def test_saving_and_pausing_keep_work_from_being_given_away(desk: Desk, clock: Clock) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for _ in range(3):
        clock.now += 25 * 60
        click(desk, ann, slot, 0, "accept")
    saving.pause(desk, ann.id)
    closing = Event(id="closing-page", slot=slot.id, position=0, kind="time", seq=999, active_ms=9)
    saving.save(desk, ann.id, closing)
    assert joining.find(desk, ann.id).state == "paused"
    clock.now += 40 * 3600
    for name in "bcd":
        take(desk, come(desk, name))
    assert joining.claim(desk, come(desk, "e"), desk.study.task("quality")) is None
    click(desk, ann, slot, 1, "accept")
    assert joining.find(desk, ann.id).state == "working"


def test_an_event_sent_again_changes_nothing_and_another_under_its_id_is_refused(
    desk: Desk, clock: Clock
) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    event = click(desk, ann, slot, 0, "accept")
    first = clock.now
    clock.now += 5
    again = saving.save(desk, ann.id, event)
    assert (again.again, again.at) == (True, first)
    forged = Event(
        slot=slot.id, position=0, kind="answer", part="1", seq=99, id=event.id, answer="reject"
    )
    with pytest.raises(RefusedError, match="something else"):
        saving.save(desk, ann.id, forged)
    assert reading.shown(desk, ann.id, slot.id, 0).given["1"].answer == "accept"


def test_a_late_click_does_not_undo_a_later_one(desk: Desk) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    click(desk, ann, slot, 0, "accept", seq=50)
    click(desk, ann, slot, 0, "reject", seq=20)
    assert reading.shown(desk, ann.id, slot.id, 0).given["1"].answer == "accept"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"answer": "yes"}, 422),
        ({"failure": "other"}, 422),
        ({"answer": "reject", "failure": "nonsense"}, 422),
        ({"part": "2"}, 422),
        ({"part": None}, 422),
        ({"position": 7}, 403),
        ({"note": "x" * 5_000}, 422),
        ({"id": "x"}, 422),
        ({"seq": -1}, 422),
    ],
)
def test_what_is_not_asked_is_refused_and_nothing_changes(
    desk: Desk, more: dict[str, object], status: int
) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    values = {"answer": "accept", "position": 0} | more
    with pytest.raises(RefusedError) as caught:
        click(desk, ann, slot, **values)  # type: ignore[arg-type]
    assert caught.value.status == status
    assert reading.answers(desk) == []
    assert reading.last_seq(desk, ann.id) == 0


def test_nobody_saves_to_what_others_hold(desk: Desk) -> None:
    ann, bea = come(desk, "ann"), come(desk, "bea")
    slot = take(desk, ann)
    with pytest.raises(RefusedError, match="not among what you were given"):
        click(desk, bea, slot, 0, "accept")
    with pytest.raises(RefusedError, match="not among what you were given"):
        reading.shown(desk, bea.id, slot.id, 0)
    with pytest.raises(RefusedError, match="nobody of this id"):
        joining.find(desk, "ann_forged")


def test_a_place_is_not_done_before_it_is_answered_nor_changed_after_it_is_handed_in(
    desk: Desk,
) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    assert saving.submit(desk, ann.id, slot.id, 0) == ("1",)
    for position in (0, 1):
        click(desk, ann, slot, position, "accept")
        saving.submit(desk, ann.id, slot.id, position)
    with pytest.raises(RefusedError, match="handed in"):
        click(desk, ann, slot, 0, "reject")


@pytest.mark.parametrize("declined", ["cannot_tell", "uncomfortable"])
def test_what_is_declined_is_asked_of_another(desk: Desk, declined: str) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for position, answer in ((0, declined), (1, "accept")):
        click(desk, ann, slot, position, answer)
        saving.submit(desk, ann.id, slot.id, position)
    for name in "bcd":
        work_through(desk, come(desk, name))
    again = take(desk, come(desk, "e"))
    items = [place.item for place in reading.places(desk, again.id)]
    assert items == [reading.places(desk, slot.id)[0].item]
    assert [row.counts for row in reading.answers(desk) if row.annotator == ann.id].count(True) == 1


def test_who_withdraws_leaves_nothing_but_that_they_came(desk: Desk) -> None:
    ann = come(desk, "ann")
    work_through(desk, ann)
    saving.withdraw(desk, ann.id)
    saving.withdraw(desk, ann.id)
    assert reading.answers(desk) == []
    assert reading.last_seq(desk, ann.id) == 0
    assert joining.find(desk, ann.id).state == "withdrawn"
    for name in "bcde":
        work_through(desk, come(desk, name))
    assert sum(row.counts for row in reading.answers(desk)) == 8


def test_who_withdraws_after_the_end_leaves_no_judgment_in_the_store(
    desk: Desk, store: Store
) -> None:
    ann, bea = come(desk, "ann"), come(desk, "bea")
    for who in (ann, bea):
        work_through(desk, who)
    assert running.replace_judgments(store, desk, judgments(desk)).new == 4
    saving.withdraw(desk, ann.id)
    assert {one.judge.name for one in store.judgments()} == {bea.id}
    running.exclude(desk, bea.id, reason="test", account="r", replace=False)
    running.replace_judgments(store, desk, judgments(desk))
    assert list(store.judgments()) == []


def test_who_withdraws_while_a_study_is_closed_leaves_no_judgment(desk: Desk, store: Store) -> None:
    ann = come(desk, "ann")
    work_through(desk, ann)

    def read_then_withdrawn() -> Iterator[Judgment]:
        read = list(judgments(desk))
        saving.withdraw(desk, ann.id)
        yield from read

    running.replace_judgments(store, desk, read_then_withdrawn())
    assert list(store.judgments()) == []


def test_parts_that_were_forgotten_are_asked_of_nobody(store: Store, clock: Clock) -> None:
    mixed = relevant("mixed", ("per_a", "per_b"))
    desk = opened(
        store.database,
        written(task("pages", "relevant", overlap=1)),
        {"pages": TaskItems(work=(mixed,))},
        clock,
    )
    ann = come(desk, "ann")
    slot = take(desk, ann, "pages")
    for part, answer in (("1", "cannot_tell"), ("2", "yes"), ("3", "cannot_tell"), ("4", "no")):
        click(desk, ann, slot, 0, answer, part=part)
    saving.submit(desk, ann.id, slot.id, 0)
    # Parts 1 and 3, which wait for somebody else, are of this person.
    store.forget("per_a")
    assert joining.claim(desk, come(desk, "bea"), desk.study.task("pages")) is None
    (row,) = running.coverage(desk)
    assert (row.open, row.held, row.done, row.wanted) == (0, 0, 2, 2)


def test_a_slot_that_forgetting_emptied_is_given_to_nobody(store: Store, clock: Clock) -> None:
    work = (supported("a", "per_a"), supported("b", "per_b"))
    file = written(task(overlap=1, per_annotator=1))
    desk = opened(store.database, file, {"quality": TaskItems(work=work)}, clock)
    ann = come(desk, "ann")
    mine = take(desk, ann)
    (place,) = reading.places(desk, mine.id)
    store.forget("per_a" if place.item == "sup_a" else "per_b")
    saving.settle(desk, ann.id, mine.id)
    other = take(desk, ann)
    assert other.id != mine.id
    assert len(reading.places(desk, other.id)) == 1


def test_nothing_of_somebody_is_taken_after_they_withdrew(store: Store, clock: Clock) -> None:
    file = written(task(overlap=1, training={"items": "t", "needed": 1.0}))
    items = TaskItems(work=(supported("a"),), training=(supported("t", key=("reject",)),))
    desk = opened(store.database, file, {"quality": items}, clock)
    ann = come(desk, "ann")
    slot = joining.train(desk, ann, desk.study.task("quality"))
    click(desk, ann, slot, 0, "reject")
    saving.submit(desk, ann.id, slot.id, 0)
    saving.withdraw(desk, ann.id)
    late = Event(id="late-event", slot=slot.id, position=0, kind="time", seq=9, active_ms=5)
    with pytest.raises(RefusedError):
        saving.save(desk, ann.id, late)
    assert contents(store, "study_events") == contents(store, "study_answers") == []


@pytest.mark.parametrize("kind", ["time", "shown", "opened"])
def test_only_an_answer_carries_words(desk: Desk, kind: str) -> None:
    ann = come(desk, "ann")
    slot = take(desk, ann)
    event = Event(id="words-in-it", slot=slot.id, position=0, kind=kind, seq=1, note="Hello")  # type: ignore[arg-type]
    with pytest.raises(RefusedError, match="says nothing of an answer"):
        saving.save(desk, ann.id, event)


def test_who_pauses_before_they_consent_can_consent_when_they_come_back(desk: Desk) -> None:
    ann = joining.join(desk, {"id": "link/ann"})
    saving.pause(desk, ann.id)
    joining.agree(desk, ann.id)
    back = joining.find(desk, ann.id)
    assert (back.state, back.consented is None) == ("working", False)


@pytest.mark.parametrize("outcome", ["no_consent", "failed_checks", "screened_out", "full"])
def test_what_has_ended_stays_as_it_ended(desk: Desk, outcome: Outcome) -> None:
    ann = joining.join(desk, {"id": "link/ann"})
    joining.end(desk, ann.id, outcome)
    joining.agree(desk, ann.id)
    saving.withdraw(desk, ann.id)
    joining.end(desk, ann.id, "completed")
    assert joining.find(desk, ann.id).state == outcome
    with pytest.raises(RefusedError, match="ended"):
        saving.pause(desk, ann.id)


def test_ids_that_were_erased_do_not_come_back_and_first_ones_stay(desk: Desk) -> None:
    ann = joining.join(desk, {"id": "link/ann", "SESSION_ID": "mine"})
    joining.join(desk, {"id": "link/ann", "SESSION_ID": "of another"})
    assert running.identity(desk, ann.id) == {
        "id": "link/ann",
        "SESSION_ID": "mine",
        "later SESSION_ID": "of another",
    }
    joining.join(desk, {"id": "link/ann", "SESSION_ID": "mine"})
    assert running.identity(desk, ann.id) == {"id": "link/ann", "SESSION_ID": "mine"}
    joining.join(desk, {"id": "link/ann", "SESSION_ID": "signed"}, signed=True)
    assert running.identity(desk, ann.id) == {"id": "link/ann", "SESSION_ID": "signed"}
    running.forget_identities(desk)
    for signed in (False, True):
        joining.join(desk, {"id": "link/ann"}, signed=signed)
    assert running.identity(desk, ann.id) is None


def test_ids_are_not_erased_while_somebody_is_coming_in(desk: Desk, store: Store, url: str) -> None:
    come(desk, "ann")
    erased = threading.Event()

    def erase() -> None:
        with open_store(url) as mine:
            running.forget_identities(load_desk(mine.database, desk.id))
            erased.set()

    other = threading.Thread(target=erase)

    def coming_in(transaction: Transaction) -> bool:
        transaction.rows("study_hold", study=desk.id)
        other.start()
        # What was read before would be written again.
        return erased.wait(timeout=1)

    assert not store.database.transact(coming_in)
    other.join(timeout=60)
    assert contents(store, "study_identities") == []


def test_only_the_declined_part_of_a_page_goes_to_another(store: Store, clock: Clock) -> None:
    desk = opened(
        store.database,
        written(task("pages", "relevant", overlap=1)),
        {"pages": TaskItems(work=(relevant("m"),))},
        clock,
    )
    ann, bea = come(desk, "ann"), come(desk, "bea")
    slot = take(desk, ann, "pages")
    click(desk, ann, slot, 0, "yes", part="1")
    click(desk, ann, slot, 0, "cannot_tell", part="2")
    saving.submit(desk, ann.id, slot.id, 0)
    again = take(desk, bea, "pages")
    assert [part.name for part in reading.shown(desk, bea.id, again.id, 0).item.parts] == ["2"]
    with pytest.raises(RefusedError, match="no such decision"):
        click(desk, bea, again, 0, "no", part="1")
    click(desk, bea, again, 0, "no", part="2")
    assert saving.submit(desk, bea.id, again.id, 0) == ()
    counted = [(row.part, row.answer) for row in reading.answers(desk) if row.counts]
    assert counted == [("1", "yes"), ("2", "no")]
    assert joining.claim(desk, come(desk, "cleo"), desk.study.task("pages")) is None


def test_checks_are_failed_by_page_and_within_their_task(store: Store, clock: Clock) -> None:
    def asks(name: str) -> Task:
        return task(
            name,
            "relevant",
            overlap=1,
            checks={"items": "c", "every": 3, "failures": 2 if name == "one" else 1},
        )

    def items(name: str) -> TaskItems:
        pages = tuple(relevant(f"{name}{n}") for n in range(2))
        return TaskItems(work=pages, checks=(relevant(f"{name}check", key=("no",)),))

    desk = opened(
        store.database,
        written(asks("one"), asks("two")),
        {"one": items("one"), "two": items("two")},
        clock,
    )
    ann = come(desk, "ann")
    for name, answer in (("one", "yes"), ("two", "no")):
        slot = take(desk, ann, name)
        for place in reading.places(desk, slot.id):
            for part in ("1", "2"):
                click(desk, ann, slot, place.position, answer, part=part)
            saving.submit(desk, ann.id, slot.id, place.position)
    # One page of checks of two allowed was wrong, in both its parts; the other task's was right.
    assert joining.find(desk, ann.id).state == "working"


def test_a_text_that_comes_back_is_the_latest_again(desk: Desk, store: Store, clock: Clock) -> None:
    items = {"quality": TaskItems(work=tuple(supported(name) for name in "abcd"))}
    file = written(task(overlap=2, per_annotator=2))
    first = current_texts(desk)["quality"]
    for text in ("Another", file.guidelines["quality"]):
        changed = msgspec.structs.replace(file, guidelines={"quality": text})
        opened(store.database, changed, items, clock)
    assert current_texts(desk)["quality"] == first


@pytest.mark.parametrize(
    ("arms", "right"),
    [
        (("selected", "generic"), "rated"),
        (("generic", "selected"), "other"),
        (("generic", "generic"), None),
        (("all", "selected"), None),
    ],
)
def test_a_guess_is_of_the_side_that_knows_the_person(
    store: Store, clock: Clock, arms: tuple[Arm, Arm], right: str | None
) -> None:
    item = better("x")
    assert item.reply is not None
    assert item.other is not None
    replace = msgspec.structs.replace
    item = replace(
        item, reply=replace(item.reply, arm=arms[0]), other=replace(item.other, arm=arms[1])
    )
    file = written(task("pairs", "better", overlap=1))
    desk = opened(store.database, file, {"pairs": TaskItems(work=(item,))}, clock)
    ann = come(desk, "ann")
    slot = take(desk, ann, "pairs")
    guess = Event(id="guess-000", slot=slot.id, position=0, kind="unblind", seq=1, answer="first")
    with pytest.raises(RefusedError, match="asked at the end"):
        saving.save(desk, ann.id, guess)
    for part in ("1", "overall"):
        click(desk, ann, slot, 0, "4", part=part)
    saving.submit(desk, ann.id, slot.id, 0)
    saving.save(desk, ann.id, msgspec.structs.replace(guess, seq=10**6))
    rated = reading.places(desk, slot.id)[0].side
    other = "first" if rated == "second" else "second"
    expected = {"rated": [rated], "other": [other], None: []}[right]
    assert [one.side for one in reading.guesses(desk)] == expected
    running.exclude(desk, ann.id, reason="A robot", account="r", replace=True)
    assert reading.guesses(desk) == []


def test_a_guess_is_taken_of_pairs_alone_without_words_and_before_the_end(
    store: Store, clock: Clock
) -> None:
    file = written(
        task(overlap=1),
        task("pairs", "better", overlap=1),
        task("silent", "better", overlap=1, unblinding=False),
    )
    items = {
        "quality": TaskItems(work=(supported("a"),)),
        "pairs": TaskItems(work=(better("x"),)),
        "silent": TaskItems(work=(better("y"),)),
    }
    desk = opened(store.database, file, items, clock)
    ann = come(desk, "ann")
    slots = {"quality": work_through(desk, ann)}
    for name in ("pairs", "silent"):
        slots[name] = take(desk, ann, name)
        for part in ("1", "overall"):
            click(desk, ann, slots[name], 0, "4", part=part)
        saving.submit(desk, ann.id, slots[name].id, 0)

    def guess(name: str, **more: object) -> None:
        values = {"id": f"guess-{next(_ids):04}", "seq": 1, "answer": "first"} | more
        saving.save(
            desk,
            ann.id,
            Event(slot=slots[name].id, position=0, kind="unblind", **values),  # type: ignore[arg-type]
        )

    guess("pairs")
    for name, more in (
        ("quality", {}),
        ("silent", {}),
        ("pairs", {"note": "Words of somebody."}),
        ("pairs", {"part": "1"}),
        ("pairs", {"failure": "other"}),
    ):
        with pytest.raises(RefusedError):
            guess(name, **more)
    joining.end(desk, ann.id, "completed")
    with pytest.raises(RefusedError, match="ended"):
        guess("pairs", answer="second")
    assert [one.said for one in reading.guesses(desk)] == ["first"]


def test_other_items_may_not_take_the_place_of_those_that_somebody_works_on(
    desk: Desk, store: Store, clock: Clock
) -> None:
    file = written(task(overlap=2, per_annotator=2))
    fewer = {"quality": TaskItems(work=(supported("a"), supported("b")))}
    opened(store.database, file, fewer, clock)
    assert len(reading.items(desk)) == 2
    come(desk, "ann")
    with pytest.raises(InputError, match="1 have joined"):
        opened(store.database, file, {"quality": TaskItems(work=(supported("z"),))}, clock)
    opened(store.database, file, fewer, clock)


def test_training_is_passed_failed_and_given_another_try(store: Store, clock: Clock) -> None:
    file = written(task(training={"items": "t.jsonl", "needed": 1.0, "tries": 2}))
    lesson = tuple(supported(f"t{n}", key=("reject",)) for n in range(2))
    items = TaskItems(work=tuple(supported(name) for name in "abc"), training=lesson)
    desk = opened(store.database, file, {"quality": items}, clock)
    who, states = come(desk, "ann"), []
    for answers in (("reject", "accept"), ("reject", "reject")):
        slot = joining.train(desk, who, desk.study.task("quality"))
        for position, answer in enumerate(answers):
            click(desk, who, slot, position, answer)
            saving.submit(desk, who.id, slot.id, position)
        states += [one.state for one in joining.held(desk, who.id) if one.id == slot.id]
    assert states == ["failed", "passed"]
    with pytest.raises(RefusedError, match="no further try"):
        joining.train(desk, who, desk.study.task("quality"))
    assert reading.answers(desk) == []


def test_failed_checks_end_a_part_and_its_answers_do_not_count(store: Store, clock: Clock) -> None:
    file = written(
        task(overlap=1, per_annotator=3, checks={"items": "c.jsonl", "every": 3, "failures": 1})
    )
    items = TaskItems(
        work=tuple(supported(name) for name in "abc"), checks=(supported("check", key=("reject",)),)
    )
    desk = opened(store.database, file, {"quality": items}, clock)
    ann = come(desk, "ann")
    slot = take(desk, ann)
    for place in reading.places(desk, slot.id):
        click(desk, ann, slot, place.position, "accept")
        saving.submit(desk, ann.id, slot.id, place.position)
        if place.kind == "check":
            break
    assert joining.find(desk, ann.id).state == "failed_checks"
    assert not any(row.counts for row in reading.answers(desk))
    bea = come(desk, "bea")
    assert len(reading.places(desk, take(desk, bea).id)) == 3


def test_two_versions_of_one_pair_are_not_shown_to_one_person(store: Store, clock: Clock) -> None:
    file = written(task("pairs", "better", overlap=1, per_annotator=1))
    items = TaskItems(work=(better("a", apart="q"), better("b", apart="q")))
    desk = opened(store.database, file, {"pairs": items}, clock)
    ann = come(desk, "ann")
    slot = take(desk, ann, "pairs")
    clock.now += 3600
    assert joining.claim(desk, ann, desk.study.task("pairs")) is not None
    bea = come(desk, "bea")
    take(desk, bea, "pairs")
    again = take(desk, come(desk, "cleo"), "pairs")
    assert reading.places(desk, again.id)[0].item == reading.places(desk, slot.id)[0].item
    assert joining.claim(desk, ann, desk.study.task("pairs")) is None


def test_forgetting_a_person_takes_their_words_and_what_was_answered_of_them(
    store: Store, clock: Clock
) -> None:
    file = written(task(overlap=1, per_annotator=2), task("pages", "relevant", overlap=1))
    desk = opened(
        store.database,
        file,
        {
            "quality": TaskItems(work=(supported("a", "per_a"), supported("b", "per_b"))),
            "pages": TaskItems(work=(relevant("mixed", ("per_a", "per_b")),)),
        },
        clock,
    )
    ann = come(desk, "ann")
    work_through(desk, ann)
    slot = take(desk, ann, "pages")
    for part in ("1", "2", "3", "4"):
        click(desk, ann, slot, 0, "yes", part=part)
    saving.submit(desk, ann.id, slot.id, 0)
    report = store.forget("per_a")
    assert (report.counts["study_items"], report.counts["study_parts"]) == (1, 3)
    assert {row.item for row in reading.answers(desk)} == {"sup_b", "rel_mixed"}
    assert [row.part for row in reading.answers(desk) if row.item == "rel_mixed"] == ["2", "4"]
    rows = [row for name in store.database.tables() for row in contents(store, name)]
    store.forget("per_b")
    assert "rel_mixed" not in reading.items(desk)
    # "Bakes (a)", "says a", and what per_a likes on the mixed page.
    for words in ("(a)", "says a.", "dish 1 of", "dish 3 of"):
        assert not any(words in str(row) for row in rows)
    with pytest.raises(InputError, match="1 of the people"):
        opened(
            store.database,
            written(task(), study="other"),
            {"quality": TaskItems(work=(supported("c", "per_a"),))},
            clock,
        )


def test_bands_keep_to_their_weights(store: Store, clock: Clock) -> None:
    file = written(task(), recruitment=Recruitment(groups={"a": 2.0, "b": 1.0}))
    items = {"quality": TaskItems(work=tuple(supported(n) for n in "abc"))}
    desk = opened(store.database, file, items, clock)
    bands = Counter(come(desk, str(n)).band for n in range(9))
    assert bands == {"a": 6, "b": 3}
