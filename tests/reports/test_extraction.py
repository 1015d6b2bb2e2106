"""The section on extraction: shares by source, failures, verifiers and rewording as planted."""

from __future__ import annotations

import pytest

from recenter.figures.record import Table
from recenter.models.embedded import Minilm
from recenter.reports.extraction import extraction_section
from recenter.reports.judged import judged
from recenter.reports.material import Answer, Item, Kind, Material
from recenter.reports.section import Section
from recenter.stats.estimate import Estimate

REJECT, UNCERTAIN, ACCEPT = 0.0, 1.0, 2.0


def answer(item: str, judge: str, value: float, **more: object) -> Answer:
    kind: Kind = "model" if judge.startswith("model") else "person"
    return Answer(
        question="supported",
        group="made",
        item=item,
        judge=judge,
        kind=kind,
        value=value,
        **more,  # type: ignore[arg-type]
    )


def material() -> Material:
    """Of four attributes a person, two of the real and none of the synthetic are problematic.

    Each rejected one was reworded, and then accepted.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}

    def add(name: str, item: Item, value: float, failure: str | None = None) -> None:
        items["made", name] = item
        answers.extend(answer(name, rater, value, failure=failure) for rater in "abc")
        answers.append(answer(name, "model good", value))
        answers.append(answer(name, "model blind", ACCEPT))

    for source in ("real", "synthetic"):
        for person in range(6):
            for number in range(4):
                bad = source == "real" and number < 2
                name = f"{source}{person}/{number}"
                value = (UNCERTAIN if number else REJECT) if bad else ACCEPT
                failure = "overgeneralisation" if bad and not number else None
                text = f"Fact {number} of {source}"
                add(
                    name,
                    Item(person=f"{source}{person}", text=text, source=source),
                    value,
                    failure,
                )
                if bad and not number:
                    new = Item(person=f"{source}{person}", text="New", source=source, refines=name)
                    add(f"{name}/new", new, ACCEPT)
    return Material(answers=tuple(answers), items=items)


@pytest.fixture(scope="module")
def section() -> Section:
    made = material()
    of = judged(made, "made", "supported")
    found = extraction_section(of, made.answers, Minilm(), seed=0)
    assert found is not None
    return found


def cell(section: Section, title: str, row: str, column: str) -> Estimate:
    of: Table = next(one for one in section.tables if one.title.startswith(title))
    line = next(line for line in of.lines if line.name == row)
    figure = line.figures[of.columns.index(column)]
    assert figure is not None
    return figure


def test_shares_and_their_difference_are_those_that_were_planted(section: Section) -> None:
    real = cell(section, "What people", "real", "problematic")
    assert real.value == pytest.approx(12 / 30)
    assert cell(section, "What people", "synthetic", "problematic").value == 0
    less = cell(section, "Problematic", "real less synthetic", "difference in share")
    assert less.value == pytest.approx(12 / 30)
    assert "The first source has clearly more of them: real less synthetic 40 %" in section.verdict


def test_failures_are_shares_of_the_problematic(section: Section) -> None:
    assert cell(section, "What is wrong", "overgeneralisation", "share").value == 0.5
    assert cell(section, "What is wrong", "none named", "share").value == 0.5


def test_verifiers_stand_beside_trivial_ones(section: Section) -> None:
    assert cell(section, "Verifiers", "model good", "F1").value == 1
    assert cell(section, "Verifiers", "model blind", "recall").value == 0
    assert cell(section, "Verifiers", "model blind", "precision").value is None
    assert cell(section, "Verifiers", "always reject", "recall").value == 1


def test_rewording_is_a_paired_difference(section: Section) -> None:
    figures = [cell(section, "Reworded", "accepted by people", c) for c in ("before", "after")]
    assert [one.value for one in figures] == [0, 1]
    assert cell(section, "Reworded", "accepted by people", "difference").n == 6


def test_the_same_words_have_no_distance(section: Section) -> None:
    spread = cell(section, "Diversity", "synthetic", "mean pairwise cosine distance").value
    assert spread is not None
    assert 0 < spread < 0.6


def test_one_source_claims_no_difference() -> None:
    whole = material()
    items = {key: item for key, item in whole.items.items() if item.source == "real"}
    answers = tuple(one for one in whole.answers if ("made", one.item) in items)
    of = judged(Material(answers=answers, items=items), "made", "supported")
    found = extraction_section(of, answers, None, seed=0)
    assert found is not None
    assert found.verdict.startswith("People find 40 %")
    assert not any("differences" in table.title for table in found.tables)


def test_uncertain_and_rejected_together_outweigh_what_is_most_frequent() -> None:
    answers = []
    items = {}
    for number in range(10):
        name = str(number)
        items["made", name] = Item(person=f"p{number}", source="s")
        values = [ACCEPT, ACCEPT, UNCERTAIN, UNCERTAIN, REJECT]
        answers += [answer(name, f"r{n}", value) for n, value in enumerate(values)]
    of = judged(Material(answers=tuple(answers), items=items), "made", "supported")
    found = extraction_section(of, answers, None, seed=0)
    assert found is not None
    assert cell(found, "What people", "s", "problematic").value == 1


def test_a_source_of_few_people_has_no_interval_to_claim_anything_from() -> None:
    whole = material()
    few = {
        key: item
        for key, item in whole.items.items()
        if item.source == "synthetic" or item.person in ("real0", "real1", "real2")
    }
    answers = tuple(one for one in whole.answers if ("made", one.item) in few)
    of = judged(Material(answers=answers, items=few), "made", "supported")
    found = extraction_section(of, answers, None, seed=0)
    assert found is not None
    less = cell(found, "Problematic", "real less synthetic", "difference in share")
    assert less.value is not None
    assert less.low is None
    assert "clearly" not in found.verdict


def test_what_no_answer_is_most_frequent_on_is_a_share_of_its_own() -> None:
    answers = [
        answer(f"{person}", rater, value if person == 0 else ACCEPT)
        for person in range(4)
        for rater, value in zip("abc", (REJECT, UNCERTAIN, ACCEPT), strict=True)
    ]
    items = {("made", f"{person}"): Item(person=f"p{person}") for person in range(4)}
    told = Material(answers=tuple(answers), items=items)
    found = extraction_section(judged(told, "made", "supported"), answers, None, seed=0)
    assert found is not None
    (shares,) = (one for one in found.tables if one.title.startswith("What people say"))
    values = [figure.value if figure else None for figure in shares.lines[0].figures]
    assert dict(zip(shares.columns, values, strict=True)) == {
        "accept": 0.75,
        "uncertain": 0.0,
        "reject": 0.0,
        "no answer most frequent": 0.25,
        "problematic": 0.25,
    }


def test_every_figure_without_an_interval_says_why(section: Section) -> None:
    figures = [f for one in section.tables for line in one.lines for f in line.figures if f]
    assert [f for f in figures if f.low is None and not f.reason] == []
