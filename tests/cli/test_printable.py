"""What people and models wrote gives a terminal no orders, and never ends a command."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from recenter.cli import show
from recenter.cli.printable import plain, printable, tolerate_any_terminal
from recenter.records import Receipt, ReceiptLine


def test_orders_are_made_visible_and_text_is_left_as_it_is() -> None:
    assert printable("a\x1b[2J\r\x9b\u202e\ud800b") == r"a\x1b[2J\r\x9b\u202e\ud800b"
    text = "une\tligne\n26\u202f°C, 👩\u200d🔬"
    assert printable(text) == text
    assert plain("[red]") == r"\[red]"


def test_a_receipt_shows_the_orders_in_a_quote(capsys: pytest.CaptureFixture[str]) -> None:
    line = ReceiptLine(
        attribute="a", text="Likes \x1b[31mred.", score=0.5, reason="Near.", quotes=("\x1b]0;x",)
    )
    show.show_receipt(Receipt(used=(line,)))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert r"\x1b[31mred" in out


def test_a_terminal_without_the_characters_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    tolerate_any_terminal()
    Console(file=terminal).print("ö")
    terminal.flush()
    terminal.seek(0)
    assert terminal.read() == "\\xf6\n"


def test_every_command_begins_with_it() -> None:
    command = [sys.executable, "-m", "recenter", "doctor", "--store", "→://"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1:strict"}
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, b"")
    assert rb"\u2192" in ended.stdout
