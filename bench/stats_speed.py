"""How long Krippendorff's alpha with an interval takes, beside evalica and nltk.

Run: python -m bench.stats_speed. The others resample other things: evalica the pairs of answers
(Krippendorff 2006), nltk nothing, so that each of its resamples is taken to cost one alpha.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import evalica
import numpy as np
import pandas as pd
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import interval_distance

from bench.common import print_signature
from recenter.stats.agreement import Scale, krippendorff_alpha
from recenter.stats.judgments import Column

SEED, REPEATS = 0, 2_000
PEOPLE, EACH, RATERS = 500, 16, 4
ANSWERED = 0.625
SCALES: tuple[Scale, ...] = ("nominal", "ordinal", "interval")
_ROUNDS, _NLTK_ROUNDS = 5, 2


def main() -> None:
    rng = np.random.default_rng(SEED)
    items = PEOPLE * EACH
    grid = np.clip(rng.integers(1, 6, items) + rng.integers(-1, 2, (RATERS, items)), 1.0, 5.0)
    grid[rng.random(grid.shape) > ANSWERED] = np.nan
    raters, places = np.nonzero(~np.isnan(grid))
    answers = grid[raters, places].tolist()
    rows = places.tolist(), raters.tolist(), answers, (places // EACH).tolist()
    print_signature(
        "stats_speed", seed=SEED, answers=len(answers), people=PEOPLE, resamples=REPEATS
    )
    frame = pd.DataFrame(grid)
    several = (~np.isnan(grid)).sum(axis=0) > 1
    told = [
        (rater, item, answer) for item, rater, answer, _ in zip(*rows, strict=True) if several[item]
    ]
    took = {scale: _seconds(partial(_ours, rows, scale)) for scale in SCALES}
    ours = took["interval"]
    theirs = _seconds(
        lambda: evalica.alpha_bootstrap(
            frame, distance="interval", n_resamples=REPEATS, random_state=SEED
        )
    )
    slow = _seconds(lambda: AnnotationTask(told, interval_distance).alpha(), _NLTK_ROUNDS)
    for scale, seconds in took.items():
        print(f"ours, resampling people, {scale} scale: {seconds:.2f} s (limit 5)")
    print(f"evalica.alpha_bootstrap, interval scale: {theirs:.2f} s, {theirs / ours:.1f} x ours")
    print(
        f"nltk, one alpha, interval scale: {slow:.2f} s; {REPEATS} of them, extrapolated from "
        f"{_NLTK_ROUNDS}: {REPEATS * slow:,.0f} s, {REPEATS * slow / ours:,.0f} x ours"
    )


def _ours(rows: tuple[Column, Column, Column, Column], scale: Scale) -> None:
    krippendorff_alpha(*rows, scale=scale, repeats=REPEATS)


def _seconds(run: Callable[[], object], rounds: int = _ROUNDS) -> float:
    """Return the median time of some rounds, after one that warms up."""
    run()
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        run()
        took.append(time.perf_counter() - began)
    return float(np.median(took))


if __name__ == "__main__":
    main()
