"""Plots are drawn with their numbers, the same each time, and leave matplotlib as it was."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from recenter.errors import MissingExtraError
from recenter.figures.draw import draw
from recenter.stats.estimate import Estimate
from recenter.train.plots import learning_plot, precision_recall_plot, reliability_plot

TRUTH = np.asarray([True, False, True, False] * 10)
SCORE = np.linspace(0, 1, 40)


def test_a_plot_is_drawn_with_its_numbers_and_the_same_each_time(tmp_path: Path) -> None:
    before = dict(matplotlib.rcParams)
    plot = reliability_plot(TRUTH, {"ours": SCORE, "other": SCORE[::-1]}, of="made up")
    for name in ("one", "other"):
        draw(plot, tmp_path / name)
    assert dict(matplotlib.rcParams) == before
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["reliability.csv", "reliability.png", "reliability.svg"]
    for name in files:
        one, other = ((tmp_path / side / name).read_bytes() for side in ("one", "other"))
        assert one == other
    with (tmp_path / "one" / "reliability.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert sum(int(row["n"]) for row in rows if row["series"] == "ours") == 40
    assert "mean probability" in (tmp_path / "one" / "reliability.svg").read_text()


def test_lines_differ_without_colour(tmp_path: Path) -> None:
    plot = precision_recall_plot(TRUTH, {"ours": SCORE, "other": SCORE[::-1]}, of="made up")
    draw(plot, tmp_path)
    assert "stroke-dasharray" in (tmp_path / "precision-recall.svg").read_text()


def test_words_say_what_a_plot_shows() -> None:
    sure = reliability_plot(TRUTH, {"ours": np.where(TRUTH, 0.95, 0.1)}, of="made up")
    assert "farthest where 0.10 was said and 0.00 was true" in sure.alt
    perfect = precision_recall_plot(TRUTH, {"ours": TRUTH * 1.0}, of="made up")
    assert "ours 1.00; yes to everything 0.50" in perfect.alt
    known = Estimate(value=0.5, low=0.4, high=0.6, n=9, clusters=3)
    unknown = Estimate(value=None, reason="nobody")
    curve = learning_plot([(2, unknown), (5, known)], units="people", figure="accuracy")
    assert [point.x for point in curve.series[0].points] == [5.0]
    assert "0.50 at 5" in curve.alt


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("matplotlib", "matplotlib.figure", "matplotlib.backends.backend_agg"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"recenter\[train\]"):
        draw(reliability_plot(TRUTH, {"ours": SCORE}, of="made up"), tmp_path)
