"""Pause, topics, retention, download, and being forgotten."""

from __future__ import annotations

import json

import pytest

from recenter.memory import Memory
from recenter.store import Run
from tests.server.page.conftest import NURSE, SLEEP, Person, id_of


def test_pause_stops_use_and_learning_and_is_said_on_every_page(
    memory: Memory, ada: Person
) -> None:
    text = ada.send("choices/pause", paused="yes")
    assert "Memory is paused" in text
    assert memory.choices("ada").paused
    assert memory.context(SLEEP, user_id="ada").decision == "paused"
    for path in ("", "answers"):
        assert "nothing is used and nothing is learned" in ada.open(path)
    ada.send("choices/pause", paused="no")
    assert not memory.choices("ada").paused


def test_topics_are_taken_together(memory: Memory, ada: Person) -> None:
    ada.page = ada.http.post(
        f"{ada.root}/choices/topics", data={"csrf": ada.csrf, "topic": ["health", "politics"]}
    )
    assert memory.choices("ada").allowed == ("health", "politics")
    ada.send("choices/topics")
    assert memory.choices("ada").allowed == ()
    ada.send("choices/topics", topic="cooking")
    assert ada.page.status_code == 422


def test_topics_for_local_models_alone_are_shown_and_taken_back(
    memory: Memory, ada: Person
) -> None:
    memory.add("I have diabetes.", user_id="ada", infer=False)
    ill = id_of(memory, "I have diabetes.")
    assert "which you have not allowed" in ada.open(f"memory/{ill}")
    memory.choose("ada", allowed_local=["health"])
    assert 'name="local" value="health" checked' in ada.open("choices")
    text = ada.open(f"memory/{ill}")
    assert "which you have not allowed" not in text
    assert "used only where the model runs on a machine of this application" in text
    ada.send("choices/topics", local="politics")
    chosen = memory.choices("ada")
    assert (chosen.allowed, chosen.allowed_local) == ((), ("politics",))
    ada.send("choices/topics")
    assert memory.choices("ada").allowed_local == ()


def test_memory_is_kept_from_models_elsewhere_and_let_go_again(memory: Memory, ada: Person) -> None:
    assert "is sent to the model that writes it" in ada.open("choices")
    assert "Nothing known of you is sent" in ada.send("choices/cloud", cloud="no")
    assert not memory.choices("ada").cloud
    assert not memory.context(SLEEP, user_id="ada")
    assert memory.context(SLEEP, user_id="ada", destination="local")
    ada.send("choices/cloud", cloud="yes")
    assert memory.context(SLEEP, user_id="ada")


@pytest.mark.parametrize(("days", "kept"), [("90", 90), ("0", None), ("45", 45)])
def test_how_long_things_are_kept(memory: Memory, ada: Person, days: str, kept: int | None) -> None:
    text = ada.send("choices/keep", days=days)
    assert memory.choices("ada").keep_days == kept
    assert f'value="{days}" selected' in text


@pytest.mark.parametrize("days", ["", "-1", "x", "1e9", "99999999", "²"])
def test_days_that_are_none_are_refused(memory: Memory, ada: Person, days: str) -> None:
    ada.send("choices/keep", days=days)
    assert ada.page.status_code == 422
    assert memory.choices("ada").keep_days is None


def test_choices_of_somebody_new_are_of_their_application(memory: Memory, address: str) -> None:
    carl = Person(memory, "carl", address)
    assert "Nothing is known of you yet." in carl.page.text
    carl.send("choices/pause", paused="yes")
    carl.http.close()
    assert memory.choices("carl").application == "Bookshop"


def test_the_download_holds_everything(memory: Memory, ada: Person) -> None:
    memory.context(SLEEP, user_id="ada")
    ada.send(f"memory/{id_of(memory, NURSE)}/review", said="approve")
    ada.send("download")
    assert "attachment" in ada.page.headers["content-disposition"]
    held = json.loads(ada.page.content)
    assert {m["memory"] for m in held["memories"]} >= {NURSE}
    assert [r["prompt"] for r in held["receipts"]] == [SLEEP]
    assert [e["event"] for e in held["history"]].count("REVIEW") == 1
    assert held["conversations"]
    assert held["judgments"]
    assert "chess" not in ada.page.text


def test_being_forgotten_is_asked_once_and_reported(memory: Memory, ada: Person) -> None:
    memory.context(SLEEP, user_id="ada")
    person = memory.person("ada")
    for command, output in (("export", "/srv/private/ada.jsonl"), ("train", "/srv/models/mine")):
        memory.engine.store.put_run(
            Run(
                id=f"run_{command}",
                command=command,
                started="2027-01-10T00:00:00Z",
                arguments={"output": output},
            )
        )
    assert "2 things that are known of you" in ada.open("forget-me")
    ada.send("forget-me")
    assert memory.engine.store.knows(person)
    report = ada.send("forget-me", sure="yes")
    assert "You are forgotten" in report
    assert "2 memories" in report
    assert "A file, made on 10 January 2027" in report
    assert "A model that was trained, made on 10 January 2027" in report
    assert "/srv/" not in report
    assert memory.engine.store.is_forgotten(person)
    assert memory.memories("ada") == ()
    assert "You are forgotten" in ada.open()
    ada.send("choices/pause", paused="yes")
    assert memory.choices("ada").paused is False
    assert [m.attribute.text for m in memory.memories("bob")]


def test_leaving_closes_the_page_in_this_browser(ada: Person) -> None:
    assert "This page is closed" in ada.send("leave")
    ada.open()
    assert ada.page.status_code == 403
    assert "nurse" not in ada.page.text
