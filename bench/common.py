"""What the benchmarks share: where the study's data is, intervals by person, the signature line."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterator, Sequence
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np

import recenter
from recenter.reports.render import write_report
from recenter.reports.section import GapReport

SHARED_DATA = Path(
    os.environ.get("RECENTER_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data")
)


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a JSON lines file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def cluster_interval(
    clusters: Sequence[str],
    statistic: Callable[[np.ndarray[Any, np.dtype[np.intp]]], float],
    *,
    repeats: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a statistic, resampling whole clusters.

    `statistic` takes row indices (with repeats). Replicates in which it is not a number are left
    out. See Field & Welsh, "Bootstrapping clustered data", JRSS B 69 (2007).
    """
    rng = np.random.default_rng(seed)
    names = np.asarray(clusters)
    rows_of = [np.flatnonzero(names == name) for name in dict.fromkeys(clusters)]
    values = []
    for _ in range(repeats):
        chosen = rng.integers(len(rows_of), size=len(rows_of))
        values.append(statistic(np.concatenate([rows_of[i] for i in chosen])))
    tail = (1 - level) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)


def wilson(successes: int, n: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the score interval of a share (Wilson, JASA 22, 1927)."""
    share = successes / n
    middle = share + z * z / (2 * n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def print_signature(name: str, **facts: object) -> None:
    """Print what a reader needs to repeat the figures that follow."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    told = "; ".join(f"{key} {value}" for key, value in facts.items())
    print(f"# {name}: recenter {recenter.__version__}; {machine}; {told}")


def tell_report(report: GapReport, folder: str | None) -> None:
    """Print the verdicts and tables of a report, and write it to a folder where one is named."""
    for section in report.sections:
        print(section.verdict)
        for table in section.tables:
            print(f"\n| {table.title} | {' | '.join(table.columns)} |")
            print("|---" * (len(table.columns) + 1) + "|")
            for line in table.lines:
                print(f"| {line.name} | {' | '.join(map(str, line.figures))} |")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_report(report, Path(folder))
