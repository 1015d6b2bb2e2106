"""Reads two readers' verdicts and the key of `extract_sample`: acceptance per arm, agreement.

`python -m bench.extract_grade KEY.csv READER1.csv READER2.csv`. A readers' check by engineers or
models that did not write the code, not a human judgment. `unsure` does not count as accepted.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.common import cluster_interval, print_signature, wilson

VERDICTS = ("accept", "unsure", "reject")
Rows = NDArray[np.intp]


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    key, *readers = [_read(Path(name)) for name in sys.argv[1:]]
    print_signature("extract_grade", items=len(key), readers=len(readers), unsure="not accepted")
    items = sorted(key, key=int)
    verdicts = [_verdicts(reader, items, name) for reader, name in zip(readers, "12", strict=True)]
    sessions = [key[item]["session"] for item in items]
    arms = np.asarray([key[item]["arm"] for item in items])
    accepted = np.asarray([[v == "accept" for v in reader] for reader in verdicts])
    for arm in dict.fromkeys(sorted(arms)):
        rows = np.flatnonzero(arms == arm)
        print(f"\n{arm}: {len(rows)} items of {len({sessions[i] for i in rows})} dialogues")
        _shares(accepted[:, rows], [sessions[i] for i in rows])
    print("\nAgreement of the readers, three answers:")
    _agreement(verdicts, sessions)
    print("accept against the rest:")
    _agreement([["yes" if v == "accept" else "no" for v in r] for r in verdicts], sessions)


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Return Cohen's kappa of two readers, or nan where chance alone explains everything."""
    same = np.mean([a == b for a, b in zip(one, other, strict=True)])
    chance = sum(
        np.mean([a == value for a in one]) * np.mean([b == value for b in other])
        for value in set(one) | set(other)
    )
    return float((same - chance) / (1 - chance)) if chance < 1 else float("nan")


def _shares(accepted: NDArray[Any], sessions: list[str]) -> None:
    """Print the share each reader, both and either accept."""
    rows = {
        "reader 1": accepted[0],
        "reader 2": accepted[1],
        "mean of both": accepted.mean(0),
        "both": accepted.all(0),
        "either": accepted.any(0),
    }
    for name, values in rows.items():
        share, low, high = _interval(values.astype(float), sessions)
        text = f"  {name:13s} {share:.3f}  by dialogue [{low:.3f}, {high:.3f}]"
        if name != "mean of both":
            first, last = wilson(int(values.sum()), len(values))
            text += f"  Wilson [{first:.3f}, {last:.3f}]"
        print(text)


def _interval(values: NDArray[np.float64], sessions: list[str]) -> tuple[float, float, float]:
    def mean(rows: Rows) -> float:
        return float(values[rows].mean())

    return float(values.mean()), *cluster_interval(sessions, mean)


def _agreement(verdicts: Sequence[Sequence[str]], sessions: list[str]) -> None:
    one, other = (np.asarray(reader) for reader in verdicts)
    same = (one == other).astype(float)
    share, low, high = _interval(same, sessions)

    def of_rows(rows: Rows) -> float:
        return kappa(list(one[rows]), list(other[rows]))

    bottom, top = cluster_interval(sessions, of_rows)
    print(
        f"  {share:.1%} the same [{low:.1%}, {high:.1%}]; Cohen's kappa "
        f"{kappa(list(one), list(other)):.2f} [{bottom:.2f}, {top:.2f}]"
    )


def _read(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["item"].strip(): row for row in csv.DictReader(file)}


def _verdicts(reader: dict[str, dict[str, str]], items: Sequence[str], name: str) -> list[str]:
    found = [reader.get(item, {}).get("verdict", "").strip().lower() for item in items]
    for item, verdict in zip(items, found, strict=True):
        if verdict not in VERDICTS:
            sys.exit(f"reader {name}, item {item}: {verdict!r} is not one of {VERDICTS}.")
    return found


if __name__ == "__main__":
    main()
