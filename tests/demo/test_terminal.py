from __future__ import annotations

import io

import msgspec
import pytest
from rich.console import Console

from recenter.demo.terminal import show

from .fixtures import PERSON, RESULT


def printed(width: int = 120, **changes: object) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    show(msgspec.structs.replace(RESULT, **changes), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [60, 120])
def test_shows_both_memories_for_each_prompt(width: int) -> None:
    text = printed(width)
    assert "uses 2" in text
    assert "uses 0" in text
    assert text.count("(rejected) The user hates") == 2
    assert text.count("pushes 4, 600 characters") == 2
    assert max(len(line) for line in text.splitlines()) <= width


def test_shows_the_words_behind_what_is_used() -> None:
    assert '"i eat fish now"' in printed()


def test_text_of_others_is_not_markup() -> None:
    person = msgspec.structs.replace(PERSON, name="[bold]Ada[/bold] \x1b[31m")
    text = printed(people=(person,))
    assert "[bold]Ada[/bold]" in text
    assert "\x1b" not in text


def test_an_empty_run_prints_its_figures() -> None:
    assert "0 statements found in 0 messages" in printed(people=())
