"""What a run would take, told by running it without asking a model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

from recenter.formats import encode
from recenter.models.base import ChatModel, ChatReply, ChatRequest
from recenter.models.calls import Around, add_up, tokens_at_most
from recenter.models.completions import cost_of
from recenter.records import Usage


class DryRun(Around):
    """A chat model that sends nothing and adds up what sending would take at most.

    Its answers are placeholders that fit the schema, so that a stage runs to its end; what the
    stage makes of them is to be thrown away. What follows from real answers is not foreseen.
    """

    def __init__(self, model: ChatModel) -> None:
        super().__init__(model)
        self._lock = threading.Lock()
        self._estimate = Usage()

    @property
    def estimate(self) -> Usage:
        """Calls, and at most these tokens and this cost, without repairs."""
        return self._estimate

    def chat(self, request: ChatRequest) -> ChatReply:
        """Return a placeholder."""
        prompt = tokens_at_most(request)
        cost = cost_of(self.price, prompt, request.max_tokens)
        usage = Usage(
            calls=1, prompt_tokens=prompt, completion_tokens=request.max_tokens, cost=cost
        )
        with self._lock:
            self._estimate = add_up([self._estimate, usage])
        data = None if request.schema is None else placeholder(request.schema)
        return ChatReply(text="(not sent)" if data is None else encode(data), data=data)

    def stream(self, request: ChatRequest) -> Iterator[str]:
        """Yield a placeholder."""
        yield self.chat(request).text


def placeholder(schema: Mapping[str, Any], nth: int = 0) -> Any:
    """Return a small value that fits a schema; of the items of a list, the numbers count up, as
    where each is to name what it is about.
    """
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return placeholder(schema["anyOf"][0], nth)
    kinds = schema.get("type", "null")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind == "object":
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        return {name: placeholder(properties.get(name, {}), nth) for name in required}
    if kind == "array":
        return [placeholder(schema.get("items", {}), n) for n in range(schema.get("minItems", 0))]
    if kind == "string":
        return "-" * schema.get("minLength", 1)
    if kind in ("number", "integer"):
        least = max(0, schema.get("minimum", 0))
        return min(least + nth, schema.get("maximum", least + nth))
    return False if kind == "boolean" else None
