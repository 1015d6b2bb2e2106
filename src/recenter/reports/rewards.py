"""Models that give numbers on a scale of their own, such as reward models, held to people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.reports.judged import Judged, people_mean
from recenter.reports.material import Answer
from recenter.reports.wins import half
from recenter.stats.ceiling import leave_one_out, noise_ceiling
from recenter.stats.clustered import clustered_share
from recenter.stats.correlation import rank_correlation
from recenter.stats.estimate import Estimate
from recenter.stats.judge_bias import length_baseline, mention_effect

Floats = NDArray[np.float64]

LONGER, PERSON = "the longer reply", "one more person"
_MOST_RATERS = 12
_TIE = 0.5
_NO_MENTIONS = "Whether replies name an attribute is not known."


def rewards(of: Judged, single: Sequence[Answer], *, seed: int) -> tuple[Table, ...]:
    """Return how scores go with people's ratings; nothing where no model gave scores.

    `single` holds one rating of each person of each item, for the ceiling.
    """
    models = of.judges("score")
    if not models:
        return ()
    people = people_mean(of)
    longer = np.asarray([np.nan if i.longer is None else i.longer for i in of.items])
    mentions = np.asarray([np.nan if i.mentions is None else float(i.mentions) for i in of.items])
    lines = [_line(of, name, of.values[name], people, longer, mentions, seed) for name in models]
    if not np.isnan(longer).all():
        lines.append(_line(of, LONGER, longer, people, longer, mentions, seed))
    lines += _person(of, single, seed=seed)
    return (
        Table(
            title="Scores of reward models against people",
            columns=(
                "Spearman with people",
                "pairwise accuracy",
                "mention, model",
                "mention, people",
                "prefers the longer",
            ),
            lines=tuple(lines),
            note="A score is the number that a model gives the reply that knows the person, less "
            "that of the other one. Accuracy: how often the reply that people prefer on average "
            "scores higher, a tie of scores being half; pairs where people prefer neither are "
            "left out. Effects of a mention are in standard deviations of the scores, and of "
            "people's mean ratings, at the same length. "
            f"{PERSON.capitalize()} is the noise ceiling: Spearman by the Spearman-Brown formula, "
            "accuracy of each person against the mean of the others. n counts pairs of replies, "
            "and answers in the accuracy of a person.",
        ),
    )


def _line(
    of: Judged,
    name: str,
    scores: Floats,
    people: Floats,
    longer: Floats,
    mentions: Floats,
    seed: int,
) -> Line:
    mention: tuple[Estimate, Estimate] = (Estimate(value=None, reason=_NO_MENTIONS),) * 2
    if not np.isnan(mentions).all():
        lengths = None if np.isnan(longer).all() or name == LONGER else longer
        both = ~np.isnan(scores) & ~np.isnan(people)
        found = mention_effect(
            _standard(scores, both), _standard(people, both), mentions, of.people, length=lengths
        )
        mention = (found.judge, found.people)
    sides = length_baseline(half(people), _sign(scores), longer, of.people)
    own = name == LONGER
    return Line(
        name,
        (
            rank_correlation(scores, people, of.people, seed=seed),
            _accuracy(_sign(scores), half(people), of.people),
            None if own else mention[0],
            None if own else mention[1],
            None if own else sides.judge,
        ),
    )


def _person(of: Judged, single: Sequence[Answer], *, seed: int) -> list[Line]:
    """Return what one more person reaches against the others, where several answered."""
    raters = [one.judge for one in single]
    items = [one.item for one in single]
    if len(items) == len(set(items)):
        return []
    whose = dict(zip(of.names, of.people, strict=True))
    columns = (items, raters, [one.value for one in single], [whose[name] for name in items])
    reached = None
    if len(set(raters)) <= _MOST_RATERS:
        usual = round(len(items) / len(set(items)))
        reached = noise_ceiling(*columns, others=usual, seed=seed)
    left = leave_one_out(*columns, rest="mean")
    held = _accuracy(
        half(np.asarray(left.answers, np.float64)),
        half(np.asarray(left.rest, np.float64)),
        left.clusters,
    )
    return [Line(PERSON, (reached, held, None, None, None))]


def _accuracy(said: Floats, truth: Floats, people: Sequence[str] | Sequence[int]) -> Estimate:
    """Return how often the same reply is preferred, of rows where the truth is no tie."""
    agrees = np.where(truth == 1, said, 1 - said)
    return clustered_share(np.where(truth == _TIE, np.nan, agrees), people)


def _sign(scores: Floats) -> Floats:
    """Turn differences of scores into preferences: 1, 0, or 1/2 a tie."""
    found: Floats = (np.sign(scores) + 1) / 2
    return found


def _standard(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Return values in standard deviations of some rows; as they are where these don't vary."""
    spread = float(values[rows].std()) if rows.any() else 0.0
    return values / spread if spread else values
