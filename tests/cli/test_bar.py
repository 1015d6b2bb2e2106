"""Progress where nobody draws a bar, and what Ctrl-C says is kept."""

from __future__ import annotations

import time

import pytest

from recenter.cli import bar
from recenter.cli.bar import GOES_ON, Bar


def test_without_a_terminal_a_line_now_and_then_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bar, "_EVERY", 0.02)
    told = ""
    with Bar() as drawn:
        drawn.start("people left out in turn", 5)
        drawn.advance(2)
        while "people left out in turn: 2 of 5, 0 s\n" not in told:
            time.sleep(0.01)
            told += capsys.readouterr().err
        drawn.start("fitting on everyone", None)
        while "fitting on everyone: 0 s\n" not in told:
            time.sleep(0.01)
            told += capsys.readouterr().err
    capsys.readouterr()
    time.sleep(0.1)
    assert capsys.readouterr().err == ""


def test_short_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar(stopped=GOES_ON) as drawn:
        drawn.start("people", 5)
        drawn.advance()
    assert capsys.readouterr().err == ""


def test_ctrl_c_says_what_is_kept_and_another_end_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(KeyboardInterrupt), Bar(stopped=GOES_ON):
        raise KeyboardInterrupt
    assert capsys.readouterr().err.strip() == GOES_ON
    with pytest.raises(OSError, match="full"), Bar(stopped=GOES_ON):
        raise OSError("full")
    assert capsys.readouterr().err == ""
