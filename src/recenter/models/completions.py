"""What is sent to `/chat/completions` and read from its answers, without sending or reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from recenter.config import Price
from recenter.errors import UnreadableAnswerError
from recenter.formats import encode
from recenter.models.answers import size_of
from recenter.models.base import ChatRequest

_MOST_TOKENS = 10**9
"""More of one call is nothing that an endpoint can have counted."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """What an endpoint has been found to understand."""

    format: str = "json_schema"
    limit: str = "max_tokens"
    temperature: bool = True
    seed: bool = True


def request_body(
    model: str, request: ChatRequest, messages: list[dict[str, str]], dialect: Dialect
) -> dict[str, Any]:
    """Return what is sent for a request, with these messages, in a dialect."""
    body: dict[str, Any] = {
        "model": model,
        "messages": messages,
        dialect.limit: request.max_tokens,
    }
    if dialect.temperature:
        body["temperature"] = request.temperature
    if dialect.seed and request.seed is not None:
        body["seed"] = request.seed
    if request.schema is None:
        return body
    if dialect.format == "json_schema":
        strict = _strict(request.schema)
        named = {"name": "answer", "schema": request.schema, "strict": strict}
        return {**body, "response_format": {"type": "json_schema", "json_schema": named}}
    if dialect.format == "json_object":
        body["response_format"] = {"type": "json_object"}
    demand = {"role": "system", "content": _demand(request.schema)}
    return {**body, "messages": _joined([demand, *messages])}


def plain(request: ChatRequest) -> list[dict[str, str]]:
    """Return the messages of a request as they are sent."""
    return [{"role": message.role, "content": message.content} for message in request.messages]


def _joined(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Merge two system messages at the start: some chat templates allow but one."""
    if len(messages) > 1 and messages[1]["role"] == "system":
        both = f"{messages[1]['content']}\n\n{messages[0]['content']}"
        return [{"role": "system", "content": both}, *messages[2:]]
    return messages


def _demand(schema: Mapping[str, Any]) -> str:
    return (
        "Answer with one JSON value and nothing else. It must satisfy this JSON schema:\n"
        f"{encode(schema)}"
    )


def repair(text: str, error: UnreadableAnswerError, request: ChatRequest) -> list[dict[str, str]]:
    """Return the turns that ask again for an answer that could not be read."""
    demand = f"{error}\n{_demand(request.schema or {})}"
    return [{"role": "assistant", "content": text}, {"role": "user", "content": demand}]


def _strict(schema: Any) -> bool:
    """Whether every object names all its properties as required and allows no others, which is
    what OpenAI's strict mode asks of a schema.
    """
    if isinstance(schema, list):
        return all(map(_strict, schema))
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(properties):
            return False
        return all(map(_strict, properties.values()))
    return all(map(_strict, schema.values()))


def simpler(dialect: Dialect, refusal: str) -> Dialect | None:
    """Return how to ask an endpoint that refused with these words, or None."""
    told = refusal.lower()
    if "max_completion_tokens" in told and dialect.limit == "max_tokens":
        return msgspec.structs.replace(dialect, limit="max_completion_tokens")
    if "temperature" in told and dialect.temperature:
        return msgspec.structs.replace(dialect, temperature=False)
    if "seed" in told and dialect.seed:
        return msgspec.structs.replace(dialect, seed=False)
    about_format = ("response_format", "json_schema", "json_object", "schema", "grammar")
    if any(word in told for word in about_format):
        weaker = {"json_schema": "json_object", "json_object": "text"}.get(dialect.format)
        return msgspec.structs.replace(dialect, format=weaker) if weaker else None
    return None


def first_choice(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first choice of an answer, empty where there is none."""
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def content(answer: Mapping[str, Any]) -> str:
    """Return the text of a complete answer.

    Raises:
        UnreadableAnswerError: there is none, it was cut short, or the model refused.
    """
    choice = first_choice(answer)
    message = choice.get("message")
    if not isinstance(message, dict):
        raise UnreadableAnswerError("the endpoint answered without a message.")
    if message.get("refusal"):
        raise UnreadableAnswerError(f"the model refused ({size_of(str(message['refusal']))}).")
    check_finish(choice.get("finish_reason"))
    text = text_of(message.get("content"))
    if not text.strip():
        raise UnreadableAnswerError("the model gave an empty answer.")
    return text


def text_of(value: object) -> str:
    """Return the text of a content, which may be a list of parts."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "".join(text for text in texts if isinstance(text, str))


def check_finish(reason: object) -> None:
    """Raise UnreadableAnswerError where an answer ended before it was whole."""
    if reason == "length":
        raise UnreadableAnswerError("the answer was cut short.", cure="Allow more max_tokens.")
    if reason == "content_filter":
        raise UnreadableAnswerError("the endpoint's content filter stopped the answer.")


def tokens(answer: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the tokens of prompt and answer, or None where the endpoint does not say."""
    usage = answer.get("usage")
    counts = [
        usage.get(field) if isinstance(usage, dict) else None
        for field in ("prompt_tokens", "completion_tokens")
    ]
    prompt, completion = counts
    if (
        isinstance(prompt, int)
        and isinstance(completion, int)
        and min(prompt, completion) >= 0
        and max(prompt, completion) <= _MOST_TOKENS
    ):
        return prompt, completion
    return None


def cost_of(price: Price | None, prompt_tokens: int, completion_tokens: int) -> float | None:
    """Return the US dollars of some tokens, or None where the price is not known."""
    if price is None:
        return None
    return (prompt_tokens * price.prompt + completion_tokens * price.completion) / 1e6
