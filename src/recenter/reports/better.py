"""Comparisons of a reply that knows the person with one that does not, by people and judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.reports.families import own_family
from recenter.reports.judged import Judged, one_each, people_mean
from recenter.reports.material import RECOGNISED, Answer, Material
from recenter.reports.rewards import rewards
from recenter.reports.section import Section, apart, listed, told
from recenter.reports.wins import MIDDLE, half, wins
from recenter.stats.ceiling import noise_ceiling
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.correlation import rank_correlation, spearman, spearman_p
from recenter.stats.effects import LENGTH, POSITION, rating_effects
from recenter.stats.estimate import Estimate
from recenter.stats.judge_bias import length_baseline, leniency, mention_effect, position_bias

Floats = NDArray[np.float64]

_REWARD = "mention, judge"
_FEWEST_MODELS = 3
_MOST_RATERS = 12
"""Of more raters, all pairs would take too long."""
_LIMITS = (
    "A rating is of the reply that knows the person against the generic one: 3 is no difference.",
    "Whether a reply names an attribute outright is told from words; a paraphrase is not seen.",
    "Effects of length, side and mention are what goes with ratings in these data.",
)


class _Rows(NamedTuple):
    """People's ratings, one row each."""

    values: Floats
    people: list[str]
    raters: list[str]
    source: list[str]
    longer: Floats
    mentions: Floats
    first: list[bool | None]


def better_section(material: Material, of: Judged, *, seed: int) -> Section | None:
    """Return the section, or None where no person compared replies."""
    answers = [
        one
        for one in material.answers
        if (one.group, one.question, one.kind) == (of.group, of.question, "person")
        and not one.again
        and one.value is not None
    ]
    single = one_each(material, of.group, of.question)
    if not answers:
        return None
    rows = _rows(material, answers)
    overall = _generators(rows)
    judges = _judges(material, of, seed=seed)
    return Section(
        stage="reply",
        name=f"better-{of.group}",
        title=f"Replies: knowing the person against not knowing them ({of.group})",
        verdict=_verdict(overall, judges),
        counts={
            "people": len(set(rows.people)),
            "ratings": len(answers),
            "pairs of replies": len({one.item for one in answers}),
            "judges": len(of.judges("model")),
            **_counted(of),
        },
        tables=(
            overall,
            *wins(material, of),
            *_effects(rows),
            *judges,
            *own_family(of),
            *rewards(of, single, seed=seed),
            *_taste(of, judges),
            *_unblinded(material, of.group),
            *_noise(single, _rows(material, single), seed=seed),
        ),
        pictures=_picture(overall),
        limits=_LIMITS,
    )


def _counted(of: Judged) -> dict[str, int]:
    scored = len(of.judges("score"))
    return {"models that give scores": scored} if scored else {}


def _rows(material: Material, answers: Sequence[Answer]) -> _Rows:
    items = [material.items[one.group, one.item] for one in answers]
    return _Rows(
        np.asarray([one.value for one in answers], np.float64),
        [item.person for item in items],
        [one.judge for one in answers],
        [item.source or "no generator given" for item in items],
        np.asarray([np.nan if i.longer is None else i.longer for i in items]),
        np.asarray([np.nan if i.mentions is None else float(i.mentions) for i in items]),
        [None if one.position is None else one.position == "first" for one in answers],
    )


def _generators(rows: _Rows) -> Table:
    parts: dict[str, list[int]] = {"all": list(range(len(rows.values)))}
    for row, name in enumerate(rows.source):
        parts.setdefault(name, []).append(row)
    if len(parts) == 2:
        del parts["all"]
    lines = []
    for name, places in parts.items():
        people = [rows.people[row] for row in places]
        values = rows.values[places]
        lines.append(
            Line(
                name,
                (
                    clustered_mean(values, people),
                    clustered_share(values <= MIDDLE, people),
                    clustered_share(values < MIDDLE, people),
                ),
            )
        )
    return Table(
        title="What people say of replies that know the person",
        columns=("mean rating", "no better than generic", "worse than generic"),
        lines=tuple(lines),
        note="n counts ratings.",
    )


def _effects(rows: _Rows) -> tuple[Table, ...]:
    """Return what goes with a higher rating, over people and raters.

    Ratings without a side count where most have none, and the side is then left out; else they
    are left out. Both is said.
    """
    unknown = sum(one is None for one in rows.first)
    known = 2 * unknown <= len(rows.first)
    length = None if np.isnan(rows.longer).all() else rows.longer
    mentions = None if np.isnan(rows.mentions).all() else {"names an attribute": rows.mentions}
    found = rating_effects(
        rows.values,
        rows.people,
        rows.raters,
        position=[np.nan if one is None else one for one in rows.first] if known else None,
        length=length,
        covariates=mentions,
    )
    names = {
        "intercept": "rating on equal terms",
        POSITION: "being shown first",
        LENGTH: "one standard deviation longer",
    }
    lines = [Line(names.get(name, name), (of,)) for name, of in found.terms.items()]
    note = "Least squares; clustered by person and by rater."
    if unknown:
        lost = "they are left out here." if known else "so it is not held equal."
        note += (
            f" {unknown:,} of {len(rows.first):,} ratings don't say which side was shown: {lost}"
        )
    for name, why in found.dropped.items():
        note += f" {name} is left out: {why}"
    table = Table(
        title="What goes with a higher rating by people",
        columns=("points",),
        lines=tuple(lines),
        note=note,
    )
    return (table,) if lines else ()


def _judges(material: Material, of: Judged, *, seed: int) -> tuple[Table, ...]:
    models = of.judges("model")
    if not models:
        return ()
    people = people_mean(of)
    longer = np.asarray([np.nan if i.longer is None else i.longer for i in of.items])
    mentions = np.asarray([np.nan if i.mentions is None else float(i.mentions) for i in of.items])
    lines = []
    for name in models:
        judged = of.values[name]
        lengths = None if np.isnan(longer).all() else longer
        mention = None
        if not np.isnan(mentions).all():
            mention = mention_effect(judged, people, mentions, of.people, length=lengths)
        forward, swapped = _orders(material, of, name)
        sides = position_bias(forward, swapped, of.people)
        base = length_baseline(half(people), half(judged), longer, of.people)
        lines.append(
            Line(
                name,
                (
                    clustered_mean(judged, of.people),
                    leniency(judged, people, of.people),
                    rank_correlation(judged, people, of.people, seed=seed),
                    None if mention is None else mention.judge,
                    None if mention is None else mention.people,
                    None if mention is None else mention.difference,
                    sides.consistent,
                    sides.first,
                    base.judge,
                    base.people,
                ),
            )
        )
    return (
        Table(
            title="Judges against people",
            columns=(
                "mean rating",
                "inflation: judge less people",
                "Spearman with people",
                _REWARD,
                "mention, people",
                "mention, judge less people",
                "same verdict in both orders",
                "prefers the first shown",
                "prefers the longer, judge",
                "prefers the longer, people",
            ),
            lines=tuple(lines),
            note="n counts pairs of replies. The effect of a mention is in points at the same "
            "length.",
        ),
    )


def _unblinded(material: Material, group: str) -> tuple[Table, ...]:
    """Return whether people could tell which reply knew the person."""
    guesses = [one for one in material.answers if (one.group, one.question) == (group, RECOGNISED)]
    if not guesses:
        return ()
    dared = [one for one in guesses if one.value is not None]
    right = clustered_share([one.value == 1 for one in dared], [one.judge for one in dared])
    unsure = clustered_share([one.value is None for one in guesses], [one.judge for one in guesses])
    return (
        Table(
            title="Could people tell which reply knew the person?",
            columns=("right, of those who guessed", "said they can't tell"),
            lines=(Line("asked after the ratings", (right, unsure)),),
            note="Intervals by annotator; 0.5 is chance. Above it, the ratings were not blind.",
        ),
    )


def _taste(of: Judged, judges: Sequence[Table]) -> tuple[Table, ...]:
    """Hold how often a model names attributes as a writer to how it rewards that as a judge."""
    rewards = {
        line.name: line.figures[table.columns.index(_REWARD)]
        for table in judges
        for line in table.lines
    }
    both = []
    for name, reward in rewards.items():
        own = [item.mentions for item in of.items if item.source == name]
        known = [mentions for mentions in own if mentions is not None]
        if known and reward is not None and reward.value is not None:
            both.append((name, sum(known) / len(known), reward.value))
    if len(both) < _FEWEST_MODELS:
        return ()
    rates = np.asarray([rate for _, rate, _ in both])
    effects = np.asarray([effect for _, _, effect in both])
    p = spearman_p(rates, effects)
    correlation = Estimate(
        value=spearman(rates, effects),
        n=len(both),
        reason=f"Two-sided p {p.value:.3f}, {'exact' if p.exact else 'by drawing'}, of "
        f"{len(both)} models: so few say little."
        if p.value is not None
        else p.reason,
    )
    return (
        Table(
            title="Naming attributes as a writer against rewarding it as a judge",
            columns=("Spearman over models",),
            lines=(Line(", ".join(name for name, _, _ in both), (correlation,)),),
        ),
    )


def _noise(answers: Sequence[Answer], rows: _Rows, *, seed: int) -> tuple[Table, ...]:
    """Return what a rank correlation with people can reach at all."""
    raters = len(set(rows.raters))
    if not 2 <= raters <= _MOST_RATERS:
        return ()
    items = [one.item for one in answers]
    columns = (items, rows.raters, rows.values.tolist(), rows.people)
    usual = round(len(items) / len(set(items)))
    lines = [
        Line(
            f"one more person, with the mean of {others}" if others > 1 else "two people",
            (noise_ceiling(*columns, others=others, seed=seed),),
        )
        for others in dict.fromkeys((1, max(1, usual - 1), usual))
    ]
    return (
        Table(
            title="What a rank correlation with people can reach",
            columns=("Spearman",),
            lines=tuple(lines),
            note="From how pairs of people correlate, by the Spearman-Brown formula. A judge near "
            "this is as near to people as a person is.",
        ),
    )


def _orders(material: Material, of: Judged, judge: str) -> tuple[Floats, Floats]:
    """Return a judge's preferences with the reply shown first, and second, for each item."""
    place = {name: row for row, name in enumerate(of.names)}
    sides = {"first": np.full(len(place), np.nan), "second": np.full(len(place), np.nan)}
    for one in material.answers:
        mine = (one.group, one.question, one.judge) == (of.group, of.question, judge)
        if mine and one.position is not None and one.value is not None:
            sides[one.position][place[one.item]] = one.value
    return half(sides["first"]), half(sides["second"])


def _picture(table: Table) -> tuple[Dots, ...]:
    rows = [Dot(line.name, line.figures[0]) for line in table.lines if line.figures[0] is not None]
    words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
    return (
        Dots(
            name="rating",
            title="Mean rating of replies that know the person",
            x="rating by people; 3 is no difference",
            rows=tuple(rows),
            reference=MIDDLE,
            alt=f"Mean rating by people with 95 % intervals; 3 is no difference: {words}.",
        ),
    )


def _verdict(overall: Table, judges: Sequence[Table]) -> str:
    mean, same, _ = overall.lines[0].figures
    parts = [
        f"People rate replies that know them {_said(mean)}, where 3 is no difference, and find "
        f"{_said(same, percent=True)} no better than generic ones."
    ]
    above = [
        (line.name, line.figures[1])
        for table in judges
        for line in table.lines
        if line.figures[1] is not None
    ]
    if above:
        high = [f"{name} ({told(one)})" for name, one in above if apart(one) == "higher"]
        low = [f"{name} ({told(one)})" for name, one in above if apart(one) == "lower"]
        if high:
            parts.append(f"Clearly more generous than people: {listed(high)}.")
        if low:
            parts.append(f"Clearly stricter: {listed(low)}.")
        if not high and not low:
            parts.append("No judge is clearly more generous or stricter than people.")
    return " ".join(parts)


def _said(figure: Estimate | None, *, percent: bool = False) -> str:
    return "not estimable" if figure is None else told(figure, percent=percent)
