"""The trained verifier on dialogues left out, beside the rules and the simplest baselines.

Run as `python -m bench.verify_trained`. Every score is by models that saw nothing of the row's
dialogue (8 folds, seed 0), thresholds and calibration chosen within the training dialogues.
Intervals are 95 %, resampling dialogues. The labels are silver: an LLM's draft, most of it without
a human hand. What was made by code or written is reported apart from them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from training.verifier import load

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.models.embedded import Minilm
from recenter.records import Judgment
from recenter.stages.verify_model import Thresholds, likeliest_fault
from recenter.stages.verify_rules import RulesVerifier, carried, facts
from recenter.stages.verify_trained import Decision, decide
from recenter.stats.classification import (
    auc,
    average_precision,
    best_threshold,
    brier,
    calibration_error,
    f1,
    share,
)
from recenter.stats.estimate import Estimate, estimate
from recenter.train.verifier import FAULT_HOLD, FAULT_REJECT, LeftOut, cross_validate
from recenter.train.verifier_examples import Example
from recenter.train.verifier_fit import inputs_of
from recenter.train.verifier_report import lift, overlap

SEED = 0
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# One statement that the drafting model repeats over dialogues that hold nothing of the kind.
_TEMPLATE = re.compile(
    r"\b(?:address\w*|passport)\b.*\b(?:info\w*|later|retain\w*|pasted)\b"
    r"|\bretain\w*\b.*\b(?:address\w*|passport|personal|data)\b",
    re.IGNORECASE,
)


def main() -> None:
    found = load()
    inputs = inputs_of(found, Minilm(threads=1))
    out = cross_validate(inputs, seed=SEED)
    made = [decided(example, out, row) for row, example in enumerate(found)]
    rules = RulesVerifier()
    ruled = [rules.verify(one.attribute, one.conversations) for one in found]
    origin = np.asarray([example.origin for example in found])
    silver = np.flatnonzero(origin == "label")
    print_signature(
        "verify_trained", data="alps_memories.jsonl, alps_sessions.jsonl", n=len(silver),
        rejected=int(inputs.rejected[silver].sum()), dialogues=len(set(inputs.groups[silver])),
        split="8 folds by dialogue", seed=SEED,
    )  # fmt: skip
    rows = list(read_jsonl(SHARED_DATA / "alps_memories.jsonl"))
    silver_tables(rows, [found[i] for i in silver], out, [made[i] for i in silver], ruled)
    for name in ("label", "read", "written", "constructed"):
        answers = [one.answer for one in made], [one.answer for one in ruled]
        acceptance(name, found, *answers, origin == name)
    failure_modes(found, out)
    for seed in (1, 2):
        again = cross_validate(inputs, seed=seed)
        figure = average_precision(inputs.rejected[silver], 1 - again.probability[silver])
        print(f"AP of the model's score with other folds, seed {seed}: {figure:.3f}")


def decided(example: Example, out: LeftOut, row: int) -> Decision:
    """Return the verdict that would ship, by the models that did not see the dialogue."""
    talks = example.conversations
    at = Thresholds(
        accept=float(out.accept[row]),
        reject=float(out.reject[row]),
        fault_reject=FAULT_REJECT,
        fault_hold=FAULT_HOLD,
    )
    return decide(
        float(out.probability[row]),
        fault=1 - float(out.faults[row, 0]),
        likeliest=likeliest_fault(out.classes, out.faults[row]),
        fact=min(facts(example.attribute, talks), key=lambda f: f.probability, default=None),
        carried=carried(example.attribute, talks),
        at=at,
    )


def silver_tables(
    rows: Sequence[dict[str, Any]],
    found: Sequence[Example],
    out: LeftOut,
    made: Sequence[Decision],
    ruled: Sequence[Judgment],
) -> None:
    truth = np.asarray([one.rejected for one in found])
    groups = [one.group for one in found]
    n = len(found)
    scores: dict[str, Floats] = {
        "evidence overlap": -np.asarray(
            [overlap(r["text"], r["evidence_text"] or "") for r in rows]
        ),
        "confidence field": -np.asarray([float(r["confidence"]) for r in rows]),
        "rules": 1 - np.asarray([float(j.probability or 0) for j in ruled[:n]]),
        "trained, score": 1 - out.probability[:n],
        "trained, as shipped": 1 - np.asarray([one.probability for one in made]),
    }
    verdicts: dict[str, Bools] = {
        name: score >= best_threshold(truth, score)
        for name, score in scores.items()
        if name in ("evidence overlap", "confidence field")
    }
    verdicts["rules"] = np.asarray([j.answer == "reject" for j in ruled[:n]])
    verdicts["trained, score"] = out.probability[:n] <= out.reject[:n]
    verdicts["trained, as shipped"] = np.asarray([one.answer == "reject" for one in made])
    print("\n`rejected` on silver labels (F1 of overlap and confidence: best threshold, in sample)")
    print(f"{'always accept':22s} AUROC 0.500, AP {truth.mean():.3f}, F1 0")
    always = 2 * truth.mean() / (1 + truth.mean())
    print(f"{'always reject':22s} AUROC 0.500, AP {truth.mean():.3f}, F1 {always:.3f}")
    for name, score in scores.items():
        print(
            f"{name:22s} AUROC {estimate(auc, groups, truth, score)}, "
            f"AP {estimate(average_precision, groups, truth, score)}, "
            f"F1 {estimate(f1, groups, truth, verdicts[name])}"
        )
    template = np.asarray([bool(_TEMPLATE.search(row["text"])) for row in rows])
    differences(groups, truth, scores, template)


def differences(
    groups: Sequence[str], truth: Bools, scores: dict[str, Floats], template: Bools
) -> None:
    """Print how far the trained scores lie above the others, also without the repeated rows."""
    n = len(truth)
    print(f"\nAP, paired difference ({int(template.sum())} rows, {int((template & truth).sum())} "
          "rejected, repeat one template)")  # fmt: skip
    for ours in ("trained, score", "trained, as shipped"):
        for other in ("evidence overlap", "confidence field", "rules"):
            whole = _difference(groups, truth, scores[ours], scores[other], np.ones(n, np.bool_))
            rest = _difference(groups, truth, scores[ours], scores[other], ~template)
            print(f"{ours} - {other}: {whole}; without the template {rest}")
    others = [group for group, out_of in zip(groups, template, strict=True) if not out_of]
    for name, score in scores.items():
        figure = estimate(average_precision, others, truth[~template], score[~template])
        print(f"without the template, {name}: AP {figure}")
    accept = 1 - scores["trained, score"]
    print(f"calibration of the score: Brier {estimate(brier, groups, ~truth, accept)}, "
          f"ECE {estimate(calibration_error, groups, ~truth, accept)}")  # fmt: skip


def _difference(
    groups: Sequence[str], truth: Bools, ours: Floats, other: Floats, rows: Bools
) -> Estimate:
    chosen = [group for group, kept in zip(groups, rows, strict=True) if kept]
    return estimate(lift, chosen, truth[rows], ours[rows], other[rows])


def acceptance(
    name: str,
    found: Sequence[Example],
    made: Sequence[str],
    ruled: Sequence[str],
    rows: Bools,
) -> None:
    """Print which shares are accepted and rejected, by the trained verifier and by the rules."""
    for wrong in (False, True):
        chosen = [i for i in np.flatnonzero(rows).tolist() if found[i].rejected == wrong]
        if not chosen:
            continue
        groups = [found[i].group for i in chosen]
        kind = "wrong" if wrong else "supported"
        print(f"\n{name}, {kind}: n {len(chosen)}, {len(set(groups))} dialogues")
        for who, said in (("trained", made), ("rules", ruled)):
            for answer in ("accept", "reject"):
                hits = np.asarray([said[i] == answer for i in chosen])
                print(f"    {who:8s} {answer} {estimate(share, groups, hits)}")


def failure_modes(found: Sequence[Example], out: LeftOut) -> None:
    """Print how often the head of faults names the failure of what was made by code or written."""
    rows = [i for i, one in enumerate(found) if one.failure is not None]
    said = [likeliest_fault(out.classes, out.faults[i]) for i in rows]
    for origin in ("constructed", "written"):
        own = [k for k, i in enumerate(rows) if found[i].origin == origin]
        right = np.asarray([said[k] == found[rows[k]].failure for k in own])
        groups = [found[rows[k]].group for k in own]
        print(f"\nfailure named, {origin}: {estimate(share, groups, right)}")
        for failure, count in Counter(found[rows[k]].failure for k in own).most_common():
            chosen = [k for k in own if found[rows[k]].failure == failure]
            named = Counter(said[k] for k in chosen).most_common(3)
            told = ", ".join(f"{name} {number}" for name, number in named)
            print(f"    {failure} ({count}): named {told}")


if __name__ == "__main__":
    main()
