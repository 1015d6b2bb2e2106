"""Systems beside judges: what they are asked, what becomes of their answers, good and bad."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from tests.reports.rows import PREFERENCE, Row, pair, said
from tests.reports.test_process import is_alive

PEOPLE = [pair(f"u{i}", i % 2 == 0, False, i % 3 == 0, None, prompt=f"Q{i}?") for i in range(6)]
STATEMENTS: list[Row] = [
    {"session": f"s{i}", "text": f"Cooks {i}.", "verdict": verdict, "evidence_text": "I cook."}
    for i, verdict in enumerate(("accept", "reject", "uncertain"))
]
STATEMENTS[0]["turns"] = [{"role": "user", "text": "I cook."}]

GOOD = """
for line in sys.stdin:
    row = json.loads(line)
    for one in row["attributes"]:
        one |= {"decision": "use" if one["text"] == "Fact 0." else "withhold", "score": 0.5}
    print(json.dumps(row))
"""


def script(folder: Path, code: str) -> str:
    path = folder / "system.py"
    path.write_text(f"import json, os, sys, time\n{code}")
    return shlex.join((sys.executable, str(path)))


def report(folder: Path, rows: list[Row], *words: str) -> Result:
    (folder / "people.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ("--from", str(folder / "people.jsonl"), "--output", str(folder / "out"))
    return CliRunner().invoke(main, ["report", *asked, *words])


def told(folder: Path) -> dict[str, int]:
    data = json.loads((folder / "out" / "report.json").read_text())
    return {one["what"]: one["count"] for one in data["problems"]}


def figure(folder: Path, line: str, column: str) -> Any:
    data = json.loads((folder / "out" / "report.json").read_text())
    (found,) = (
        one
        for section in data["sections"]
        for one in section["figures"]
        if one["row"] == line and one["figure"] == column
    )
    return found


def heard(folder: Path, code: str, *words: str) -> dict[str, int]:
    """Return the problems that a system of this code gives on `PEOPLE`, less those of the file."""
    made = report(folder, PEOPLE, "--system", f"ours={script(folder, code)}", *words)
    assert made.exit_code == 0, made.output
    return {what: count for what, count in told(folder).items() if what.startswith("ours")}


def test_a_good_system_stands_beside_judges_and_baselines(tmp_path: Path) -> None:
    assert heard(tmp_path, GOOD) == {}
    assert figure(tmp_path, "ours", "share used")["value"] == pytest.approx(1 / 3)
    assert figure(tmp_path, "ours", "recall")["value"] == pytest.approx(3 / 5)


def test_no_label_reaches_a_system_and_neither_order_nor_ids_tell_of_one(tmp_path: Path) -> None:
    rows = [*PEOPLE, said("u0", "gpt", True, False, True, None, prompt="Q0?")]
    (tmp_path / "gpt.jsonl").write_text(json.dumps(rows.pop()) + "\n")
    code = f"open({str(tmp_path / 'seen')!r}, 'w').write(sys.stdin.read())"
    command = f"ours={script(tmp_path, code)}"
    more = ("--from", str(tmp_path / "gpt.jsonl"), "--system", command)
    assert report(tmp_path, rows, *more).exit_code == 0
    seen = (tmp_path / "seen").read_text()
    for word in ("relevant", "true", "false", "null", "gpt", "majority", "verdict", "chosen"):
        assert word not in seen, word
    asked = [json.loads(line) for line in seen.splitlines()]
    assert {frozenset(row) for row in asked} == {
        frozenset({"row", "prompt", "attributes", "person"})
    }
    # Of those on which people have no majority, too: they are part of what there is to pick from.
    assert all(len(row["attributes"]) == 4 for row in asked)
    orders = {tuple(one["text"] for one in row["attributes"]) for row in asked}
    assert len(orders) > 1
    assert {one["id"] for row in asked for one in row["attributes"]} == {"a1", "a2", "a3", "a4"}


@pytest.mark.parametrize(
    "answer",
    ['"preference": 0.8 if good else 0.2', '"scores": {"a": 90 * good, "b": 90 * (not good)}'],
)
def test_the_chosen_reply_is_on_either_side_and_the_answer_is_turned_back(
    tmp_path: Path, answer: str
) -> None:
    rows = [
        PREFERENCE
        | {"user": f"u{i}", "interaction": f"i{i}", "chosen": "Good.", "rejected": "A longer one."}
        for i in range(40)
    ]
    code = f"""
seen = open({str(tmp_path / "seen")!r}, "a")
for line in sys.stdin:
    seen.write(line)
    row = json.loads(line)
    good = row["a"] == "Good."
    print(json.dumps(row | {{{answer}}}))
"""
    made = report(tmp_path, rows, "--system", f"ours={script(tmp_path, code)}")
    assert made.exit_code == 0, made.output
    asked = [json.loads(line) for line in (tmp_path / "seen").read_text().splitlines()]
    assert {frozenset(row) for row in asked} == {frozenset({"row", "prompt", "a", "b", "user"})}
    assert 8 < sum(row["a"] == "Good." for row in asked) < 32
    assert figure(tmp_path, "ours", "agrees")["value"] == 1.0


def test_a_command_is_told_which_question_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(row) + "\n" for row in STATEMENTS))
    code = f"""
open({str(tmp_path / "asked")!r}, "a").write(os.environ["RECENTER_QUESTION"] + "\\n")
for line in sys.stdin:
    row = json.loads(line)
    print(json.dumps(row | {{"verdict": "accept", "probability": 0.9}}))
"""
    command = f"ours={script(tmp_path, code)}"
    made = report(tmp_path, PEOPLE, "--from", str(tmp_path / "more.jsonl"), "--system", command)
    assert made.exit_code == 0, made.output
    assert (tmp_path / "asked").read_text().split() == ["relevant", "supported"]
    assert figure(tmp_path, "ours", "share found")["value"] == 0.0
    # To the other question, it gave nothing of use.
    nothing = "ours (relevant, relevance): answered nothing that could be read"
    assert any(what.startswith(nothing) for what in told(tmp_path))


def test_statements_are_sent_with_evidence_and_turns_and_without_the_verdict(
    tmp_path: Path,
) -> None:
    code = f"open({str(tmp_path / 'seen')!r}, 'w').write(sys.stdin.read())"
    bad = STATEMENTS[1] | {"evidence_text": 7}
    made = report(tmp_path, [*STATEMENTS, bad], "--system", f"ours={script(tmp_path, code)}")
    assert made.exit_code == 0, made.output
    asked = [json.loads(line) for line in (tmp_path / "seen").read_text().splitlines()]
    assert [sorted(row) for row in asked] == [
        ["evidence_text", "row", "text", "turns"],
        ["evidence_text", "row", "text"],
        ["evidence_text", "row", "text"],
    ]
    assert told(tmp_path)["evidence that cannot be read: no system is asked about it"] == 1


def test_rows_that_are_missing_doubled_foreign_or_of_other_ids_are_counted(
    tmp_path: Path,
) -> None:
    code = """
rows = [json.loads(line) for line in sys.stdin]
for row in rows:
    for one in row["attributes"]:
        one["decision"] = "use"
rows[1]["attributes"][0]["id"] = "z9"
rows[2]["attributes"][0]["decision"] = "perhaps"
del rows[2]["attributes"][1]["decision"]
rows[3]["attributes"][1] = dict(rows[3]["attributes"][0], decision="withhold")
for row in (rows[0], rows[0], *rows[1:5], {"row": "77", "attributes": []}):
    print(json.dumps(row))
"""
    place = "ours (relevant, relevance): "
    assert heard(tmp_path, code) == {
        f"{place}a second answer to the same row": 1,
        f"{place}rows that it was not asked": 1,
        f"{place}rows that it left out or that could not be read": 1,
        f"{place}attributes that it was not asked about": 1,
        f"{place}attributes that it left out": 2,
        f"{place}decisions other than use, withhold and ask": 1,
        f"{place}a second answer on the same attribute": 1,
    }
    used = figure(tmp_path, "ours", "share used")
    assert used["value"] == 1.0
    # Of 24 attributes, eight were not read: a whole row, and one, two and one of others.
    assert figure(tmp_path, "ours", "share")["value"] == pytest.approx(8 / 24)


def test_rubbish_is_counted_and_what_is_between_is_read(tmp_path: Path) -> None:
    code = (
        "print('Loading model...')\nprint('[1, 2]')\n"
        "sys.stdout.flush(); sys.stdout.buffer.write(b'\\xff\\xfe{\\n'); sys.stdout.flush()\n"
        + GOOD
    )
    place = "ours (relevant, relevance): "
    assert heard(tmp_path, code) == {
        f"{place}lines that are no JSON": 2,
        f"{place}lines that are no object": 1,
    }
    assert figure(tmp_path, "ours", "share used")["n"] == 18


def test_a_crash_half_way_keeps_the_first_half_and_an_unread_pair_is_not_a_quiet_one(
    tmp_path: Path,
) -> None:
    code = GOOD + "    if row['row'] == '3': sys.exit('\\x1b[31mout of honey')\n"
    place = "ours (relevant, relevance): "
    assert heard(tmp_path, code) == {
        f"{place}it ended with status 1; its last words: \\x1b[31mout of honey": 1,
        f"{place}rows that it left out or that could not be read": 3,
    }
    assert figure(tmp_path, "ours", "share used")["n"] == 9
    # People want nothing in two pairs, of which one was answered.
    assert figure(tmp_path, "ours", "share with nothing used")["n"] == 1


def test_last_words_reach_the_terminal_and_no_report_without_texts(tmp_path: Path) -> None:
    code = "sys.exit(json.loads(sys.stdin.readline())['prompt'])"
    command = f"ours={script(tmp_path, code)}"
    made = report(tmp_path, PEOPLE, "--no-texts", "--system", command)
    assert "its last words: Q" in made.stderr
    for path in (tmp_path / "out").rglob("*.*"):
        assert b"Q0?" not in path.read_bytes(), path
    why = "answered nothing that could be read: it ended with status 1"
    assert told(tmp_path)[f"ours (relevant, relevance): {why}"] == 6


def test_a_system_that_hangs_or_says_nothing_is_listed_with_why(tmp_path: Path) -> None:
    hung = heard(tmp_path, "time.sleep(600)", "--system-timeout", "1")
    (what,) = hung
    assert what.endswith("answered nothing that could be read: it was stopped after 1 seconds")
    (what,) = heard(tmp_path, "pass")
    assert what.endswith("answered nothing that could be read: it gave no usable answer")
    made = report(tmp_path, PEOPLE, "--system", "ours=/no/such/program --fast")
    assert made.exit_code == 0
    assert "it could not be started: No such file or directory" in made.stderr


def test_scores_without_decisions_are_unread(tmp_path: Path) -> None:
    code = GOOD.replace('"decision": "use" if one["text"] == "Fact 0." else "withhold", ', "")
    (what,) = heard(tmp_path, code)
    assert "answered nothing that could be read" in what


def test_names_that_are_taken_and_commands_that_are_none_are_refused(tmp_path: Path) -> None:
    twice = ("--system", "ours=true", "--system", "ours=true")
    for words in (twice, ("--system", "always yes=true"), ("--system", "people (majority)=true")):
        made = report(tmp_path, PEOPLE, *words)
        assert made.exit_code == 1
        assert "is the name of a judge, a baseline or another system" in made.output
    for given in ("ours", "=true", "ours=", "ours='true", "\x1b=true"):
        assert report(tmp_path, PEOPLE, "--system", given).exit_code == 2, given
    assert not (tmp_path / "out").exists()


def test_the_packaged_selector_is_a_system_and_its_bad_rows_are_its_own(tmp_path: Path) -> None:
    command = shlex.join(
        (sys.executable, "-m", "recenter", "select", "--batch", "-", "--output", "-")
    )
    rows = [*PEOPLE, pair("u9", True, prompt=" ")]
    made = report(tmp_path, rows, "--system", f"ours={command}")
    assert made.exit_code == 0, made.output
    assert figure(tmp_path, "ours", "share used")["n"] >= 18


def test_ctrl_c_ends_a_system_with_the_report(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"open({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    (tmp_path / "people.jsonl").write_text("".join(json.dumps(row) + "\n" for row in PEOPLE))
    words = ["--from", str(tmp_path / "people.jsonl"), "--output", str(tmp_path / "out")]
    command = [sys.executable, "-m", "recenter", "report", *words]
    command += ["--system", f"ours={script(tmp_path, code)}"]
    with subprocess.Popen(command, env=dict(os.environ), stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while not (pid.exists() and pid.read_text()) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    assert process.returncode == 1
    assert not is_alive(int(pid.read_text()))
    assert not (tmp_path / "out").exists()
