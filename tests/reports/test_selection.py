"""The section on selection says what was planted, and claims nothing beyond the intervals."""

from __future__ import annotations

import random

import msgspec
import pytest

from recenter.figures.record import Dots, Table
from recenter.models.embedded import Minilm
from recenter.reports.judged import judged
from recenter.reports.material import Answer, Item, Kind, Material
from recenter.reports.section import Section
from recenter.reports.selection import PEOPLE, selection_section
from recenter.reports.selection_baselines import ALONE
from recenter.stats.estimate import Estimate

SHARE = 66 / 288
"""Three of eight attributes for two of three prompts; one less for three of twelve people."""
TEXTS = ("The user keeps bees.", "The user likes short answers.", "The user is a night nurse.")


def material(*, people: int = 12, prompts: int = 3, attributes: int = 8) -> Material:
    """Half of the attributes on bees matter for prompts on honey; one prompt needs nothing."""
    rng = random.Random(0)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for person in range(people):
        for prompt in range(prompts):
            for number in range(attributes):
                name = f"{person}/{prompt}/{number}"
                text = f"{TEXTS[number % len(TEXTS)]} {number}"
                truth = prompt > 0 and number % len(TEXTS) == 0
                truth = truth and not (person % 5 == 0 and number == 6)
                items["made", name] = Item(
                    person=f"p{person}", prompt=f"q{prompt}", text=text, message="About honey?"
                )
                answers += [
                    answer(name, "majority", "majority", truth),
                    answer(name, "twin", "model", truth, 0.9 if truth else 0.2),
                    answer(name, "eager", "model", True),
                    answer(name, "coin", "model", rng.random() < 0.5),
                    answer(name, "mumbler", "model", None if number < attributes // 2 else truth),
                ]
    return Material(answers=tuple(answers), items=items)


def answer(
    item: str, judge: str, kind: Kind, value: bool | None, probability: float | None = None
) -> Answer:
    return Answer(
        question="relevant",
        group="made",
        item=item,
        judge=judge,
        kind=kind,
        value=None if value is None else float(value),
        probability=probability,
    )


@pytest.fixture(scope="module")
def section() -> Section:
    found = selection_section(judged(material(), "made", "relevant"), Minilm(), seed=0)
    assert found is not None
    return found


def table(section: Section, title: str) -> Table:
    return next(one for one in section.tables if one.title.startswith(title))


def cell(section: Section, title: str, row: str, column: str) -> Estimate:
    of = table(section, title)
    line = next(line for line in of.lines if line.name == row)
    figure = line.figures[of.columns.index(column)]
    assert figure is not None
    return figure


def test_who_answers_as_people_do_has_no_gap(section: Section) -> None:
    assert cell(section, "Against", "twin", "F1").value == 1
    assert cell(section, "Against", "twin", "kappa").value == 1
    assert "twin marks 23 % [21, 25], not told apart from people" in section.verdict


def test_who_marks_everything_is_told_to_mark_more(section: Section) -> None:
    assert cell(section, "Against", "eager", "share used").value == 1
    assert cell(section, "Against", "eager", "precision").value == pytest.approx(SHARE)
    assert "eager marks 100 %, more than people by 77 % [" in section.verdict
    eager, yes = (cell(section, "Against", name, "F1") for name in ("eager", "always yes"))
    assert (eager.value, eager.low, eager.high) == (yes.value, yes.low, yes.high)


def test_who_cannot_be_read_is_counted_and_never_a_no(section: Section) -> None:
    assert cell(section, "Answers that", "mumbler", "share").value == 0.5
    mumbler = cell(section, "Against", "mumbler", "recall")
    assert (mumbler.value, mumbler.n) == (1, 12 * 3 * 4)


def test_pairs_where_people_want_nothing_are_counted_apart(section: Section) -> None:
    assert cell(section, "Where people", "eager", "attributes used").value == 8
    assert cell(section, "Where people", "twin", "share with nothing used").value == 1
    assert "12 of 36 pairs" in table(section, "Where people").note


def test_the_attribute_alone_is_beside_every_judge(section: Section) -> None:
    alone = cell(section, "Against", ALONE, "F1")
    lift = cell(section, "Against", "coin", "F1 above the attribute alone")
    coin = cell(section, "Against", "coin", "F1")
    assert alone.value is not None
    assert coin.value is not None
    assert lift.value == pytest.approx(coin.value - alone.value)
    assert lift.high is not None
    assert lift.high < 0


def test_the_share_of_people_stands_first(section: Section) -> None:
    assert table(section, "Against").lines[0].name == PEOPLE
    assert cell(section, "Against", PEOPLE, "share used").value == pytest.approx(SHARE)


def test_what_cannot_be_fitted_says_why() -> None:
    few = judged(material(people=4), "made", "relevant")
    found = selection_section(few, Minilm(), seed=0)
    assert found is not None
    assert any("it takes 10 people" in limit for limit in found.limits)
    without = selection_section(few, None, seed=0)
    assert without is not None
    assert any("no embedder" in limit for limit in without.limits)


def test_probabilities_are_ranked_and_held_to_what_they_say(section: Section) -> None:
    assert cell(section, "Probabilities", "twin", "AUC").value == 1
    brier = cell(section, "Probabilities", "twin", "Brier score").value
    assert brier == pytest.approx(SHARE * 0.1**2 + (1 - SHARE) * 0.2**2)
    base = cell(section, "Probabilities", "always the share of people", "Brier score").value
    assert base == pytest.approx(SHARE * (1 - SHARE))
    names = [line.name for line in table(section, "Probabilities").lines]
    assert names == ["twin", "always the share of people"]


def test_attributes_that_divide_are_named_by_a_digest_unless_texts_may_be_shown() -> None:
    of = judged(material(), "made", "relevant")
    for texts in (True, False):
        found = selection_section(of, None, seed=0, texts=texts)
        assert found is not None
        names = [line.name for line in table(found, "Attributes that divide").lines]
        assert any("bees" in name or "nurse" in name for name in names) is texts


def test_where_people_agree_on_nothing_there_is_no_section() -> None:
    whole = material(people=2)
    models = tuple(one for one in whole.answers if one.kind == "model")
    only = Material(answers=models, items=whole.items)
    assert selection_section(judged(only, "made", "relevant"), None, seed=0) is None


def test_without_models_nothing_is_claimed() -> None:
    whole = material(people=2)
    people = tuple(one for one in whole.answers if one.kind == "majority")
    only = Material(answers=people, items=whole.items)
    found = selection_section(judged(only, "made", "relevant"), None, seed=0)
    assert found is not None
    assert found.verdict.startswith("No model answered")


def test_a_pair_with_an_answer_missing_is_not_one_where_nothing_was_used(section: Section) -> None:
    """`mumbler` answered half of each pair, so that of none it is known what it used."""
    of = table(section, "Where people")
    (line,) = [line for line in of.lines if line.name == "mumbler"]
    assert line.figures == (None, None, None)


def f1_picture(section: Section | None) -> Dots:
    assert section is not None
    return next(one for one in section.pictures if isinstance(one, Dots) and one.name == "f1")


def test_one_person_against_the_others_is_a_line_beside_f1() -> None:
    """Of three people, the third says yes to everything: the line is the pooled F1 by hand."""
    made = material()
    said = {a.item: a.value for a in made.answers if a.judge == "majority"}
    answers = [a for a in made.answers if a.judge != "majority"]
    for item, value in said.items():
        answers += [
            msgspec.structs.replace(answer(item, name, "person", None), value=given)
            for name, given in (("r1", value), ("r2", value), ("r3", 1.0))
        ]
    voted = Material(answers=tuple(answers), items=made.items)
    found = selection_section(judged(voted, "made", "relevant"), None, seed=0)
    yes = sum(value or 0 for value in said.values())
    # For r1 and r2, the other of them and r3 tie where that one says no: only a yes counts.
    # r3 is held to both, and says yes to all.
    hits, whole = 3 * yes, 2 * yes + (yes + len(said)) / 2
    picture = f1_picture(found)
    assert picture.reference == pytest.approx(hits / whole)
    assert "dashed: one person against the others" in picture.x
    assert "one person against the others 0." in picture.alt


def test_without_single_answers_there_is_no_line_and_it_says_why(section: Section) -> None:
    assert f1_picture(section).reference is None
    assert any("no human ceiling is drawn" in limit for limit in section.limits)
