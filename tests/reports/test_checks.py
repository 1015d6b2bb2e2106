"""Checks of replies in a report: application and misapplication together, models beside people."""

from __future__ import annotations

import random

import pytest

from recenter.progress import Silent
from recenter.reports.build import Asked, build
from recenter.reports.checks import checks_section
from recenter.reports.material import Answer, Item, Material

SOURCES = {"eager": (1.0, 0.5), "quiet": (0.25, 0.0)}


def material() -> Material:
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    rng = random.Random(0)
    for source, shares in SOURCES.items():
        for number in range(40):
            name = f"{source}/{number}"
            items["g", name] = Item(person=f"p{number % 10}", source=source)
            for question, share in zip(("applies", "misapplies"), shares, strict=True):
                truth = float(number // 10 < share * 4)
                said = {"a": truth, "b": truth, "c": float(rng.random() < 0.5), "gpt": 1.0}
                for judge, value in said.items():
                    answers.append(
                        Answer(
                            question=question,
                            group="g",
                            item=name,
                            judge=judge,
                            kind="model" if judge == "gpt" else "person",
                            value=value,
                        )
                    )
    return Material(answers=tuple(answers), items=items)


def test_both_rates_of_each_generator_are_those_that_were_planted() -> None:
    found = checks_section(material(), "g", seed=0)
    assert found is not None
    table = found.tables[0]
    assert table.columns == ("applies", "misapplies")
    values = {line.name: [f.value for f in line.figures if f] for line in table.lines}
    assert values == {name: list(shares) for name, shares in SOURCES.items()}
    assert "eager applies what it knows in 100 %" in found.verdict
    assert "misapplies it in 50 %" in found.verdict


def test_models_stand_beside_people_for_each_question() -> None:
    found = checks_section(material(), "g", seed=0)
    assert found is not None
    table = next(t for t in found.tables if t.title == "Models against people: misapplies")
    (line,) = table.lines
    recall = line.figures[table.columns.index("recall")]
    precision = line.figures[table.columns.index("precision")]
    assert recall is not None
    assert precision is not None
    assert [recall.value, precision.value] == pytest.approx([1, 0.25])


def test_all_checks_are_one_section_of_a_report() -> None:
    report = build(material(), [], Asked(None, 0, texts=False), Silent())
    assert [section.name for section in report.sections] == ["checks-g"]
    assert report.problems == ()


def test_without_people_there_is_no_section() -> None:
    whole = material()
    models = tuple(a for a in whole.answers if a.kind == "model")
    assert checks_section(Material(answers=models, items=whole.items), "g", seed=0) is None
