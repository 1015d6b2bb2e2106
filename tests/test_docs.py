"""What the docs say is true: their code runs, their commands exist, no command is left out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from recenter.cli.main import main

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (
            f"{page.relative_to(ROOT)}:{page.read_text()[: match.start()].count(chr(10)) + 1}",
            match[2],
        )
        for page in PAGES
        for match in BLOCK.finditer(page.read_text("utf-8"))
        if match[1] == language
    ]


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], click.Command]:
    ctx = click.Context(group)
    found: dict[tuple[str, ...], click.Command] = {}
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        found[*path, name] = command
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
    return found


COMMANDS = commands(main)


@pytest.mark.parametrize(("place", "code"), blocks("python"))
def test_python_in_the_docs_runs(
    place: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, place, "exec"), {"__name__": "docs"})


def examples() -> list[tuple[str, str, str]]:
    """Python that is followed by what it prints."""
    pair = re.compile(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [(page.name, m[1], m[2]) for page in PAGES for m in pair.finditer(page.read_text())]


@pytest.mark.parametrize(("place", "code", "printed"), examples())
def test_examples_print_what_stands_below_them(
    place: str, code: str, printed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    # `capfd`, since a library may hand the stream that it finds at its import to a process.
    exec(compile(code, place, "exec"), {"__name__": "docs"})
    assert capfd.readouterr().out == printed


def lines_calling_recenter() -> list[tuple[str, str]]:
    return [
        (place, line.removeprefix("$ ").split("#")[0].strip())
        for place, text in blocks("sh") + blocks("console")
        for line in text.replace("\\\n", " ").splitlines()
        if line.removeprefix("$ ").startswith("recenter ")
    ]


@pytest.mark.parametrize(("place", "line"), lines_calling_recenter())
def test_commands_in_the_docs_exist_with_their_options(place: str, line: str) -> None:
    words = shlex.split(re.split(r"[|<>]", line)[0])[1:]
    command: click.Command = main
    path: tuple[str, ...] = ()
    while words and (*path, words[0]) in COMMANDS:
        path = (*path, words.pop(0))
        command = COMMANDS[path]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    if command is main:
        options |= {"--version"}
        assert not [w for w in words if not w.startswith("-")], f"{place}: no command {line!r}"
    unknown = [w for w in words if w.startswith("--") and w.split("=")[0] not in options]
    assert not unknown, f"{place}: {line!r} has {unknown}"


@pytest.mark.parametrize(("path", "command"), COMMANDS.items())
def test_every_command_and_option_says_what_it_does(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help, f"recenter {' '.join(path)} has no help"
    silent = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert not silent, f"recenter {' '.join(path)} does not explain {silent}"
    assert f"## recenter {' '.join(path)}\n" in (ROOT / "docs/reference/cli.md").read_text()


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} links to {target}"
