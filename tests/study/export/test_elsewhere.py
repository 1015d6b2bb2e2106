"""Answers go to other tools and come back the same, and what is off the scale is refused."""

from __future__ import annotations

import json
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given as with_values
from hypothesis import settings
from hypothesis import strategies as st

from recenter import formats
from recenter.errors import InputError
from recenter.questions import QUESTIONS
from recenter.records import Failure
from recenter.store import Store, open_store
from recenter.study.design import ASKED
from recenter.study.export.elsewhere import (
    Answer,
    Asked,
    asked,
    given,
    judgments_elsewhere,
    of_others,
    order_of,
    read_judgments,
    side_of,
    turned,
)
from recenter.study.export.judgments import judgments
from recenter.study.export.label_studio import (
    label_config,
    label_studio_tasks,
    read_label_studio,
)
from recenter.study.export.potato import potato_annotations, potato_instances, read_potato
from recenter.study.export.write import export
from recenter.study.item_rows import DECLINES
from recenter.study.items import Side
from recenter.study.ledger import saving
from recenter.study.ledger.desk import Desk
from tests.study.export.worked import PEOPLE, study, worked
from tests.study.samples import Clock

KEY = b"a key of the researcher"
OTHER: dict[Side, Side] = {"first": "second", "second": "first"}
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
names = st.from_regex(r"[a-z]{1,4}", fullmatch=True)


@pytest.fixture
def desk(store: Store) -> Desk:
    return worked(store, Clock())


@st.composite
def studies(draw: st.DrawFn) -> tuple[list[Asked], list[Answer]]:
    """Parts of items of any questions, with answers of some annotators to each."""
    about: dict[tuple[str, str, str], Asked] = {}
    answers = []
    keys = st.tuples(st.sampled_from(ASKED), texts, names)
    for question, item, part in draw(st.lists(keys, unique=True, min_size=1, max_size=4)):
        sides = st.sampled_from(list(OTHER)) if question == "better" else st.none()
        about[question, item, part] = Asked(
            question=question,
            item=item,
            part=part,
            texts=draw(st.dictionaries(names, texts, max_size=3)),
            side=draw(sides),
        )
        scale = QUESTIONS[question]
        for who in draw(st.sets(st.from_regex(r"ann_[0-9a-f]{24}", fullmatch=True), max_size=3)):
            answer = draw(st.sampled_from([*scale.values, *DECLINES]))
            faulty = scale.failures and answer in ("reject", "uncertain")
            answers.append(
                Answer(
                    question=question,
                    item=item,
                    part=part,
                    annotator=who,
                    answer=answer,
                    failure=draw(st.sampled_from(get_args(Failure))) if faulty else None,
                    note=draw(st.none() | texts),
                    side=draw(sides),
                    answered_at=draw(st.none() | st.just("2026-01-02T03:04:05.000Z")),
                    active_s=draw(st.none() | st.floats(0, 1e6)),
                )
            )
    return list(about.values()), answers


def meaning(answers: list[Answer], *, times: bool = True) -> Counter[tuple[Any, ...]]:
    """Return what answers say, whichever side the replies were shown on."""
    return Counter(
        (
            one.question,
            one.item,
            one.part,
            one.annotator,
            one.oriented,
            one.answer if one.oriented is None else None,
            one.failure,
            one.note,
            *((one.answered_at, one.active_s) if times else ()),
        )
        for one in answers
    )


def jsonl(path: Path, rows: Any) -> Path:
    path.write_text("".join(formats.encode(row) + "\n" for row in rows), "utf-8")
    return path


@settings(max_examples=60)
@with_values(studies())
def test_label_studio_gives_back_what_it_was_given(made: tuple[list[Asked], list[Answer]]) -> None:
    about, answers = made
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.json"
        path.write_text(formats.encode(label_studio_tasks(about, answers)), "utf-8")
        if not answers:
            with pytest.raises(InputError, match="holds no answers"):
                read_label_studio(path, key=KEY)
            return
        read = read_label_studio(path, key=KEY)
    assert meaning(read) == meaning(answers)
    sides = {(one.question, one.item, one.part): one.side for one in about}
    assert all(one.side == sides[one.question, one.item, one.part] for one in read)


@settings(max_examples=60)
@with_values(studies())
def test_potato_gives_back_what_it_was_given(made: tuple[list[Asked], list[Answer]]) -> None:
    about, answers = made
    with tempfile.TemporaryDirectory() as folder:
        first = jsonl(Path(folder) / "instances.jsonl", potato_instances(about))
        second = jsonl(Path(folder) / "annotated.jsonl", potato_annotations(about, answers))
        if not answers:
            with pytest.raises(InputError, match="holds no answers"):
                read_potato(first, second, key=KEY)
            return
        read = read_potato(first, second, key=KEY)
    assert meaning(read, times=False) == meaning(answers, times=False)


@settings(max_examples=60)
@with_values(studies())
def test_our_own_rows_give_back_what_they_were_given(
    made: tuple[list[Asked], list[Answer]],
) -> None:
    _, answers = made
    with_side = [
        msgspec.structs.replace(
            one, side=one.side or ("first" if one.question == "better" else None)
        )
        for one in answers
    ]
    if with_side:
        with tempfile.TemporaryDirectory() as folder:
            path = jsonl(Path(folder) / "rows.jsonl", with_side)
            assert read_judgments(path, key=KEY) == with_side


@pytest.fixture
def another(tmp_path: Path) -> Iterator[Desk]:
    """The same items in another store, where nobody has come."""
    with open_store(f"sqlite:///{tmp_path / 'another.db'}") as opened:
        yield study(opened, Clock())


def test_answers_of_who_came_to_the_study_are_not_taken_in_again(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    path = tmp_path / "tasks.json"
    path.write_text(formats.encode(label_studio_tasks(asked(desk), given(desk))), "utf-8")
    read = read_label_studio(path, key=KEY)
    saving.withdraw(desk, read[0].annotator)
    assert of_others(desk, read) == []
    assert judgments_elsewhere(desk, read) == []
    new = msgspec.structs.replace(read[0], annotator="ann_" + "0" * 24)
    assert of_others(desk, [*read, new]) == [new]
    assert {one.judge.name for one in judgments_elsewhere(desk, [*read, new])} <= {new.annotator}


def test_a_study_goes_out_and_its_votes_come_back(
    desk: Desk, another: Desk, tmp_path: Path
) -> None:
    about, answers = asked(desk), given(desk)
    assert len(about) == 5 + 10 + 10
    path = tmp_path / "tasks.json"
    path.write_text(formats.encode(label_studio_tasks(about, answers)), "utf-8")
    read = read_label_studio(path, key=KEY)
    mine, theirs = list(judgments(desk)), judgments_elsewhere(another, read)
    assert Counter((j.judge, j.subject, j.answer, j.failure, j.person) for j in mine) == Counter(
        (j.judge, j.subject, j.answer, j.failure, j.person) for j in theirs
    )


def test_the_rows_of_an_export_can_be_read(
    desk: Desk, another: Desk, store: Store, tmp_path: Path
) -> None:
    export(desk, tmp_path / "out", formats=("jsonl",))
    read = read_judgments(tmp_path / "out" / "judgments.jsonl", key=KEY)
    made = judgments_elsewhere(another, read)
    assert Counter((j.judge, j.subject, j.answer) for j in made) == Counter(
        (j.judge, j.subject, j.answer) for j in judgments(desk)
    )
    assert store.put_judgments(made).new == len(made)


def test_replies_are_shown_on_both_sides_and_as_the_side_says(desk: Desk) -> None:
    pairs = [one for one in asked(desk) if one.question == "better"]
    assert {one.side for one in pairs} <= set(OTHER)
    for one in pairs:
        rated = "reply_a" if one.side == "first" else "reply_b"
        assert one.texts[rated].startswith("Since you bake")
        assert "selected" not in str(one.texts)


def test_no_tool_is_told_on_which_side_the_rated_reply_is(desk: Desk) -> None:
    pairs = [one for one in asked(desk) if one.question == "better"]
    shown = [task["data"] for task in label_studio_tasks(pairs)] + list(potato_instances(pairs))
    assert not any("side" in data for data in shown)
    orders = [
        (order_of(msgspec.structs.replace(one, item=f"itm_{number}", side=side)), side)
        for number in range(64)
        for one in pairs[:1]
        for side in OTHER
    ]
    # Each order stands for either side about as often.
    assert set(Counter(orders).values()) < set(range(20, 45))
    for number, (order, side) in enumerate(orders):
        assert side_of(f"itm_{number // 2}", order) == side


def test_annotators_are_pseudonyms_once_they_are_read(tmp_path: Path) -> None:
    row = {"question": "relevant", "item": "x", "part": "1", "answer": "yes"}
    own = "ann_" + "0f" * 12
    rows = [row | {"annotator": name} for name in ("mary@example.com", "bob@example.com", own)]
    path = jsonl(tmp_path / "rows.jsonl", rows)
    read = read_judgments(path, key=KEY)
    assert read[2].annotator == own
    assert "example.com" not in str(read)
    assert len({one.annotator for one in read}) == 3
    assert read_judgments(path, key=KEY) == read
    assert read_judgments(path, key=b"another")[0].annotator != read[0].annotator


GOOD = {
    "question": "supported",
    "item": "sup_a",
    "part": "1",
    "annotator": "mary",
    "answer": "reject",
}
BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"answer": "yes"}, "answer", "not an answer to 'supported'"),
    ({"question": "nice"}, "question", "no question 'nice'"),
    ({"failure": "nonsense"}, "failure", "Invalid enum value"),
    ({"answer": "accept", "failure": "other"}, "failure", "does not go with"),
    ({"question": "better", "answer": "4"}, "side", "which reply was meant"),
    ({"annotator": " "}, "annotator", "is empty"),
    ({"annotator": 7}, "annotator", "Expected `str`"),
    ({"counts": "no"}, "counts", "Expected `bool`"),
]


@pytest.mark.parametrize(("more", "field", "reason"), BAD)
def test_a_bad_row_is_named_and_nothing_is_returned(
    tmp_path: Path, more: dict[str, Any], field: str, reason: str
) -> None:
    path = jsonl(tmp_path / "rows.jsonl", [GOOD | {"item": "sup_b"}, GOOD | more])
    with pytest.raises(InputError, match=reason) as caught:
        read_judgments(path, key=KEY)
    assert (caught.value.file, caught.value.line, caught.value.field) == ("rows.jsonl", 2, field)


def test_the_same_answered_again_is_refused_unless_it_is_a_repeat(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "rows.jsonl", [GOOD, GOOD | {"answer": "accept"}])
    with pytest.raises(InputError, match="answered this before, at 1"):
        read_judgments(path, key=KEY)
    jsonl(path, [GOOD, GOOD | {"kind": "repeat"}])
    assert [one.kind for one in read_judgments(path, key=KEY)] == ["work", "repeat"]
    jsonl(path, [])
    with pytest.raises(InputError, match="holds no answers"):
        read_judgments(path, key=KEY)
    with pytest.raises(InputError, match="cannot be read"):
        read_judgments(tmp_path / "none.jsonl", key=KEY)


def test_answers_about_what_the_study_does_not_have_are_refused_as_a_whole(
    store: Store,
) -> None:
    desk = study(store, Clock())
    good = formats.convert(GOOD, Answer)
    for change, reason in (
        ({"item": "sup_z"}, "no part '1' of an item 'sup_z'"),
        ({"part": "9"}, "no part '9'"),
        ({"question": "relevant"}, "is asked 'supported'"),
    ):
        with pytest.raises(InputError, match=reason) as caught:
            judgments_elsewhere(desk, [good, msgspec.structs.replace(good, **change)])
        assert caught.value.field == "answers[1]"
    (made,) = judgments_elsewhere(desk, [good])
    assert (made.subject.attribute, made.person) == ("att_a", PEOPLE[0])
    declined = msgspec.structs.replace(good, answer="cannot_tell")
    assert judgments_elsewhere(desk, [declined]) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"result": []}, "has 0 answers"),
        ({"completed_by": None}, "whose annotation"),
        ({"result": "x"}, "Expected `array`"),
    ],
)
def test_annotations_of_label_studio_that_say_too_little_are_named(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    chosen = {"from_name": "answer", "type": "choices", "value": {"choices": ["yes"]}}
    good = {"id": 3, "completed_by": {"email": "mary@example.com"}, "result": [chosen]}
    data = {"question": "relevant", "item": "x", "part": "1", "prompt": "Hi"}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([{"id": 1, "data": data, "annotations": [good, good | change]}]))
    with pytest.raises(InputError, match=reason) as caught:
        read_label_studio(path, key=KEY)
    assert "annotations" in (caught.value.field or "")
    cancelled = good | change | {"was_cancelled": True}
    if "x" not in change.values():
        path.write_text(json.dumps([{"id": 1, "data": data, "annotations": [good, cancelled]}]))
        (read,) = read_label_studio(path, key=KEY)
        assert (read.answer, read.annotator[:4]) == ("yes", "ann_")


def test_annotations_of_potato_may_leave_out_whose_file_it_is(tmp_path: Path) -> None:
    about = Asked(question="relevant", item="x", part="1", texts={"prompt": "Hi"})
    first = jsonl(tmp_path / "instances.jsonl", potato_instances([about]))
    row = {"id": "relevant/x/1", "label_annotations": {"relevant": {"yes": "true", "no": False}}}
    second = jsonl(tmp_path / "annotated_instances.jsonl", [row])
    with pytest.raises(InputError, match="line 1: user_id"):
        read_potato(first, second, key=KEY)
    (read,) = read_potato(first, second, key=KEY, annotator="mary")
    assert read.answer == "yes"
    for change, reason in (
        ({"id": "relevant/y/1"}, "no instance"),
        ({"label_annotations": {"relevant": {"yes": "true", "no": "true"}}}, "has 2 labels"),
        ({"label_annotations": {}}, "has 0 labels"),
    ):
        jsonl(second, [row, row | change])
        with pytest.raises(InputError, match=reason) as caught:
            read_potato(first, second, key=KEY, annotator="mary")
        assert caught.value.line == 2
    with pytest.raises(InputError, match="no instance of 'z'"):
        list(potato_annotations([about], [formats.convert(GOOD | {"item": "z"}, Answer)]))


@pytest.mark.parametrize("question", ASKED)
def test_the_interface_of_label_studio_offers_every_answer(question: str, desk: Desk) -> None:
    root = ET.fromstring(label_config(question))
    (answers,) = (one for one in root.iter("Choices") if one.get("name") == "answer")
    values = [one.get("value") for one in answers.iter("Choice")]
    assert values == [*QUESTIONS[question].values, *DECLINES]
    shown = {one.get("name") for one in root.iter("Text")}
    assert answers.get("toName") in shown
    for one in asked(desk):
        if one.question == question:
            assert shown <= one.texts.keys()


def test_turning_an_answer_keeps_what_it_says() -> None:
    answer = formats.convert(GOOD | {"question": "better", "answer": "5", "side": "first"}, Answer)
    assert turned(answer, "second").answer == "1"
    assert turned(answer, "second").oriented == answer.oriented
    assert turned(answer, None) is answer
    declined = msgspec.structs.replace(answer, answer="cannot_tell")
    assert turned(declined, "second").answer == "cannot_tell"
