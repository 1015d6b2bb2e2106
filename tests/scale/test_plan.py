"""What a run would take: from counts and a sample to figures with intervals."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recenter.importers.base import BadRow, SkippedRow
from recenter.records import Conversation, Turn
from recenter.scale.plan import (
    EVERYBODY,
    LOPSIDED,
    NO_CALLS,
    NO_PRICE,
    NOT_SENT,
    OWN_MACHINES,
    Counts,
    Plan,
    Planned,
    Sampled,
    Taken,
    make_plan,
)
from recenter.scale.plan_sample import Unread, characters, draw
from recenter.stats.clustered import ALONE, NOTHING


def counts(people: int, characters: int) -> Counts:
    return Counts(
        people=people,
        conversations=3 * people,
        turns=9 * people,
        characters=characters,
        tokens=characters,
        processor_seconds=4.0,
        wall_seconds=5.0,
    )


def person(n: int, size: int, *, cost: float | None = 0.5) -> Sampled:
    here = Taken(step="extract", backend="embedded", processor_seconds=size / 10, wall_seconds=1.0)
    asked = Taken(step="extract", backend="a:b", calls=n + 1, prompt_tokens=5 * size, cost=cost)
    return Sampled(person=f"p{n}", characters=size, attributes=n, taken=(here, asked))


def step(made: Plan, backend: str) -> Planned:
    (found,) = [one for one in made.steps if (one.step, one.backend) == ("extract", backend)]
    return found


def told(people: int, sizes: list[int], *, cost: float | None = 0.5, workers: int = 1) -> Plan:
    sample = [person(n, size, cost=cost) for n, size in enumerate(sizes)]
    return make_plan(counts(people, 100 * people), sample, workers=workers)


def test_figures_scale_with_what_people_wrote() -> None:
    made = told(1000, [80, 120, 100, 90])
    tokens = step(made, "a:b").prompt_tokens
    # Five tokens a character, exactly, however long somebody's turns are.
    assert tokens.value == pytest.approx(5 * 100_000)
    assert tokens.reason is not None
    calls = step(made, "a:b").calls
    assert calls.value == pytest.approx(10 / 390 * 100_000)
    assert calls.value is not None
    assert calls.low is not None
    assert calls.high is not None
    assert 10 <= calls.low < calls.value < calls.high


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 1000), min_size=2, max_size=8),
    st.integers(10, 10_000),
    st.integers(1000, 10**7),
)
def test_twice_the_corpus_takes_twice_as_much(sizes: list[int], people: int, size: int) -> None:
    sample = [person(n, one) for n, one in enumerate(sizes)]
    once = make_plan(counts(people, size), sample, workers=2)
    twice = make_plan(counts(2 * people, 2 * size), sample, workers=2)
    for one, two in zip(once.steps[1:], twice.steps[1:], strict=True):
        for field in ("calls", "prompt_tokens", "cost", "processor_seconds", "least_seconds"):
            before, after = getattr(one, field), getattr(two, field)
            if before.value is None:
                assert after.value is None
            else:
                assert after.value == pytest.approx(2 * before.value)


def test_workers_share_the_processor_seconds_and_no_more() -> None:
    one, eight = told(1000, [80, 120, 90]), told(1000, [80, 120, 90], workers=8)
    here = step(eight, "embedded")
    assert here.processor_seconds == step(one, "embedded").processor_seconds
    assert here.least_seconds.value == pytest.approx(here.processor_seconds.value / 8)  # type: ignore[operator]
    assert eight.steps[0].step == "import"
    assert eight.steps[0].least_seconds.value == pytest.approx(0.5)


def test_what_is_not_known_is_none_with_the_reason_and_never_zero() -> None:
    made = told(1000, [80, 120], cost=None)
    asked, here = step(made, "a:b"), step(made, "embedded")
    for figure, reason in (
        (asked.cost, NO_PRICE),
        (asked.processor_seconds, NOT_SENT),
        (asked.least_seconds, NOT_SENT),
        (here.cost, OWN_MACHINES),
        (here.calls, NO_CALLS),
        (here.prompt_tokens, NO_CALLS),
    ):
        assert figure.value is None
        assert figure.reason == reason


def test_one_person_gives_a_figure_without_an_interval() -> None:
    calls = step(told(1000, [80]), "a:b").calls
    assert calls.value == pytest.approx(1 / 80 * 100_000)
    assert (calls.low, calls.high, calls.reason) == (None, None, ALONE)


def test_one_person_among_many_who_wrote_almost_all_gives_no_interval_either() -> None:
    assert step(told(1000, [100_000, 10, 10]), "a:b").calls.reason == LOPSIDED


def test_a_sample_of_everybody_is_no_estimate() -> None:
    sample = [person(0, 80), person(1, 120)]
    calls = step(make_plan(counts(2, 200), sample, workers=1), "a:b").calls
    assert (calls.value, calls.low, calls.reason) == (3, None, EVERYBODY)


def test_people_who_said_nothing_say_nothing_of_others() -> None:
    assert step(told(1000, [0, 0]), "a:b").calls.reason == NOTHING


def said(who: int, n: int) -> Conversation:
    turns = (Turn(role="user", text=f"I like {n}."), Turn(role="assistant", text="Noted."))
    return Conversation(id=f"c{who}-{n}", person=f"p{who}", turns=turns, source="own")


CORPUS = [said(who, n) for n in range(4) for who in range(20)]


def test_a_corpus_is_counted_whole() -> None:
    rows: list[Conversation | BadRow | SkippedRow | Unread] = [
        *CORPUS,
        BadRow(file="f", line=1, reason="is bad."),
        SkippedRow(file="f", line=2, reason="empty"),
        Unread("a.parquet", "is damaged."),
    ]
    found = draw(rows, sample=3).counts
    assert (found.people, found.conversations, found.turns) == (20, 80, 160)
    assert found.characters == characters(CORPUS) == 80 * len("I like 0.")
    assert (found.bad, found.skipped, found.unread) == (1, 1, ("a.parquet: is damaged.",))
    assert found.tokens == sum(draw([one], sample=1).counts.tokens for one in CORPUS)


@settings(max_examples=20)
@given(st.permutations(CORPUS), st.integers(0, 3), st.integers(1, 25))
def test_people_are_drawn_whole_and_the_same_in_any_order(
    rows: list[Conversation], seed: int, sample: int
) -> None:
    drawn = draw(rows, sample=sample, seed=seed).people
    assert len(drawn) == min(sample, 20)
    assert list(drawn) == list(draw(CORPUS, sample=sample, seed=seed).people)
    for who, mine in drawn.items():
        assert {one.id for one in mine} == {one.id for one in CORPUS if one.person == who}


def test_another_seed_draws_others_and_all_are_drawn_equally_often() -> None:
    times = dict.fromkeys((one.person for one in CORPUS), 0)
    for seed in range(400):
        for who in draw(CORPUS[:20], sample=5, seed=seed).people:
            times[who] += 1
    # 100 times each; six standard deviations of sqrt(400 / 4 * 3 / 4).
    assert all(abs(count - 100) < 52 for count in times.values())


def test_a_repeated_conversation_is_kept_once() -> None:
    drawn = draw([CORPUS[0], CORPUS[0]], sample=1)
    assert drawn.counts.conversations == 2
    assert [len(mine) for mine in drawn.people.values()] == [1]
