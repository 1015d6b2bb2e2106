"""Rows to fit on: folds, targets, and that what is left out is in no other fold's rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.train import texts
from recenter.train.examples import Item, Labelled
from recenter.train.selector_rows import (
    Drawing,
    Folds,
    Row,
    labelled_rows,
    made_up_rows,
    make_folds,
    profiles,
)
from recenter.train.selector_sides import made_up_cases, ordinary_cases
from tests.train.selector_makers import PROMPTS, answers

LABELLED = answers()
FOLDS = make_folds(LABELLED, seed=0)


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return labelled_rows(LABELLED, FOLDS) + made_up_rows(LABELLED, FOLDS, seed=0)


@settings(max_examples=20, deadline=None)
@given(st.integers(5, 15), st.integers(1, PROMPTS), st.integers(2, 5), st.integers(0, 99))
def test_everything_is_in_one_fold_and_the_folds_are_even(
    people: int, prompts: int, number: int, seed: int
) -> None:
    labelled = answers(people=people, prompts=prompts)
    folds = make_folds(labelled, seed=seed, number=number)
    assert folds == make_folds(labelled[::-1], seed=seed, number=number)
    for dealt, names in (
        (folds.people, {one.person for one in labelled}),
        (folds.prompts, {one.prompt for one in labelled}),
        (folds.domains, {pair.domain for pair in texts.pairs()}),
        (folds.kinds, {one.kind for one in texts.ordinary_frozen()}),
    ):
        assert set(dealt) == names
        sizes = np.bincount(list(dealt.values()), minlength=number)
        assert sizes.max() - sizes.min() <= 1


def test_another_seed_deals_otherwise() -> None:
    assert make_folds(LABELLED, seed=1).people != FOLDS.people


def test_what_belongs_together_shares_a_fold() -> None:
    domains = list(FOLDS.domains)
    folds = make_folds(LABELLED, seed=3, together=dict.fromkeys(domains[:9], "one"))
    assert len({folds.domains[name] for name in domains[:9]}) == 1
    assert len(set(folds.domains.values())) == 5


def test_a_target_moves_a_tenth_of_the_way_to_the_models() -> None:
    items = (
        Item("a", True, None),
        Item("b", True, 0.5),
        Item("c", False, 1.0),
        Item("d", None, 1.0),
        Item("a", False, None),
    )
    labelled = [Labelled("p", "u", "m", items, "")]
    made = labelled_rows(labelled, make_folds(labelled, seed=0))
    assert [row.target for row in made] == pytest.approx([1, 0.95, 0.1, 0])
    assert {row.of for row in made} == {("a", "b", "c", "d")}
    assert {row.weight for row in made} == {1.0}


def left_out(folds: Folds, groups: frozenset[str]) -> tuple[set[str], set[str]]:
    """Return the attributes and the messages that belong to groups."""
    own = [one for one in LABELLED if folds.groups_of(one) & groups]
    people = {item.text for one in own for item in one.items}
    about = {
        pair.attribute for pair in texts.pairs() if f"domain:{folds.domains[pair.domain]}" in groups
    }
    messages = {one.prompt for one in own} | {
        pair.matters for pair in texts.pairs() if f"domain:{folds.domains[pair.domain]}" in groups
    }
    return people | about, messages


@pytest.mark.parametrize("fold", range(5))
def test_no_statement_of_who_is_left_out_is_in_a_row_that_stays(rows: list[Row], fold: int) -> None:
    """Nor of the domains left out, be it as one of the set."""
    groups = frozenset((f"person:{fold}", f"domain:{fold}", f"kind:{fold}"))
    gone, _ = left_out(FOLDS, groups)
    kept = [row for row in rows if not row.groups & groups]
    assert kept
    assert not gone & {text for row in kept for text in row.of}
    assert not gone & {row.attribute for row in kept}


@pytest.mark.parametrize("fold", range(5))
def test_no_message_that_is_left_out_is_in_a_row_that_stays(rows: list[Row], fold: int) -> None:
    groups = frozenset((f"prompt:{fold}", f"domain:{fold}"))
    _, gone = left_out(FOLDS, groups)
    kept = [row for row in rows if not row.groups & groups]
    assert gone
    assert not gone & {row.message for row in kept}


def test_made_up_rows_are_negatives_of_other_domains(rows: list[Row]) -> None:
    of = {pair.attribute: pair.domain for pair in texts.pairs()}
    about = {pair.matters: pair.domain for pair in texts.pairs()}
    made = [row for row in rows if row.weight < 1]
    assert {row.message for row in made} == {*about, *texts.lines("open")}
    for row in made:
        assert row.target == 0
        assert row.attribute in row.of
        assert len(set(row.of)) == len(row.of)
        if row.attribute in of and row.message in about:
            assert of[row.attribute] != about[row.message]


def test_the_same_seed_gives_the_same_rows(rows: list[Row]) -> None:
    assert made_up_rows(LABELLED, FOLDS, seed=0) == rows[len(labelled_rows(LABELLED, FOLDS)) :]
    assert made_up_rows(LABELLED, FOLDS, seed=1) != made_up_rows(LABELLED, FOLDS, seed=0)


def test_a_planted_attribute_comes_first_and_elsewhere_is_of_other_domains() -> None:
    rng = np.random.default_rng(0)
    of = {pair.attribute: pair.domain for pair in texts.pairs()}
    pairs = [pair for pair in texts.pairs() if FOLDS.domains[pair.domain] == 2]
    cases = made_up_cases(pairs, Drawing(LABELLED, FOLDS, rng), 2, rng)
    planted = {pair.matters: pair.attribute for pair in pairs}
    assert {case.side for case in cases} == {"planted", "elsewhere"}
    for case in cases:
        if case.side == "planted":
            assert case.attributes[0] == planted[case.message]
        else:
            assert len(case.attributes) == 24
            assert case.origin not in {of[text] for text in case.attributes}


def test_where_a_fold_has_few_domains_its_sets_are_small() -> None:
    """Domains that share a fold may leave another with one domain, or with none."""
    domains = list(FOLDS.domains)
    folds = make_folds(LABELLED, seed=0, together=dict.fromkeys(domains[3:], "one"))
    drawing = Drawing(LABELLED, folds, np.random.default_rng(0))
    alone = domains[0]
    assert drawing.elsewhere(alone, 24, fold=folds.domains[alone]) == ()
    assert len(drawing.elsewhere("", 24, fold=folds.domains[alone])) == 15
    assert all(row.attribute in row.of for row in made_up_rows(LABELLED, folds, seed=0))


def test_every_ordinary_message_meets_every_person() -> None:
    known = profiles(LABELLED)
    messages = texts.ordinary()[:3]
    cases = ordinary_cases(messages, LABELLED)
    assert len(cases) == 3 * len(known)
    assert {case.attributes for case in cases} == set(known.values())
    assert {case.origin for case in cases} == {one.kind for one in messages}
