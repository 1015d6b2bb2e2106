"""Agreement of the shipped verifier with a reader on a seeded sample of LLM extractions.

`python -m bench.verify_grade` reads `verify_graded.csv` and `verify_refined_graded.csv`: ids, the
verdict, and what an AI engineer read (with the quote, its context and how the dialogue begins;
verdicts in view, so not blind). The reader wrote the verifier and is no human; read it as a check
for blunders, not as a measurement.
Intervals are 95 %, resampling dialogues.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from bench.common import print_signature
from recenter.stats.classification import share
from recenter.stats.estimate import estimate

GRADED = Path(__file__).with_name("verify_graded.csv")
REFINED = Path(__file__).with_name("verify_refined_graded.csv")
"""What became of those not accepted, refined by rules with 3 rounds, read the same way."""
ANSWERS = ("accept", "uncertain", "reject")


def main() -> None:
    rows, refined = _read(GRADED), _read(REFINED)
    groups = [row["session"] for row in rows]
    print_signature("verify_grade", n=len(rows), dialogues=len(set(groups)), reader="AI engineer")
    counts = Counter((row["verdict"], row["read"]) for row in rows)
    for verdict in ANSWERS:
        told = ", ".join(f"{read} {counts[verdict, read]}" for read in ANSWERS)
        print(f"verdict {verdict}: read as {told}")
    same = np.asarray([row["verdict"] == row["read"] for row in rows])
    print(f"the same of three answers: {estimate(share, groups, same)}")
    usable = [(row["verdict"] == "accept") == (row["read"] == "accept") for row in rows]
    print(f"the same on accept: {estimate(share, groups, np.asarray(usable))}")
    for verdict in ANSWERS:
        own = [row for row in rows if row["verdict"] == verdict]
        for read in ("accept", "reject"):
            hits = np.asarray([row["read"] == read for row in own])
            figure = estimate(share, [row["session"] for row in own], hits)
            print(f"of verdict {verdict} ({len(own)}), read as {read}: {figure}")
    whole = np.asarray([row["read"] == "accept" for row in rows])
    print(f"of all, read as accept: {estimate(share, groups, whole)}")
    outcomes = Counter(row["outcome"] for row in refined)
    print(f"refined: {', '.join(f'{name} {count}' for name, count in outcomes.items())}")
    used = [row for row in rows if row["verdict"] == "accept"]
    used += [row for row in refined if row["outcome"] == "keep"]
    hits = np.asarray([row["read"] == "accept" for row in used])
    figure = estimate(share, [row["session"] for row in used], hits)
    print(f"of what is used after refining ({len(used)}), read as accept: {figure}")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
