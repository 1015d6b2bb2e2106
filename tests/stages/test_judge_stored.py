"""What people judged, put to models on a real store: once, in both orders, resumed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recenter.errors import InputError, ModelUnavailableError, UnreadableAnswerError
from recenter.models.base import ChatRequest
from recenter.models.scripted import ScriptedChat
from recenter.questions import QUESTIONS, REPLY_CHECKS
from recenter.records import Judge, Judgment, Query, Receipt, ReceiptLine, Reply, Subject
from recenter.stages.judge_stored import judge_stored
from recenter.store import Store, open_store
from tests.stages.makers import attribute, conversation

TALK = conversation("I speak a bit of Thai, I have a cat", "Good.")
THAI = attribute("The user speaks a bit of Thai.", quote="I speak a bit of Thai")
CAT = attribute("The user has a cat.", quote="I have a cat")
PERSON = THAI.person
QUERY = Query(id="q", person=PERSON, prompt="A trip?")
SUBJECTS = {
    "supported": Subject(attribute=THAI.id),
    "relevant": Subject(attribute=CAT.id, query="q"),
    "relevant_five": Subject(attribute=THAI.id, query="q"),
    "mentions": Subject(attribute=CAT.id, reply="knows"),
    "better": Subject(query="q", reply="knows", other_reply="plain"),
    **{q.name: Subject(query="q", reply="knows") for q in REPLY_CHECKS},
    "loses": Subject(query="q", reply="knows", other_reply="plain"),
}


def reply(name: str, arm: Any, text: str, *used: str) -> Reply:
    lines = tuple(ReceiptLine(attribute=one, text="", reason="") for one in used)
    return Reply(
        id=name,
        query="q",
        person=PERSON,
        arm=arm,
        text=text,
        messages=(),
        receipt=Receipt(used=lines),
    )


def by_person(question: str, subject: Subject, *, name: str = "rater") -> Judgment:
    return Judgment(
        id=f"{question}{name}{subject}",
        question=question,
        subject=subject,
        judge=Judge(kind="person", name=name),
        answer=QUESTIONS[question].values[0],
        person=PERSON,
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        opened.put_conversations([TALK])
        opened.put_attributes(PERSON, [THAI, CAT], signature=THAI.signature, alone=True)
        opened.put_query(QUERY)
        opened.put_reply(reply("knows", "selected", "Bangkok, and mind the cat.", CAT.id))
        opened.put_reply(reply("plain", "generic", "Rome."))
        opened.put_judgments(by_person(name, subject) for name, subject in SUBJECTS.items())
        yield opened


def answering(question: str, *, name: str = "scripted:test") -> ScriptedChat:
    best = QUESTIONS[question].values[-1]
    extra = {"failure": "none"} if QUESTIONS[question].failures else {}
    return ScriptedChat(lambda _: {"reason": "so", "answer": best} | extra, name=name)


def by_model(store: Store, question: str) -> list[Judgment]:
    return [j for j in store.judgments(PERSON, question=question) if j.judge.kind == "model"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_that_people_answered_is_put_to_a_model_once(
    store: Store, question: str
) -> None:
    model = answering(question)
    made = judge_stored(store, question, model, people=[PERSON])
    found = by_model(store, question)
    orders = 2 if question == "better" else 1
    assert len(found) == len(model.requests) == orders == sum(made.answers.values())
    assert {j.subject for j in found} == {SUBJECTS[question]}
    again = judge_stored(store, question, model, people=[PERSON])
    assert (again.known, again.answers) == (1, {})
    assert len(model.requests) == orders
    other = answering(question, name="scripted:other")
    assert judge_stored(store, question, other, people=[PERSON]).known == 0


def test_a_comparison_is_asked_in_both_orders_with_what_the_reply_used(store: Store) -> None:
    model = answering("better")
    judge_stored(store, "better", model, people=[PERSON])
    first, second = (request.messages[-1].content for request in model.requests)
    assert CAT.text in first
    assert THAI.text not in first
    assert first.index("Rome") != second.index("Rome")
    assert {j.position for j in by_model(store, "better")} == {"first", "second"}


@pytest.mark.parametrize("question", ["misapplies", "loses"])
def test_a_check_shows_what_was_known_and_the_generic_reply_only_where_it_compares(
    store: Store, question: str
) -> None:
    model = answering(question)
    judge_stored(store, question, model, people=[PERSON])
    told = model.requests[0].messages[-1].content
    assert CAT.text in told
    assert THAI.text not in told
    assert ("Rome." in told) == (question == "loses")


def test_people_s_answers_are_not_in_what_a_model_is_asked(store: Store) -> None:
    store.put_judgments(
        [
            Judgment(
                id="x",
                question="supported",
                subject=SUBJECTS["supported"],
                judge=Judge(kind="person", name="secret rater"),
                answer="reject",
                reason="secret reason",
                person=PERSON,
            )
        ]
    )
    model = answering("supported")
    judge_stored(store, "supported", model, people=[PERSON])
    assert len(model.requests) == 1
    assert not any("secret" in m.content for r in model.requests for m in r.messages)


def test_what_cannot_be_read_is_counted_and_asked_again(store: Store) -> None:
    store.put_judgments([by_person("relevant", Subject(attribute=THAI.id, query="q"))])

    def fussy(request: ChatRequest) -> Any:
        if "Thai" in request.messages[-1].content:
            return UnreadableAnswerError("mumble")
        return {"reason": "so", "answer": "yes"}

    made = judge_stored(store, "relevant", ScriptedChat(fussy), people=[PERSON])
    assert (made.unread, made.answers) == (1, {"yes": 1})
    again = judge_stored(store, "relevant", answering("relevant"), people=[PERSON])
    assert (again.known, again.answers) == (1, {"yes": 1})


def test_a_model_that_cannot_be_asked_stops_and_keeps_what_is_judged(store: Store) -> None:
    judge_stored(store, "relevant", answering("relevant"), people=[PERSON])
    store.put_judgments([by_person("relevant", Subject(attribute=THAI.id, query="q"))])
    broken = ScriptedChat(lambda _: ModelUnavailableError("gone"))
    with pytest.raises(ModelUnavailableError):
        judge_stored(store, "relevant", broken, people=[PERSON])
    assert len(by_model(store, "relevant")) == 1


def test_what_is_no_longer_stored_is_counted(store: Store) -> None:
    store.put_judgments([by_person("relevant", Subject(attribute="gone", query="q"))])
    made = judge_stored(store, "relevant", answering("relevant"), people=[PERSON])
    assert made.gone == 1


def test_nothing_is_stored_in_a_dry_run_and_unknown_questions_are_refused(store: Store) -> None:
    made = judge_stored(store, "relevant", answering("relevant"), people=[PERSON], keep=False)
    assert made.answers == {"yes": 1}
    assert by_model(store, "relevant") == []
    with pytest.raises(InputError, match="beauty"):
        judge_stored(store, "beauty", answering("relevant"), people=[PERSON])
