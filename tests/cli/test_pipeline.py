"""The verbs in order, as a person types them, on the embedded models and a real store."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.errors import BudgetExceededError
from recenter.stages.select_bm25 import Bm25Selector
from recenter.store import open_store

STATEMENTS = ("I work as a nurse in Leeds", "I love jazz", "I have a dog called Bo")


def recenter(*words: str, text: str = "") -> Result:
    return CliRunner().invoke(main, words, input=text)


@pytest.fixture
def store(tmp_path: Path) -> str:
    rows = [
        {"person": f"p{i}", "session": f"s{i}", "turns": [{"role": "user", "text": f"{words}."}]}
        for i, words in enumerate(STATEMENTS * 10)
    ]
    source = tmp_path / "own.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert "30 new" in recenter("import", str(source), "--store", url).output
    return url


def records(store: str, kind: str) -> list[dict[str, Any]]:
    lines = recenter("export", "--store", store).output.splitlines()
    return [row["record"] for row in map(json.loads, lines) if row["kind"] == kind]


def test_from_conversations_to_a_receipt(store: str) -> None:
    assert "attributes of 30 people" in recenter("extract", "--store", store).output
    assert "30 people unchanged" in recenter("extract", "--store", store).output
    assert "accept" in recenter("verify", "--store", store).output
    nurse = next(a["person"] for a in records(store, "attribute") if "nurse" in a["text"])
    asked = recenter(
        "select",
        "--store",
        store,
        "--person",
        nurse,
        "How do I find a new job as a nurse in Leeds?",
    )
    assert "used\n" in asked.output
    assert '"I work as a nurse in Leeds"' in asked.output
    sum_ = recenter("respond", "--store", store, "--person", nurse, "What is 17 * 23?")
    assert "user: What is 17 * 23?" in sum_.output
    assert "Nothing is used." in sum_.output


def test_vectors_are_kept_with_the_person_and_go_with_them(store: str) -> None:
    recenter("extract", "--store", store)
    recenter("verify", "--store", store)
    person = records(store, "attribute")[0]["person"]
    first = recenter("select", "--store", store, "--person", person, "Any music for tonight?")
    with open_store(store) as opened:
        assert opened.counts()["cache"] > 0
    again = recenter("select", "--store", store, "--person", person, "Any music for tonight?")
    assert again.output == first.output
    recenter("forget", person, "--yes", "--store", store)
    with open_store(store) as opened:
        assert opened.counts()["cache"] == 0


def test_an_extraction_that_is_stopped_says_what_is_kept_and_goes_on(store: str) -> None:
    command = [sys.executable, "-m", "recenter", "extract", "--store", store]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=dict(os.environ)) as process:
        deadline = time.monotonic() + 60
        while not records(store, "attribute") and process.poll() is None:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 1
    assert "Stopped. What is done is kept; the same command goes on from there." in told
    again = recenter("extract", "--store", store).output
    assert "people unchanged" in again
    assert "; 0 people unchanged" not in again


def test_an_empty_store_says_what_comes_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    assert "run `recenter import FILE` first" in recenter("extract", "--store", url).output
    assert "run `recenter extract` first" in recenter("verify", "--store", url).output


def test_an_extraction_that_is_killed_goes_on_and_ends_like_one_that_was_not(
    store: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "recenter", "extract", "--store", store]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=dict(os.environ)) as process:
        deadline = time.monotonic() + 60
        while not records(store, "attribute") and process.poll() is None:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGKILL)
    before = len(records(store, "attribute"))
    assert recenter("extract", "--store", store).exit_code == 0
    killed = records(store, "attribute")
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    recenter("import", str(tmp_path / "own.jsonl"), "--store", fresh)
    recenter("extract", "--store", fresh)
    assert 0 < before <= len(killed)
    assert killed == records(fresh, "attribute")
    assert len(killed) >= 10


def test_what_is_not_accepted_is_refined_once(store: str, tmp_path: Path) -> None:
    recenter("extract", "--store", store)
    found = next(a for a in records(store, "attribute") if "jazz" in a["text"])
    script = tmp_path / "script.json"
    verdict = {"reason": "r", "answer": "reject", "failure": "overgeneralisation"}
    offer = {"action": "narrow", "text": "The user likes jazz.", "reason": "r"}
    script.write_text(json.dumps([verdict, offer, verdict | {"answer": "accept"}]))
    words = (
        *("verify", "--verifier", "llm", "--refine", "--rounds", "1", "--store", store),
        *("--person", found["person"], "--chat", f"scripted:{script}"),
    )
    assert "1 accepted in another wording" in recenter(*words).output
    (refined,) = (a for a in records(store, "attribute") if a["person"] == found["person"])
    assert (refined["text"], refined["members"]) == ("The user likes jazz.", [found["id"]])
    assert records(store, "retired attribute") == [found]
    judged = records(store, "judgment")
    assert "0 accepted in another wording" in recenter(*words).output
    assert records(store, "judgment") == judged
    without = recenter("verify", "--refine", "--store", store)
    assert (without.exit_code, "refined: " in without.output) == (0, True)  # by rules
    assert recenter("verify", "--refine", "--batch", str(script)).exit_code == 2


BATCHES: dict[str, dict[str, Any]] = {
    "extract": {"session": "a", "turns": [{"role": "user", "text": "I love jazz. Fix my code?"}]},
    "verify": {"text": "The user loves jazz.", "evidence_text": "I love jazz"},
    "select": {"prompt": "Any jazz?", "attributes": [{"id": "1", "text": "The user loves jazz."}]},
    "respond": {"prompt": "Any jazz?", "attributes": [{"id": "1", "text": "The user loves jazz."}]},
}


@pytest.mark.parametrize("verb", BATCHES)
def test_batches_keep_order_pass_labels_through_and_say_which_rows_failed(
    tmp_path: Path, verb: str
) -> None:
    row = BATCHES[verb]
    source = tmp_path / "in.jsonl"
    labelled = row | {"label": {"gold": True}, "relevant": "yes"}
    source.write_text("\n".join([json.dumps(row), "rubbish", json.dumps(labelled)]) + "\n")
    out = tmp_path / "out.jsonl"
    result = recenter(verb, "--batch", str(source), "--output", str(out))
    assert result.exit_code == 3
    assert "3 rows, 1 failed" in result.stderr
    first, second, third = map(json.loads, out.read_text().splitlines())
    assert second["line"] == 2
    assert (third.pop("label"), third.pop("relevant")) == ({"gold": True}, "yes")
    assert first == third
    assert first != row


def test_a_stopped_batch_goes_on_with_more_money_but_not_with_other_rules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(f"{json.dumps(BATCHES['select'])}\n" * 3)
    words = ["select", "--selector", "bm25", "--batch", str(source)]
    words += ["--output", str(tmp_path / "out")]
    asked: list[str] = []
    select = Bm25Selector.select

    def stopping(self: Bm25Selector, query: Any, attributes: Any) -> Any:
        asked.append(query.prompt)
        if len(asked) == 3:
            raise BudgetExceededError("no more.")
        return select(self, query, attributes)

    monkeypatch.setattr(Bm25Selector, "select", stopping)
    for more, resumed in (["--max-cost", "9"], True), (["--cap", "1"], False):
        asked.clear()
        assert recenter(*words, "--max-cost", "1").exit_code == 1
        told = recenter(*words, *more)
        assert ("2 done by an earlier run" in told.stderr) is resumed
        assert "3 rows, 0 failed" in told.stderr


def test_extract_batch_cites_the_row_it_answers(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    words = "I am a nurse and I live in Leeds. I work nights. I love jazz."
    texts = [f"Hi 😀! {words}", f"Thanks. {words}"]
    rows = [
        {"session": n, "person": "ada", "turns": [{"role": "user", "text": text}]}
        for n, text in enumerate(texts)
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = recenter("extract", "--batch", str(source))
    out = [json.loads(line) for line in result.stdout.splitlines()]
    for row, text in zip(out, texts, strict=True):
        assert row["attributes"]
        for span in (span for attribute in row["attributes"] for span in attribute["evidence"]):
            assert text[span["start"] : span["end"]] == span["quote"]
    first, second = ({a["text"] for a in row["attributes"]} for row in out)
    assert first == second


@pytest.mark.parametrize(
    "words",
    [
        ["select", "--batch", "in", "--person", "ada"],
        ["respond", "--batch", "in", "What now?"],
        ["extract", "--batch", "in", "--person", "ada"],
        ["verify", "--output", "out"],
    ],
)
def test_what_would_be_passed_over_is_refused(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "in").write_text("{}\n")
    result = recenter(*(str(tmp_path / word) if word in ("in", "out") else word for word in words))
    assert result.exit_code == 2
    assert "--batch" in result.stderr.splitlines()[-1]


def test_judge_needs_a_model_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"prompt": "p", "a": "x", "b": "y"}\n')
    for question in ("better", "supported", "relevant", "relevant_five", "mentions"):
        result = recenter("judge", question, "--batch", str(tmp_path / "in"))
        assert result.exit_code == 1
        assert f"judge {question} needs a chat model" in result.output
        assert "RECENTER_CHAT" in result.output


def test_judge_answers_row_by_row(tmp_path: Path) -> None:
    script = tmp_path / "answers.json"
    script.write_text(json.dumps([{"reason": "r", "answer": "necessary_explicit"}, "rubbish"]))
    source = tmp_path / "in"
    row = {"prompt": "Dinner?", "attributes": [{"id": "1", "text": "The user is vegan."}]}
    source.write_text(f"{json.dumps(row)}\n" * 2)
    result = recenter(
        *("judge", "relevant_five", "--batch", str(source)),
        *("--chat", f"scripted:{script}", "--workers", "1"),
    )
    assert result.exit_code == 3
    first, second = map(json.loads, result.stdout.splitlines())
    assert first["attributes"][0]["answer"] == "necessary_explicit"
    assert second.keys() == {"error", "line"}


@pytest.fixture
def chats(tmp_path: Path) -> list[str]:
    """Options that name two models, each with its one answer."""
    for name in "ab":
        (tmp_path / f"{name}.json").write_text(json.dumps([f"{name} answers"] * 9))
    return [f"--chat=scripted:{tmp_path / f'{name}.json'}" for name in "ab"]


def test_respond_asks_several_models_under_several_arms(store: str, chats: list[str]) -> None:
    for verb in ("extract", "verify"):
        recenter(verb, "--store", store)
    jazz = next(a["person"] for a in records(store, "attribute") if "jazz" in a["text"])
    words = ("respond", "--store", store, "--person", jazz, "What music might I enjoy?")
    shown = recenter(*words, "--arm=generic", "--arm=selected", "--arm=all", *chats)
    assert [shown.output.count(f"{name} answers") for name in "ab"] == [3, 3]
    kept = [(r["signature"]["model"][-6:], r["arm"]) for r in records(store, "reply")]
    assert sorted(kept) == [
        (f"{m}.json", arm) for m in "ab" for arm in ("all", "generic", "selected")
    ]
    assert recenter(*words, "--arm=given").exit_code == 2


def test_respond_batch_gives_what_a_study_compares(tmp_path: Path, chats: list[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(BATCHES["respond"]) + "\n")
    words = ("respond", "--batch", str(source), "--arm=generic", "--arm=given")
    (row,) = map(json.loads, recenter(*words, *chats).stdout.splitlines())
    assert [(r["arm"], r["reply"]) for r in row["replies"]] == [
        ("generic", "a answers"),
        ("given", "a answers"),
        ("generic", "b answers"),
        ("given", "b answers"),
    ]
    (single,) = map(json.loads, recenter(*words[:3], chats[0]).stdout.splitlines())
    assert single["reply"] == "a answers"


@pytest.mark.parametrize(
    "words",
    [
        ("select", "hello"),
        ("respond", "hello"),
        *((command, "--person", "ann") for command in ("extract", "verify", "select", "respond")),
    ],
)
def test_what_a_batch_would_not_look_at_is_refused(words: tuple[str, ...]) -> None:
    result = recenter(*words, "--batch", "-")
    assert result.exit_code == 2
    assert "does not go with --batch" in result.output


def test_a_dry_run_claims_no_seconds(store: str) -> None:
    words = ("--extractor", "llm", "--chat", "ollama:absent", "--dry-run")
    told = recenter("extract", "--store", store, *words).stderr
    assert "would take at most 30 calls" in told
    assert " s, " not in told
