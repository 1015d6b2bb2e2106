"""Rows and records say what was clicked, and a report of them gives the figures of the clicks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from recenter import formats
from recenter.questions import BETTER, QUESTIONS, SUPPORTED
from recenter.records import Judgment
from recenter.reports.files import read_files
from recenter.reports.material import Answer, Material
from recenter.stats.agreement import krippendorff_alpha
from recenter.store import Store
from recenter.study.export.judgments import (
    JudgmentRow,
    is_vote,
    iso,
    judgment_rows,
    judgments,
    oriented,
    records_of,
)
from recenter.study.export.snapshot import snapshot
from recenter.study.items import OVERALL
from recenter.study.ledger import joining, reading, saving
from recenter.study.ledger.desk import Desk
from tests.study.export.worked import click, come, study, worked
from tests.study.samples import Clock


@pytest.fixture
def desk(store: Store) -> Desk:
    return worked(store, Clock())


def written_records(desk: Desk, path: Path) -> Path:
    lines = [(kind, record) for kind, record in records_of(snapshot(desk))]
    lines += [("judgment", one) for one in judgments(desk)]
    text = "".join(formats.encode({"kind": k, "record": r}) + "\n" for k, r in lines)
    path.write_text(text, "utf-8")
    return path


def alpha(answers: Iterable[Answer], material: Material) -> float | None:
    told = list(answers)
    return krippendorff_alpha(
        [one.item for one in told],
        [one.judge for one in told],
        [one.value for one in told],
        [material.items[one.group, one.item].person for one in told],
        scale="ordinal",
    ).value


def test_a_report_of_the_records_gives_the_figures_of_the_clicks(
    desk: Desk, tmp_path: Path
) -> None:
    material, _ = read_files([written_records(desk, tmp_path / "records.jsonl")])
    assert material.problems == ()
    clicks = [one for one in reading.answers(desk) if one.counts and one.kind == "work"]
    for name, scale in (("quality", SUPPORTED.values), ("pages", ("no", "yes"))):
        question = desk.study.task(name).question
        read = [one for one in material.answers if one.question == question]
        mine = [one for one in clicks if one.task == name]
        values = [float(scale.index(one.answer)) for one in mine]
        assert Counter(one.value for one in read) == Counter(values)
        assert Counter((one.judge, one.failure) for one in read) == Counter(
            (one.annotator, one.failure) for one in mine
        )
        direct = krippendorff_alpha(
            [f"{one.item}/{one.part}" for one in mine],
            [one.annotator for one in mine],
            values,
            scale="ordinal",
        )
        assert alpha(read, material) == pytest.approx(direct.value)


def test_a_comparison_is_said_of_the_rated_reply_whichever_side_it_was_on(
    desk: Desk, tmp_path: Path
) -> None:
    material, _ = read_files([written_records(desk, tmp_path / "records.jsonl")])
    whole = [
        one
        for one in reading.answers(desk)
        if one.task == "pairs" and one.part == OVERALL and one.counts
    ]
    assert {one.side for one in whole} == {"first", "second"}
    turned = [float(one.answer) if one.side == "second" else 6 - float(one.answer) for one in whole]
    read = [one for one in material.answers if one.question == "better"]
    assert sorted(one.value or 0 for one in read) == sorted(turned)
    assert {one.group for one in read} == {"store"}
    assert Counter(one.position for one in read) == Counter(one.side for one in whole)


def test_every_answer_that_does_not_count_says_why(desk: Desk) -> None:
    rows = list(judgment_rows(desk))
    assert len(rows) == len(reading.answers(desk))
    assert all((row.why_not is None) is row.counts for row in rows)
    assert {"excluded", "declined"} <= {row.why_not for row in rows}
    for row in rows:
        if row.why_not == "declined":
            assert (row.answer, row.oriented) == ("cannot_tell", None)
    known = {one.id for one in judgments(desk)}
    assert len(known) == sum(map(is_vote, rows))
    assert any(row.kind == "repeat" and row.counts for row in rows)


def test_repeats_declined_and_single_attributes_of_pairs_are_no_judgments(desk: Desk) -> None:
    made = list(judgments(desk))
    assert {one.answer for one in made} <= {v for q in QUESTIONS.values() for v in q.values}
    assert all(one.subject.attribute is None for one in made if one.question == "better")
    per_judge = Counter((one.judge.name, one.question, one.subject) for one in made)
    assert set(per_judge.values()) == {1}


def test_work_that_was_not_handed_in_is_there_and_does_not_count(store: Store) -> None:
    desk = study(store, Clock())
    who = come(desk, "ann")
    slot = joining.claim(desk, who, desk.study.task("quality"))
    assert slot is not None
    click(desk, who, slot.id, reading.places(desk, slot.id)[0], "1", "accept")
    (row,) = judgment_rows(desk)
    assert (row.why_not, row.done_at) == ("not_handed_in", None)
    assert list(judgments(desk)) == []


def test_who_withdrew_is_in_no_row(desk: Desk) -> None:
    gone = joining.find(desk, come(desk, "ann").id).id
    assert any(row.annotator == gone for row in judgment_rows(desk))
    saving.withdraw(desk, gone)
    assert not any(row.annotator == gone for row in judgment_rows(desk))
    assert not any(one.judge.name == gone for one in judgments(desk))


def test_judgments_are_the_same_when_made_again_and_known_to_the_store(
    desk: Desk, store: Store
) -> None:
    made = list(judgments(desk))
    assert made == list(judgments(desk))
    assert store.put_judgments(made).refused == 0
    stored: list[Judgment] = list(store.judgments())
    assert {one.id for one in stored} == {one.id for one in made}


def test_who_is_forgotten_is_in_no_row_and_no_record(desk: Desk, store: Store) -> None:
    store.forget("per_b")
    text = formats.encode([list(judgment_rows(desk)), list(records_of(snapshot(desk)))])
    assert "per_b" not in text
    assert '"att_b"' not in text
    assert "per_a" in text


@pytest.mark.parametrize("answer", BETTER.values)
def test_turning_a_comparison_twice_changes_nothing(answer: str) -> None:
    turned = oriented("better", answer, "first")
    assert turned is not None
    assert oriented("better", turned, "first") == answer
    assert oriented("better", answer, "second") == answer
    assert oriented("better", answer, None) is None


def test_times_are_utc() -> None:
    assert iso(None) is None
    assert iso(1_000_000.5) == "1970-01-12T13:46:40.500Z"


def test_a_row_has_a_value_for_every_column(desk: Desk) -> None:
    row = next(judgment_rows(desk))
    written = formats.decode(formats.encode(row), dict[str, object])
    assert list(written) == list(JudgmentRow.__struct_fields__)
