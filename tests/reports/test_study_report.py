"""The report in the docs: its figures are those of the data, and no word of the data is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recenter.progress import Silent
from recenter.reports.build import Asked, build
from recenter.reports.files import read_files
from recenter.reports.render import as_data

DOCS = Path(__file__).parents[2] / "docs/reference"
TEXTS = ("text", "prompt", "response", "chosen", "rejected", "rationale", "evidence_text")

pytestmark = pytest.mark.shared_data


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in TEXTS and isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_no_text_of_the_data_is_in_the_report(shared_data: Path) -> None:
    files = json.loads((DOCS / "study-report.json").read_text())["files"]
    assert len(files) == 9
    held = (DOCS / "study-report.html").read_text() + (DOCS / "study-report.json").read_text()
    for file in files:
        for line in (shared_data / file["name"]).read_text("utf-8").splitlines():
            for text in texts(json.loads(line)):
                part = text.strip()[:60]
                assert len(part) < 20 or part not in held


def test_the_figures_of_the_ratings_and_the_pilot_are_computed(shared_data: Path) -> None:
    """Two of the files are read again: what they give alone stands in the docs as it is."""
    told = json.loads((DOCS / "study-report.json").read_text())
    paths = [shared_data / name for name in ("judge_usr.jsonl", "selection_pilot_votes.jsonl")]
    material, files = read_files(paths)
    report = build(material, files, Asked(None, 0, texts=False), Silent())
    kept = {(f["table"], f["row"]): f for s in told["sections"] for f in s["figures"]}
    found = [f for section in as_data(report)["sections"] for f in section["figures"]]
    alpha = [f for f in found if f["row"].startswith("Krippendorff")]
    assert len(alpha) == 4
    for figure in alpha:
        before = kept[figure["table"], figure["row"]]
        assert figure["value"] == pytest.approx(before["value"])
        assert figure["low"] == pytest.approx(before["low"])
