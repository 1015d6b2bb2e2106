"""Learning in the background: durable, once, and never in the way of an answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from recenter.errors import ModelError, StoreError
from recenter.memory import Memory
from recenter.memory.queue import failures
from recenter.records import Conversation
from recenter.stages.extract import Extraction
from tests.memory.learners import SAID
from tests.memory.test_memory import NURSE, known

ALL = {
    "The user lives in Berlin.",
    "The user plays chess every Sunday.",
    NURSE,
    "The user doesn't eat meat.",
    "The user hates olives.",
    "The user is learning Spanish.",
}


def process(url: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.memory.learners", url, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_what_waits_survives_kills_and_is_learned_once(memory: Memory, url: str) -> None:
    with process(url, "put") as putting:
        assert putting.stdout is not None
        assert putting.stdout.readline() == "put\n"
    assert known(memory) == set()
    for _ in range(2):
        with process(url) as learning:
            assert learning.stdout is not None
            assert learning.stdout.readline() == "learning\n"
            time.sleep(0.7)
            learning.send_signal(signal.SIGKILL)
    assert memory.engine.wait(60)
    results = memory.get_all(user_id="ada")["results"]
    assert sorted(r["memory"] for r in results) == sorted(ALL)
    assert all(len(r["evidence"]) == 1 for r in results)
    events = [len(memory.history(r["id"])) for r in results]
    assert events == [1] * len(SAID)


def test_two_learners_at_once_learn_nothing_twice(memory: Memory, url: str) -> None:
    texts = ["I live in Berlin.", "As I said, I live in Berlin.", "You know I live in Berlin."]
    for number, text in enumerate([*texts, *SAID]):
        memory.learn(text, user_id="ada", conversation_id=f"x{number}")
    with Memory({"store": url}) as other:
        other.engine.worker.start()
        assert memory.engine.wait(60)
        assert other.engine.wait(60)
    found = [r["memory"] for r in memory.get_all(user_id="ada")["results"]]
    assert sorted(found) == sorted(ALL)


class Broken:
    """An extractor whose model is away for a while."""

    name = "broken"

    def __init__(self, real: Any, failures: int, error: Exception) -> None:
        self._real, self._left, self._error = real, failures, error
        self.signature = real.signature

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        if self._left:
            self._left -= 1
            raise self._error
        result: Extraction = self._real.extract(person, conversations)
        return result


def broken(memory: Memory, failures: int, error: Exception) -> None:
    learner = memory.engine.learner
    memory.engine.__dict__["learner"] = learner._replace(
        extractor=Broken(learner.extractor, failures, error)
    )


def test_a_model_that_is_away_for_a_while_is_waited_for(memory: Memory) -> None:
    broken(memory, 1, ModelError("it said: SECRET"))
    memory.learn("I live in Berlin.", user_id="ada")
    assert memory.engine.wait(60)
    assert known(memory) == {"The user lives in Berlin."}
    assert memory.engine.trouble is not None
    assert "SECRET" not in memory.engine.trouble


def test_what_failed_while_it_was_waited_for_can_be_given_again(memory: Memory) -> None:
    talk = [{"role": "user", "content": "I live in Berlin."}]
    broken(memory, 1, ModelError("away"))
    with pytest.raises(ModelError):
        memory.add(talk, user_id="ada")
    assert memory.add(talk, user_id="ada")["results"]
    talk += [
        {"role": "assistant", "content": "Nice."},
        {"role": "user", "content": "I hate olives."},
    ]
    broken(memory, 1, ModelError("away"))
    with pytest.raises(ModelError):
        memory.add(talk, user_id="ada")
    assert [r["memory"] for r in memory.add(talk, user_id="ada")["results"]] == [
        "The user hates olives."
    ]


def test_what_cannot_be_learned_is_kept_with_its_reason_and_the_rest_goes_on(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The pause doubles with each failure: 14 seconds in all.
    monkeypatch.setattr("recenter.memory.queue._POLL", 0.05)
    broken(memory, 3, ValueError("SECRET"))
    memory.learn("I live in Berlin.", user_id="ada", conversation_id="1")
    assert memory.engine.wait(60)
    memory.learn("I hate olives.", user_id="ada", conversation_id="2")
    assert memory.engine.wait(60)
    assert known(memory) == {"The user hates olives."}
    (failed,) = failures(memory.engine.store)
    assert (failed.error, failed.attempts) == ("ValueError", 3)


def test_a_slow_or_failing_decision_leaves_the_messages_as_they_are(memory: Memory) -> None:
    memory.add("I work nights as a nurse.", user_id="ada")
    messages = [{"role": "user", "content": "How do I sleep better after work?"}]
    person = memory.person("ada")
    assert memory.engine.safe_context(messages, person)
    held, over = threading.Event(), threading.Event()
    real = memory.engine._decide

    def slow(*args: Any, **more: Any) -> Any:
        held.wait(20)
        try:
            return real(*args, **more)
        finally:
            over.set()

    memory.engine._decide = slow  # type: ignore[method-assign]
    begun = time.monotonic()
    given_up = memory.engine.safe_context(messages, person, patience=0.1)
    assert time.monotonic() - begun < 10
    held.set()
    assert not given_up
    assert given_up.decision == "unavailable"
    assert given_up.to_openai() is messages
    # Of what was decided too late there is no receipt: it was not used.
    assert over.wait(20)
    assert len(memory.receipts("ada")) == 1

    def failing(*_: Any, **__: Any) -> Any:
        raise StoreError("the disk is full")

    memory.engine._decide = failing  # type: ignore[method-assign]
    assert memory.engine.safe_context(messages, person).decision == "unavailable"


def test_what_was_said_during_a_pause_is_not_learned_after_it(memory: Memory) -> None:
    said = [
        {"role": "user", "content": "I live in Oslo."},
        {"role": "assistant", "content": "A fine city."},
    ]
    meanwhile = [
        {"role": "user", "content": "I work nights as a nurse."},
        {"role": "assistant", "content": "Being a nurse is hard."},
    ]
    after = [{"role": "user", "content": "I love opera."}]
    memory.learn(said, user_id="ada")
    assert memory.engine.wait(20)
    memory.choose("ada", paused=True)
    memory.learn([*said, *meanwhile], user_id="ada")
    memory.engine.recorder.flush()
    memory.choose("ada", paused=False)
    memory.learn([*said, *meanwhile, *after], user_id="ada")
    assert memory.engine.wait(20)
    known = {one["memory"] for one in memory.get_all(user_id="ada")["results"]}
    assert known == {"The user lives in Oslo.", "The user loves opera."}
    assert "nurse" not in str(memory.export("ada"))
    memory.learn(meanwhile, user_id="ada", conversation_id="another")
    assert memory.engine.wait(20)
    assert "nurse" in str(memory.get_all(user_id="ada"))
