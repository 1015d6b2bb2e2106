"""Errors reach a person as one printable line and an exit status, never as a traceback."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

import recenter
from recenter.cli import main as cli
from recenter.errors import InputError


@click.command()
def broken() -> None:
    raise InputError("\x1b[31mred\u202e is not a person.", file="a.jsonl", line=3, field="person")


@click.command()
def full() -> None:
    raise OSError(28, "No space left on device", "/out")


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        ("broken", "Error: a.jsonl: line 3: person: \\x1b[31mred\\u202e is not a person."),
        ("full", "No space left on device"),
    ],
)
def test_refusals_are_one_line(monkeypatch: pytest.MonkeyPatch, verb: str, said: str) -> None:
    monkeypatch.setitem(cli.COMMANDS, verb, f"{__name__}:{verb}")
    result = CliRunner().invoke(cli.main, [verb])
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


def test_version_and_unknown_verb() -> None:
    assert recenter.__version__ in CliRunner().invoke(cli.main, ["--version"]).output
    assert CliRunner().invoke(cli.main, ["dance"]).exit_code == 2
