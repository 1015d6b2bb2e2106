"""Importing as a person types it: what is told, what is left out, and where it goes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main


def recenter(*words: str, text: str = "") -> Result:
    return CliRunner().invoke(main, ["import", *words], input=text)


def line(person: str, session: str, *texts: str) -> str:
    turns = [{"role": "user", "text": text} for text in texts]
    return json.dumps({"person": person, "session": session, "turns": turns})


def store(folder: Path) -> str:
    return f"sqlite:///{folder / 'store.db'}"


def test_bad_rows_are_told_listed_and_cost_nothing_else(tmp_path: Path) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text(f"{line('ada', '1', 'hello')}\n{{\n{line('ada', '2', 'bees')}\n")
    report = tmp_path / "bad.jsonl"
    result = recenter(str(source), "--store", store(tmp_path), "--report", str(report))
    assert result.exit_code == 0
    assert "2 new, 0 changed, 0 known\n1 bad rows skipped" in result.stdout
    assert f"skipped: {source}: line 2: " in result.stderr
    assert json.loads(report.read_text())["line"] == 2
    assert "0 new, 0 changed, 2 known" in recenter(str(source), "--store", store(tmp_path)).stdout


@pytest.mark.parametrize("option", ["--report", "--to"])
def test_what_is_read_is_not_written_over(tmp_path: Path, option: str) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text(line("ada", "1", "hello") + "\n{\n")
    before = source.read_bytes()
    result = recenter(str(source), option, str(source), "--store", store(tmp_path))
    assert result.exit_code == 1
    assert "is read by this import" in result.output
    assert source.read_bytes() == before


def test_a_dash_is_standard_output_and_no_file(tmp_path: Path) -> None:
    words = ["-m", "recenter", "import", "-", "--to", "-"]
    text = line("ada", "1", "hello")
    ran = subprocess.run(
        [sys.executable, *words], input=text, capture_output=True, text=True, cwd=tmp_path
    )
    assert json.loads(ran.stdout)["turns"] == [{"role": "user", "text": "hello"}]
    assert "1 conversations written" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_strict_stops_at_the_line_and_keeps_what_stood_before(tmp_path: Path) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text(f"{line('ada', '1', 'hello')}\n[]\n")
    result = recenter(str(source), "--store", store(tmp_path), "--strict")
    assert result.exit_code == 1
    assert f"{source}: line 2" in result.output
    assert "Traceback" not in result.output


def test_filters_say_what_they_removed_and_the_sample_is_drawn_from_the_rest(
    tmp_path: Path,
) -> None:
    topics = {
        "ada": "How do bees find their way back to the hive number {}?",
        "bob": "Please explain the sonata form of piano piece number {}.",
        "eve": "What makes volcano number {} erupt after such a long time?",
    }
    rows = [
        line(who, f"{who}{i}", *(topic.format(10 * i + j) + " " + who * i * j for j in range(5)))
        for who, topic in topics.items()
        for i in range(4)
    ]
    rows += [line("once", "o1", "Only here for a single question about the moon.")]
    source = tmp_path / "own.jsonl"
    source.write_text("\n".join([*rows, "{"]) + "\n")
    out = tmp_path / "out.jsonl"
    words = ("--filter", "--sample", "2", "--to", str(out))
    result = recenter(str(source), *words)
    assert result.exit_code == 0, result.output
    assert "13 conversations of 4 people" in result.stderr
    assert "1 too few conversations" in result.stderr
    assert result.stderr.count("skipped: ") == 1
    kept = [json.loads(row) for row in out.read_text().splitlines()]
    assert len({row["person"] for row in kept}) == 2
    again = tmp_path / "again.jsonl"
    recenter(str(source), *words[:-1], str(again))
    assert again.read_bytes() == out.read_bytes()


def test_a_named_language_is_believed_and_told_anew_with_detect(tmp_path: Path) -> None:
    row = line("ada", "1", "How do bees find their way back to the hive in the evening?")
    source = tmp_path / "own.jsonl"
    source.write_text(row[:-1] + ', "language": "de"}\n')
    words = (str(source), "--filter", "--min-conversations", "1", "--min-turns", "1", "--to", "-")
    assert "removed: 1 other language" in recenter(*words).stderr
    assert "1 conversations written" in recenter(*words, "--detect").stderr


def test_more_people_than_there_are_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text(line("ada", "1", "hello there") + "\n")
    result = recenter(str(source), "--sample", "5", "--store", store(tmp_path))
    assert result.exit_code == 1
    assert "5 people cannot be chosen of 1" in result.output


def test_standard_input_once(tmp_path: Path) -> None:
    text = line("ada", "1", "hello") + "\n"
    assert "1 new" in recenter("-", "--store", store(tmp_path), text=text).output
    assert recenter("-", "--filter", "--store", store(tmp_path), text=text).exit_code == 2


def planted(session: str, preference: str, text: str, person: str = "ada") -> str:
    turns = [{"role": "user", "text": text}]
    row = {"session": session, "person": person, "turns": turns, "preference": preference}
    return json.dumps(row)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--language", "de"], "--language says what to --filter"),
        (["--detect"], "--detect says what to --filter"),
        (["--min-turns", "3"], "--min-turns says what to --filter"),
        (["--min-conversations", "3"], "--min-conversations says what to --filter"),
        (["--filter", "--seed", "1"], "--seed says how to --sample"),
        (["--filter", "--language", "English"], "no ISO 639 code, such as en"),
        (["--filter", "--min-turns", "-1"], "-1 is not in the range"),
    ],
)
def test_options_that_say_nothing_are_refused(tmp_path: Path, words: list[str], said: str) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text(line("ada", "1", "hello") + "\n")
    refused = recenter(str(source), *words, "--store", store(tmp_path))
    assert refused.exit_code == 2
    assert said in refused.output


def test_an_import_of_bad_rows_alone_ends_with_status_3(tmp_path: Path) -> None:
    source = tmp_path / "own.jsonl"
    source.write_text('{"person": "ada"}\n' * 2)
    for out in (("--store", store(tmp_path)), ("--to", str(tmp_path / "out.jsonl"))):
        result = recenter(str(source), "--format", "own", *out)
        assert result.exit_code == 3, result.output
        assert "2 bad rows skipped" in result.output


def test_what_is_planted_is_stored_apart_and_exported(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(f"{planted('1', 'No plastic.', 'Wood lasts.')}\n")
    first = recenter(str(source), "--store", store(tmp_path))
    told = "references to check against, which no extractor reads"
    assert f"1 new, 0 changed, 0 known\n{told}: 1 new, 0 known" in first.stdout
    assert f"{told}: 0 new, 1 known" in recenter(str(source), "--store", store(tmp_path)).stdout
    out = CliRunner().invoke(main, ["export", "--store", store(tmp_path)]).stdout
    rows = {row["kind"]: row["record"] for row in map(json.loads, out.splitlines())}
    assert rows["reference"]["text"] == "No plastic."
    assert rows["reference"]["conversation"] == rows["conversation"]["id"]
    assert "plastic" not in json.dumps(rows["conversation"])


def test_references_go_to_a_file_of_their_own_and_come_back(tmp_path: Path) -> None:
    source, talks, known = (tmp_path / name for name in ("in", "talks.jsonl", "known.jsonl"))
    source.write_text(f"{planted('1', 'No plastic.', 'Wood lasts.')}\n")
    without = recenter(str(source), "--to", str(talks))
    assert "1 references not written: name a file for them (--references FILE)" in without.stdout
    assert "plastic" not in talks.read_text()
    result = recenter(str(source), "--to", str(talks), "--references", str(known))
    assert f"1 references written to {known}" in result.stdout
    assert json.loads(known.read_text())["text"] == "No plastic."
    again = recenter(str(talks), str(known), "--store", store(tmp_path))
    assert "no extractor reads: 1 new, 0 known" in again.stdout
    assert recenter(str(source), "--references", str(known)).exit_code == 2
    assert recenter(str(known), "--to", "-", "--references", str(known)).exit_code == 1


def test_a_sample_takes_the_references_of_its_people_alone(tmp_path: Path) -> None:
    source, known = tmp_path / "in.jsonl", tmp_path / "known.jsonl"
    texts = {"ada": "How do bees find home?", "bob": "Explain the sonata.", "eve": "Why volcanoes?"}
    rows = [planted(name, f"Likes {name}.", text, name) for name, text in texts.items()]
    source.write_text("\n".join(rows))
    words = ["--sample", "2", "--to", str(tmp_path / "out")]
    result = recenter(str(source), *words, "--references", str(known))
    assert result.exit_code == 0, result.output
    people = {json.loads(line)["person"] for line in (tmp_path / "out").read_text().splitlines()}
    kept = [json.loads(line) for line in known.read_text().splitlines()]
    assert {row["person"] for row in kept} == people
    assert len(kept) == 2
