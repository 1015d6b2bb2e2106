"""A generated study with planted effects: each is found within its interval."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import numpy as np
import pytest

from recenter.figures.record import Table
from recenter.reports.better import better_section
from recenter.reports.judged import judged
from recenter.reports.material import Answer, Item, Kind, Material
from recenter.reports.section import Section
from recenter.reports.stand_in import Asked, stand_in
from recenter.stats.estimate import Estimate

MEAN, LENGTH, SIDE, MENTION = 3.2, 0.3, 0.4, 0.1
INFLATION, JUDGE_MENTION, JUDGE_SIDE = 0.5, 0.6, 0.5
Side = Literal["first", "second"]


def answer(item: str, judge: str, value: float, **more: Any) -> Answer:
    kind: Kind = "model" if judge.startswith("gpt") else "person"
    return Answer(
        question="better", group="g", item=item, judge=judge, kind=kind, value=value, **more
    )


def study(*, people: int = 60, pairs: int = 6, raters: int = 3, seed: int = 3) -> Material:
    """Ratings with effects of length, side and mention, and of the person and the rater.

    `gpt` is as people are, with its own inflation, taste for mentions and for the first side.
    """
    rng = np.random.default_rng(seed)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    longer = rng.normal(40, 100, size=(people, pairs))
    mentions = rng.random((people, pairs)) < 0.4
    of_rater = rng.normal(0, 0.1, size=raters)
    of_rater -= of_rater.mean()
    spread = float(longer.std())
    for person in range(people):
        own = rng.normal(0, 0.3)
        for pair in range(pairs):
            name = f"{person}/{pair}"
            items["g", name] = Item(
                person=f"p{person}",
                source="one" if pair % 2 else "two",
                longer=float(longer[person, pair]),
                mentions=bool(mentions[person, pair]),
            )
            plain = MEAN + own + LENGTH * longer[person, pair] / spread
            liked = MENTION * mentions[person, pair]
            for rater in range(raters):
                first = rng.random() < 0.5
                value = plain + liked + of_rater[rater] + SIDE * (first - 0.5)
                side: Side = "first" if first else "second"
                noise = rng.normal(0, 0.6)
                answers.append(answer(name, f"r{rater}", value + noise, position=side))
            judge = plain + INFLATION + JUDGE_MENTION * mentions[person, pair]
            for order, shift in (("first", 0.5), ("second", -0.5)):
                value = judge + JUDGE_SIDE * shift + rng.normal(0, 0.3)
                answers.append(answer(name, "gpt", value, position=order))
    return Material(answers=tuple(answers), items=items)


@pytest.fixture(scope="module")
def made() -> Material:
    return study()


@pytest.fixture(scope="module")
def section(made: Material) -> Section:
    found = better_section(made, judged(made, "g", "better"), seed=0)
    assert found is not None
    return found


def cell(tables: tuple[Table, ...], title: str, row: str, column: str) -> Estimate:
    of = next(one for one in tables if one.title.startswith(title))
    line = next(line for line in of.lines if line.name == row)
    figure = line.figures[of.columns.index(column)]
    assert figure is not None
    return figure


def holds(figure: Estimate, truth: float) -> bool:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low < truth < figure.high


@pytest.mark.parametrize(
    ("row", "truth"),
    [
        ("one standard deviation longer", LENGTH),
        ("being shown first", SIDE),
        ("names an attribute", MENTION),
    ],
)
def test_what_people_s_ratings_hang_on_is_recovered(
    section: Section, row: str, truth: float
) -> None:
    figure = cell(section.tables, "What goes", row, "points")
    assert holds(figure, truth)
    assert figure.high is not None
    assert figure.low is not None
    assert figure.high - figure.low < 0.5


def without_a_side(made: Material, *, every: int) -> Section:
    """Return the section where each so-many-th rating of a person does not say the side."""
    people = (a for a in made.answers if a.judge.startswith("r"))
    told = {id(a): number for number, a in enumerate(people)}
    answers = tuple(
        msgspec.structs.replace(a, position=None) if told.get(id(a), 1) % every == 0 else a
        for a in made.answers
    )
    lost = Material(answers=answers, items=made.items)
    found = better_section(lost, judged(lost, "g", "better"), seed=0)
    assert found is not None
    return found


def test_ratings_without_a_side_are_left_out_counted_and_told(made: Material) -> None:
    """One record without a side takes nothing from the others."""
    some = without_a_side(made, every=100)
    table = next(t for t in some.tables if t.title.startswith("What goes"))
    assert "11 of 1,080 ratings don't say which side was shown: they are left out" in table.note
    side = cell(some.tables, "What goes", "being shown first", "points")
    assert holds(side, SIDE)
    assert side.n == 1069


def test_without_most_sides_all_ratings_count_and_the_side_does_not(made: Material) -> None:
    none = without_a_side(made, every=1)
    table = next(t for t in none.tables if t.title.startswith("What goes"))
    assert "1,080 of 1,080 ratings don't say which side was shown: so it is not" in table.note
    assert "being shown first" not in [line.name for line in table.lines]
    assert cell(none.tables, "What goes", "names an attribute", "points").n == 1080


def test_the_mean_and_the_share_no_better_are_those_of_the_ratings(
    section: Section, made: Material
) -> None:
    values = np.asarray([a.value for a in made.answers if a.judge.startswith("r")])
    all_ = cell(section.tables, "What people", "all", "mean rating")
    assert all_.value == pytest.approx(values.mean())
    share = cell(section.tables, "What people", "all", "no better than generic")
    assert share.value == pytest.approx((values <= 3).mean())


def test_inflation_and_taste_of_the_judge_are_recovered(section: Section, made: Material) -> None:
    mean_mention = JUDGE_MENTION - MENTION
    named = float(np.mean([bool(item.mentions) for item in made.items.values()]))
    inflation = cell(section.tables, "Judges", "gpt", "inflation: judge less people")
    assert holds(inflation, INFLATION + named * mean_mention)
    assert holds(cell(section.tables, "Judges", "gpt", "mention, judge less people"), mean_mention)
    assert holds(cell(section.tables, "Judges", "gpt", "mention, people"), MENTION)
    first = cell(section.tables, "Judges", "gpt", "prefers the first shown")
    assert first.low is not None
    assert first.low > 0.5
    assert "Clearly more generous than people: gpt" in section.verdict


def test_writers_that_name_more_and_reward_it_are_told_with_how_little_they_say() -> None:
    """Five models name attributes in 0 to 80 % of their replies, and like it in that order."""
    rng = np.random.default_rng(9)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    names = [f"gpt {n}" for n in range(5)]
    for place, source in enumerate(names):
        for number in range(60):
            name = f"{source}/{number}"
            mention = number % 10 < 2 * place
            items["g", name] = Item(person=f"p{number}", source=source, mentions=mention)
            answers.append(answer(name, "r", 3 + rng.normal(0, 0.3)))
            for taste, judge in enumerate(names):
                value = 3 + 0.5 * taste * mention + rng.normal(0, 0.1)
                answers.append(answer(name, judge, value))
    made = Material(answers=tuple(answers), items=items)
    found = better_section(made, judged(made, "g", "better"), seed=0)
    assert found is not None
    table = next(t for t in found.tables if t.title.startswith("Naming attributes"))
    figure = table.lines[0].figures[0]
    assert figure is not None
    assert figure.value == pytest.approx(1)
    assert figure.n == 5
    assert "Two-sided p 0.017, exact, of 5 models" in (figure.reason or "")


def test_a_judge_stands_beside_what_a_person_would_reach(section: Section) -> None:
    judge = cell(section.tables, "Judges", "gpt", "Spearman with people")
    two = cell(section.tables, "What a rank", "two people", "Spearman")
    three = cell(section.tables, "What a rank", "one more person, with the mean of 3", "Spearman")
    assert judge.value is not None
    assert two.value is not None
    assert three.value is not None
    assert two.value < three.value < 1
    # The judge has less noise than a person, and its own tastes.
    assert judge.value > two.value


def test_a_judge_like_a_person_may_stand_in_and_a_random_one_may_not() -> None:
    rng = np.random.default_rng(5)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(240):
        name = str(number)
        items["g", name] = Item(person=f"p{number % 40}")
        truth = rng.random() < 0.5
        for judge in ("a", "b", "c", "gpt twin"):
            wrong = 0.02 if judge == "gpt twin" else 0.15
            flipped = truth ^ (rng.random() < wrong)
            answers.append(answer(name, judge, float(flipped)))
        answers.append(answer(name, "gpt coin", float(rng.random() < 0.5)))
    made = Material(answers=tuple(answers), items=items)
    tables = stand_in(made, judged(made, "g", "better"), Asked("accuracy", "share", "share"))
    replaced = "share of people it may replace"
    assert cell(tables, "Can a model", "gpt twin", replaced).value == 1
    assert cell(tables, "Can a model", "gpt coin", replaced).value == 0


def test_answers_of_people_are_saved_where_a_good_judge_answered_more() -> None:
    rng = np.random.default_rng(6)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(600):
        name = str(number)
        items["g", name] = Item(person=f"p{number // 5}")
        truth = float(rng.random() < 0.4)
        answers.append(answer(name, "gpt", truth if rng.random() < 0.9 else 1 - truth))
        if number < 200:
            answers.append(answer(name, "a", truth))
    made = Material(answers=tuple(answers), items=items)
    (table,) = stand_in(made, judged(made, "g", "better"), Asked("accuracy", "share", "share"))
    assert table.title.startswith("What a model adds")
    saved = cell((table,), "What a model", "gpt", "items that people need not answer")
    assert saved.value is not None
    assert 50 < saved.value < 400
    assert saved.n == 200


def test_a_tie_of_people_is_no_item_that_they_left_out() -> None:
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(60):
        name = str(number)
        items["g", name] = Item(person=f"p{number % 20}")
        tie = number % 3 == 0
        answers += [answer(name, "a", 1.0), answer(name, "b", 0.0 if tie else 1.0)]
        answers.append(answer(name, "gpt", 1.0))
    made = Material(answers=tuple(answers), items=items)
    tables = stand_in(made, judged(made, "g", "better"), Asked("accuracy", "share", "share"))
    assert not any(table.title.startswith("What a model adds") for table in tables)


def test_two_people_are_too_few_for_the_test_and_it_says_so() -> None:
    made = study(raters=2, people=10)
    table = stand_in(made, judged(made, "g", "better"), Asked("squared", "mean", "linear"))[0]
    figure = table.lines[0].figures[0]
    assert figure is not None
    assert figure.value is None
    assert figure.reason


def test_without_people_there_is_no_section() -> None:
    made = study(people=4)
    models = tuple(a for a in made.answers if a.kind == "model")
    only = Material(answers=models, items=made.items)
    assert better_section(only, judged(only, "g", "better"), seed=0) is None


def test_a_person_who_compared_in_both_orders_counts_once_in_agreement() -> None:
    made = study(people=12)
    again = tuple(
        answer(a.item, a.judge, 3.0, position="second" if a.position == "first" else "first")
        for a in made.answers
        if a.judge == "r0"
    )
    both = Material(answers=(*made.answers, *again), items=made.items)
    of = judged(both, "g", "better")
    assert better_section(both, of, seed=0) is not None
    assert stand_in(both, of, Asked("squared", "mean", "linear"))
