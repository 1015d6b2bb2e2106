"""People among themselves, on levels and in ratings: figures that were planted come out."""

from __future__ import annotations

import random
from typing import Any

import pytest

from recenter.figures.record import Table
from recenter.reports.among import among_people
from recenter.reports.levels import levels_section
from recenter.reports.material import Answer, Item, Kind, Material
from recenter.reports.ratings import ratings_section
from recenter.stats.estimate import Estimate

RNG = random.Random(1)


def answer(question: str, item: str, judge: str, value: float | None, **more: Any) -> Answer:
    kind: Kind = "model" if judge == "gpt" else "person"
    return Answer(
        question=question, group="g", item=item, judge=judge, kind=kind, value=value, **more
    )


def votes() -> Material:
    """Two raters who always agree, one who tosses a coin, one of the first asked again."""
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(60):
        name = str(number)
        items["g", name] = Item(person=f"p{number % 12}")
        truth = float(RNG.random() < 0.5)
        answers += [
            answer("relevant", name, "one", truth),
            answer("relevant", name, "two", truth),
            answer("relevant", name, "coin", float(RNG.random() < 0.5)),
            answer("relevant", name, "one", truth, again=True),
            answer("relevant", name, "gpt", 1.0),
        ]
    return Material(answers=tuple(answers), items=items)


def figures(table: Table) -> dict[str, Estimate]:
    return {line.name: line.figures[0] for line in table.lines if line.figures[0] is not None}


def test_agreement_is_of_people_alone_and_of_each_with_themselves() -> None:
    (table,) = among_people(votes(), "g", "relevant", scale="nominal", seed=0)
    found = figures(table)
    assert found["Cohen's kappa, one and two"].value == 1
    assert found["Cohen's kappa, one and one again"].value == 1
    coin = found["Cohen's kappa, one and coin"]
    assert coin.low is not None
    assert coin.high is not None
    assert coin.low < 0 < coin.high or abs(coin.value or 0) < 0.3
    assert not any("gpt" in name for name in found)
    ceiling = found["F1, one against the majority of the rest"]
    assert ceiling.value == 1
    alpha = found["Krippendorff's alpha (nominal)"]
    assert alpha.clusters == 12


def test_one_rater_has_nobody_to_agree_with() -> None:
    whole = votes()
    one = tuple(a for a in whole.answers if a.judge == "one")
    only = Material(answers=one, items=whole.items)
    assert among_people(only, "g", "relevant", scale="nominal", seed=0) == ()


def test_levels_count_answers_and_name_what_is_to_be_avoided() -> None:
    items = {("g", str(n)): Item(person=f"p{n % 6}") for n in range(24)}
    answers = [answer("relevant_five", str(n), "one", float(n % 4 > 2)) for n in range(24)]
    answers += [answer("relevant_five", str(n), "two", float(n % 4 > 2)) for n in range(24)]
    answers.append(answer("relevant_five", "0", "gpt", 4.0))
    made = Material(answers=tuple(answers), items=items)
    found = levels_section(made, "g", "relevant_five", seed=0)
    assert found is not None
    people, model = found.tables[0].lines
    assert [f.value for f in people.figures if f] == [0.75, 0.25, 0, 0, 0]
    assert [f.value for f in model.figures if f] == [0, 0, 0, 0, 1]
    assert found.verdict.startswith("People would avoid using 75 %")


def ratings(effect: float, *, digits: int = 1) -> Material:
    rng = random.Random(2)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for context in range(40):
        for reply in range(5):
            name = f"{context}/{reply}"
            uses, length = float(reply % 2), rng.gauss(0, 30)
            items["g", name] = Item(
                person=f"c{context}", prompt=f"c{context}", source=f"s{reply}", longer=length
            )
            for rater in ("r1", "r2", "r3"):
                value = 3 + effect * uses + 0.01 * length + rng.gauss(0, 0.5)
                answers.append(answer("overall", name, rater, round(value, digits)))
                answers.append(answer("uses_persona", name, rater, uses))
    return Material(answers=tuple(answers), items=items)


@pytest.mark.parametrize("effect", [0.0, 1.0])
def test_an_effect_that_was_planted_is_within_its_interval(effect: float) -> None:
    found = ratings_section(ratings(effect), "g", seed=0)
    assert found is not None
    table = next(t for t in found.tables if t.title.startswith("What goes"))
    use = figures(table)["uses the persona"]
    assert use.low is not None
    assert use.high is not None
    assert use.low < effect < use.high
    assert ("not clearly higher" if effect == 0 else "rated clearly higher") in found.verdict


def test_ratings_as_fine_as_numbers_are_compared_as_numbers() -> None:
    found = ratings_section(ratings(1.0, digits=9), "g", seed=0)
    assert found is not None
    among = next(t for t in found.tables if t.title.endswith("overall"))
    assert list(figures(among)) == ["Krippendorff's alpha (interval)"]


def test_without_an_overall_rating_there_is_no_section() -> None:
    assert ratings_section(votes(), "g", seed=0) is None
