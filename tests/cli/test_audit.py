"""`recenter audit`: what it says, what it writes, how it ends, and that it changes no original."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.audit.made import SECRET, rows


def recenter_(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "store.json"
    path.write_text(json.dumps({"results": rows(), "kept": True}), "utf-8")
    return path


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    path = tmp_path / "talks.jsonl"
    said = [{"role": "user", "content": "I like Honeybadger comics. I take insulin."}]
    path.write_text(json.dumps({"messages": said}) + "\nbroken\n", "utf-8")
    return path


def test_says_what_is_wrong_and_ends_with_3(export: Path, talks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = recenter_(
        "audit", export, "--conversations", talks, "--output", out, "--as-of", "2026-09-01"
    )
    assert done.exit_code == 3, done.output
    assert "1 of 8 entries (12.5 %) are clean." in done.output
    assert "1 rows of the conversations could not be read" in done.output
    assert {path.name for path in out.iterdir()} == {"audit.html", "audit.md", "audit.json"}
    again = recenter_("audit", export, "--output", out, "--no-texts")
    assert again.exit_code == 3
    assert "unsupported       not checked" in again.output
    assert SECRET not in again.output + (out / "audit.html").read_text()


def test_a_clean_store_ends_with_0(export: Path) -> None:
    export.write_text(json.dumps({"results": rows(("User likes tea.", "User plays chess."))}))
    done = recenter_("audit", export)
    assert done.exit_code == 0, done.output


def test_of_an_empty_export_it_is_said_that_nothing_is_in_it(export: Path) -> None:
    export.write_text(json.dumps({"results": []}))
    done = recenter_("audit", export)
    assert (done.exit_code, done.output) == (0, "There is nothing in it: no entry to judge.\n")


def test_a_cleaned_copy_keeps_what_may_be_wanted(export: Path, talks: Path, tmp_path: Path) -> None:
    before, out = export.read_bytes(), tmp_path / "copy" / "clean.json"
    words = ("audit", export, "--conversations", talks, "--as-of", "2026-09-01", "--fix", out)
    done = recenter_(*words)
    assert done.exit_code == 3, done.output
    assert "entries dropped from" in done.output
    left = json.loads(out.read_text("utf-8"))
    kept = [row["id"] for row in left["results"]]
    assert left["kept"]
    assert "m3" in kept
    assert not {"m4", "m5", "m7"} & set(kept)
    assert len({"m0", "m1"} & set(kept)) == 1
    assert export.read_bytes() == before
    fewer = recenter_(*words, "--drop", "sensitive", "--drop", "stale", "--drop", "third_party")
    assert fewer.exit_code == 3
    assert len(json.loads(out.read_text("utf-8"))["results"]) == 1


def test_the_original_is_never_written_over(export: Path, talks: Path, tmp_path: Path) -> None:
    before = export.read_bytes()
    link, hard = tmp_path / "link", tmp_path / "hard"
    link.symlink_to(export)
    os.link(export, hard)
    for out in (export, link, hard, talks, tmp_path / "x" / ".." / export.name):
        (tmp_path / "x").mkdir(exist_ok=True)
        done = recenter_("audit", export, "--conversations", talks, "--fix", out)
        assert done.exit_code == 1
        assert "read by this audit" in done.output
    assert recenter_("audit", export, "--fix", tmp_path).exit_code == 1
    assert export.read_bytes() == before


def test_drop_goes_with_fix(export: Path) -> None:
    done = recenter_("audit", export, "--drop", "stale")
    assert done.exit_code == 2
    assert "--fix" in done.output


def test_a_file_that_cannot_be_read_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text('{"results": [{"memory": 1}]}')
    done = recenter_("audit", tmp_path / "bad")
    assert done.exit_code == 1
    assert "line 1: memory:" in done.output
