"""A study file is read, or refused with the line and what to do."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.design import Study, Task
from recenter.study.file import read_study
from recenter.study.lined import read_lined

TASK = {"name": "q", "question": "better", "items": "store", "guidelines": "g.md"}
SMALL = """\
study: demo
title: Do these hold?
contact: the study team
consent: consent.md
seed: 1
tasks:
  - name: quality
    question: supported
    items: items.jsonl
    guidelines: guide.md
    overlap: 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "consent.md").write_text("You agree.")
    (tmp_path / "guide.md").write_text("Read closely.")
    return tmp_path


def written(folder: Path, text: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(text)
    return path


def test_a_study_is_read_with_its_texts(folder: Path) -> None:
    read = read_study(written(folder, SMALL))
    assert read.study.task("quality").overlap == 3
    assert read.consent == "You agree."
    assert read.guidelines == {"quality": "Read closely."}


@pytest.mark.parametrize(
    ("old", "new", "place", "says"),
    [
        ("overlap: 3", "overlap: 0", "line 11: tasks[0].overlap", "a whole number from 1 to 100."),
        ("overlap: 3", "overlap: many", "line 11: tasks[0].overlap", "'many' does"),
        ("overlap: 3", "overlop: 3", "line 11: tasks[0].overlop", "Is it `overlap`?"),
        ("overlap: 3", "name: other", "line 11: tasks[0].name", "second time"),
        ("overlap: 3", "pooled: true", "line 11: tasks[0].pooled", "one item at a time"),
        ("overlap: 3", "groups: [a]", "line 11: tasks[0].groups", "group 'a'"),
        ("overlap: 3", "arms: [selected, generic]", "line 11: tasks[0].arms", "no replies"),
        ("question: supported", "question: nice", "line 8: tasks[0].question", "'nice'"),
        ("guide.md", "../guide.md", "line 10: tasks[0].guidelines", "leads out"),
        ("guide.md", "none.md", "line 10: tasks[0].guidelines", "No such file"),
        ("title: Do these hold?\n", "", "line 1", "`title`"),
        ("study: demo", "study: Demo 1", "line 1: study", "such as my-study."),
        ("overlap: 3", "overlap:", "line 11: tasks[0].overlap", "nothing stands here. Expected a"),
        ("overlap: 3", "seconds: 0", "line 11: tasks[0].seconds", "above 0 and up to 3600."),
        ("overlap: 3", "pooled: maybe", "line 11: tasks[0].pooled", "true or false."),
        ("overlap: 3", "training: 3", "line 11: tasks[0].training", "below it: items, needed, tri"),
        ("overlap: 3", "arms: [all]", "line 11: tasks[0].arms", "a list of 2."),
        ("overlap: 3", "arms: [all, no]", "line 11: tasks[0].arms[1]", "one of all, generic, "),
        ("overlap: 3", "people: 3", "line 11: tasks[0].people", "`array`"),
        ("seed: 1", "codes: {complete: ABCD}", "line 5: codes.complete", "one of completed, fail"),
        ("seed: 1", "codes: {full: A}", "line 5: codes.full", "such as K7DONE2Q."),
        ("seed: 1", "recruitment: {groups: {B: 1}}", "line 5: recruitment.groups.B", "such as"),
        ("seed: 1", "recruitment: {groups: {b: -1}}", "line 5: recruitment.groups.b", "above 0."),
        ("seed: 1", "recruitment: {id_pattern: '['}", "line 5: recruitment.id_pattern", "no reg"),
        ("seed: 1", "tittle: x", "line 5: tittle", "Is it `title`?"),
        ("seed: 1", "hue: x", "line 5: hue", "Expected one of study, title, contact, "),
        ("overlap: 3", "overlap: [", "line 12", "not YAML"),
        ("demo", "&a demo", "line 1: title", ""),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(
    folder: Path, old: str, new: str, place: str, says: str
) -> None:
    text = SMALL.replace(old, new, 1)
    if "&a" in new:
        text, place, says = text.replace("Do these hold?", "*a"), "line 2", "alias"
    with pytest.raises(InputError) as caught:
        read_study(written(folder, text))
    assert str(caught.value).startswith(f"study.yaml: {place}")
    assert says in str(caught.value)


def test_better_of_the_store_needs_arms_and_takes_no_gold(folder: Path) -> None:
    better = SMALL.replace("supported", "better")
    with pytest.raises(InputError, match=r"selected, generic"):
        read_study(written(folder, better.replace("items.jsonl", "store")))
    gold = better + "    gold: {items: gold.jsonl}\n"
    with pytest.raises(InputError, match="no right answer"):
        read_study(written(folder, gold))


def test_a_word_that_other_readers_take_for_false_stays_a_word(folder: Path) -> None:
    text = SMALL.replace("Do these hold?", "no") + "codes: {completed: 0123}\n"
    study = read_study(written(folder, text)).study
    assert study.title == "no"
    assert study.codes == {"completed": "0123"}


def test_two_outcomes_with_one_code_are_refused(folder: Path) -> None:
    text = SMALL + "codes:\n  completed: DONE1\n  full: DONE1\n"
    with pytest.raises(InputError, match=r"line 13: codes.completed: 'DONE1'"):
        read_study(written(folder, text))


@given(st.text(max_size=80))
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    with contextlib.suppress(InputError):
        values, lines = read_lined(text, dict[str, str], file="any.yaml")
        assert all(name in lines for name in values)


_SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner)
)


@given(
    field=st.sampled_from([field.name for field in msgspec.structs.fields(Study)]), value=_VALUES
)
def test_whatever_stands_in_a_field_is_read_or_refused_in_words(field: str, value: object) -> None:
    fields = {"study": "s", "title": "t", "contact": "c", "consent": "c.md", "tasks": [TASK]}
    text = yaml.safe_dump(fields | {field: value})
    with contextlib.suppress(InputError):
        read_lined(text, Study, file="any.yaml")


@given(field=st.sampled_from([field.name for field in msgspec.structs.fields(Task)]), value=_VALUES)
def test_so_it_is_in_a_task(field: str, value: object) -> None:
    with contextlib.suppress(InputError):
        read_lined(yaml.safe_dump(TASK | {field: value}), Task, file="any.yaml")
