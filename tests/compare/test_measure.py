"""Figures of a corpus counted by hand, differences, and where there is nothing to count."""

from __future__ import annotations

import pytest

from recenter.compare.matching import BY, NO_COMMON, matched, strata_of
from recenter.compare.measure import (
    apart,
    by_readers,
    failures,
    one,
    outcomes,
    per_talk,
    problematic,
    sizes,
    without,
)
from recenter.compare.records import Corpus
from recenter.stats.contrast import NO_SIDE
from tests.compare.made import corpus, people, talk

SMALL = corpus(
    "small",
    [
        talk("a", "I like tea", "I guess I like rain", "Thanks"),
        talk("a", "Hello there you"),
        talk("b", "I own maybe two goats"),
        talk("c", "What is salt?"),
    ],
)
EMPTY = corpus("empty", [])


def figures(rows: object) -> dict[str, float | None]:
    return {each.name: one(each).value for each in rows}  # type: ignore[attr-defined]


def test_sizes_are_counted_by_hand() -> None:
    assert figures(sizes(SMALL)) == pytest.approx(
        {
            "conversations per person": 4 / 3,
            "turns per conversation": 12 / 4,
            "turns of the person per conversation": 6 / 4,
            "words per turn of the person": (3 + 5 + 1 + 3 + 5 + 3) / 6,
        }
    )


def test_what_was_found_is_counted_by_hand() -> None:
    assert figures(outcomes(SMALL)) == pytest.approx(
        {
            "problematic, by the verifier": 2 / 3,
            "attributes per person": 1,
            "attributes per conversation": 3 / 4,
            "conversations without an attribute": 2 / 4,
            "stated, not inferred": 1,
            "pieces of evidence per attribute": 1,
        }
    )
    modes = figures(failures(SMALL))
    assert modes["overgeneralisation"] == pytest.approx(1 / 3)
    assert modes["missing evidence"] == pytest.approx(1 / 3)
    assert modes["wrong person"] == 0
    said = by_readers(SMALL, {SMALL.attributes[0].id: True, "of another corpus": False})
    assert (one(said).value, one(said).n) == (1, 1)


def test_of_nothing_there_is_no_figure_but_a_reason() -> None:
    for rows in (*sizes(EMPTY), *outcomes(EMPTY), *failures(EMPTY)):
        assert one(rows).value is None, rows.name
        assert one(rows).reason
    assert apart(problematic(SMALL), problematic(EMPTY)).reason == NO_SIDE
    strata = strata_of((SMALL, EMPTY), BY["both"])
    assert matched(problematic(SMALL), problematic(EMPTY), strata).apart.reason == NO_COMMON


def test_of_one_person_there_is_a_figure_without_an_interval() -> None:
    lone = corpus("lone", [talk("a", "I like tea", "I guess so")])
    found = one(problematic(lone))
    assert (found.value, found.low) == (0.5, None)
    assert found.reason


def test_a_difference_is_that_of_the_figures_and_turns_its_sign() -> None:
    real, made = (corpus(n, people(n, 60, bad=b)) for n, b in (("real", 2), ("made", 6)))
    there, back = (apart(problematic(a), problematic(b)) for a, b in ((real, made), (made, real)))
    assert there.value == pytest.approx(one(problematic(real)).value - one(problematic(made)).value)  # type: ignore[operator]
    assert there.low is not None
    assert there.low > 0
    assert there.low == pytest.approx(-back.high)  # type: ignore[operator]


def test_matching_compares_lengths_that_both_have_and_says_how_many() -> None:
    short, long = (corpus(n, people(n, 60, bad=3, words=w)) for n, w in (("short", 3), ("long", 5)))
    strata = strata_of((short, long), BY["words of the person"])
    found = matched(per_talk(short), per_talk(long), strata)
    assert found.apart.value is not None
    assert 0 < found.compared[0] < 1
    far = corpus("far", people("far", 60, bad=3, words=400))
    nothing = matched(without(short), without(far), strata_of((short, far), BY["both"]))
    assert nothing.apart.reason == NO_COMMON


def test_a_corpus_matched_to_itself_is_as_it_was() -> None:
    real = corpus("real", people("real", 60, bad=2))
    twin = corpus("twin", people("twin", 60, bad=2))
    found = matched(problematic(real), problematic(twin), strata_of((real, twin), BY["both"]))
    assert found.apart.value == pytest.approx(0)
    assert found.first.value == pytest.approx(one(problematic(real)).value)


def _at_one_length(name: str, count: int) -> Corpus:
    """Return people who all say as much, every second one a guess."""
    return corpus(
        name, [talk(f"{name}{i}", f"I {'guess' if i % 2 else 'like'} it") for i in range(count)]
    )


@pytest.mark.parametrize(("here", "there", "compared"), [(4, 40, 0), (40, 4, 0), (5, 5, 1)])
def test_a_length_at_which_one_side_has_few_is_not_compared(
    here: int, there: int, compared: float
) -> None:
    sides = _at_one_length("real", here), _at_one_length("made", there)
    rows = [problematic(side) for side in sides]
    found = matched(rows[0], rows[1], strata_of(sides, BY["both"]))
    assert found.compared == (compared, compared)
    assert (found.apart.low is None) == (not compared)
    assert found.apart.reason == (None if compared else NO_COMMON)


def test_few_people_are_parted_less_so_that_enough_are_in_each_part() -> None:
    for count, parts in ((8, 1), (20, 2), (45, 4), (200, 9)):
        sides = tuple(
            corpus(name, [talk(f"{name}{i}", "word " * (i + 1)) for i in range(count)])
            for name in ("real", "made")
        )
        found = strata_of(sides, BY["words of the person"])
        assert len(set(found[0].values())) == parts
