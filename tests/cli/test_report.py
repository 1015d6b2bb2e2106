"""`recenter report`: what is written, what is refused, and that no text slips out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.reports.rows import pair, said

SECRET = "About honey and bees?"


def recenter_(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    people = [pair(f"p{i}", i % 3 > 0, False, i % 2 == 0, prompt=SECRET) for i in range(12)]
    models = [said(f"p{i}", "gpt", True, True, None, prompt=SECRET) for i in range(12)]
    paths = [tmp_path / "people.jsonl", tmp_path / "models.jsonl"]
    for path, rows in zip(paths, (people, models), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return paths


def test_a_report_is_written_with_page_text_data_and_figures(
    files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "report"
    made = recenter_("report", "--from", files[0], "--from", files[1], "--output", out)
    assert made.exit_code == 0, made.output
    assert "gpt marks 100 % of the 24 that it answered, where people mark 33 %" in made.output
    assert {path.name for path in out.iterdir()} == {
        "report.html",
        "report.md",
        "report.json",
        "figures",
    }
    assert SECRET in (out / "report.html").read_text()
    again = recenter_("report", "--from", files[0], "--from", files[1], "--output", out)
    assert again.exit_code == 0, again.output


def test_without_texts_no_word_of_a_prompt_or_attribute_is_in_any_file(
    files: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "report"
    for path in files:
        # The ids of pairs are the caller's: here they hold no word.
        path.write_text(path.read_text().replace(f"-{SECRET}", "-q"))
    words = ("report", "--from", files[0], "--from", files[1], "--output", out, "--no-texts")
    assert recenter_(*words).exit_code == 0
    for path in out.rglob("*.*"):
        held = path.read_bytes()
        assert b"honey" not in held, path
        assert b"Fact" not in held, path


def test_a_judge_named_in_a_script_that_no_font_has_is_reported_and_told(tmp_path: Path) -> None:
    nushu = "\U0001b170"
    rows = [
        [pair(f"p{i}", i % 3 > 0, False) for i in range(12)],
        [said(f"p{i}", nushu, True, False) for i in range(12)],
    ]
    paths = [tmp_path / "people.jsonl", tmp_path / "models.jsonl"]
    for path, some in zip(paths, rows, strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in some))
    out = tmp_path / "report"
    made = recenter_("report", "--from", paths[0], "--from", paths[1], "--output", out)
    assert made.exit_code == 0, made.output
    assert f"No installed font has {nushu}: the PNG show boxes" in made.stderr
    assert nushu in (out / "report.html").read_text("utf-8")


def test_bad_files_are_refused_by_line_and_a_folder_of_others_is_left_alone(
    files: list[Path], tmp_path: Path
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"colour": "red"}\n')
    refused = recenter_("report", "--from", bad, "--output", tmp_path / "out")
    assert refused.exit_code == 1
    assert "bad.jsonl: line 1" in refused.output
    assert not (tmp_path / "out").exists()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("dear")
    kept = recenter_("report", "--from", files[0], "--output", mine)
    assert kept.exit_code == 1
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]


def test_with_people_alone_nothing_is_compared(files: list[Path], tmp_path: Path) -> None:
    made = recenter_("report", "--from", files[0], "--output", tmp_path / "out")
    assert made.exit_code == 0
    assert "No model answered" in made.output
