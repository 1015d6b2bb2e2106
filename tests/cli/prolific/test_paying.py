"""Who is where, who is paid, and that nobody is paid twice."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk
from recenter.study.ledger.events import Event
from tests.cli.prolific.conftest import Study, come
from tests.study.prolific_server import Fault, Played

MESSAGE = (
    "The answers to all four pairs are the same, also where both replies are word for word "
    "the same text."
)


def work(desk: Desk, who: Annotator, minutes: float) -> None:
    """Let somebody's page tell that they were at work for so long."""
    slot = joining.claim(desk, who, desk.study.task("replies"))
    assert slot is not None
    shown = Event(id=f"shown-{who.number:04}", slot=slot.id, position=0, kind="shown", seq=0)
    saving.save(desk, who.id, shown)
    # As if it had been open for a day.
    long_ago = "UPDATE study_places SET shown = shown - 86400 WHERE shown IS NOT NULL"
    desk.database.transact(lambda t: t.script(long_ago))
    for number in range(1, 3):
        event = Event(
            id=f"event-{number}-{who.number}",
            slot=slot.id,
            position=0,
            kind="time",
            seq=number,
            active_ms=int(minutes * 30_000),
        )
        saving.save(desk, who.id, event)


def decide(desk: Desk, who: Annotator, answer: str) -> None:
    """Let somebody give one answer throughout."""
    slot = joining.claim(desk, who, desk.study.task("replies"))
    assert slot is not None
    items, seq = reading.items(desk), itertools.count(1)
    for place in reading.places(desk, slot.id):
        for part in items[place.item][0].parts:
            number = next(seq)
            event = Event(
                id=f"event-{number:03}", slot=slot.id, position=place.position, kind="answer",
                seq=number, part=part.name, answer=answer,
            )  # fmt: skip
            saving.save(desk, who.id, event)
        saving.submit(desk, who.id, slot.id, place.position)
    assert next(seq) > 5


def test_status_shows_both_sides_and_what_does_not_go_together(
    drafted: Study, desk: Desk, played: Played
) -> None:
    one, two, three, four, five, six = played.add_submissions("study001", 6)
    come(desk, played, one, "completed")
    come(desk, played, two, "completed")
    played.submissions[two]["status"] = "RETURNED"
    come(desk, played, three)
    played.submissions[three]["status"] = "TIMED-OUT"
    come(desk, played, four, "failed_checks")
    come(desk, played, five)
    come(desk, played, six, "completed")
    played.submissions[six]["code"] = desk.code("full")
    (seven,) = played.add_submissions("study001", 1)
    joining.join(desk, {"id": "link/me"})
    told = drafted.done("status")
    lines = [" ".join(line.split()) for line in told.splitlines()]
    assert "1 - joined" in lines
    assert "2 AWAITING REVIEW completed" in lines
    assert "1 RETURNED completed" in lines
    assert f"{two} annotator 2: finished here, and gave the place back there: not paid" in lines
    assert f"{three} annotator 3: left there, and may go on here until their lease ends" in lines
    assert f"{four} annotator 4: ended here as failed_checks: yours to decide" in lines
    assert f"{five} annotator 5: asks to be paid, and has not finished here" in lines
    assert f"{six} annotator 6: ended here as completed, and entered another code" in lines
    assert f"{seven} nobody here: asks to be paid, and never came in here" in lines
    assert not [line for line in lines if line.startswith(one)]
    assert "person0" not in told


def test_status_of_nobody_says_so(drafted: Study, desk: Desk) -> None:
    told = drafted.done("status")
    assert "nobody yet" in told
    assert "pay per hour: not known" in told


def test_the_pay_of_an_hour_is_that_of_the_time_at_work(
    drafted: Study, desk: Desk, played: Played
) -> None:
    slow, fast = played.add_submissions("study001", 2)
    for submission, minutes in ((slow, 40), (fast, 20)):
        who = come(desk, played, submission)
        work(desk, who, minutes)
        joining.end(desk, who.id, "completed")
    told = drafted.done("status")
    # 2.50 for a median of half an hour; 6 GBP an hour would be 3.00.
    assert "pay: 5.00 GBP an hour at the median of 30.0 min" in told
    assert "a bonus of 0.50 GBP each makes it fair" in told


def test_who_completed_here_and_waits_there_is_approved_and_nobody_else(
    drafted: Study, desk: Desk, played: Played
) -> None:
    one, two, three, stranger = played.add_submissions("study001", 4)
    come(desk, played, one, "completed")
    come(desk, played, two, "failed_checks")
    come(desk, played, three, "completed")
    played.submissions[three]["status"] = "RETURNED"
    before = drafted.there()
    assert "Approve 1 submissions" in drafted.done("approve")
    assert drafted.there() == before
    assert "1 approved" in drafted.done("approve", "--yes")
    states = {name: row["status"] for name, row in played.submissions.items()}
    assert states == {
        one: "APPROVED",
        two: "AWAITING REVIEW",
        three: "RETURNED",
        stranger: "AWAITING REVIEW",
    }
    assert "nobody who completed here waits" in drafted.done("approve", "--yes")


def test_who_declined_most_of_it_is_left_to_a_person(
    drafted: Study, desk: Desk, played: Played
) -> None:
    one, two = played.add_submissions("study001", 2)
    for submission, answer in ((one, "cannot_tell"), (two, "2")):
        who = come(desk, played, submission)
        decide(desk, who, answer)
        joining.end(desk, who.id, "completed")
    told = drafted.done("approve", "--yes")
    assert f"left out: {one}  annotator 1: declined most" in told
    assert "1 approved" in told
    states = [played.submissions[name]["status"] for name in (one, two)]
    assert states == ["AWAITING REVIEW", "APPROVED"]
    assert "nobody else waits" in drafted.done("approve", "--yes")


def test_a_rejection_is_told_and_needs_reason_message_and_yes(
    drafted: Study, played: Played
) -> None:
    one, two = played.add_submissions("study001", 2)
    words = ("reject", one, "--reason", "LOW_EFFORT", "--message")
    before = drafted.there()
    assert drafted.say(*words, "Too short.", "--yes").exit_code == 1
    assert drafted.say("reject", one, "--message", MESSAGE, "--yes").exit_code == 2
    assert drafted.say("reject", "../x", "--reason", "OTHER", "--message", MESSAGE).exit_code == 1
    assert MESSAGE in drafted.done(*words, MESSAGE)
    assert drafted.there() == before
    assert "rejected" in drafted.done(*words, MESSAGE, "--yes")
    assert played.told == {one: MESSAGE}
    assert played.submissions[two]["status"] == "AWAITING REVIEW"


@pytest.fixture
def ann(drafted: Study, desk: Desk, played: Played) -> Annotator:
    (one,) = played.add_submissions("study001", 1)
    return come(desk, played, one, "completed")


def test_a_bonus_is_set_up_and_paid_only_with_a_yes(
    drafted: Study, ann: Annotator, played: Played
) -> None:
    words = ("bonus", "--annotator", ann.id, "--amount", "1.5")
    asked = len(played.exchanges)
    assert "1.50 GBP of bonuses for 1 people" in drafted.done(*words)
    assert len(played.exchanges) == asked
    told = drafted.done(*words, "--yes")
    assert "2.10 GBP with fees and tax" in told
    assert played.paid == ["bulk001"]
    assert played.bulks["bulk001"]["amount"] == 150
    again = drafted.say(*words, "--yes")
    assert again.exit_code == 1
    assert "stand in the ledger" in again.output
    assert len(played.bulks) == 1
    drafted.done(*words, "--purpose", "second part", "--yes")
    assert played.paid == ["bulk001", "bulk002"]


def test_money_is_paid_once_after_a_fault(drafted: Study, ann: Annotator, played: Played) -> None:
    words = ("bonus", "--annotator", ann.id, "--amount", "1.50", "--yes")
    played.fail("pay_bonus_payments", Fault(status=500, after=True))
    broken = drafted.say(*words)
    assert broken.exit_code == 1
    assert "unknown: look at the platform" in broken.output
    for _ in range(2):
        assert "outcome unknown" in drafted.say(*words).output
    assert played.paid == ["bulk001"]
    told = drafted.done("settle")
    attempt = told.strip().rsplit(" ", 1)[1]
    assert drafted.say("settle", attempt).exit_code == 2
    assert "accepted" in drafted.done("settle", attempt, "--paid")
    assert drafted.say(*words).exit_code == 1
    assert played.paid == ["bulk001"]
    assert "nothing is unsettled" in drafted.done("settle")


def test_what_was_seen_not_to_be_paid_can_be_paid(
    drafted: Study, ann: Annotator, played: Played
) -> None:
    words = ("bonus", "--annotator", ann.id, "--amount", "1.50", "--yes")
    played.fail("pay_bonus_payments", Fault(status=500))
    assert drafted.say(*words).exit_code == 1
    assert played.paid == []
    attempt = drafted.done("settle").strip().rsplit(" ", 1)[1]
    drafted.done("settle", attempt, "--not-paid")
    drafted.done(*words)
    assert played.paid == ["bulk002"]
    assert drafted.say("settle", attempt, "--paid").exit_code == 1


def test_bonuses_are_read_from_a_file(
    drafted: Study, desk: Desk, played: Played, tmp_path: Path
) -> None:
    people = [come(desk, played, one) for one in played.add_submissions("study001", 2)]
    path = tmp_path / "bonuses.csv"
    path.write_text(f'annotator,amount,purpose\n{people[0].id},0.30,slow\n{people[1].id},"12",\n')
    assert "12.30 GBP of bonuses for 2 people" in drafted.done("bonus", "--from", path)
    drafted.done("bonus", "--from", path, "--yes")
    (exchange,) = played.calls("POST", "/bonus-payments/")
    assert exchange.body["csv_bonuses"] == "sub0001,0.30\nsub0002,12.00\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "lacks the columns amount, annotator"),
        ("annotator,amount\nann_x,1.00\n", "line 2: annotator: 'ann_x' did not come"),
        ("annotator,amount\nANN,1.005\n", "line 2: amount: '1.005' is no amount"),
        ("annotator,amount\nANN,-1\n", "'-1' is no amount"),
        ("annotator,amount\nANN,£1\n", "is no amount"),
        ("annotator,amount\nANN,0\n", "0 is not a whole number of pence or cents from 1"),
        ("annotator,amount\nANN\n", "'' is no amount"),
        ("annotator,amount\nANN,1\nANN,1\n", "stands twice"),
        ('annotator,amount\n"ANN,1\n', "is no CSV"),
        ("annotator,amount\n", "there are 0 bonuses"),
    ],
)
def test_bonuses_that_cannot_be_paid_are_refused_by_line(
    drafted: Study, ann: Annotator, played: Played, tmp_path: Path, text: str, why: str
) -> None:
    path = tmp_path / "bonuses.csv"
    path.write_text(text.replace("ANN", ann.id))
    result = drafted.say("bonus", "--from", path, "--yes")
    assert result.exit_code == 1
    assert why in result.output
    assert played.bulks == {}


def test_who_is_no_longer_known_to_the_platform_is_not_paid(
    drafted: Study, desk: Desk, ann: Annotator, played: Played
) -> None:
    running.forget_identities(desk)
    result = drafted.say("bonus", "--annotator", ann.id, "--amount", "1", "--yes")
    assert result.exit_code == 1
    assert "were erased" in result.output
    assert played.bulks == {}


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--annotator", "ann_x"),
        ("--annotator", "ann_x", "--from", "FILE"),
        ("--from", "FILE", "--amount", "1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    drafted: Study, desk: Desk, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = tmp_path / "bonuses.csv"
    path.write_text("annotator,amount\n")
    given = [str(path) if word == "FILE" else word for word in words]
    assert drafted.say("bonus", *given, "--yes").exit_code == 2
