"""A study file is read, or refused with the line and what to do."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.study.file import read_study
from recenter.study.lined import read_lined

SMALL = """\
study: demo
title: Do these hold?
contact: the study team
consent: consent.md
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
        ("overlap: 3", "overlap: 0", "line 10: tasks[0].overlap", "`int` >= 1"),
        ("overlap: 3", "overlap: many", "line 10: tasks[0].overlap", "`int`"),
        ("overlap: 3", "overlop: 3", "line 10: tasks[0].overlop", "no such field"),
        ("overlap: 3", "name: other", "line 10: tasks[0].name", "second time"),
        ("overlap: 3", "pooled: true", "line 10: tasks[0].pooled", "one item at a time"),
        ("overlap: 3", "groups: [a]", "line 10: tasks[0].groups", "group 'a'"),
        ("overlap: 3", "arms: [selected, generic]", "line 10: tasks[0].arms", "no replies"),
        ("question: supported", "question: nice", "line 7: tasks[0].question", "'nice'"),
        ("guide.md", "../guide.md", "line 9: tasks[0].guidelines", "leads out"),
        ("guide.md", "none.md", "line 9: tasks[0].guidelines", "No such file"),
        ("title: Do these hold?\n", "", "line 1", "`title`"),
        ("study: demo", "study: Demo 1", "line 1: study", "regex"),
        ("overlap: 3", "overlap: [", "line 11", "not YAML"),
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
    with pytest.raises(InputError, match=r"line 12: codes.completed: 'DONE1'"):
        read_study(written(folder, text))


@given(st.text(max_size=80))
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    with contextlib.suppress(InputError):
        values, lines = read_lined(text, dict[str, str], file="any.yaml")
        assert all(name in lines for name in values)
