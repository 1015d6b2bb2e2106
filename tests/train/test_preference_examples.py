"""Where pairs to train on come from: pair rows and what `recenter export` wrote."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from recenter.errors import InputError
from recenter.records import Judge, Judgment, Query, Receipt, Reply, Subject
from recenter.train.preference_examples import Example, examples_of

PAIR = {"user": "u", "interaction": "i", "prompt": "Soup?", "chosen": "Lentils.", "rejected": "No."}


def record(kind: str, made: Any) -> dict[str, Any]:
    return {"kind": kind, "record": msgspec.to_builtins(made)}


def reply(name: str, text: str | None) -> dict[str, Any]:
    made = Reply(
        id=name, query="q", person="ada", arm="all", text=text, messages=(), receipt=Receipt()
    )
    return record("reply", made)


def judgment(answer: str, *, judge: str = "rater", other: str = "b", **more: Any) -> dict[str, Any]:
    subject = Subject(query="q", reply="a", other_reply=other)
    who = Judge(kind=more.pop("by", "person"), name=judge)
    made = Judgment(
        id=f"{judge}{answer}{other}",
        question=more.pop("question", "better"),
        subject=subject,
        judge=who,
        answer=answer,
    )
    return record("judgment", made)


EXPORT = [
    record("query", Query(id="q", person="ada", prompt="Soup?")),
    reply("a", "Lentils."),
    reply("b", "No."),
    reply("silent", None),
]


def test_rows_of_pairs_give_examples_and_nothing_else_of_them_is_read() -> None:
    plain = examples_of([PAIR], file="f")
    assert plain.pairs == (
        Example(person="u", occasion="u/i", prompt="Soup?", chosen="Lentils.", rejected="No."),
    )
    assert examples_of([PAIR | {"llm_judges": [{"verdict": "tie"}], "n": 3}], file="f") == plain


def test_without_an_interaction_the_prompt_is_the_occasion() -> None:
    row = {k: v for k, v in PAIR.items() if k != "interaction"}
    assert examples_of([row], file="f").pairs[0].occasion == "u/Soup?"


@pytest.mark.parametrize(("answer", "chosen"), [("5", "Lentils."), ("2", "No.")])
def test_a_judgment_of_a_person_says_which_reply_they_prefer(answer: str, chosen: str) -> None:
    # The judgment may stand before what it is about.
    (example,) = examples_of([judgment(answer), *EXPORT], file="f").pairs
    assert (example.chosen, example.person, example.prompt) == (chosen, "rater", "Soup?")


def test_what_says_nothing_is_counted_by_why() -> None:
    rows = [
        *EXPORT,
        judgment("3"),
        judgment("5", by="model"),
        judgment("5", other="gone"),
        judgment("5", other="silent"),
        judgment("yes", question="relevant", judge="another"),
        {"kind": "person", "record": {"id": "ada"}},
    ]
    found = examples_of(rows, file="f")
    assert found.pairs == ()
    assert sorted(found.left_out.values()) == [1, 1, 1, 1]
    assert "neither was preferred" in found.left_out


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"chosen": 3}, "chosen"),
        ({"rejected": "Lentils."}, "rejected"),
        ({"user": " "}, "user"),
        ({"prompt": ""}, "prompt"),
    ],
)
def test_a_bad_row_names_file_line_and_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        examples_of([PAIR, PAIR | change], file="pairs.jsonl")
    assert (caught.value.file, caught.value.line) == ("pairs.jsonl", 2)
    assert caught.value.field == field
