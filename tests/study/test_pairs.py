"""Pairs are drawn as often as they say, so that weighted figures are those of all pairs."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import hypergeom

from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Turn
from recenter.stages.select_bm25 import Bm25Selector
from recenter.store import open_store
from recenter.study.pair_rows import STRATA, Draw, Pair, Prompt, Shares
from recenter.study.pairs import Matcher, draw, selector_matcher
from recenter.workspace import Workspace
from tests.study.makers import (
    KNOWN,
    MATCHER,
    OPEN,
    ORDINARY,
    PEOPLE,
    attributes,
    picks,
    relevant,
)

PROMPTS = (*OPEN, *ORDINARY)
ALL = [(person, prompt.id) for person in PEOPLE for prompt in PROMPTS]
TRUTH = float(np.mean([relevant(*one) for one in ALL]))
MATCHED = [(p, q.id) for p in PEOPLE for q in OPEN if picks(p, q) >= 2]
ID = {prompt.prompt: prompt.id for prompt in PROMPTS}
RUNS = 1500


def cell(pair: Pair) -> tuple[str, str]:
    return pair.person, ID[pair.query.prompt]


def yes(pair: Pair) -> bool:
    return relevant(*cell(pair))


class Runs(NamedTuple):
    """What many draws held, by pair."""

    times: dict[tuple[str, str], int]
    weights: dict[tuple[str, str], list[float]]
    chances: dict[tuple[str, str], set[float]]
    totals: NDArray[np.float64]
    """Horvitz-Thompson estimates of the number of yes, over all pairs."""
    ratios: NDArray[np.float64]
    """Hájek's estimates of their share."""
    naive: NDArray[np.float64]
    """The unweighted share among matched pairs."""


def drawn(plan: Draw, runs: int = RUNS) -> Runs:
    times: Counter[tuple[str, str]] = Counter()
    weights: dict[tuple[str, str], list[float]] = defaultdict(list)
    chances: dict[tuple[str, str], set[float]] = defaultdict(set)
    figures = []
    for seed in range(runs):
        pairs = draw(KNOWN, PROMPTS, MATCHER, plan=msgspec.structs.replace(plan, seed=seed))
        said = np.array([yes(pair) for pair in pairs])
        weight = np.array([1 / pair.probability for pair in pairs])
        matched = [yes(pair) for pair in pairs if pair.stratum == "matched"]
        figures.append((said @ weight, said @ weight / weight.sum(), np.mean(matched)))
        for pair in pairs:
            times[cell(pair)] += 1
            weights[cell(pair)].append(1 / pair.probability)
            chances[cell(pair)].add(round(pair.probability, 12))
    return Runs(times, weights, chances, *np.array(figures, np.float64).T)


def off(found: NDArray[np.float64], truth: float) -> float:
    """How far the mean of runs is from the truth, in its standard errors."""
    return float((found.mean() - truth) / (found.std(ddof=1) / np.sqrt(len(found))))


@pytest.mark.parametrize("per_person", [None, 2])
def test_pairs_are_drawn_as_often_as_their_probability_says(per_person: int | None) -> None:
    runs = drawn(Draw(total=20, per_person=per_person))
    assert set(runs.times) == set(ALL)
    assert all(len(chance) == 1 for chance in runs.chances.values())
    chance = np.array([min(runs.chances[one]) for one in ALL])
    times = np.array([runs.times[one] for one in ALL])
    assert len(set(chance.tolist())) >= 3
    assert chance.sum() == pytest.approx(20)
    z = (times / RUNS - chance) / np.sqrt(np.maximum(chance * (1 - chance), 1e-9) / RUNS)
    assert np.abs(z).max() < 4
    assert abs(off(runs.totals, TRUTH * len(ALL))) < 3.5
    assert runs.ratios.mean() == pytest.approx(TRUTH, abs=0.01)
    assert abs(off(runs.naive, TRUTH)) > 50


def test_without_a_limit_the_probability_is_that_of_the_stratum() -> None:
    pairs = draw(KNOWN, PROMPTS, MATCHER, plan=Draw(total=20))
    sizes = {"matched": 21, "unmatched": 27, "ordinary": 12}
    asked = {"matched": 10, "unmatched": 6, "ordinary": 4}
    assert len(MATCHED) == sizes["matched"]
    assert Counter(pair.stratum for pair in pairs) == asked
    for pair in pairs:
        assert pair.probability == pytest.approx(asked[pair.stratum] / sizes[pair.stratum])
        assert (pair.stratum == "matched") == (cell(pair) in MATCHED)


def test_of_two_phases_the_probability_is_the_product() -> None:
    plan = Draw(total=16, candidates=36, shares=Shares(matched=0.5, unmatched=0.3, ordinary=0.2))
    runs = drawn(plan)
    # The second factor depends on how many of the first phase match; given those, it is exact.
    assert any(len(runs.chances[one]) > 1 for one in MATCHED)
    by_cell = [np.array(runs.weights[one]) for one in ALL]
    totals = np.array([weights.sum() / RUNS for weights in by_cell])
    squares = np.array([np.square(weights).sum() / RUNS for weights in by_cell])
    z = (totals - 1) / np.sqrt((squares - totals**2) / RUNS)
    assert np.abs(z).max() < 4
    assert abs(off(runs.totals, TRUTH * len(ALL))) < 3.5
    assert runs.ratios.mean() == pytest.approx(TRUTH, abs=0.015)
    # Over all first phases, a matched pair is drawn as often as the hypergeometric law says.
    others = np.arange(36)
    law = hypergeom.pmf(others, 48 - 1, 21 - 1, 36 - 1)
    chance = 36 / 48 * float(np.sum(law * 8 / (others + 1)))
    times = np.array([runs.times[one] for one in MATCHED])
    assert np.abs(times / RUNS - chance).max() < 4 * np.sqrt(chance * (1 - chance) / RUNS)


def test_the_matcher_is_asked_about_the_first_phase_and_no_more() -> None:
    asked: list[tuple[str, str]] = []

    def counted(person: str, prompt: Prompt) -> float:
        asked.append((person, prompt.id))
        return picks(person, prompt)

    watched = Steps()
    matcher = Matcher(name="counted", signature=Signature(), picks=counted)
    draw(KNOWN, PROMPTS, matcher, plan=Draw(total=8, candidates=30), progress=watched)
    assert len(set(asked)) == len(asked) == watched.done == watched.total == 30
    assert not any(prompt.startswith("z") for _, prompt in asked)
    asked.clear()
    plain = Draw(total=4, shares=Shares(matched=0, unmatched=0, ordinary=1))
    assert len(draw(KNOWN, PROMPTS, matcher, plan=plain)) == 4
    assert asked == []


class Steps:
    """Progress that counts."""

    total: int | None = None
    done = 0

    def start(self, what: str, total: int | None) -> None:
        assert what == "match"
        self.total = total

    def advance(self, steps: int = 1) -> None:
        self.done += steps


def test_one_seed_gives_one_draw_in_whatever_order_things_are_listed() -> None:
    plan = Draw(total=20, shown=2)
    one = draw(KNOWN, PROMPTS, MATCHER, plan=plan)
    mixed = random.Random(0)
    people = dict(mixed.sample(list(KNOWN.items()), len(KNOWN)))
    prompts = mixed.sample(PROMPTS, len(PROMPTS))
    assert draw(people, prompts, MATCHER, plan=plan) == one
    other = draw(KNOWN, PROMPTS, MATCHER, plan=msgspec.structs.replace(plan, seed=1))
    assert {cell(pair) for pair in other} != {cell(pair) for pair in one}
    # The order tells nothing of the stratum.
    strata = [pair.stratum for pair in one]
    assert strata != sorted(strata, key=STRATA.index)


def test_a_pair_says_what_it_is_and_by_what_it_was_drawn() -> None:
    pairs = draw(KNOWN, PROMPTS, MATCHER, plan=Draw(total=20, seed=7))
    assert len({pair.id for pair in pairs}) == 20
    assert len({pair.query.id for pair in pairs}) == 20
    for pair in pairs:
        assert pair.query.person == pair.person
        assert pair.query.prompt in ID
        known = {attribute.id: attribute.text for attribute in KNOWN[pair.person]}
        assert {shown.id: shown.text for shown in pair.attributes} == known
        assert (pair.signature.model, pair.signature.seed) == ("tests:none", 7)
    (signature,) = {pair.signature for pair in pairs}
    fewer = draw(KNOWN, PROMPTS[:-1], MATCHER, plan=Draw(total=20, seed=7))
    assert fewer[0].signature.settings != signature.settings


def test_of_many_attributes_some_are_shown_and_the_probability_counts_it() -> None:
    known = {**KNOWN, "p0": attributes("p0", 30)}
    plan = Draw(total=33, shown=24)
    times: Counter[str] = Counter()
    seen = 0
    for seed in range(150):
        pairs = draw(known, PROMPTS, MATCHER, plan=msgspec.structs.replace(plan, seed=seed))
        chance = {pair.stratum: pair.probability for pair in pairs if pair.person != "p0"}
        for pair in pairs:
            ids = [shown.id for shown in pair.attributes]
            assert pair.pair_probability == pytest.approx(chance[pair.stratum])
            if pair.person == "p0":
                seen += 1
                times.update(ids)
                assert len(set(ids)) == 24
                assert pair.shown == pytest.approx(24 / 30)
                assert pair.probability == pytest.approx(chance[pair.stratum] * 24 / 30)
            else:
                assert (len(ids), pair.shown) == (3, None)
    assert seen > 500
    shares = np.array([times[attribute.id] / seen for attribute in known["p0"]])
    assert np.abs(shares - 0.8).max() < 4 * np.sqrt(0.16 / seen)


def test_a_query_has_the_id_that_it_has_in_a_workspace(tmp_path: Path) -> None:
    (pair, *_) = draw(KNOWN, PROMPTS, MATCHER, plan=Draw(total=20))
    talk = Conversation(
        id="c", person=pair.person, turns=(Turn(role="user", text="Hi"),), source="test"
    )
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        store.put_conversations([talk])
        assert Workspace(store).query(pair.person, pair.query.prompt) == pair.query


def test_no_one_gives_more_than_allowed() -> None:
    plan = Draw(total=20, per_person=2)
    for seed in range(20):
        pairs = draw(KNOWN, PROMPTS, MATCHER, plan=msgspec.structs.replace(plan, seed=seed))
        assert max(Counter((pair.person, pair.stratum) for pair in pairs).values()) <= 2


@pytest.mark.parametrize(
    ("answer", "matches"), [(True, True), (False, False), (2, True), (1, False), (2.5, True)]
)
def test_a_matcher_counts_or_says_whether(answer: Any, matches: bool) -> None:
    matcher = Matcher(name="m", signature=Signature(), picks=lambda _person, _prompt: answer)
    shares = Shares(matched=float(matches), unmatched=float(not matches), ordinary=0.0)
    plan = Draw(total=3, shares=shares, allow_conditional=True)
    (stratum,) = {pair.stratum for pair in draw(KNOWN, PROMPTS, matcher, plan=plan)}
    assert stratum == ("matched" if matches else "unmatched")


def test_a_selector_matches_where_it_uses_enough() -> None:
    known = {
        "ada": (said("ada", "plays the cello"), said("ada", "owns a cello bow")),
        "ben": (said("ben", "plays the drums"), said("ben", "lives in Oslo")),
    }
    matcher = selector_matcher(Bm25Selector(), known)
    cello = Prompt(id="q", prompt="Which cello should I buy?")
    assert [matcher.picks(person, cello) for person in known] == [2, 0]
    assert (matcher.name, matcher.signature) == ("bm25", Bm25Selector().signature)
    prompts = [cello, Prompt(id="hi", prompt="Hello!", stratum="ordinary")]
    shares = Shares(matched=1 / 3, unmatched=1 / 3, ordinary=1 / 3)
    pairs = draw(known, prompts, matcher, plan=Draw(total=3, shares=shares))
    found = {(pair.stratum, pair.person) for pair in pairs if pair.stratum != "ordinary"}
    assert found == {("matched", "ada"), ("unmatched", "ben")}
    assert pairs[0].signature.model == f"bm25:{Bm25Selector().signature.model}"


def said(person: str, what: str) -> Attribute:
    return Attribute(
        id=f"{person} {what}",
        person=person,
        text=f"The user {what}.",
        source="stated",
        confidence=1.0,
        evidence=(),
    )


@pytest.mark.parametrize(
    ("plan", "said_"),
    [
        (Draw(total=44), r"shares.matched: 22 pairs .* has 21 among the 48 .* smaller `least`"),
        (
            Draw(total=36, shares=Shares(matched=0.1, unmatched=0.8, ordinary=0.1)),
            r"shares.unmatched: 29 .* has 27 .* larger `least`",
        ),
        (
            Draw(total=40, shares=Shares(matched=0.25, unmatched=0.25, ordinary=0.5)),
            r"shares.ordinary: 20 pairs .* has 12 .* marked as ordinary",
        ),
        (Draw(total=24, per_person=2), r"12 pairs .* 21 .*, 11 with at most 2 of one person.*larg"),
        (Draw(total=20, candidates=12), r"shares.matched: 10 .* 12 that were looked at, of 48"),
        (Draw(total=2), r"total: 2 pairs are too few: the share of ordinary comes to none"),
        (Draw(total=0), "total: it is 0; it must be 1 or more"),
        (Draw(total=9, seed=-1), "seed: it is -1"),
        (Draw(total=9, per_person=0), "per_person: it is 0"),
        (Draw(total=9, shares=Shares(matched=0.8, unmatched=0.2, ordinary=0)), "at most 0.7"),
        (Draw(total=9, shares=Shares(matched=0.7, unmatched=0, ordinary=0.3)), "unmatched: it is"),
        (Draw(total=9, shares=Shares(matched=0.5)), None),
        (Draw(total=9, shares=Shares(matched=0.6)), "shares: they sum to 1.1"),
        (Draw(total=9, shares=Shares(matched=-0.1)), "shares.matched: it is -0.1"),
        (Draw(total=9, shares=Shares(matched=float("nan"))), "shares.matched: it is nan"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_what_to_change(
    plan: Draw, said_: str | None
) -> None:
    if said_ is None:
        assert len(draw(KNOWN, PROMPTS, MATCHER, plan=plan)) == plan.total
    else:
        with pytest.raises(InputError, match=said_):
            draw(KNOWN, PROMPTS, MATCHER, plan=plan)


def test_matched_pairs_alone_can_be_asked_for_by_name() -> None:
    shares = Shares(matched=1, unmatched=0, ordinary=0)
    pairs = draw(KNOWN, PROMPTS, MATCHER, plan=Draw(total=9, shares=shares, allow_conditional=True))
    assert {pair.stratum for pair in pairs} == {"matched"}


@pytest.mark.parametrize(
    ("people", "prompts", "said_"),
    [
        ({}, PROMPTS, "people: nobody has an attribute"),
        ({"p0": ()}, PROMPTS, "people: nobody has an attribute"),
        ({"p1": attributes("p0", 1)}, PROMPTS, "'p0-00' of p1 is somebody else's"),
        ({"p0": attributes("p0", 1) * 2}, PROMPTS, "p0 has the attribute 'p0-00' twice"),
        (KNOWN, (OPEN[0], OPEN[0]), "prompts: 'q0' is listed twice"),
        (KNOWN, (Prompt(id="e", prompt=" "),), "prompts: 'e' has no text"),
        (KNOWN, (OPEN[0], Prompt(id="e", prompt=OPEN[0].prompt)), "'e' says the same as 'q0'"),
        (KNOWN, (), "shares.matched: 10 pairs are asked of the stratum matched, and it has 0"),
    ],
)
def test_people_and_prompts_that_cannot_be_used_are_refused(
    people: dict[str, tuple[Attribute, ...]], prompts: tuple[Prompt, ...], said_: str
) -> None:
    with pytest.raises(InputError, match=said_):
        draw(people, prompts, MATCHER, plan=Draw(total=20))


def test_people_of_whom_nothing_is_known_are_left_out() -> None:
    pairs: tuple[Pair, ...] = draw({**KNOWN, "nobody": ()}, PROMPTS, MATCHER, plan=Draw(total=20))
    assert "nobody" not in {pair.person for pair in pairs}


def test_a_matcher_that_gives_no_number_is_not_read_as_a_no() -> None:
    matcher = Matcher(name="m", signature=Signature(), picks=lambda _person, _prompt: float("nan"))
    with pytest.raises(InputError, match="matcher: m gave no number for p0 and 'q0'"):
        draw(KNOWN, PROMPTS, matcher, plan=Draw(total=20))
