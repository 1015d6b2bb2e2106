"""`recenter compare`: what is written and printed, what is refused, and that no text slips out."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.compare.made import THINGS


def recenter_(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def row(name: str, number: int, **more: str) -> str:
    thing = THINGS[number % 10]
    said = [
        f"I live in Leeds and I have collected {thing} for {number + 3} years. Any ideas?",
        f"Write a story in which a queen says: I am afraid of {THINGS[(number + 4) % 10]}.",
    ]
    turns = [
        {"role": role, "text": text}
        for text in said
        for role, text in (("user", text), ("assistant", "Gladly."))
    ]
    return json.dumps({"session": f"{name}{number}", "turns": turns, **more}) + "\n"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "chats.jsonl", tmp_path / "bench.jsonl"]
    paths[0].write_text("".join(row("a", i) for i in range(12)) + '{"turns": 3}\n')
    planted = (f"I have collected {THINGS[i % 10]} for years." for i in range(12))
    paths[1].write_text("".join(row("b", i, preference=p) for i, p in enumerate(planted)))
    return paths


def test_corpora_are_compared_and_a_second_time_taken_from_what_was_read(
    files: list[Path], tmp_path: Path
) -> None:
    out, sheet = tmp_path / "out", tmp_path / "sheet.csv"
    words = ("compare", f"real={files[0]}", f"made={files[1]}", "--output", out, "--no-texts")
    made = recenter_(*words, "--step", "sample", "--sample", "6", "--sheet", sheet)
    assert made.exit_code == 0, made.output
    # The same two pairs of people are of one unit in both: by what was planted for them in one.
    units = "(10 independent units)"
    assert f"read 12 people in real {units}, 12 people in made {units}" in made.output
    assert "real: sample" in made.output
    assert "1 rows of real that cannot be read" in made.stderr
    assert {path.name for path in out.iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
        "figures",
    }
    for path in out.rglob("*.*"):
        held = path.read_bytes()
        assert b"Leeds" not in held, path
        assert b"collected" not in held, path
    told = json.loads((out / "report.json").read_text())
    assert told["sections"][4]["name"] == "planted"
    assert [one["count"] for one in told["problems"]] == [1]
    found = sorted((tmp_path / "out.work").rglob("found-*.jsonl"))
    before = [path.stat().st_mtime_ns for path in found]
    with sheet.open(newline="") as file:
        items = [one["item"] for one in csv.DictReader(file)]
    verdicts = tmp_path / "verdicts.csv"
    verdicts.write_text("item,verdict\n" + "".join(f"{item},accept\n" for item in items))
    again = recenter_(*words, "--verdicts", verdicts)
    assert again.exit_code == 0, again.output
    assert f"{len(items)} of {len(items)} verdicts are about these attributes" in again.output
    assert [path.stat().st_mtime_ns for path in found] == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{0}",), "give two corpora at least"),
        (("{0}", "{0}"), "two corpora are called 'chats'"),
        (("{0}", "{1}", "--folds", "x", "--verifier", "rules"), "--folds holds embedded"),
        (("{0}", "{1}", "--sample", "5"), "--sample goes with --step"),
        (("{0}", "{1}", "--folds", "nowhere"), "folds.json cannot be read"),
        (("{0}", "{1}", "--sheet", "{0}"), "is there already"),
        (("{0}", "{1}", "--verdicts", "{0}"), "neither a row of"),
        (("{0}", "{1}", "--sheet", "{0}.d/x.csv"), "its folder is not there"),
        (("{0}", "nothing.jsonl"), "cannot be read"),
        (("{0}", "={1}"), "lacks its name or its path"),
        (("{0}", "made="), "lacks its name or its path"),
    ],
)
def test_what_cannot_end_well_is_refused_before_anything_is_read(
    files: list[Path], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    given = [word.format(*files) for word in words]
    refused = recenter_("compare", *given, "--output", tmp_path / "out")
    assert refused.exit_code in (1, 2)
    assert said in refused.output
    assert not list(tmp_path.glob("out*"))


def test_a_corpus_without_conversations_is_refused_by_its_name(
    files: list[Path], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text('{"turns": [{"role": "assistant", "text": "Hi"}]}\n')
    refused = recenter_("compare", files[0], empty, "--output", tmp_path / "out")
    assert refused.exit_code == 1
    assert "empty.jsonl: holds no conversation" in refused.output
    # What was found in the first corpus is not to be found again.
    assert list((tmp_path / "out.work" / "chats").glob("found-*.jsonl"))


@pytest.mark.parametrize(
    ("text", "said"), [("", "holds no row"), ('{"x": 1}\n', "its format cannot be told")]
)
def test_a_first_corpus_that_is_none_is_refused_and_nothing_is_left(
    files: list[Path], tmp_path: Path, text: str, said: str
) -> None:
    none = tmp_path / "none.jsonl"
    none.write_text(text)
    refused = recenter_("compare", none, files[1], "--output", tmp_path / "out")
    assert refused.exit_code == 1
    assert f"none.jsonl: {said}" in refused.output
    assert "(--format)" not in refused.output
    assert not list(tmp_path.glob("out*"))
