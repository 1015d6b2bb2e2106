"""A study from the command line, served by real processes that are killed and started again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from recenter.cli.main import main
from recenter.reports.files import read_files
from recenter.store import open_store
from tests.web.serving import Visitor


class Study:
    """A study in a folder of its own, with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = f"sqlite:///{folder / 'store.db'}"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def file(self) -> str:
        return str(self.folder / "study" / "study.yaml")

    def run(self, *words: str, input: str | None = None, store: str | None = None) -> str:
        told = self.tried(*words, input=input, store=store)
        assert told.exit_code == 0, told.output
        return told.stdout

    def tried(self, *words: str, input: str | None = None, store: str | None = None) -> Result:
        return CliRunner().invoke(
            main, ["study", *words, "--store", store or self.store], input=input
        )

    @contextmanager
    def served(
        self, workers: int = 1, stderr: int | None = None
    ) -> Iterator[subprocess.Popen[bytes]]:
        words = ["serve", self.file, "--port", str(self.port), "--workers", str(workers)]
        command = [sys.executable, "-m", "recenter", "study", *words, "--store", self.store]
        process = subprocess.Popen(command, start_new_session=True, stderr=stderr)
        try:
            for _ in range(300):
                try:
                    httpx.get(f"{self.url}/healthz").raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(timeout=30)

    def links(self, count: int) -> list[str]:
        told = self.run("invite", self.file, "--count", str(count), "--url", self.url)
        return told.split()


@pytest.fixture
def study(tmp_path: Path) -> Study:
    made = Study(tmp_path)
    made.run("new", str(tmp_path / "study"), "--template", "control")
    return made


def come(link: str) -> Visitor:
    root, _, query = link.partition("/?")
    visitor = Visitor(root, f"?{query}")
    visitor.send("consent", agree="yes")
    visitor.send("begin")
    return visitor


def rate(visitor: Visitor, value: str = "4") -> None:
    visitor.send(f"work/{visitor.position}", answer__overall=value)


def test_a_plan_says_people_minutes_money_and_widths(study: Study) -> None:
    told = study.run("plan", study.file)
    assert "4 items, 4 decisions, of 4 people; 3 answers to each" in told
    assert "3 annotators, each about 4 min: 4 work" in told
    assert "if the mean is 3: its interval" in told
    assert "6.00 in rewards and 0.00 in fees: 6.00 GBP in all" in told


def test_what_is_not_signed_off_is_not_served(study: Study) -> None:
    path = Path(study.file)
    path.write_text(re.sub(r"signed_off: .*", "signed_off: " + "0" * 24, path.read_text()))
    refused = study.tried("serve", study.file, "--port", str(study.port))
    assert refused.exit_code == 1
    assert "were signed off" in refused.stderr
    told = study.run("scan", study.file)
    signed = re.search(r"signed_off: (\w+)", told)
    assert signed
    path.write_text(path.read_text().replace("0" * 24, signed[1]))
    assert "3 annotators" in study.run("plan", study.file)


def test_a_file_of_items_that_is_not_there_is_told_by_the_field_that_names_it(study: Study) -> None:
    path = Path(study.file)
    path.write_text(path.read_text().replace("items: control.jsonl", "items: none.jsonl"))
    refused = study.tried("plan", study.file)
    assert refused.exit_code == 1
    assert "study.yaml: tasks[0].items: there is no file 'none.jsonl'. Put it" in refused.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--host", "0.0.0.0"), "can be reached from other machines"),
        (("--url", "http://example.org"), "is not an https URL"),
    ],
)
def test_it_is_not_served_to_other_machines_in_clear(
    study: Study, words: tuple[str, ...], says: str
) -> None:
    refused = study.tried("serve", study.file, *words)
    assert refused.exit_code == 1
    assert says in refused.stderr


def exported(study: Study) -> set[str]:
    """Return where to, as the store remembers it for a deletion report."""
    with open_store(study.store) as store:
        return {r.arguments["output"] for r in store.runs() if r.command == "study export"}


def test_a_study_from_links_to_a_release(study: Study, tmp_path: Path) -> None:
    with study.served():
        people = [come(link) for link in study.links(3)]
        for person in people:
            rate(person)
    killed = None
    with study.served(workers=2) as process:
        for person in people:
            person.open("next")
            rate(person, "2")
        os.killpg(process.pid, signal.SIGKILL)
        killed = process.wait()
    assert killed
    with study.served():
        for person in people:
            for _ in range(2):
                person.open("next")
                rate(person)
            assert "You are done and can close this page." in person.page.text
            assert "Your code" not in person.page.text
        for person in people:
            person.http.close()
    assert "12 of 12 answers" in study.run("status", study.file)

    out, public = tmp_path / "out", tmp_path / "release"
    assert "records.jsonl, for `recenter report --from`" in study.run(
        "export", study.file, "--output", str(out)
    )
    rows = [json.loads(line) for line in (out / "judgments.jsonl").read_text().splitlines()]
    assert sorted(row["answer"] for row in rows) == sorted(["4"] * 9 + ["2"] * 3)
    material, _ = read_files([out / "records.jsonl"])
    asked = Counter(one.question for one in material.answers)
    assert asked == {"better": 12}
    for tool, name in (("label-studio", "tasks.json"), ("potato", "instances.jsonl")):
        study.run("export", study.file, "--output", str(tmp_path / tool), "--for", tool)
        assert (tmp_path / tool / name).stat().st_size > 500
    study.run("export", study.file, "--output", str(public), "--release", "--licence", "CC0-1.0")
    assert {str(out), str(public)} < exported(study)
    other = f"sqlite:///{tmp_path / 'other.db'}"
    told = study.run("import", str(public), store=other)
    assert "12  judgment" in told
    assert told.endswith(" new, 0 already there\n")
    assert "\n0 new, " in study.run("import", str(public), store=other)

    told = study.run("close", study.file, "--forget", "--yes")
    assert "12 judgments in the store" in told
    assert "3 ids erased" in told
    assert "Ids of annotators" not in study.run("close", study.file, "--yes")
    for url in (study.store, other):
        with open_store(url) as store:
            assert store.counts()["judgments"] == 12


def test_a_closed_study_is_served_without_a_word_of_links(study: Study) -> None:
    with study.served():
        pass
    study.run("close", study.file, "--yes")
    with study.served(stderr=subprocess.PIPE) as process:
        os.killpg(process.pid, signal.SIGTERM)
        told = process.communicate()[1].decode()
    assert "the study is closed: nobody new comes in" in told
    assert "links:" not in told


def test_answers_given_elsewhere_come_in_whole_or_not_at_all(study: Study, tmp_path: Path) -> None:
    with study.served():
        pass
    folder = tmp_path / "tool"
    study.run("export", study.file, "--output", str(folder), "--for", "label-studio")
    tasks = json.loads((folder / "tasks.json").read_text())
    item = tasks[0]["data"]["item"]
    row = {
        "question": "better",
        "item": item,
        "part": "overall",
        "annotator": "kim",
        "side": "first",
    }
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps(row | {"answer": "4"}) + "\n" + json.dumps(row | {"answer": "9"}))
    refused = study.tried("import", str(path), "--study", study.file)
    assert refused.exit_code == 1
    assert "answers.jsonl: line 2" in refused.stderr
    with open_store(study.store) as store:
        assert store.counts()["judgments"] == 0
    path.write_text(json.dumps(row | {"answer": "4"}) + "\n")
    taken = [study.run("import", str(path), "--study", study.file) for _ in range(2)]
    assert taken == [
        "1 answers read: 1 new, 0 already there\n",
        "1 answers read: 0 new, 1 already there\n",
    ]


def test_an_account_is_asked_for_its_password(study: Study) -> None:
    told = study.run("account", "ann", input="correct horse battery\ncorrect horse battery\n")
    assert "ann may log in as researcher" in told
    assert b"correct horse" not in Path(study.store.removeprefix("sqlite:///")).read_bytes()
