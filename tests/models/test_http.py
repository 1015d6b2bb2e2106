from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recenter.config import Price, Provider, Settings
from recenter.errors import (
    ConfigError,
    ModelError,
    ModelHTTPError,
    ModelTimeoutError,
    ModelUnavailableError,
    UnreadableAnswerError,
)
from recenter.models.base import ChatRequest
from recenter.models.http import HttpChat
from recenter.models.load import load_chat
from recenter.models.providers import Endpoint
from recenter.models.transport import Patience
from recenter.records import Message
from tests.models.endpoint import (
    Answer,
    Handler,
    events,
    hang_up,
    piece,
    raw,
    refusal,
    reply,
    serving,
    stall,
)

MESSAGES = (Message(role="system", content="Be brief."), Message(role="user", content="Well?"))
FREE = ChatRequest(messages=MESSAGES, max_tokens=50, seed=3)
SCHEMA = {
    "type": "object",
    "properties": {"yes": {"type": "boolean"}},
    "required": ["yes"],
    "additionalProperties": False,
}
ASKED = ChatRequest(messages=MESSAGES, schema=SCHEMA)


def _chat(url: str, *, price: Price | None = None) -> HttpChat:
    endpoint = Endpoint(name="test:m", model="m", base_url=url, price=price)
    patience = Patience(connect=2, read=0.3, total=5)
    return HttpChat(endpoint, patience=patience, sleep=lambda _: None)


def test_free_text_with_what_it_took() -> None:
    with serving(reply("Fine.")) as server:
        answer = _chat(server.url, price=Price(prompt=1, completion=10)).chat(FREE)
        path, _, body = server.requests[0]
    assert (answer.text, answer.data) == ("Fine.", None)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (10, 5)
    assert answer.usage.cost == pytest.approx(60e-6)
    assert answer.usage.seconds > 0
    assert path == "/v1/chat/completions"
    assert body == {
        "model": "m",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Well?"},
        ],
        "max_tokens": 50,
        "temperature": 0.0,
        "seed": 3,
    }


def test_without_a_price_or_a_count_the_cost_is_unknown() -> None:
    uncounted = raw('{"choices": [{"message": {"content": "x"}}]}')
    absurd = uncounted_with(10**400)
    with serving(reply("x"), uncounted, absurd) as server:
        assert _chat(server.url).chat(FREE).usage.cost is None
        for _ in range(2):
            priced = _chat(server.url, price=Price(prompt=1, completion=1))
            assert priced.chat(FREE).usage.cost is None


def uncounted_with(tokens: int) -> Answer:
    """An answer whose count of tokens cannot be believed."""
    usage = {"prompt_tokens": tokens, "completion_tokens": 1}
    return raw(json.dumps({"choices": [{"message": {"content": "x"}}], "usage": usage}))


def test_settings_name_the_endpoint_and_its_price(tmp_path: Path) -> None:
    with serving(reply("Fine.")) as server:
        settings = Settings(
            home=tmp_path,
            providers={"mine": Provider(base_url=server.url)},
            prices={"mine:m": Price(prompt=0, completion=0)},
        )
        model = load_chat("mine:m", settings)
        assert model.name == "mine:m"
        assert model.chat(FREE).usage.cost == 0


def test_an_answer_to_a_schema_is_checked() -> None:
    with serving(reply('{"yes": true}')) as server:
        assert _chat(server.url).chat(ASKED).data == {"yes": True}
        sent = server.bodies[0]["response_format"]
    assert sent["type"] == "json_schema"
    assert sent["json_schema"] == {"name": "answer", "schema": SCHEMA, "strict": True}


def test_strict_mode_is_only_for_schemas_that_it_takes() -> None:
    loose = ChatRequest(messages=MESSAGES, schema={**SCHEMA, "required": []})
    with serving(reply("{}")) as server:
        _chat(server.url).chat(loose)
        assert server.bodies[0]["response_format"]["json_schema"]["strict"] is False


def test_a_server_without_json_schema_is_asked_in_words_from_then_on() -> None:
    def picky(handler: Handler) -> None:
        kind = handler.body.get("response_format", {}).get("type")
        if kind == "json_schema":
            refusal(400, "response_format.type must be text or json_object")(handler)
        elif kind == "json_object":
            refusal(422, "response_format is not supported")(handler)
        else:
            reply('Sure:\n```json\n{"yes": false}\n```')(handler)

    with serving(picky) as server:
        model = _chat(server.url)
        assert model.chat(ASKED).data == {"yes": False}
        assert len(server.requests) == 3
        assert model.chat(ASKED).data == {"yes": False}
        assert len(server.requests) == 4
        (system, user) = server.bodies[-1]["messages"]
    assert system["content"].startswith("Be brief.")
    assert json.dumps(SCHEMA, separators=(",", ":")) in system["content"]
    assert user["content"] == "Well?"


def _unless(wrong: Callable[[Any], bool], told: str) -> Answer:
    def answer(handler: Handler) -> None:
        (refusal(400, told) if wrong(handler.body) else reply("Fine."))(handler)

    return answer


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (
            _unless(
                lambda body: "max_tokens" in body,
                "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            ),
            "max_tokens",
        ),
        (
            _unless(lambda body: "temperature" in body, "'temperature' does not support 0 with m."),
            "temperature",
        ),
        (_unless(lambda body: "seed" in body, "seed: unknown field"), "seed"),
    ],
)
def test_a_field_the_endpoint_refuses_is_said_otherwise(answer: Answer, gone: str) -> None:
    with serving(answer) as server:
        model = _chat(server.url)
        assert model.chat(FREE).text == "Fine."
        assert "".join(model.stream(FREE)) == "Fine."
        first, *later = server.bodies
    assert gone in first
    assert len(later) == 2
    assert all(gone not in body for body in later)


def test_another_refusal_is_raised_at_once() -> None:
    with serving(refusal(400, "the prompt exceeds the context")) as server:
        with pytest.raises(ModelHTTPError, match="exceeds the context") as caught:
            _chat(server.url).chat(FREE)
        assert caught.value.status == 400
        assert len(server.requests) == 1


def test_a_wrong_answer_is_repaired_by_telling_what_was_wrong() -> None:
    with serving(reply('{"yes": "maybe"}'), reply('{"yes": true}')) as server:
        answer = _chat(server.url, price=Price(prompt=1, completion=1)).chat(ASKED)
        *_, said, told = server.bodies[1]["messages"]
    assert answer.data == {"yes": True}
    assert answer.usage.prompt_tokens == 20
    assert said == {"role": "assistant", "content": '{"yes": "maybe"}'}
    assert told["role"] == "user"
    assert "answer.yes is a text of 5 characters, expected boolean" in told["content"]


@pytest.mark.parametrize(
    "bad",
    [
        reply("I would say yes."),
        reply('{"yes": tr'),
        reply('{"yes": true, "no": false}'),
        reply('{"yes": true} {"yes": false}'),
    ],
)
def test_an_answer_that_stays_wrong_is_unreadable(bad: Answer) -> None:
    with serving(bad) as server:
        with pytest.raises(UnreadableAnswerError):
            _chat(server.url).chat(ASKED)
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (reply('{"yes": true}', finish="length"), "cut short"),
        (reply('{"yes": true}', finish="content_filter"), "filter"),
        (reply(None, refusal="I will not."), r"refused \(11 characters"),
        (reply(""), "empty"),
        (reply(None), "empty"),
        (reply(7), "empty"),
        (raw('{"choices": []}'), "without a message"),
        (raw('{"choices": null}'), "without a message"),
        (raw('{"choices": [null]}'), "without a message"),
        (raw('{"choices": [{"message": "hi"}]}'), "without a message"),
        (raw('{"id": 1}'), "without a message"),
    ],
)
@pytest.mark.parametrize("request_", [ASKED, FREE])
def test_no_answer_is_never_read_as_one(bad: Answer, told: str, request_: ChatRequest) -> None:
    with serving(bad) as server:
        with pytest.raises(UnreadableAnswerError, match=told):
            _chat(server.url).chat(request_)
        assert len(server.requests) == 1


def test_content_in_parts_is_joined() -> None:
    parts = [{"type": "text", "text": "Fi"}, {"type": "image"}, {"type": "text", "text": "ne."}]
    with serving(reply(parts)) as server:
        assert _chat(server.url).chat(FREE).text == "Fine."


def test_a_schema_that_cannot_be_checked_is_not_sent() -> None:
    with serving(reply("{}")) as server:
        with pytest.raises(ConfigError, match="'pattern'"):
            _chat(server.url).chat(ChatRequest(messages=MESSAGES, schema={"pattern": "x"}))
        assert not server.requests


@pytest.mark.parametrize(
    "answer",
    [
        events(piece("Fi"), '{"choices": []}', piece("ne."), piece(None, "stop")),
        events(piece("Fine."), done=True),
        events(piece("Fine.", "stop"), done=False),
        reply("Fine."),
    ],
)
def test_a_stream_gives_the_pieces(answer: Answer) -> None:
    with serving(answer) as server:
        assert "".join(_chat(server.url).stream(FREE)) == "Fine."
        assert server.bodies[0]["stream"] is True


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (events(piece("Fi"), done=False), ModelUnavailableError),
        (events(piece("Fi"), piece("ne", "length")), UnreadableAnswerError),
        (events(piece("Fi"), piece(None, "content_filter")), UnreadableAnswerError),
        (events(piece(None, "stop")), UnreadableAnswerError),
        (events(), UnreadableAnswerError),
        (events(done=False), ModelUnavailableError),
        (events(piece("Fi"), '{"error": {"message": "overloaded"}}'), ModelHTTPError),
        (events(piece("Fi"), '{"choices": [{"delta": {"con'), UnreadableAnswerError),
        (raw(f"data: {piece('Fi')}\n\n", kind="text/event-stream", length=999),
         ModelUnavailableError),
        (hang_up, ModelUnavailableError),
        (stall, ModelTimeoutError),
    ],
)  # fmt: skip
def test_a_stream_that_breaks_says_so(answer: Answer, kind: type[ModelError]) -> None:
    with serving(answer) as server, pytest.raises(kind):
        list(_chat(server.url).stream(FREE))


def test_a_stream_may_be_left(recwarn: pytest.WarningsRecorder) -> None:
    with serving(events(*[piece("x")] * 100)) as server:
        stream = _chat(server.url).stream(FREE)
        assert next(stream) == "x"
        stream.close()  # type: ignore[attr-defined]
    assert not recwarn.list


def test_a_stream_has_no_schema() -> None:
    with pytest.raises(ConfigError, match="cannot be streamed"):
        next(_chat("http://127.0.0.1:1").stream(ASKED))
