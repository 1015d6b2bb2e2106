"""Read an endpoint's answer once it has passed, so that the conversation is learned from."""

from __future__ import annotations

import json

import httpx

from recenter.memory import Context
from recenter.memory.answers import CHAT, Heard
from recenter.server.proxy.asked import Asked
from recenter.server.proxy.passing import LARGEST_HEARD, Hear, Whole

_PIECE = 4096


def learning(asked: Asked | None, context: Context | None) -> Hear | None:
    """Return what reads the answer, off the path, and has the conversation learned from, or known
    again of who had paused memory; None of nobody, and of what is incognito.
    """
    if asked is None or asked.read.incognito:
        return None
    paused = context is not None and context.decision == "paused"
    then = asked.pass_over if paused else asked.learn
    return lambda answer: _hear(answer, Heard(CHAT, asked.messages, then))


def _hear(answer: Whole | None, heard: Heard) -> None:
    try:
        if answer is None:
            heard.broken()
            return
        kind, said = _unpacked(answer)
        if "text/event-stream" in kind:
            for line in said.split("\n"):
                data = line.removeprefix("data:").strip()
                if line.startswith("data:") and data != "[DONE]":
                    heard.take(json.loads(data))
            heard.end()
        else:
            heard.whole(json.loads(said))
    except (ValueError, TypeError, AttributeError, RecursionError, httpx.HTTPError):
        heard.broken()  # Not as this interface has it.


def _unpacked(answer: Whole) -> tuple[str, str]:
    """Return the kind and the text of an answer.

    Raises:
        ValueError: it is longer than what is heard, or no text.
        httpx.DecodingError: it is not packed as it says.
    """
    # A little at a time: what is packed may be a thousand times as long.
    pieces = (answer.body[at : at + _PIECE] for at in range(0, len(answer.body), _PIECE))
    response = httpx.Response(200, headers=list(answer.headers), content=pieces)
    said, size = [], 0
    for piece in response.iter_bytes():
        said.append(piece)
        size += len(piece)
        if size > LARGEST_HEARD:
            raise ValueError("too long")
    return response.headers.get("content-type", ""), b"".join(said).decode()
