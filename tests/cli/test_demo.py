from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.config import load_settings
from recenter.demo.data import characters
from recenter.demo.page import COMMANDS
from recenter.demo.result import DemoResult
from recenter.demo.run import run_demo
from recenter.models.embedded import Minilm
from recenter.models.scripted import ScriptedChat
from recenter.store import open_store

from ..demo.exports import SAID, chatgpt_zip, claude_json
from ..demo.reading import Reader


class Ran(NamedTuple):
    result: Result
    page: Path

    @property
    def read(self) -> Reader:
        return Reader(self.page.read_text("utf-8"))


def run(folder: Path, *arguments: str) -> Ran:
    page = folder / "page.html"
    result = CliRunner().invoke(main, ["demo", "--html", str(page), *arguments])
    assert result.exit_code == 0, result.output
    return Ran(result, page)


@pytest.fixture(scope="module")
def everybody(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, DemoResult]:
    """What the command printed and wrote, and the result that it was made from."""
    made: list[DemoResult] = []

    def kept(*arguments: Any, **options: Any) -> DemoResult:
        made.append(run_demo(*arguments, **options))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recenter.cli.demo.run_demo", kept)
        ran = run(tmp_path_factory.mktemp("demo"))
    return ran, made[0]


@pytest.fixture(scope="module")
def shown(everybody: tuple[Ran, DemoResult]) -> Ran:
    return everybody[0]


@pytest.fixture(scope="module")
def records(everybody: tuple[Ran, DemoResult]) -> DemoResult:
    return everybody[1]


def test_the_tutorial_shows_what_is_printed(shown: Ran) -> None:
    tutorial = (Path(__file__).parents[2] / "docs/tutorial.md").read_text("utf-8")
    summary, _, _ = shown.result.output.partition(f"{characters()[0].name}, ")
    # The width of the terminal breaks lines elsewhere; words and figures are the same.
    assert " ".join(summary.split()) in " ".join(tutorial.split())


def test_prints_a_table_of_everybody_and_where_the_page_is(shown: Ran) -> None:
    output = shown.result.output
    for character in characters():
        assert character.name in output
    assert "Plain top-10 memory" in output
    assert str(shown.page) in output.replace("\n", "")


def test_the_page_holds_everybody_whole_and_loads_nothing(shown: Ran) -> None:
    read = shown.read
    for character in characters():
        assert character.name in read.text
        for prompt in character.prompts:
            assert prompt.text in read.text
    assert all(link.startswith("#") for link in read.links)
    assert {link.removeprefix("#") for link in read.links} <= set(read.ids)
    assert "src" not in {name for _, name, _ in read.attributes}
    assert shown.page.stat().st_size < 1_000_000


def test_every_quote_stands_where_it_is_said_to(records: DemoResult) -> None:
    for person in records.people:
        turns = {c.id: c.turns for c in person.conversations}
        assert person.attributes
        for attribute in person.attributes:
            for quote in attribute.evidence:
                turn = turns[quote.conversation][quote.turn]
                assert turn.role == "user"
                assert turn.text[quote.start : quote.end] == quote.quote


def test_traps_are_nearly_always_refused(records: DemoResult) -> None:
    """A floor, not a claim: the page prints what each run did."""
    outcomes = [t.outcome for p in records.people for t in p.traps if t.trap.earlier is None]
    assert outcomes.count("fell_for") <= len(outcomes) // 10


def test_uses_something_on_topic_and_nearly_nothing_off_topic(records: DemoResult) -> None:
    used = {"on_topic": 0, "vague": 0, "off_topic": 0}
    for person in records.people:
        for prompt in person.prompts:
            used[prompt.kind] += len(prompt.selection.used)
    pushed = sum(len(p.top10.attributes) for person in records.people for p in person.prompts)
    assert used["on_topic"] >= 1
    assert used["off_topic"] <= 1
    assert sum(used.values()) < pushed / 4


def test_where_nothing_is_used_the_message_goes_out_as_it_came(records: DemoResult) -> None:
    silent = [p for person in records.people for p in person.prompts if not p.selection.used]
    assert silent
    for prompt in silent:
        assert [m.content for m in prompt.reply.messages] == [prompt.query.prompt]


def test_a_second_run_finds_the_same(records: DemoResult) -> None:
    assert run_demo(load_settings(), person="kit").people[0] == records.people[3]


@pytest.mark.parametrize("write", [chatgpt_zip, claude_json])
def test_reads_an_own_export(write: object, tmp_path: Path) -> None:
    assert callable(write)
    ran = run(tmp_path, "--on", str(write(tmp_path)))
    read = ran.read
    assert "of the export" in read.text
    assert SAID[2][0] in read.text
    assert "script" not in read.tags
    assert re.search(r"kept back for the first message", read.text)
    assert "two cats" in read.text


def test_prompts_may_be_given(tmp_path: Path) -> None:
    ran = run(tmp_path, "--person", "odile", "--prompt", "one?", "--prompt", "two?")
    assert "one?" in ran.result.output
    assert "two?" in ran.result.output
    assert "Maren" not in ran.result.output


def test_keeps_everything_in_a_store_that_is_named(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kept.db'}"
    export = chatgpt_zip(tmp_path)
    first = run(tmp_path, "--on", str(export), "--store", url)
    with open_store(url) as store:
        counts = dict(store.counts())
        assert len(list(store.people())) == 1
    second = run(tmp_path, "--on", str(export), "--store", url, "--prompt", "hello")
    with open_store(url) as store:
        assert len(list(store.people())) == 1
        assert store.counts()["conversations"] == counts["conversations"] + 1
    assert first.page == second.page


def test_leaves_no_store_and_no_key_behind_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path / "home"))
    run(tmp_path, "--person", "kit", "--prompt", "hi")
    run(tmp_path, "--on", str(chatgpt_zip(tmp_path)), "--prompt", "hi")
    assert not (tmp_path / "home").exists()


def test_replies_of_a_model_are_shown_beside_the_generic_one() -> None:
    chat = ScriptedChat(lambda request: f"answer to {len(request.messages[-1].content)}")
    (person,) = run_demo(load_settings(), chat=chat, person="maren").people
    for prompt in person.prompts:
        assert prompt.reply.text
        assert (prompt.generic is not None) == bool(prompt.selection.used)
        if prompt.generic:
            assert prompt.generic.messages[-1].content == prompt.query.prompt


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    page = tmp_path / "absent" / "page.html"
    result = CliRunner().invoke(main, ["demo", "--html", str(page), "--person", "nobody"])
    assert result.exit_code == 2
    assert f"there is no folder {page.parent}" in " ".join(result.output.split())


def test_a_stranger_is_refused_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["demo", "--person", "nobody"])
    assert result.exit_code == 1
    assert "there is no 'nobody' in the demo" in result.output


def test_the_plain_memory_pushes_the_ten_of_highest_cosine(records: DemoResult) -> None:
    person = records.people[0]
    prompt = person.prompts[0]
    texts = {attribute.id: attribute.text for attribute in person.attributes}
    vectors = Minilm().embed([prompt.query.prompt, *texts.values()])
    nearest = sorted(zip(vectors[1:] @ vectors[0], texts, strict=True), reverse=True)[:10]
    assert list(prompt.top10.attributes) == [name for _, name in nearest]
    sent = json.dumps([m.content for m in prompt.top10.reply.messages], ensure_ascii=False)
    assert len(prompt.top10.attributes) == len(
        [name for name in prompt.top10.attributes if texts[name][:40] in sent]
    )


@pytest.mark.parametrize(
    "line",
    [line for text, _ in COMMANDS for line in text.splitlines() if line.startswith("recenter ")],
)
def test_the_commands_that_the_page_shows_exist(line: str) -> None:
    name, *arguments = shlex.split(line)[1:]
    command = main.get_command(click.Context(main), name)
    assert command is not None
    if isinstance(command, click.Group):
        assert arguments[0] in command.commands
        return
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in arguments if word.startswith("--")} <= known
