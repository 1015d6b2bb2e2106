"""Read an endpoint's answer once it has passed, so that the conversation is learned from."""

from __future__ import annotations

import json

import httpx

from recenter.memory import Context
from recenter.memory.answers import CHAT, Heard
from recenter.server.proxy.asked import Asked
from recenter.server.proxy.passing import Hear


def learning(asked: Asked | None, context: Context | None) -> Hear | None:
    """Return what reads the answer, off the path, and has the conversation learned from; None
    where nothing is learned: of nobody, of what is incognito, of who had paused memory.
    """
    if asked is None or asked.read.incognito:
        return None
    if context is not None and context.decision == "paused":
        return None
    return lambda answer: _hear(answer, Heard(CHAT, asked.messages, asked.learn))


def _hear(answer: httpx.Response | None, heard: Heard) -> None:
    try:
        if answer is None:
            heard.broken()
        elif "text/event-stream" in answer.headers.get("content-type", ""):
            for line in answer.text.split("\n"):
                data = line.removeprefix("data:").strip()
                if line.startswith("data:") and data != "[DONE]":
                    heard.take(json.loads(data))
            heard.end()
        else:
            heard.whole(answer.json())
    except (ValueError, TypeError, AttributeError, httpx.HTTPError):
        heard.broken()  # Not as this interface has it.
