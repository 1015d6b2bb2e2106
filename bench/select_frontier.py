"""What restraint costs: agreement with people against quiet, as the restrained setting is moved.

The models and settings are those of the cross-validation by person; each threshold of the
restrained setting is moved by the same amount in every fold. Writes a figure and its points.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from matplotlib.figure import Figure

from bench.common import print_signature
from bench.select_columns import RELATED, labelled, planted_cases
from recenter.models.embedded import Minilm
from recenter.models.selector_model import Setting, margins
from recenter.stats.classification import f1, share
from recenter.train.selector import Held, cross_validate, prepare
from recenter.train.selector_sides import Scored, answers_of, outcomes, score_cases

FOLDER = Path("docs/images")
SEED = 0
LIKENESS = (-0.6, -0.4, -0.2, -0.1, 0.0, 0.1, 0.2, 0.4, 0.6)
GATE = (-6.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)
COLUMNS = ("moved", "by", "agreement_f1", "planted_used", "elsewhere_nothing", "ordinary_nothing")

Fold = tuple[Held, list[Scored]]


def points(folds: Sequence[Fold], moved: str, by: float) -> tuple[float, ...]:
    """Return the four sides, pooled over folds, with one threshold moved."""
    truth, used = [], []
    sides: dict[str, list[bool]] = {"planted": [], "elsewhere": [], "ordinary": []}
    for held, planted in folds:
        setting = _moved(held.model.settings["restrained"], moved, by)
        answers = answers_of(held.scored)
        truth.append(answers.truth)
        used.append(answers.each(lambda one, s=setting: margins(one.scores, s)) >= 0)  # type: ignore[misc]
        for side, cases in (
            ("planted", planted),
            ("elsewhere", planted),
            ("ordinary", held.scored),
        ):
            sides[side] += outcomes(cases, side, setting)[0].tolist()
    agreed = f1(np.concatenate(truth), np.concatenate(used)) or 0.0
    return (agreed, *(share(np.asarray(good)) or 0.0 for good in sides.values()))


def _moved(setting: Setting, moved: str, by: float) -> Setting:
    value = getattr(setting, moved)
    return msgspec.structs.replace(setting, **{moved: value + by})


def main() -> None:
    together = {domain: topic for topic, domains in RELATED.items() for domain in domains}
    trained = prepare(labelled(), Minilm(), seed=SEED, together=together)
    print_signature("select_frontier", data="as select_trained, person", seed=SEED)
    folds: list[Fold] = []
    for held in cross_validate(trained, by="person"):
        fold = next(int(g.partition(":")[2]) for g in held.left_out if g.startswith("domain"))
        cases = planted_cases(trained, fold)
        folds.append((held, score_cases(held.model, cases, trained.vectors)))
    rows = [
        (moved, by, *points(folds, moved, by))
        for moved, steps in (("match", LIKENESS), ("gate", GATE))
        for by in steps
    ]
    with (FOLDER / "selection-frontier.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [COLUMNS, *((m, b, *(f"{v:.4f}" for v in values)) for m, b, *values in rows)]
        )
    for row in rows:
        print("|", " | ".join(str(v) if isinstance(v, str) else f"{v:.3f}" for v in row), "|")
    _draw(rows)


def _draw(rows: Sequence[tuple[Any, ...]]) -> None:
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    likeness = [row for row in rows if row[0] == "match"]
    gate = [row for row in rows if row[0] == "gate"]
    left.plot([r[4] for r in likeness], [r[3] for r in likeness], "o-", color="#1b6f64")
    left.plot(0.75, 0.70, "k*", markersize=12)
    left.set(
        xlabel="nothing of 24 attributes of other topics used",
        ylabel="planted attribute used",
        title="likeness threshold moved (star: the aim)",
    )
    right.plot([r[5] for r in gate], [r[2] for r in gate], "s-", color="#8c4a1e")
    right.plot(0.90, 0.60, "k*", markersize=12)
    right.set(
        xlabel="nothing used on ordinary messages",
        ylabel="F1 against people",
        title="gate moved (star: the aim)",
    )
    for axes, here in ((left, likeness), (right, gate)):
        shipped = next(row for row in here if row[1] == 0.0)
        at = (shipped[4], shipped[3]) if axes is left else (shipped[5], shipped[2])
        axes.annotate("as chosen", at, textcoords="offset points", xytext=(-72, -14))
        axes.grid(alpha=0.3)
    figure.savefig(FOLDER / "selection-frontier.svg")
    figure.savefig(FOLDER / "selection-frontier.png", dpi=110)


if __name__ == "__main__":
    main()
