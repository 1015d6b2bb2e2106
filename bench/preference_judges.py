"""The tables of `bench.preference` on ratings of dialogue replies and on what judges favour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from bench.common import SHARED_DATA, read_jsonl
from recenter.models.base import Embedder
from recenter.stages.preference_features import NAMES, figures
from recenter.stages.preference_head import Head
from recenter.stats.estimate import estimate
from recenter.stats.logistic import chance
from recenter.train.judge_correction import Ratings, fit_verdicts, report
from recenter.train.preference import Pairs
from recenter.train.preference_check import folds, log_loss

SIMULATED = (25, 60, 200, 600)

Floats = NDArray[np.float64]
Row = dict[str, Any]


def spearman(x: Floats, y: Floats) -> float | None:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])


def ranks_within(x: Floats, groups: NDArray[np.intp]) -> Floats:
    """Ranks within each context, about 0. Ranked once, so that a context that is drawn twice
    counts twice and is not ranked against itself."""
    ranks = np.zeros(len(x))
    for own in (np.flatnonzero(groups == group) for group in np.unique(groups)):
        ranks[own] = rankdata(x[own]) - (len(own) + 1) / 2
    return ranks


def cosine(x: Floats, y: Floats) -> float | None:
    """Of ranks within contexts: their pooled Spearman."""
    if not x.any() or not y.any():
        return None
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


def one_against_others(raters: Floats) -> float | None:
    """Mean Spearman of a rater with the mean of the other two; `raters` is (n, 3)."""
    found = [spearman(raters[:, k], np.delete(raters, k, axis=1).mean(axis=1)) for k in range(3)]
    return None if None in found else float(np.mean(found))  # type: ignore[arg-type]


def ceiling(raters: Floats) -> float | None:
    """The most that anything can correlate with the mean of three: root of their reliability.

    Spearman (1910) and Brown (1910): reliability = 3 r / (1 + 2 r), r the mean correlation of two.
    """
    found = [spearman(raters[:, i], raters[:, j]) for i, j in combinations(range(3), 2)]
    if None in found:
        return None
    r = float(np.mean(found))  # type: ignore[arg-type]
    return float(np.sqrt(3 * r / (1 + 2 * r))) if r > 0 else None


def print_ratings(head: Head, embedder: Embedder, *, seed: int) -> None:
    """Spearman of the head with ratings of dialogue replies, beside the ceiling and baselines."""
    rows = list(read_jsonl(SHARED_DATA / "judge_usr.jsonl"))
    replies = [(row, reply) for row in rows for reply in row["responses"]]
    names = [row["context_id"] for row, _ in replies]
    groups = np.unique(names, return_inverse=True)[1]
    raters = np.array([reply["overall"] for _, reply in replies], np.float64)
    told = np.vstack(
        [
            figures(r["context"][-1], [x["text"] for x in r["responses"]], embedder=embedder)
            for r in rows
        ]
    )
    worth = head.features(told) @ head.shared.mean
    columns = {
        "trained head": worth,
        "length in words": told[:, NAMES.index("log words")],
        "cosine with the last turn": told[:, NAMES.index("cosine")],
        "uses_persona, mean of three": np.array([np.mean(x["uses_persona"]) for _, x in replies]),
    }
    mean = raters.mean(axis=1)
    print(f"\njudge_usr: {len(replies)} replies, {len(rows)} contexts, three raters; seed {seed}")
    print("intervals resample contexts; the prompt is the last turn\n")
    print("| method | Spearman with the mean | of ranks within a context |\n|---|---|---|")
    for name, column in columns.items():
        pooled = estimate(spearman, names, column, mean, seed=seed)
        ranks = (ranks_within(column, groups), ranks_within(mean, groups))
        inside = estimate(cosine, names, *ranks, seed=seed)
        print(f"| {name} | {pooled} | {inside} |")
    one = estimate(one_against_others, names, raters, seed=seed)
    most = estimate(ceiling, names, raters, seed=seed)
    print(f"| one rater with the mean of the others | {one} | |")
    print(f"| ceiling with the mean of three, Spearman-Brown | {most} | |")


def print_length_taste(rows: Sequence[Row], pairs: Pairs, *, seed: int) -> None:
    """How often each judge and the people on its pairs take the longer reply, and what knowing
    the length adds to its verdict, on users left out."""
    lengths = np.log([(1 + len(r["chosen"])) / (1 + len(r["rejected"])) for r in rows])
    fold = folds(pairs.people, seed=seed)
    worth = {"chosen": 1.0, "rejected": -1.0, "tie": 0.0}
    print(
        "\n| judge | pairs | judge takes the longer | people | difference | weight of length "
        "| log loss, verdict alone | with length | saved |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    said: dict[str, list[tuple[int, float]]] = {}
    for number, row in enumerate(rows):
        for one in row["llm_judges"]:
            if one["verdict"] in worth:
                name = f"{one['judge']}, {one['profile']}, {one['mode']}"
                said.setdefault(name, []).append((number, worth[one["verdict"]]))
    for name, verdicts in sorted(said.items()):
        at = np.array([number for number, _ in verdicts])
        cells = _taste(np.array([v for _, v in verdicts]), lengths[at], pairs.of(at), fold[at])
        print("|", " | ".join([name, str(len(at)), *cells]), "|")


def _taste(verdicts: Floats, lengths: Floats, pairs: Pairs, fold: NDArray[np.intp]) -> list[str]:
    people, counts = pairs.people.tolist(), pairs.counts
    longer = np.sign(lengths)
    takes = [(1 + longer * verdicts) / 2, (1 + longer) / 2]
    means = [
        estimate(lambda v, w: float(np.average(v, weights=w)), people, column, counts)
        for column in (*takes, takes[0] - takes[1])
    ]
    fitted = fit_verdicts(verdicts, lengths, counts)
    spread = np.sqrt(fitted.covariance[1, 1])
    chances = [
        _left_out(verdicts, column, counts, fold) for column in (np.zeros(len(lengths)), lengths)
    ]
    losses = [estimate(log_loss, people, column, counts) for column in chances]
    saved = estimate(
        lambda p, q, w: log_loss(p, w) - log_loss(q, w), people, chances[0], chances[1], counts
    )
    weight = f"{fitted.mean[1]:.2f} (sd {spread:.2f})"
    return [*map(str, means), weight, *map(str, losses), str(saved)]


def _left_out(verdicts: Floats, lengths: Floats, counts: Floats, fold: NDArray[np.intp]) -> Floats:
    chances = np.zeros(len(fold))
    for number in np.unique(fold):
        train, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        belief = fit_verdicts(verdicts[train], lengths[train], counts[train])
        for row in held:
            at = np.array([verdicts[row], lengths[row]])
            chances[row] = chance(float(at @ belief.mean), float(at @ belief.covariance @ at))
    return chances


def simulated(n: int, *, seed: int) -> Ratings:
    """A judge that rates .35 too high, .4 more for a mention and .3 per e-fold of length."""
    rng = np.random.default_rng(seed)
    mentions = rng.integers(0, 2, size=n).astype(np.float64)
    length = rng.normal(0.2, 0.3, size=n)
    taste = rng.normal(3.1, 0.5, size=n)
    human = taste + 0.03 * mentions + rng.normal(0, 0.4, size=n)
    judge = taste + 0.35 + 0.43 * mentions + 0.3 * length + rng.normal(0, 0.5, size=n)
    people = np.array([f"p{number // 5}" for number in range(n)])
    return Ratings(judge=judge, human=human, mentions=mentions, length=length, people=people)


def print_correction(*, seed: int) -> None:
    print(f"\nsimulated judge, five ratings a person, seed {seed}; corrected by other people")
    print("true: .35 too high, .40 more than people for a mention, .30 for e times the length")
    print("| ratings | bias | after | squared error | after | saved | Spearman | after | taste |")
    print("|---|---|---|---|---|---|---|---|---|")
    for n in SIMULATED:
        told = report(simulated(n, seed=seed), seed=seed)
        before, after = told.before, told.after
        cells = (
            *(before.bias, after.bias, before.error, after.error, told.error_saved),
            *(before.correlation, after.correlation),
        )
        taste = f"mention {told.taste.mention:.2f}, length {told.taste.length:.2f}"
        print(f"| {n} |", " | ".join(map(str, cells)), f"| {taste} |")
