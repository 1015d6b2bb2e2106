"""How far people agree on what is relevant, and how the selector grows with their number.

The ceiling is one rater against the majority of the others, from the pilot's votes alone. The
learning curve fits the kernel machine on some people and scores others; its threshold is chosen on
the people it was fitted on, left out in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.common import SHARED_DATA, print_signature, read_jsonl
from bench.select_columns import labelled
from recenter.models.embedded import Minilm
from recenter.stats.classification import auc, best_threshold, f1
from recenter.stats.estimate import estimate
from recenter.train.examples import Labelled
from recenter.train.selector_fit import columns_of, fit, kernel_of, without
from recenter.train.selector_parts import Vectors, make_parts
from recenter.train.selector_rows import labelled_rows, make_folds

SIZES = (5, 10, 20, 23)
DRAWS = 4

Floats = NDArray[np.float64]


def ceiling() -> None:
    """Print how one rater agrees with the majority of the others."""
    votes = list(read_jsonl(SHARED_DATA / "selection_pilot_votes.jsonl"))
    raters = sorted({name for row in votes for name in row["votes"] if not name.endswith("b")})
    print("| rater | rows | people | F1 against the majority of the others |")
    print("|---|---|---|---|")
    for rater in raters:
        truth, said, people = [], [], []
        for row in votes:
            others = [
                vote["relevant"]
                for name, vote in row["votes"].items()
                if name != rater and not name.endswith("b")
            ]
            if rater not in row["votes"] or 2 * sum(others) == len(others):
                continue
            truth.append(2 * sum(others) > len(others))
            said.append(bool(row["votes"][rater]["relevant"]))
            people.append(row["user"])
        figure = estimate(f1, people, np.asarray(truth), np.asarray(said))
        print(f"| {rater} | {len(truth)} | {len(set(people))} | {figure} |")


def curve(rows: Sequence[Labelled], vectors: Vectors) -> None:
    """Print F1 and AUC on people left out by the number of people that were learned from."""
    parts = make_parts(vectors, seed=0)
    outer = make_folds(rows, seed=0)
    print("\n| people | fits | F1 | AUC |")
    print("|---|---|---|---|")
    for size in SIZES:
        figures = []
        for fold in range(outer.number):
            test = [one for one in rows if outer.people[one.person] == fold]
            train = sorted({one.person for one in rows if outer.people[one.person] != fold})
            for draw in range(DRAWS if size < len(train) else 1):
                rng = np.random.default_rng((fold, draw, size))
                chosen = set(rng.permutation(train)[:size])
                own = [one for one in rows if one.person in chosen]
                figures.append(_one(own, test, parts, vectors))
        mean = np.mean(figures, axis=0)
        spread = np.std(figures, axis=0)
        print(
            f"| {size} | {len(figures)} | {mean[0]:.3f} (sd {spread[0]:.3f}) "
            f"| {mean[1]:.3f} (sd {spread[1]:.3f}) |"
        )


def _one(
    own: Sequence[Labelled], test: Sequence[Labelled], parts: Any, vectors: Vectors
) -> tuple[float, float]:
    folds = make_folds([*own, *test], seed=1)
    rows = labelled_rows(own, folds)
    made = fit(rows, parts, vectors)
    truth = _truth(own)
    left = np.zeros(len(rows))
    kernel = kernel_of(made.columns, made.columns)
    for fold in range(folds.number):
        group = frozenset((f"person:{fold}",))
        of = np.asarray([bool(row.groups & group) for row in rows])
        if of.any():
            left[of] = kernel[of] @ without(made, group)
    asked = columns_of(labelled_rows(test, folds), parts, vectors)
    scores = kernel_of(asked, made.columns) @ made.coefficients
    wanted = _truth(test)
    agreed = f1(wanted, scores >= best_threshold(truth, left))
    return agreed or 0.0, auc(wanted, scores) or 0.5


def _truth(rows: Sequence[Labelled]) -> NDArray[np.bool_]:
    said = [item.relevant for one in rows for item in one.items if item.relevant is not None]
    return np.asarray(said, bool)


def main() -> None:
    rows = labelled()
    print_signature(
        "select_people",
        data="selection_pilot_votes.jsonl; selection_human.jsonl",
        people=len({one.person for one in rows}),
        draws=DRAWS,
        seed=0,
    )
    ceiling()
    curve(rows, Vectors(Minilm()))


if __name__ == "__main__":
    main()
