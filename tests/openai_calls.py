"""Calls of the official client, to compare what one of its kinds sends and gets with another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openai

from tests.upstream import Upstream

ASK = "How do I sleep better after work?"
"""To this, working nights matters."""
IDLE = "What is 17 * 23?"
"""To this, nothing does."""
TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def request(text: str = ASK, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}], **more}


def both(upstream: Upstream, call: Callable[[Any], Any], *clients: Any) -> list[tuple[Any, bytes]]:
    """Return what a call to each client gives or raises, and the body that was sent."""
    found = []
    for client in clients:
        before = len(upstream.seen)
        try:
            given = call(client)
        except openai.APIError as error:
            given = (type(error), str(error), getattr(error, "status_code", None))
        found.append((given, b"".join(seen.body for seen in upstream.seen[before:])))
    return found


def failing(status: str) -> Callable[[Any], Any]:
    return lambda c: c.chat.completions.create(**request(IDLE) | {"model": status})


CALLS: dict[str, Callable[[Any], Any]] = {
    "plain": lambda c: c.chat.completions.create(**request(IDLE)),
    "user": lambda c: c.chat.completions.create(**request(IDLE, user="ada", temperature=0.5)),
    "stream": lambda c: list(c.chat.completions.create(**request(IDLE, stream=True))),
    "tools": lambda c: c.chat.completions.create(**request(IDLE) | {"model": "tools"}, tools=TOOLS),
    "image": lambda c: c.chat.completions.create(
        model="m",
        messages=[{"role": "user", "content": [{"type": "text", "text": IDLE}, IMAGE]}],
    ),
    "generator": lambda c: c.chat.completions.create(
        model="m", messages=(m for m in request(IDLE)["messages"])
    ),
    "unread": lambda c: c.chat.completions.create(
        model="m", messages=[{"role": "no such role", "content": IDLE}]
    ),
    "raw": lambda c: c.chat.completions.with_raw_response.create(**request(IDLE)).text,
    "responses": lambda c: c.responses.create(model="m", input=IDLE).output_text,
    **{status: failing(status) for status in ("400", "401", "429", "500")},
    "timeout": lambda c: c.chat.completions.create(
        **request(IDLE) | {"model": "slow"}, timeout=0.2
    ),
}
