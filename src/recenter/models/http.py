"""Chat models behind any endpoint in the form of OpenAI's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from recenter.config import Price, Settings
from recenter.errors import (
    ConfigError,
    ModelHTTPError,
    ModelUnavailableError,
    UnreadableAnswerError,
)
from recenter.models.answers import check_schema, read_answer
from recenter.models.base import ChatReply, ChatRequest
from recenter.models.completions import (
    Dialect,
    check_finish,
    content,
    cost_of,
    first_choice,
    plain,
    repair,
    request_body,
    simpler,
    text_of,
    tokens,
)
from recenter.models.providers import Endpoint, find_endpoint
from recenter.models.transport import Patience, Transport
from recenter.records import Usage

REPAIRS = 2
"""Times that a model is told what was wrong with its answer and asked again."""


class HttpChat:
    """A chat model behind an endpoint. May be called from several threads.

    What the endpoint refuses of a request (JSON schema, `max_tokens`, temperature, seed) is said
    in another way or left out from then on. An answer to a schema is checked here in any case.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._transport = Transport(endpoint, patience=patience, sleep=sleep)
        self._dialect = Dialect()

    @property
    def name(self) -> str:
        """`provider:model`, or `http:MODEL@URL`."""
        return self._endpoint.name

    @property
    def base_url(self) -> str:
        """Address of the endpoint: the same name may stand for another model elsewhere."""
        return self._endpoint.base_url

    @property
    def price(self) -> Price | None:
        """Price by the settings."""
        return self._endpoint.price

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return the complete answer.

        Raises:
            ConfigError: the schema cannot be checked.
            UnreadableAnswerError: it is empty, cut short, a refusal, or does not fit the schema
                after being asked again; the other kinds of ModelError as `transport`.
        """
        if request.schema is not None:
            check_schema(request.schema)
        started = time.monotonic()
        messages = plain(request)
        shown = [message.content for message in request.messages]
        prompt_tokens = completion_tokens = 0
        counted = True
        for repairs_left in range(REPAIRS, -1, -1):
            answer = self._send(request, messages)
            text = content(answer)
            count = tokens(answer)
            counted = counted and count is not None
            prompt_tokens += count[0] if count else 0
            completion_tokens += count[1] if count else 0
            try:
                data = (
                    None
                    if request.schema is None
                    else read_answer(text, request.schema, shown=shown)
                )
                break
            except UnreadableAnswerError as error:
                if not repairs_left:
                    raise
                messages = [*messages, *repair(text, error, request)]
        usage = Usage(
            calls=1,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            seconds=time.monotonic() - started,
            cost=cost_of(self.price, prompt_tokens, completion_tokens) if counted else None,
        )
        return ChatReply(text=text, data=data, usage=usage)

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield the pieces of a free-text answer as they come.

        Raises:
            ConfigError: the request has a schema.
            ModelError: as `chat`; also after pieces were given, where the answer then breaks off.
        """
        if request.schema is not None:
            raise ConfigError("an answer with a schema cannot be streamed.", cure="Use chat.")
        finish: object = None
        empty, done = True, False
        for event in self._events(request):
            done = done or event.get("done") is True
            choice = first_choice(event)
            delta = choice.get("delta") or choice.get("message")
            piece = text_of(delta.get("content")) if isinstance(delta, dict) else ""
            if piece:
                empty = False
                yield piece
            finish = choice.get("finish_reason") or finish
        check_finish(finish)
        if not done and finish is None:
            raise ModelUnavailableError(f"{self.name}: the stream broke before the answer ended.")
        if empty:
            raise UnreadableAnswerError(f"{self.name} gave an empty answer.")

    def _send(self, request: ChatRequest, messages: list[dict[str, str]]) -> dict[str, Any]:
        while True:
            used = self._dialect
            body = request_body(self._endpoint.model, request, messages, used)
            try:
                return self._transport.post("/chat/completions", body)
            except ModelHTTPError as error:
                self._adapt(used, error)

    def _events(self, request: ChatRequest) -> Iterator[dict[str, Any]]:
        started = False
        while not started:
            used = self._dialect
            body = request_body(self._endpoint.model, request, plain(request), used)
            try:
                for event in self._transport.stream("/chat/completions", {**body, "stream": True}):
                    started = True
                    yield event
                return
            except ModelHTTPError as error:
                if started:
                    raise
                self._adapt(used, error)

    def _adapt(self, used: Dialect, error: ModelHTTPError) -> None:
        """Say it differently next time, or raise the error where there is no other way."""
        if self._dialect != used:
            return  # Another thread has met the refusal in the meantime.
        spoken = simpler(used, str(error)) if error.status in (400, 422) else None
        if spoken is None:
            raise error
        self._dialect = spoken


def chat_from_name(name: str, settings: Settings) -> HttpChat:
    """Return the model of `provider:model` or `http:MODEL@URL`.

    Raises:
        ConfigError: the provider is unknown or its key is not set.
    """
    return HttpChat(find_endpoint(name, settings))
