"""What a large run would take, from counts of the whole corpus and a sample of its people."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import numpy as np

from recenter.records import Record
from recenter.stats.clustered import ALONE, NOTHING, Part, interval, part
from recenter.stats.estimate import Estimate

Step = Literal["import", "filter", "extract", "verify", "select", "judge"]

STEPS: tuple[Step, ...] = ("import", "filter", "extract", "verify", "select", "judge")

EVERYBODY = "Everybody was read, so nothing is estimated from a sample."
WHOLE = "Measured on the whole corpus."
NO_CALLS = "No model is called."
OWN_MACHINES = "It runs on your machines; what their time costs is not known here."
NOT_SENT = "Nothing was sent, so how long the endpoint takes to answer is not known."
NO_PRICE = "The price of the model is not known: set it under [prices] in config.toml."
LOPSIDED = "One person holds most of the sample's words; an interval needs a larger --sample."

_LEAST_EFFECTIVE = 2


class Counts(Record, frozen=True):
    """What is in a corpus, counted on all of it."""

    people: int
    conversations: int
    turns: int
    characters: int
    """Of the turns of the people themselves: what the estimates are scaled by."""
    tokens: int
    """Of all turns, at most: one for two bytes of UTF-8, as a dry run counts them."""
    bad: int = 0
    """Rows that cannot be used."""
    skipped: int = 0
    """Rows that are left out on purpose."""
    unread: tuple[str, ...] = ()
    """Shards that cannot be read, with the reason."""
    processor_seconds: float = 0.0
    wall_seconds: float = 0.0


class Taken(Record, frozen=True):
    """What a step took, or would take, for one person."""

    step: Step
    backend: str
    """`embedded`, `code`, or the name of the chat model."""
    calls: int | None = None
    """None where no model is called."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """US dollars; None where no price is known."""
    processor_seconds: float | None = None
    """Of all threads; None where it ran elsewhere."""
    wall_seconds: float | None = None


class Sampled(Record, frozen=True):
    """One person of the sample."""

    person: str
    characters: int
    """Of their own turns."""
    attributes: int
    taken: tuple[Taken, ...]


class Planned(Record, frozen=True):
    """What a step would take on the whole corpus; tokens and cost are at most."""

    step: Step
    backend: str
    calls: Estimate
    prompt_tokens: Estimate
    completion_tokens: Estimate
    cost: Estimate
    """US dollars."""
    processor_seconds: Estimate
    wall_seconds: Estimate
    """In one process on this machine."""
    least_seconds: Estimate
    """Processor seconds over workers: no number of workers is faster than its share."""


class Plan(Record, frozen=True):
    """What is in a corpus, and what each step would take."""

    counts: Counts
    workers: int
    seed: int
    sampled: int
    """People of the sample, who were read whole."""
    attributes: Estimate
    steps: tuple[Planned, ...]


def make_plan(counts: Counts, sample: Sequence[Sampled], *, workers: int, seed: int = 0) -> Plan:
    """Return what a run over the whole corpus would take.

    A figure is that of the sample, times the characters of the corpus over those of the sample:
    the ratio estimator of Cochran, "Sampling Techniques" (1977), ch. 6, which a few people with
    many words do not throw off as they do a mean per person. Its t interval is clustered by
    person, with the correction for a finite corpus; the low end is never below what the sample
    itself took.
    """
    scale = _Scale(counts, sample)
    made = [_imported(counts, workers)]
    kinds = {(one.step, one.backend): None for person in sample for one in person.taken}
    for step, backend in sorted(kinds, key=lambda kind: STEPS.index(kind[0])):
        each = [
            next((t for t in person.taken if (t.step, t.backend) == (step, backend)), None)
            for person in sample
        ]
        made.append(_planned(step, backend, each, scale=scale, workers=workers))
    return Plan(
        counts=counts,
        workers=workers,
        seed=seed,
        sampled=len(sample),
        attributes=scale.total([person.attributes for person in sample]),
        steps=tuple(made),
    )


class _Scale:
    """From figures of the sampled people to that of everybody."""

    def __init__(self, counts: Counts, sample: Sequence[Sampled]) -> None:
        self._counts = counts
        self._sizes = np.array([person.characters for person in sample], np.float64)

    def total(self, figures: Sequence[float]) -> Estimate:
        n, people = len(figures), self._counts.people
        if not self._sizes.sum():
            return Estimate(value=None, n=n, reason=NOTHING)
        found = part(np.array(figures, np.float64), self._sizes, np.arange(n), n)
        value = found.value * self._counts.characters
        bare = Estimate(value=value, n=n, clusters=n)
        if reason := _why_no_interval(found, n, people):
            return msgspec.structs.replace(bare, reason=reason)
        errors = found.errors * self._counts.characters * math.sqrt(1 - n / people)
        made = interval(value, errors, found, n=n)
        if made.low is None:
            return made
        return msgspec.structs.replace(made, low=max(made.low, float(sum(figures))))


def _why_no_interval(found: Part, n: int, people: int) -> str | None:
    if n >= people:
        return EVERYBODY
    if found.clusters < _LEAST_EFFECTIVE:
        return ALONE
    return LOPSIDED if found.effective < _LEAST_EFFECTIVE else None


def _planned(
    step: Step, backend: str, each: Sequence[Taken | None], *, scale: _Scale, workers: int
) -> Planned:
    """Scale a step up; a person for whom it has nothing to do took nothing."""

    def total(of: Callable[[Taken], float | None], reason: str) -> Estimate:
        figures = [0.0 if one is None else of(one) for one in each]
        known = [figure for figure in figures if figure is not None]
        if len(known) < len(figures):
            return Estimate(value=None, n=len(figures), reason=reason)
        return scale.total(known)

    called = any(one is not None and one.calls is not None for one in each)
    seconds = total(lambda one: one.processor_seconds, NOT_SENT)
    return Planned(
        step=step,
        backend=backend,
        calls=total(lambda one: one.calls, NO_CALLS),
        prompt_tokens=total(lambda one: one.prompt_tokens, NO_CALLS) if called else _none(NO_CALLS),
        completion_tokens=total(lambda one: one.completion_tokens, NO_CALLS)
        if called
        else _none(NO_CALLS),
        cost=total(lambda one: one.cost, NO_PRICE if called else OWN_MACHINES),
        processor_seconds=seconds,
        wall_seconds=total(lambda one: one.wall_seconds, NOT_SENT),
        least_seconds=_divided(seconds, workers),
    )


def _imported(counts: Counts, workers: int) -> Planned:
    """Return what reading took, which was done on the whole corpus."""
    n = counts.conversations
    seconds = Estimate(value=counts.processor_seconds, n=n, reason=WHOLE)
    return Planned(
        step="import",
        backend="code",
        calls=_none(NO_CALLS),
        prompt_tokens=_none(NO_CALLS),
        completion_tokens=_none(NO_CALLS),
        cost=_none(OWN_MACHINES),
        processor_seconds=seconds,
        wall_seconds=Estimate(value=counts.wall_seconds, n=n, reason=WHOLE),
        least_seconds=_divided(seconds, workers),
    )


def _none(reason: str) -> Estimate:
    return Estimate(value=None, reason=reason)


def _divided(found: Estimate, by: int) -> Estimate:
    value, low, high = (None if x is None else x / by for x in (found.value, found.low, found.high))
    return msgspec.structs.replace(found, value=value, low=low, high=high)
