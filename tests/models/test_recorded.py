from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from recenter.config import Settings
from recenter.errors import ConfigError, InputError, ModelError, RateLimitedError
from recenter.models.base import ChatRequest
from recenter.models.load import load_chat
from recenter.models.recorded import RecordedChat
from recenter.models.scripted import ScriptedChat
from recenter.records import Message, Usage

HELLO = ChatRequest(messages=(Message(role="user", content="Hello \u2028 \ud800"),))
ASKED = msgspec.structs.replace(HELLO, schema={"type": "object", "properties": {}})


def test_what_was_recorded_is_given_again_under_the_same_name(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    real = ScriptedChat(["one\u2028", {"a": [1]}], name="openai:m")
    recording = RecordedChat(path, model=real)
    for _ in range(2):
        assert recording.chat(HELLO).text == "one\u2028"
        assert recording.chat(ASKED).data == {"a": [1]}
    assert len(real.requests) == 2
    replay = load_chat(f"recorded:{path}", Settings(home=tmp_path))
    assert replay.name == "openai:m"
    other_person = msgspec.structs.replace(ASKED, person="p9")
    assert replay.chat(other_person).data == {"a": [1]}
    assert replay.chat(HELLO).usage == Usage(calls=1, cached=1)
    assert list(replay.stream(HELLO)) == ["one\u2028"]


def test_a_request_that_was_not_recorded_tells_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    RecordedChat(path, model=ScriptedChat(["one"])).chat(HELLO)
    with pytest.raises(ModelError, match=r"holds no answer.*Record it: RecordedChat"):
        RecordedChat(path).chat(msgspec.structs.replace(HELLO, seed=1))


def test_failures_are_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    recording = RecordedChat(path, model=ScriptedChat([RateLimitedError("x"), "good"]))
    with pytest.raises(RateLimitedError):
        recording.chat(HELLO)
    assert not path.exists()
    assert recording.chat(HELLO).text == "good"


def test_a_recording_is_of_one_model_and_readable(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with pytest.raises(ConfigError, match="no recording"):
        RecordedChat(path)
    RecordedChat(path, model=ScriptedChat(["one"], name="a:m")).chat(HELLO)
    with pytest.raises(ConfigError, match="answers of a:m and b:m"):
        RecordedChat(path, model=ScriptedChat(["two"], name="b:m"))
    with path.open("a") as file:
        file.write('{"key": 3}\n')
    with pytest.raises(InputError, match=r"run\.jsonl: line 2: key"):
        RecordedChat(path)
    path.write_text("")
    with pytest.raises(ConfigError, match="no answers"):
        RecordedChat(path)
