from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
from bench.common import wilson
from bench.extract_grade import kappa

from bench import extract_grade


def test_wilson_interval_of_a_textbook_case() -> None:
    low, high = wilson(8, 10)  # R: prop.test(8, 10, correct = FALSE)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)


def test_kappa_of_a_textbook_case() -> None:
    one = ["yes"] * 25 + ["no"] * 25  # 20 and 15 alike of 50: Cohen's kappa .4
    other = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert kappa(one, other) == pytest.approx(0.4)
    assert kappa(one, one) == 1
    assert math.isnan(kappa(["yes"], ["yes"]))


def test_prints_acceptance_by_arm_and_stops_at_an_empty_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n},{'embedded' if n % 2 else 'llm'},s{n},0,0,5" for n in range(1, 9)]
    files = {
        "key": ["item,arm,session,turn,start,end", *rows],
        "one": ["item,verdict", *(f"{n},{'accept' if n % 2 else 'reject'}" for n in range(1, 9))],
        "two": ["item,verdict", *(f"{n},{'Accept ' if n < 6 else 'unsure'}" for n in range(1, 9))],
        "bad": ["item,verdict", "1,accept"],
    }
    for name, lines in files.items():
        (tmp_path / name).write_text("\n".join(lines))
    paths = {name: str(tmp_path / name) for name in files}
    monkeypatch.setattr(sys, "argv", ["x", paths["key"], paths["one"], paths["two"]])
    extract_grade.main()
    printed = capsys.readouterr().out
    assert "embedded: 4 items of 4 dialogues\n  reader 1      1.000" in printed
    assert "llm: 4 items of 4 dialogues\n  reader 1      0.000" in printed
    monkeypatch.setattr(sys, "argv", ["x", paths["key"], paths["one"], paths["bad"]])
    with pytest.raises(SystemExit, match="item 2"):
        extract_grade.main()
