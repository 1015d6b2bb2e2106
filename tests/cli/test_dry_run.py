"""A dry run asks nothing and writes nothing; a limit of cost holds before a call is made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.store import open_store

# Nothing listens there: a call would end the command.
NOBODY = ("--chat", "ollama:nobody", "--dry-run")
TURNS = [{"role": "user", "text": "I love jazz."}]
ATTRIBUTES = [{"id": str(n), "text": f"The user loves jazz of {1950 + n}."} for n in range(35)]


def recenter(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize(
    ("verb", "row"),
    [
        (["extract", "--extractor", "llm"], {"session": 1, "turns": TURNS}),
        (["verify", "--verifier", "llm"], {"text": "Likes jazz.", "evidence_text": "I love jazz"}),
        (["select", "--selector", "llm"], {"prompt": "Jazz?", "attributes": ATTRIBUTES}),
        (["respond"], {"prompt": "Jazz?", "attributes": ATTRIBUTES}),
        (["judge", "better"], {"prompt": "Jazz?", "a": "Bebop.", "b": "Swing."}),
    ],
)
def test_of_a_batch(tmp_path: Path, verb: list[str], row: dict[str, object]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(row) + "\n")
    out = tmp_path / "out.jsonl"
    told = recenter(*verb, "--batch", str(source), "--output", str(out), *NOBODY)
    assert told.exit_code == 0, told.output
    assert "would take at most" in told.stderr
    assert "0 calls" not in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_of_a_store(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"person": "ada", "session": "1", "turns": TURNS}) + "\n")
    url = f"sqlite:///{tmp_path / 'store.db'}"
    recenter("import", str(source), "--store", url)
    recenter("extract", "--store", url)
    with open_store(url) as store:
        before = dict(store.counts())
        (person,) = store.people()
    assert before["attributes"] == 1
    for verb in (
        ["extract", "--extractor", "llm"],
        ["verify", "--verifier", "llm"],
        ["select", "Jazz?", "--person", person],
        ["respond", "Jazz?", "--person", person],
    ):
        told = recenter(*verb, "--store", url, *NOBODY)
        assert told.exit_code == 0, told.output
    with open_store(url) as store:
        assert dict(store.counts()) == before


def test_a_call_that_could_cost_too_much_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path))
    prices = '[prices."ollama:nobody"]\nprompt = 1000.0\ncompletion = 1000.0\n'
    (tmp_path / "config.toml").write_text(prices)
    source = tmp_path / "in.jsonl"
    source.write_text('{"prompt": "Jazz?", "attributes": []}\n')
    told = recenter("respond", "--batch", str(source), *NOBODY[:2], "--max-cost", "0.01")
    assert told.exit_code == 1
    assert "the next call may cost" in told.stderr
