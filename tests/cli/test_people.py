"""Listing, exporting and forgetting, through the command line on a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.records import Conversation, Turn
from recenter.store import open_store


@pytest.fixture
def url(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_store(url) as store:
        store.put_conversations(
            Conversation(
                id=f"con_{who}",
                person=f"per_{who}",
                source="own",
                turns=(Turn(role="user", text=f"I am {who}."),),
            )
            for who in ("ada", "bob")
        )
    return url


def recenter(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, words, input=answer)


def test_people_are_listed_with_counts(url: str) -> None:
    assert "per_ada  1 conversations  0 attributes" in recenter("people", "--store", url).output


def test_an_empty_store_says_so_beside_the_empty_list(tmp_path: Path) -> None:
    result = recenter("people", "--store", f"sqlite:///{tmp_path / 'new.db'}")
    assert (result.stdout, result.exit_code) == ("", 0)
    assert "Nobody is remembered in " in result.stderr


def test_export_holds_what_was_put_in(url: str) -> None:
    rows = [json.loads(x) for x in recenter("export", "--store", url).output.splitlines()]
    assert [row["record"]["turns"][0]["text"] for row in rows] == ["I am ada.", "I am bob."]
    assert {row["kind"] for row in rows} == {"conversation"}
    one = recenter("export", "--store", url, "--person", "per_bob").output
    assert "ada" not in one
    assert "bob" in one


def test_an_export_is_private_and_takes_the_place_of_another_only_when_whole(
    url: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("before")
    words = ("export", "--store", url, "--output", str(out))
    assert recenter(*words, "--person", "per_eve").exit_code == 1
    assert out.read_text() == "before"
    assert recenter(*words).exit_code == 0
    assert len(out.read_text().splitlines()) == 2
    assert out.stat().st_mode & 0o077 == 0


def test_a_forgotten_person_is_gone_and_the_others_are_not(url: str) -> None:
    assert recenter("forget", "per_ada", "--store", url, answer="n\n").exit_code == 1
    assert "1  conversations" in recenter("forget", "per_ada", "--store", url, "--yes").output
    # Again, as one does when a reader kept the old bytes from being overwritten.
    assert recenter("forget", "per_ada", "--store", url, "--yes").exit_code == 0
    assert "ada" not in recenter("export", "--store", url).output
    assert "per_bob" in recenter("people", "--store", url).output


@pytest.mark.parametrize(
    "verb", [("forget", "per_eve", "--yes"), ("export", "--person", "per_eve")]
)
def test_strangers_are_refused_by_name(url: str, verb: tuple[str, ...]) -> None:
    result = recenter(*verb, "--store", url)
    assert result.exit_code == 1
    assert "'per_eve'" in result.output
