"""Answers stand side by side, and the consensus is that of people alone."""

from __future__ import annotations

import math

from recenter.reports.judged import judged, questions, repeated
from recenter.reports.material import Answer, Item, Kind, Material

ITEMS = {("g", name): Item(person=f"of {name}") for name in "abcd"}


def said(judge: str, kind: Kind, *, again: bool = False, **values: float | None) -> list[Answer]:
    return [
        Answer(question="q", group="g", item=item, judge=judge, kind=kind, value=value, again=again)
        for item, value in values.items()
    ]


def made(*answers: list[Answer]) -> Material:
    return Material(answers=tuple(one for some in answers for one in some), items=ITEMS)


def test_votes_outweigh_a_majority_that_is_only_told_and_ties_are_open() -> None:
    found = judged(
        made(
            said("told", "majority", a=0, d=1),
            said("one", "person", a=1, b=1, c=1),
            said("two", "person", a=1, b=0, c=1),
            said("three", "person", a=0),
            said("gpt", "model", a=0, b=0, c=0, d=0),
        ),
        "g",
        "q",
    )
    of = dict(zip(found.names, found.consensus.tolist(), strict=True))
    assert (of["a"], of["c"], of["d"]) == (1, 1, 1)
    assert math.isnan(of["b"])
    assert found.judges("model") == ("gpt",)
    assert found.people[found.names.index("a")] == "of a"


def test_what_cannot_be_read_is_a_blank_that_is_counted() -> None:
    found = judged(made(said("gpt", "model", a=1, b=None)), "g", "q")
    assert math.isnan(found.values["gpt"][1])
    assert len(found.unread["gpt"]) == 1


def test_both_orders_of_a_comparison_count_as_their_mean() -> None:
    one = Answer(
        question="q", group="g", item="a", judge="gpt", kind="model", value=5, position="first"
    )
    two = Answer(
        question="q", group="g", item="a", judge="gpt", kind="model", value=2, position="second"
    )
    found = judged(Material(answers=(one, two), items=ITEMS), "g", "q")
    assert found.values["gpt"].tolist() == [3.5]


def test_a_later_answer_tells_of_consistency_only() -> None:
    whole = made(said("one", "person", a=1, b=0), said("one", "person", again=True, a=0))
    assert judged(whole, "g", "q").values["one"].tolist() == [1, 0]
    ((item, both),) = repeated(whole, "g", "q")["one"]
    assert (item, both.tolist()) == ("a", [1, 0])
    assert questions(whole) == (("g", "q"),)
