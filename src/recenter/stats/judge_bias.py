"""How a judge differs from people: leniency, position, mention, length and its own family."""

from __future__ import annotations

from collections.abc import Hashable

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.stats.clustered import (
    Column,
    Floats,
    Ints,
    Names,
    clustered_mean,
    clustered_share,
    codes,
    interval,
    part,
)
from recenter.stats.effects import rating_effects
from recenter.stats.estimate import Estimate

_MENTION = "mention"


class PositionBias(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge says of the same two when they are swapped."""

    consistent: Estimate
    """Share of pairs with the same verdict in both orders."""
    first: Estimate
    """Share of verdicts for the one shown first, a tie being 1/2. Without bias, 1/2."""


class MentionEffect(msgspec.Struct, frozen=True, kw_only=True):
    """What naming an attribute in a reply adds to its rating, at equal length."""

    people: Estimate
    judge: Estimate
    difference: Estimate
    """The judge's less people's, on the same rows."""


class LengthBaseline(msgspec.Struct, frozen=True, kw_only=True):
    """How far a preference is one for the longer reply."""

    people: Estimate
    """Share of people's preferences that are for the longer: what the baseline scores."""
    judge: Estimate
    """The same of the judge: how far it agrees with the baseline."""


class SelfPreference(msgspec.Struct, frozen=True, kw_only=True):
    """How much better a judge thinks of its own family than people do."""

    judge: Estimate
    """Its mean on its own family less its mean on others."""
    people: Estimate
    """The same of people."""
    difference: Estimate
    """The judge's less people's, on the same rows: the preference that people do not share."""


def leniency(judged: Column, answers: Column, clusters: Names, *, level: float = 0.95) -> Estimate:
    """Return the mean of judge less people over rows that both answered.

    mean(f - y): the constant part of a rater's error, Saal, Downey & Lahey, "Rating the ratings",
    Psychological Bulletin 88 (1980). Clustered as `clustered_mean`.
    """
    gaps = np.asarray(judged, np.float64) - np.asarray(answers, np.float64)
    return clustered_mean(gaps, clusters, level=level)


def position_bias(
    forward: Column, swapped: Column, clusters: Names, *, level: float = 0.95
) -> PositionBias:
    """Return how a judge's verdicts hang on the order, of pairs that it saw both ways.

    Both columns say how far A is preferred, 1, 0, or 1/2 a tie: `forward` with A shown first,
    `swapped` with B first. Consistency and the share of the first as in Zheng et al., "Judging
    LLM-as-a-Judge with MT-Bench and Chatbot Arena" (2023), who count inconsistent pairs by side.
    """
    one, other = np.asarray(forward, np.float64), np.asarray(swapped, np.float64)
    first = (one + 1 - other) / 2
    same = np.where(np.isnan(first), np.nan, one == other)
    return PositionBias(
        consistent=clustered_share(same, clusters, level=level),
        first=clustered_share(first, clusters, level=level),
    )


def mention_effect(
    judged: Column,
    answers: Column,
    mentioned: Column,
    clusters: Names,
    *,
    length: Column | None = None,
    level: float = 0.95,
) -> MentionEffect:
    """Return what naming the attribute adds to a rating, by people, by a judge, and between them.

    The coefficient of `mentioned` (0 or 1) in rating ~ 1 + mentioned + length, as
    `rating_effects` fits it by person; on rows that both rated, so that the difference of the
    coefficients is the coefficient of the differences.
    """
    judge, people = np.asarray(judged, np.float64), np.asarray(answers, np.float64)
    gaps = judge - people
    one, other, difference = (
        _mention(np.where(np.isnan(gaps), np.nan, column), mentioned, clusters, length, level)
        for column in (judge, people, gaps)
    )
    return MentionEffect(judge=one, people=other, difference=difference)


def length_baseline(
    answers: Column,
    judged: Column,
    longer: Column,
    clusters: Names,
    *,
    level: float = 0.95,
) -> LengthBaseline:
    """Return how often the longer of two replies is preferred, by people and by a judge.

    `answers` and `judged` say how far A is preferred, 1, 0, or 1/2 a tie; `longer` by how much A
    is longer, in any unit. Pairs of one length are left out. It is the baseline that a judge must
    beat: Singhal et al., "A Long Way to Go: Investigating Length Correlations in RLHF" (2023).
    """
    side = np.sign(np.asarray(longer, np.float64))
    side = np.where(side == 0, np.nan, side)
    people, judge = (
        clustered_share(0.5 + side * (np.asarray(column, np.float64) - 0.5), clusters, level=level)
        for column in (answers, judged)
    )
    return LengthBaseline(people=people, judge=judge)


def self_preference(
    judged: Column,
    answers: Column,
    families: Names,
    family: Hashable,
    clusters: Names,
    *,
    level: float = 0.95,
) -> SelfPreference:
    """Return how much higher a judge rates its own family than others, beside what people do.

    (mean_own f - mean_others f) - (mean_own y - mean_others y), on rows that both rated: after
    Panickssery, Bowman & Feng, "LLM Evaluators Recognize and Favor Their Own Generations" (2024),
    with people's ratings as the quality that is owed. `families` says which made each reply.
    """
    judge, people = np.asarray(judged, np.float64), np.asarray(answers, np.float64)
    own = np.fromiter((name == family for name in families), bool, len(judge))
    gaps = judge - people
    kept = ~np.isnan(gaps)
    one, other, difference = (
        _apart(column[kept], own[kept], codes(clusters)[kept], level)
        for column in (judge, people, gaps)
    )
    return SelfPreference(judge=one, people=other, difference=difference)


def _mention(
    ratings: Floats, mentioned: Column, clusters: Names, length: Column | None, level: float
) -> Estimate:
    found = rating_effects(
        ratings, clusters, length=length, covariates={_MENTION: mentioned}, level=level
    )
    if _MENTION in found.terms:
        return found.terms[_MENTION]
    reason = "There are no rows with a rating of both."
    if found.terms:
        reason = f"Whether an attribute is named cannot be told apart. {found.dropped[_MENTION]}"
    return Estimate(value=None, reason=reason)


def _apart(values: Floats, own: NDArray[np.bool_], groups: Ints, level: float) -> Estimate:
    """Mean of its own less mean of the others, people being in both."""
    if own.all() or not own.any():
        whose = "other families" if own.any() else "its own family"
        reason = f"There are no rows of {whose} that both rated."
        return Estimate(value=None, n=len(values), reason=reason)
    count = int(groups.max()) + 1
    one, other = (
        part(values[rows], np.ones(int(rows.sum())), groups[rows], count) for rows in (own, ~own)
    )
    fewer = min(one, other, key=lambda found: found.effective)
    return interval(
        one.value - other.value, one.errors - other.errors, fewer, n=len(values), level=level
    )
