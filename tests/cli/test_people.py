"""Listing, exporting and forgetting, through the command line on a real store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.cli.noting import training
from recenter.config import load_settings
from recenter.records import Conversation, Turn
from recenter.store import Run, open_store


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


def test_forgetting_names_the_copies_that_it_cannot_reach(url: str, tmp_path: Path) -> None:
    everyone, bob = tmp_path / "everyone.jsonl", tmp_path / "bob.jsonl"
    assert recenter("export", "--store", url, "--output", str(everyone)).exit_code == 0
    words = ("export", "--store", url, "--output", str(bob), "--person", "per_bob")
    assert recenter(*words).exit_code == 0
    assert recenter("export", "--store", url).exit_code == 0
    with open_store(url) as store:
        outcomes = [(run.command, run.outcome) for run in store.runs()]
    assert outcomes == [("export", "done")] * 3
    told = recenter("forget", "per_ada", "--store", url, "--yes").stdout
    assert f"{everyone} (export, " in told
    assert "standard output (export, " in told
    assert str(bob) not in told
    assert "Models" not in told


def test_forgetting_where_nothing_was_exported_tells_of_no_copies(url: str) -> None:
    assert "Copies" not in recenter("forget", "per_ada", "--store", url, "--yes").stdout


def test_a_model_that_was_trained_after_an_export_is_named(url: str, tmp_path: Path) -> None:
    rows = tmp_path / "everyone.jsonl"
    before, model, none = (tmp_path / name for name in ("before", "model", "none"))
    settings = load_settings(store=url)
    with open_store(url) as store:
        early = Run(
            id="run_1",
            command="train",
            started="2020-01-01T00:00:00Z",
            arguments={"output": str(before)},
            outcome="done",
        )
        store.put_run(early)
    recenter("export", "--store", url, "--output", str(rows))
    with training(settings, "finetune", sources=[rows], output=model):
        pass
    # There are no judgments in it, so that this ends without a model.
    words = ("train", "selector", "--from", str(rows), "--output", str(none))
    assert recenter(*words, "--store", url).exit_code == 1
    told = recenter("forget", "per_ada", "--store", url, "--yes").stdout
    assert f"{model} (finetune, " in told
    assert str(before) not in told
    assert str(none) not in told


def test_a_training_that_was_told_no_store_makes_none(tmp_path: Path) -> None:
    with training(
        load_settings(home=str(tmp_path)), "train", sources=[], output=tmp_path / "model"
    ):
        pass
    assert list(tmp_path.iterdir()) == []
