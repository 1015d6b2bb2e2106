"""Wins at the same length, one's own family, and scores: planted effects are found, and no others.

`study` makes people who like length and have no taste beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from recenter.figures.record import Table
from recenter.reports.families import family_of, own_family
from recenter.reports.judged import judged, one_each
from recenter.reports.material import Answer, Item, Kind, Material
from recenter.reports.rewards import LONGER, PERSON, rewards
from recenter.reports.wins import wins
from recenter.stats.estimate import Estimate
from tests.reports.test_better import cell, holds


def answer(item: str, judge: str, kind: Kind, value: float, **more: Any) -> Answer:
    return Answer(
        question="better", group="g", item=item, judge=judge, kind=kind, value=value, **more
    )


def study(*, seed: int = 5, people: int = 80, pairs: int = 4, raters: int = 3) -> Material:
    """Replies that know the person are 100 characters longer, and are liked for that alone.

    `gpt-5` adds a point to what `gpt-4` wrote, and none to the rest. `good` scores as people
    think, `coin` at random, `bee` wherever an attribute is named.
    """
    rng = np.random.default_rng(seed)
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    for person in range(people):
        for pair in range(pairs):
            name = f"{person}/{pair}"
            longer = float(rng.normal(100, 100))
            mentions = bool(rng.random() < 0.5)
            source = ("gpt-4", "claude-opus")[pair % 2]
            items["g", name] = Item(
                person=f"p{person}", source=source, longer=longer, mentions=mentions
            )
            liking = longer / 100
            for rater in range(raters):
                side = "first" if rng.random() < 0.5 else "second"
                value = float(np.clip(round(3 + liking + rng.normal(0, 1)), 1, 5))
                answers.append(answer(name, f"r{rater}", "person", value, position=side))
            own = 1.0 if source == "gpt-4" else 0.0
            for side, shift in (("first", 0.3), ("second", -0.3)):
                value = 3 + liking + own + shift + rng.normal(0, 0.3)
                answers.append(answer(name, "openai:gpt-5", "model", value, position=side))
            scores = {
                "good": 1e4 * (liking + rng.normal(0, 0.3)),
                "coin": rng.normal(),
                "bee": 7.0 * mentions,
            }
            answers += [answer(name, judge, "score", given) for judge, given in scores.items()]
    return Material(answers=tuple(answers), items=items)


@pytest.fixture(scope="module")
def made() -> Material:
    return study()


@pytest.fixture(scope="module")
def scored(made: Material) -> tuple[Table, ...]:
    of = judged(made, "g", "better")
    return rewards(of, one_each(made, "g", "better"), seed=0)


def won(made: Material, row: str, column: str) -> Estimate:
    return cell(wins(made, judged(made, "g", "better")), "How often", row, column)


def test_replies_that_win_by_length_alone_win_half_the_time_at_the_same_length(
    made: Material,
) -> None:
    raw, adjusted = won(made, "people", "wins"), won(made, "people", "wins at the same length")
    assert raw.low is not None
    assert raw.low > 0.6
    assert holds(adjusted, 0.5)
    assert adjusted.clusters == 80
    assert adjusted.n == 80 * 4 * 3
    longer = won(made, "people", "log odds of a longer reply")
    assert longer.low is not None
    assert longer.low > 0
    assert holds(won(made, "people, on replies of gpt-4", "wins at the same length"), 0.5)


def test_a_judge_that_adds_a_point_still_wins_at_the_same_length(made: Material) -> None:
    adjusted = won(made, "openai:gpt-5", "wins at the same length")
    assert adjusted.low is not None
    assert adjusted.low > 0.5
    assert adjusted.n == 80 * 4 * 2


@pytest.mark.parametrize(
    ("longer", "reason"),
    [(None, "The lengths of the replies are not in the data."), (50.0, "It does not vary.")],
)
def test_lengths_that_are_not_known_or_never_the_same_are_the_reason(
    made: Material, longer: float | None, reason: str
) -> None:
    items = {p: msgspec.structs.replace(item, longer=longer) for p, item in made.items.items()}
    none = Material(answers=made.answers, items=items)
    adjusted = won(none, "people", "wins at the same length")
    assert adjusted.value is None
    assert reason in (adjusted.reason or "")
    assert won(none, "people", "wins").value is not None


def test_wins_that_length_tells_apart_are_not_estimable_and_say_so(made: Material) -> None:
    people = [
        answer(name, "r0", "person", 5.0 if (item.longer or 0) > 0 else 1.0)
        for (_, name), item in made.items.items()
    ]
    adjusted = won(
        Material(answers=tuple(people), items=made.items), "people", "wins at the same length"
    )
    assert adjusted.value is None
    assert "the odds have no bound" in (adjusted.reason or "")


def test_a_taste_for_its_own_family_is_recovered_beside_people(made: Material) -> None:
    tables = own_family(judged(made, "g", "better"))
    row = "openai:gpt-5 (gpt)"
    assert holds(cell(tables, "Does a judge", row, "judge less people"), 1.0)
    assert holds(cell(tables, "Does a judge", row, "own family less others, people"), 0.0)
    assert cell(tables, "Does a judge", row, "judge less people").clusters == 80


def test_a_judge_without_replies_of_its_family_or_of_others_says_why(made: Material) -> None:
    def told(source: str) -> str:
        items = {p: msgspec.structs.replace(i, source=source) for p, i in made.items.items()}
        of = judged(Material(answers=made.answers, items=items), "g", "better")
        figure = cell(own_family(of), "Does a judge", "openai:gpt-5 (gpt)", "judge less people")
        assert figure.value is None
        return figure.reason or ""

    assert told("claude") == "There are no rows of its own family that both rated."
    assert told("gpt-4") == "There are no rows of other families that both rated."
    assert told("") == "Who wrote the replies is not in the data."


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("openai:gpt-5.4", "gpt"),
        ("chatgpt-4o-latest", "gpt"),
        ("o3-mini", "gpt"),
        ("ollama:llama3.3:70b", "llama"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama"),
        ("deepseek-r1-distill-llama-70b", "deepseek"),
        ("mixtral-8x7b", "mistral"),
        ("gemma-4-31b", "gemma"),
        ("Qwen3.5-27B", "qwen"),
        ("philosopher-7b", "philosopher-7b"),
        ("ours, trained", "ours, trained"),
    ],
)
def test_families_are_told_by_names(name: str, family: str) -> None:
    assert family_of(name) == family


def test_scores_on_any_scale_are_held_to_people_beside_length_and_a_person(
    scored: tuple[Table, ...],
) -> None:
    def of(row: str, column: str) -> Estimate:
        return cell(scored, "Scores of", row, column)

    for column in ("Spearman with people", "pairwise accuracy"):
        good, length = of("good", column).value, of(LONGER, column).value
        assert good is not None
        assert length is not None
        # Length is all that people like, so that it is the better score of the two.
        assert good <= length
        assert good > 0.7
    assert holds(of("coin", "Spearman with people"), 0.0)
    assert holds(of("coin", "pairwise accuracy"), 0.5)
    person = of(PERSON, "Spearman with people")
    assert person.value is not None
    assert 0.3 < person.value < 1
    assert 0.5 < (of(PERSON, "pairwise accuracy").value or 0) < 1
    assert of("good", "pairwise accuracy").clusters == 80


def test_a_score_that_is_the_mention_is_found_in_standard_deviations(
    scored: tuple[Table, ...],
) -> None:
    bee = cell(scored, "Scores of", "bee", "mention, model")
    # 0 or 7 half the time each: a standard deviation of 3.5.
    assert bee.value == pytest.approx(2.0, abs=0.05)
    assert holds(cell(scored, "Scores of", "bee", "mention, people"), 0.0)
    assert holds(cell(scored, "Scores of", "coin", "mention, model"), 0.0)


def test_a_score_changed_in_scale_has_the_same_figures(made: Material) -> None:
    def told(times: float) -> list[Estimate | None]:
        answers = tuple(
            msgspec.structs.replace(a, value=times * (a.value or 0)) if a.judge == "coin" else a
            for a in made.answers
        )
        of = judged(Material(answers=answers, items=made.items), "g", "better")
        (table,) = rewards(of, one_each(made, "g", "better"), seed=0)
        return list(next(line for line in table.lines if line.name == "coin").figures)

    for one, other in zip(told(1.0), told(1e-3), strict=True):
        assert one is not None
        assert other is not None
        assert one.value == pytest.approx(other.value)


def test_scores_are_in_no_table_of_ratings(made: Material) -> None:
    of = judged(made, "g", "better")
    named = {line.name for table in (*wins(made, of), *own_family(of)) for line in table.lines}
    assert not named & {"good", "coin", "bee"}
    models = tuple(a for a in made.answers if a.kind != "score")
    assert (
        rewards(judged(Material(answers=models, items=made.items), "g", "better"), [], seed=0) == ()
    )
