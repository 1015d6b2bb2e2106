from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recenter.config import Settings
from recenter.errors import ConfigError, ModelError, RateLimitedError, UnreadableAnswerError
from recenter.models.base import ChatRequest
from recenter.models.load import load_chat, load_embedder
from recenter.models.scripted import ScriptedChat, ScriptedEmbedder
from recenter.records import Message

REQUEST = ChatRequest(messages=(Message(role="user", content="Hi"),))
YES_NO = ChatRequest(
    messages=REQUEST.messages,
    schema={"type": "object", "properties": {"yes": {"type": "boolean"}}, "required": ["yes"]},
)


def test_answers_come_in_order_and_requests_are_kept() -> None:
    model = ScriptedChat(["one", {"yes": True}])
    assert model.chat(REQUEST).text == "one"
    assert model.chat(YES_NO).data == {"yes": True}
    assert model.requests == [REQUEST, YES_NO]


def test_the_end_of_the_script_is_an_error() -> None:
    model = ScriptedChat(["one"])
    model.chat(REQUEST)
    with pytest.raises(ModelError, match="has 1 answers and was asked 2 times"):
        model.chat(REQUEST)


def test_a_function_may_answer_and_errors_are_raised() -> None:
    model = ScriptedChat(lambda request: request.messages[0].content * 2)
    assert model.chat(REQUEST).text == "HiHi"
    with pytest.raises(RateLimitedError):
        ScriptedChat([RateLimitedError("too fast")]).chat(REQUEST)


@pytest.mark.parametrize("answer", ["", "no JSON", {"yes": "maybe"}, '{"yes": tr'])
def test_what_does_not_fit_the_schema_is_unreadable(answer: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        ScriptedChat([answer]).chat(YES_NO)


def test_a_stream_adds_up_to_the_answer() -> None:
    text = " Two words,\n and   more \n"
    pieces = list(ScriptedChat([text]).stream(REQUEST))
    assert len(pieces) > 2
    assert "".join(pieces) == text


def test_hashed_vectors_are_unit_stable_and_near_where_words_are_shared() -> None:
    a, b, c, nothing = ScriptedEmbedder().embed(["likes red wine", "red wine", "rides a bike", ""])
    assert a @ b > 0.7 > a @ c
    assert np.linalg.norm(nothing) == pytest.approx(1)
    assert ScriptedEmbedder().embed([]).shape == (0, 64)


def test_vectors_of_a_table_are_scaled_and_missing_ones_named() -> None:
    model = ScriptedEmbedder({"x": [3, 4]})
    assert model.embed(["x"]).tolist() == [pytest.approx([0.6, 0.8])]
    with pytest.raises(ModelError, match="no vector for 'y'"):
        model.embed(["y"])


def test_scripts_are_read_from_files(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    path = tmp_path / "script.json"
    path.write_text(json.dumps(["one", {"yes": False}]))
    model = load_chat(f"scripted:{path}", settings)
    assert [model.chat(REQUEST).text, model.chat(YES_NO).data] == ["one", {"yes": False}]
    path.write_text(json.dumps({"x": [0, 2]}))
    assert load_embedder(f"scripted:{path}", settings).embed(["x"]).tolist() == [[0, 1]]
    assert load_embedder("scripted:words", settings).name == "scripted:words"
    for content in ("{", "[1]"):
        path.write_text(content)
        with pytest.raises(ConfigError, match="not a script"):
            load_chat(f"scripted:{path}", settings)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_chat("scripted:absent.json", settings)
