"""`recenter plan`: the table, the JSON, and what it cannot know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.scale.corpora import write_shard

SAID = ("I am a vegetarian and I live in Leeds.", "I work as a nurse.", "I play the cello. Why?")
# Nothing listens there: a call would end the command.
NOBODY = "ollama:nobody"


def plan(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["plan", *(str(one) for one in arguments)])


def row(who: int, n: int) -> dict[str, Any]:
    turns = [{"role": "user", "text": SAID[(who + n) % 3]}]
    return {"session": f"{n}", "person": f"p{who}", "turns": turns}


def rows(people: int) -> list[dict[str, Any]]:
    return [row(who, n) for who in range(people) for n in range(1 + who % 2)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(msgspec.json.Encoder().encode_lines(rows(6)) + b"broken\n")
    return path


def price(home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(f'[prices."{NOBODY}"]\nprompt = 1.0\ncompletion = 2.0\n')


def test_every_step_with_its_tokens_time_and_cost(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path / "home"))
    price(tmp_path / "home")
    made = plan(corpus, "--workers", 4, "--sample", 4, "--chat", NOBODY, "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    counts = told["counts"]
    assert (counts["people"], counts["conversations"], counts["bad"]) == (6, 9, 1)
    assert told["sampled"] == 4
    steps = {(one["step"], one["backend"]): one for one in told["steps"]}
    assert {step for step, _ in steps} == {
        "import",
        "filter",
        "extract",
        "verify",
        "select",
        "judge",
    }
    asked, here = steps["extract", NOBODY], steps["extract", "embedded"]
    # A call for each conversation; its cost is that of its tokens.
    tokens = asked["prompt_tokens"]["value"] + 2 * asked["completion_tokens"]["value"]
    assert asked["cost"]["value"] == pytest.approx(tokens / 1e6)
    assert asked["processor_seconds"]["value"] is None
    assert here["processor_seconds"]["value"] > 0
    assert here["least_seconds"]["value"] == pytest.approx(here["processor_seconds"]["value"] / 4)
    assert here["cost"]["value"] is None
    assert steps["verify", NOBODY]["calls"]["value"] == pytest.approx(told["attributes"]["value"])
    assert told["attributes"]["value"] > 0


def test_the_prompts_counted_are_those_that_a_dry_run_counts(corpus: Path) -> None:
    made = plan(corpus, "--sample", 6, "--chat", NOBODY, "--json")
    (asked,) = [
        one
        for one in json.loads(made.stdout)["steps"]
        if (one["step"], one["backend"]) == ("extract", NOBODY)
    ]
    good = corpus.with_name("good.jsonl")
    good.write_bytes(msgspec.json.Encoder().encode_lines(rows(6)))
    dry = CliRunner().invoke(
        main,
        ["extract", "--batch", str(good), "--extractor", "llm", "--chat", NOBODY, "--dry-run"],
    )
    told = [asked[field]["value"] for field in ("calls", "prompt_tokens", "completion_tokens")]
    assert "would take at most {:.0f} calls, {:.0f} + {:.0f} tokens".format(*told) in dry.stderr
    assert asked["cost"]["value"] is None
    assert "price" in asked["cost"]["reason"]


def test_the_table_says_why_a_figure_is_missing(corpus: Path) -> None:
    made = plan(corpus, "--sample", 1, "--chat", NOBODY)
    assert made.exit_code == 0, made.output
    assert "6 people, 9 conversations, 9 turns, at most" in made.stdout
    assert "An interval needs at least two independent units. (" in made.stdout
    assert "The price of the model is not known" in made.stdout
    assert "$0" not in made.stdout
    assert "0.0000" not in made.stdout


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_shards_are_read_and_a_bad_one_is_named(tmp_path: Path, kind: str) -> None:
    write_shard(tmp_path / f"in/a.{kind}", rows(3))
    write_shard(tmp_path / f"in/below/b.{kind}", [row(9, 0)])
    (tmp_path / f"in/c.{kind}").write_bytes(b"PAR1")
    made = plan(tmp_path / "in", "--sample", 1)
    assert made.exit_code == 3, made.output
    assert "4 people, 5 conversations, 5 turns" in made.stdout
    assert f"c.{kind}" in made.stdout


def test_a_corpus_of_nobody_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("")
    made = plan(path)
    assert made.exit_code == 1
    assert made.stderr.startswith("Error: ")


def test_shards_that_cannot_be_read_are_named_and_end_it_with_status_3(tmp_path: Path) -> None:
    write_shard(tmp_path / "in/a.jsonl", rows(6))
    (tmp_path / "in/empty.jsonl").touch()
    assert plan(tmp_path / "in", "--sample", 2).exit_code == 0
    (tmp_path / "in/b.jsonl").write_bytes(b"\xff\xfe\x00\x00")
    made = plan(tmp_path / "in", "--sample", 2)
    assert made.exit_code == 3
    assert "not read: b.jsonl" in made.output
    assert "not read: empty.jsonl" not in made.output
