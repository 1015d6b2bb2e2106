"""Sections on replies: agreement with what a person chose, and length and mentions as written."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.reports.judged import judged
from recenter.reports.material import Answer, Item, Kind, Material, ReplyText
from recenter.reports.preferences import LONGER, preference_section
from recenter.reports.section import Section
from recenter.reports.written import written_section
from recenter.stats.estimate import Estimate


def cell(section: Section, row: str, column: str) -> Estimate | None:
    (of,) = section.tables
    line = next(line for line in of.lines if line.name == row)
    return line.figures[of.columns.index(column)]


def value(section: Section, row: str, column: str) -> float:
    found = cell(section, row, column)
    assert found is not None
    assert found.value is not None
    return found.value


def preferences() -> Material:
    """Twelve people; the chosen reply is the longer one for eight; one has ten pairs of one kind.

    `twin` says what they chose, `long` the longer one, `mute` nothing that can be read.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for person in range(12):
        for pair in range(10 if person == 0 else 1):
            name = f"{person}/{pair}"
            longer = 10.0 if person < 8 else -10.0
            items["g", name] = Item(person=f"p{person}", prompt=f"i{person}", longer=longer)
            said = {"twin": 1.0, "long": float(longer > 0), "mute": None, f"p{person}": 1.0}
            for judge, given in said.items():
                kind: Kind = "person" if judge.startswith("p") else "model"
                answers.append(
                    Answer(
                        question="preferred",
                        group="g",
                        item=name,
                        judge=judge,
                        kind=kind,
                        value=given,
                    )
                )
    return Material(answers=tuple(answers), items=items)


def test_an_occasion_counts_once_however_many_pairs_it_has() -> None:
    found = preference_section(judged(preferences(), "g", "preferred"))
    assert found is not None
    assert value(found, LONGER, "agrees") == pytest.approx(8 / 12)
    assert value(found, "twin", "agrees") == 1
    assert value(found, "long", "agrees") == pytest.approx(8 / 12)
    assert value(found, "twin", "above the longer reply") == pytest.approx(4 / 12)
    assert value(found, "long", "above the longer reply") == 0
    assert value(found, "long", "prefers the longer") == 1
    assert value(found, "long", "agrees where the person chose the shorter") == 0
    assert value(found, "mute", "unread") == 1
    assert "Clearly above that on the same pairs: twin" in found.verdict


def test_without_judges_and_lengths_there_is_nothing_to_say() -> None:
    whole = preferences()
    people = tuple(one for one in whole.answers if one.kind == "person")
    items = {key: Item(person=item.person, prompt=item.prompt) for key, item in whole.items.items()}
    assert (
        preference_section(judged(Material(answers=people, items=items), "g", "preferred")) is None
    )


def written() -> Material:
    items: dict[tuple[str, str], Item] = {}
    replies: list[ReplyText] = []
    for person in range(6):
        pair = f"p{person}-q"
        for number, text in enumerate(("The user keeps bees.", "The user plays chess.")):
            items["relevance", f"{pair}/a{number}"] = Item(
                person=f"p{person}", prompt="q", text=text, message="A gift?"
            )
        # Twice and eight times the generic length, in turn: the geometric mean is four.
        length = 20 * (2 if person % 2 else 8)
        for arm, reply in (
            ("generic", "x" * 20),
            ("all", ("Since you keep bees, honey. ").ljust(length, "y")),
        ):
            replies.append(
                ReplyText(group="relevance", pair=pair, generator="gpt", arm=arm, text=reply)
            )
    return Material(items=items, replies=tuple(replies))


def test_length_is_a_geometric_mean_of_pairs_and_mentions_a_share_of_attributes() -> None:
    found = written_section(written())
    assert found is not None
    assert value(found, "gpt, all", "times the generic length") == pytest.approx(4)
    assert cell(found, "gpt, generic", "times the generic length") is None
    assert value(found, "gpt, all", "attributes named") == 0.5
    assert value(found, "gpt, generic", "attributes named") == 0
    assert "1 are clearly longer" in found.verdict


def test_replies_to_pairs_that_nobody_describes_make_no_section() -> None:
    assert written_section(Material(replies=written().replies)) is None


def test_an_empty_reply_has_no_ratio() -> None:
    whole = written()
    blank = tuple(
        ReplyText(group=r.group, pair=r.pair, generator=r.generator, arm=r.arm, text="")
        for r in whole.replies
    )
    found = written_section(Material(items=whole.items, replies=blank))
    assert found is not None
    assert cell(found, "gpt, all", "times the generic length") is None
    characters = cell(found, "gpt, all", "characters")
    assert characters is not None
    assert np.isclose(characters.value or 0, 0)


def test_a_judge_that_likes_length_alone_agrees_half_the_time_at_the_same_length() -> None:
    """People choose the longer reply mostly; `long` does no more, `good` knows their choice too."""
    rng = np.random.default_rng(2)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for number in range(600):
        name, longer = str(number), float(rng.normal(60, 100))
        items["g", name] = Item(person=f"p{number % 50}", prompt=name, longer=longer)
        for judge, known in (("long", 0.0), ("good", 1.5)):
            likes = rng.random() < 1 / (1 + np.exp(-known - longer / 50))
            answers.append(
                Answer(
                    question="preferred",
                    group="g",
                    item=name,
                    judge=judge,
                    kind="model",
                    value=float(likes),
                )
            )
    made = Material(answers=tuple(answers), items=items)
    found = preference_section(judged(made, "g", "preferred"))
    assert found is not None
    assert value(found, "long", "agrees") > 0.6
    same = {name: cell(found, name, "agrees at the same length") for name in ("long", "good")}
    for name, truth in (("long", 0.5), ("good", 1 / (1 + np.exp(-1.5)))):
        figure = same[name]
        assert figure is not None
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < truth < figure.high
        assert figure.clusters == 50
    assert cell(found, LONGER, "agrees at the same length") is None


def test_choices_that_length_tells_apart_say_so() -> None:
    found = preference_section(judged(preferences(), "g", "preferred"))
    assert found is not None
    figure = cell(found, "long", "agrees at the same length")
    assert figure is not None
    assert figure.value is None
    assert "the odds have no bound" in (figure.reason or "")
