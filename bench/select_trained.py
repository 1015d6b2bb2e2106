"""The trained selector held against people it has not seen, and to restraint in daily use.

Every score is of a model that saw nothing of the person, prompt or both it is scored on; thresholds
and settings were chosen inside the training part. Intervals are 95 %, resampling people, or
messages where these are made up. Goes on where it was stopped. Writes its figures to a JSON file.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench.common import SHARED_DATA, print_signature, read_jsonl
from bench.select_columns import MODELS, SETTINGS, Columns, baseline, held_out, kept, labelled
from recenter.models.embedded import Minilm
from recenter.stats import classification as c
from recenter.stats.estimate import Estimate, estimate
from recenter.train.examples import Labelled
from recenter.train.selector import By
from recenter.train.selector_parts import Vectors
from recenter.train.selector_rows import make_folds

OUTPUT = Path("docs/reference/selection-figures.json")
RUNS: tuple[tuple[By, int], ...] = (
    ("person", 0),
    ("prompt", 0),
    ("person", 1),
    ("person", 2),
    ("both", 0),
)
_MANNER = re.compile(
    r"\b(values?|prefers?|appreciates?|comfortable|non-native|beginner|familiar|knowledge|expert|"
    r"skill|experience|understanding|proficien|tech-savvy|literacy)\b.*|"
    r"\b(concise|clear|clarity|detail|structured|organi[sz]ed|format|step|example|explanation|"
    r"instruction|style|tone|language|brevity|simple|thorough|precis)",
    re.IGNORECASE,
)
"""Attributes that say how to answer (style, format, level) rather than what about."""


def main() -> None:
    found: dict[str, Any] = {}
    rows = labelled()
    vectors = Vectors(Minilm())
    print_signature(
        "select_trained",
        data="selection_human.jsonl (labels), selection_llm.jsonl (a tenth of a target)",
        n=sum(item.relevant is not None for one in rows for item in one.items),
        people=len({one.person for one in rows}),
        prompts=len({one.prompt for one in rows}),
        folds="5, settings chosen inside (nested)",
        runs=RUNS,
        embedder=vectors.name,
    )
    for by, seed in RUNS:
        of = f"{by}-{seed}"
        print(f"\n## {of}")
        ours = kept(f"held-{of}", functools.partial(held_out, by, seed))
        found[of] = _report(ours, dict(_plain(by, seed, rows, vectors)))
        if by == "person":
            found[of] |= _restraint(ours)
        OUTPUT.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")


def _plain(
    by: By, seed: int, rows: Sequence[Labelled], vectors: Vectors
) -> Iterator[tuple[str, Columns]]:
    folds = make_folds(rows, seed=seed)
    names = list(MODELS) if by != "both" and seed == 0 else ["attribute only, LR"]
    for number, name in enumerate(names):
        make = functools.partial(baseline, name, by, folds, rows, vectors)
        yield name, kept(f"plain-{by}-{seed}-{number}", make)


def _report(ours: Columns, plain: dict[str, Columns]) -> dict[str, Any]:
    people, truth = ours["person"].tolist(), ours["truth"]
    other = {n: _aligned(column, ours) for n, column in plain.items()}
    llms = _llms(ours)
    print(f"\n{len(truth)} answers, {truth.mean():.3f} relevant\n")
    print("| method | used | P | R | F1 | AUC | F1 less attribute-only | F1 / gpt-5.4 |")
    print("|---|---|---|---|---|---|---|---|")
    decided = {"always no": np.zeros(len(truth), bool), "always yes": np.ones(len(truth), bool)}
    scores: dict[str, Any] = {}
    for label, (used, score) in other.items():
        decided[label], scores[label] = used, score
    for setting in SETTINGS:
        decided[f"trained, {setting}"] = ours[f"used_{setting}"]
        scores[f"trained, {setting}"] = ours[f"chance_{setting}"]
    decided |= llms
    base, gpt = decided["attribute only, LR"], llms["gpt-5.4"]
    told: dict[str, Any] = {}
    for label, used in decided.items():
        figures = {
            "used": estimate(c.share, people, used),
            "precision": estimate(c.precision, people, truth, used),
            "recall": estimate(c.recall, people, truth, used),
            "f1": estimate(c.f1, people, truth, used),
            "auc": estimate(c.auc, people, truth, scores.get(label, used.astype(float))),
            "lift": estimate(_difference, people, truth, used, base),
            "over_gpt": estimate(_ratio, people, truth, used, gpt),
        }
        told[label] = figures
        print("|", label, "|", " | ".join(_short(f) for f in figures.values()), "|")
    return {"methods": told} | _kinds(ours, base) | _calibration(ours, people)


def _aligned(column: Columns, ours: Columns) -> tuple[Any, Any]:
    """Return used and scores of a plain model in the order of our rows."""
    rows = labelled()
    place: dict[tuple[str, str, str], list[int]] = {}
    at = 0
    for one in rows:
        for item in one.items:
            if item.relevant is not None:
                place.setdefault((one.person, one.prompt, item.text), []).append(at)
                at += 1
    keys = zip(ours["person"].tolist(), ours["prompt"].tolist(), ours["text"].tolist(), strict=True)
    taken: dict[tuple[str, str, str], int] = {}
    order = []
    for key in keys:
        order.append(place[key][taken.get(key, 0)])
        taken[key] = taken.get(key, 0) + 1
    return column["used"][order], column["scores"][order]


def _llms(ours: Columns) -> dict[str, Any]:
    of_pair = {one.pair: one for one in labelled()}
    said: dict[str, dict[tuple[str, str, str], bool]] = {}
    ids = {
        (row["pair"], item["id"]): item["text"]
        for row in read_jsonl(SHARED_DATA / "selection_human.jsonl")
        for item in row["attributes"]
    }
    for row in read_jsonl(SHARED_DATA / "selection_llm.jsonl"):
        one = of_pair[row["pair"]]
        for item in row["attributes"]:
            key = (one.person, one.prompt, ids[row["pair"], item["id"]])
            said.setdefault(row["model"], {})[key] = bool(item["relevant"])
    keys = list(
        zip(ours["person"].tolist(), ours["prompt"].tolist(), ours["text"].tolist(), strict=True)
    )
    return {model: np.asarray([answers[key] for key in keys]) for model, answers in said.items()}


def _difference(truth: Any, used: Any, base: Any) -> float | None:
    one, other = c.f1(truth, used), c.f1(truth, base)
    return None if one is None or other is None else one - other


def _ratio(truth: Any, used: Any, base: Any) -> float | None:
    one, other = c.f1(truth, used), c.f1(truth, base)
    return None if one is None or not other else one / other


def _kinds(ours: Columns, base: Any) -> dict[str, Any]:
    manner = np.asarray([is_manner(text) for text in ours["text"].tolist()])
    told: dict[str, Any] = {}
    print("\n| attributes | n | relevant | F1 agreeing | F1 restrained | AUC | lift of agreeing |")
    print("|---|---|---|---|---|---|---|")
    for label, rows in (("how to answer", manner), ("what about", ~manner)):
        people, truth = ours["person"][rows].tolist(), ours["truth"][rows]
        figures = {
            "f1_agreeing": estimate(c.f1, people, truth, ours["used_agreeing"][rows]),
            "f1_restrained": estimate(c.f1, people, truth, ours["used_restrained"][rows]),
            "auc": estimate(c.auc, people, truth, ours["trained"][rows]),
            "lift": estimate(_difference, people, truth, ours["used_agreeing"][rows], base[rows]),
        }
        told[label] = figures
        print(
            f"| {label} | {rows.sum()} | {truth.mean():.3f} |",
            " | ".join(_short(f) for f in figures.values()),
            "|",
        )
    return {"kinds": told}


def is_manner(text: str) -> bool:
    """Tell whether an attribute says how to answer."""
    return bool(_MANNER.search(text))


def _calibration(ours: Columns, people: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for setting in SETTINGS:
        truth, chance = ours["truth"], ours[f"chance_{setting}"]
        told[setting] = {
            "brier": estimate(c.brier, people, truth, chance),
            "ece": estimate(c.calibration_error, people, truth, chance),
            "reliability": c.reliability(truth, chance),
        }
        print(f"\n{setting}: Brier {told[setting]['brier']}, ECE {told[setting]['ece']}")
    always = estimate(c.brier, people, ours["truth"], np.full(len(people), ours["truth"].mean()))
    print(f"Brier of always saying the base rate: {always}")
    return {"calibration": told}


def _restraint(ours: Columns) -> dict[str, Any]:
    told: dict[str, Any] = {}
    pairs = np.asarray([f"{p} {q}" for p, q in zip(ours["person"], ours["prompt"], strict=True)])
    none = sorted(set(pairs[ours["origin"] == "no_positive"]))
    for setting in SETTINGS:
        figures: dict[str, Any] = {
            side: estimate(
                c.share, ours[f"{side}_cluster_{setting}"].tolist(), ours[f"{side}_{setting}"]
            )
            for side in ("planted", "elsewhere", "ordinary")
        }
        figures["made_up"] = {
            side: float(ours[f"made_{side}_{setting}"].mean()) for side in ("planted", "elsewhere")
        }
        counts = [int(ours[f"used_{setting}"][pairs == pair].sum()) for pair in none]
        figures["no_positive"] = counts
        told[setting] = figures
        print(
            f"\n{setting}: planted used {figures['planted']}; nothing of other topics "
            f"{figures['elsewhere']}; nothing on ordinary {figures['ordinary']}; used on each of "
            f"the pairs on which people want nothing: {counts}, mean {np.mean(counts):.2f}; "
            f"made-up pairs {figures['made_up']}"
        )
    return {"restraint": told}


def _short(figure: Estimate) -> str:
    return str(figure)


if __name__ == "__main__":
    main()
