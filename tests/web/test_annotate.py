"""The whole way of an annotator, without a script: forms and links alone."""

from __future__ import annotations

import msgspec
import pytest

from recenter.store import Store
from recenter.study.ledger import joining, leaving, reading
from recenter.study.ledger.desk import Desk, annotators
from recenter.study.ledger.opening import open_study
from recenter.study.plan import TaskItems, make_plan
from recenter.web.sessions import invitation
from tests.study.samples import Clock, opened, relevant, supported, task, written
from tests.web.conftest import STUDY_ITEMS
from tests.web.serving import Visitor, guest, served


def practise(visitor: Visitor, answer: str = "reject") -> None:
    visitor.send("consent", agree="yes")
    visitor.send("begin")
    visitor.send("training/0", answer__1=answer)
    assert "What the guidelines say" in visitor.page.text
    visitor.open("next")


def finish(visitor: Visitor) -> None:
    visitor.send("begin")
    for _ in range(2):
        visitor.send(f"work/{visitor.position}", answer__1="accept")
    visitor.send("begin")
    visitor.send("work/0", **{f"answer__{part}": "yes" for part in "1234"})
    visitor.send("begin")
    for _ in range(2):
        visitor.send(f"work/{visitor.position}", answer__1="4", answer__overall="5")


def test_from_the_link_to_the_code(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    assert "Taking part" in ann.page.text
    practise(ann)
    finish(ann)
    assert "Which one do you think" in ann.page.text
    ann.send("sides", side__0="first", side__1="second")
    assert desk.code("completed") in ann.page.text
    (who,) = annotators(desk)
    assert who.state == "completed"
    given = [(row.item, row.part, row.answer, row.counts) for row in reading.answers(desk)]
    assert given == [
        ("bet_x", "1", "4", True),
        ("bet_x", "overall", "5", True),
        ("bet_y", "1", "4", True),
        ("bet_y", "overall", "5", True),
        *(("rel_m", part, "yes", True) for part in "1234"),
        ("sup_a", "1", "accept", True),
        ("sup_b", "1", "accept", True),
    ]
    sides = {row.side for row in reading.answers(desk) if row.item.startswith("bet")}
    assert sides == {"first", "second"}
    assert sorted(one.said for one in reading.guesses(desk)) == ["first", "second"]


def test_no_code_is_shown_before_the_end(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    page = ann.open("done")
    assert page.status_code == 409
    assert not any(desk.code(outcome) in page.text for outcome in ("completed", "full"))


def test_who_does_not_agree_is_asked_nothing(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    ann.send("consent", agree="no")
    assert desk.code("no_consent") in ann.page.text
    assert "nothing was asked" in ann.open("next").text


def test_practice_that_fails_twice_screens_out(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann, "accept")
    assert "you can try again, for the last time" in ann.page.text
    assert "you have 1 try left" in ann.page.text
    ann.send("begin")
    ann.send("training/0", answer__1="accept")
    assert "Not quite.</b> You said: Yes, accept. The answer: No, reject" in ann.page.text
    assert "at least 100 % have to be. That was the last try." in ann.page.text
    assert desk.code("screened_out") in ann.open("next").text


def test_who_passed_is_not_told_to_practise_again(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    ann.send("consent", agree="yes")
    assert "you have 2 tries." in ann.page.text
    ann.send("begin")
    ann.send("training/0", answer__1="reject")
    ann.open("next")
    assert "Too few answers" not in ann.page.text
    assert "practice" not in ann.page.text


def test_the_right_answer_is_not_on_the_page_before_it_is_handed_in(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    ann.send("consent", agree="yes")
    ann.send("begin")
    assert "Because it says so" not in ann.page.text
    slot = ann.hidden()["slot"]
    assert ann.open(f"feedback/{slot}/0").status_code == 403


def test_what_is_missing_is_said_and_what_was_given_is_kept(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    assert ann.send("work/0").status_code == 422
    assert "1 decision without an answer" in ann.page.text
    for _ in range(2):
        ann.send(f"work/{ann.position}", answer__1="uncertain", note__1="Where?")
    ann.send("begin")
    page = ann.send("work/0", answer__1="yes", answer__2="no", answer__3="cannot_tell")
    assert page.status_code == 422
    assert page.text.count(" checked") >= 3
    assert "Please choose an answer." in page.text
    assert {row.note for row in reading.answers(desk) if row.item.startswith("sup")} == {"Where?"}


def test_nothing_is_chosen_beforehand(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    assert " checked" not in ann.page.text.replace('id="keys" checked', "")


def test_an_answer_can_be_changed_until_it_is_handed_in(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    ann.send("work/0", answer__1="accept")
    ann.open("work/0")
    ann.send("work/0", answer__1="reject", failure__1="wrong_person")
    assert [(r.answer, r.failure) for r in reading.answers(desk) if r.done] == [
        ("reject", "wrong_person")
    ]


def test_pause_keeps_the_work_and_the_link_brings_back_to_it(
    desk: Desk, root: str, clock: Clock
) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    ann.send("work/0", answer__1="accept")
    assert "Your work is kept for you until" in ann.send("pause").text
    clock.now += 30 * 3600
    again = guest(desk, root, "ann")
    assert str(again.page.url).endswith("work/1")


def test_a_second_tab_leaves_the_forms_of_the_first_good(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    first = ann.page
    ann.open(f"?link={invitation(desk, 'ann')}")
    assert ann.page.status_code == 200
    ann.page = first
    event = {"id": "0123456789", "position": 0, "kind": "answer", "part": "1", "seq": 50}
    assert ann.events(event | {"answer": "reject"}).json()["saved"] == ["0123456789"]
    assert ann.send("work/0", answer__1="accept").status_code == 200


def test_somebody_else_in_the_same_browser_begins_anew(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    first = ann.hidden()["csrf"]
    ann.open(f"?link={invitation(desk, 'bea')}")
    assert ann.hidden()["csrf"] != first
    assert ann.send("consent", agree="yes", csrf=first).status_code == 403


def test_who_was_away_for_too_long_goes_on_with_what_is_left(
    desk: Desk, root: str, clock: Clock
) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    ann.send("work/0", answer__1="accept")
    clock.now += 3600
    for name in ("bea", "cleo"):
        other = guest(desk, root, name)
        practise(other)
        other.send("begin")
    page = ann.send("work/1", answer__1="accept")
    assert page.status_code == 410
    assert "given to somebody else" in page.text
    assert "Begin" in ann.open("next").text
    ann.send("begin")
    assert "All work has been given out" in ann.page.text
    assert sum(row.counts for row in reading.answers(desk)) == 1


def test_who_handed_in_a_task_has_completed_where_no_work_of_the_next_is_left(
    store: Store, clock: Clock
) -> None:
    file = written(
        task(overlap=2, per_annotator=2),
        task("pages", "relevant", overlap=1),
    )
    items = {
        "quality": TaskItems(work=(supported("a"), supported("b"))),
        "pages": TaskItems(work=(relevant("m"),)),
    }
    desk = opened(store.database, file, items, clock)
    with served(desk) as root:
        for name in ("ann", "bea"):
            visitor = guest(desk, root, name)
            visitor.send("consent", agree="yes")
            visitor.send("begin")
            for _ in range(2):
                visitor.send(f"work/{visitor.position}", answer__1="accept")
            # The only page of the second task goes to the first of them.
            visitor.send("begin")
        late = guest(desk, root, "late")
        late.send("consent", agree="yes")
        late.send("begin")
    ends = [annotator.state for annotator in annotators(desk)]
    assert ends == ["working", "completed", "full"]
    assert [one.state for one in annotators(desk)] == ["working", "completed", "full"]


def test_withdrawing_removes_every_answer(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    finish(ann)
    ann.open("withdraw")
    ann.send("withdraw")
    assert desk.code("withdrawn") in ann.page.text
    assert reading.answers(desk) == []
    assert "Withdraw" not in ann.page.text.split("<main")[1]


def test_guidelines_that_change_are_a_version_of_their_own(
    desk: Desk, root: str, clock: Clock
) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    ann.send("work/0", answer__1="accept")
    file = written(*desk.study.tasks)
    changed = msgspec.structs.replace(
        file, guidelines={**file.guidelines, "quality": "Read *twice*."}
    )
    open_study(desk.database, changed, make_plan(file.study, STUDY_ITEMS), clock=clock)
    assert "Read <em>twice</em>" in ann.open("next").text
    ann.send("work/1", answer__1="accept")
    guides = {row.guide for row in reading.answers(desk) if row.item.startswith("sup")}
    assert len(guides) == 2


def test_who_has_nothing_left_because_it_was_forgotten_goes_on_to_the_end(
    desk: Desk, root: str, store: Store
) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    ann.send("work/0", answer__1="accept")
    # The other statement, the mixed page and both pairs are of these two.
    for person in ("per_a", "per_b"):
        store.forget(person)
    for _ in range(3):
        ann.open("next")
        if "Begin" in ann.page.text:
            ann.send("begin")
    assert "Your code" in ann.page.text
    assert reading.answers(desk) == []


def test_pairs_that_were_forgotten_are_not_asked_about_at_the_end(
    desk: Desk, root: str, store: Store
) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    finish(ann)
    assert "Which one do you think" in ann.page.text
    store.forget("per_a")
    assert desk.code("completed") in ann.open("next").text


@pytest.mark.parametrize("path", ["next", "consent", "guidelines", "work/0", "done", "withdraw"])
def test_nobody_sees_a_page_without_having_come_in(desk: Desk, root: str, path: str) -> None:
    visitor = Visitor(root)
    assert visitor.page.status_code == 403
    assert visitor.open(path).status_code == 403


def test_saving_by_script_and_by_form_agree(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    event = {"id": "0123456789", "position": 0, "kind": "answer", "part": "1", "seq": 50}
    answer = ann.events(event | {"answer": "reject", "failure": "other"})
    assert answer.json()["saved"] == ["0123456789"]
    ann.send("work/0", answer__1="reject", failure__1="other")
    who = annotators(desk)[0].id
    assert reading.last_seq(desk, who) == 51  # the event, then the next page that was shown
    assert joining.find(desk, who).state == "working"


def test_who_left_at_their_platform_is_told_so_and_gets_no_code(desk: Desk, root: str) -> None:
    ann = guest(desk, root, "ann")
    practise(ann)
    ann.send("begin")
    (who,) = annotators(desk)
    leaving.release(desk, who.id)
    ann.open("next")
    assert "was given back where you came from" in ann.page.text
    assert "Your code" not in ann.page.text
    ann.open("withdraw")
    ann.send("withdraw")
    assert "Your answers were removed" in ann.page.text
