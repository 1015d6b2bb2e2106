"""Rows of every format, written for the tests, with marks in the fields that must not come out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from recenter.importers.base import Tally
from recenter.importers.reading import Row, read_rows
from recenter.records import Conversation

KEY = b"a key for tests"

SECRETS = (
    "203.0.113.77", "ann@mail.example", "Mozilla/9", "RAW-ID-1", "RAW-USER-1", "Erewhon",
    "SECRET-DOCUMENT", "SECRET-INSTRUCTION",
)  # fmt: skip
"""Raw ids, addresses and documents; each format's row plants those it has a field for."""

OWN = {
    "session": "RAW-ID-1",
    "person": "RAW-USER-1",
    "email": "ann@mail.example",
    "turns": [
        {"role": "user", "text": "I keep bees on my roof."},
        {"role": "assistant", "text": "How many hives?"},
    ],
}

OPENAI: dict[str, Any] = {
    "id": "RAW-ID-1",
    "user": "RAW-USER-1",
    "created": 1700000000,
    "metadata": {"ip": "203.0.113.77"},
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this bee?"},
                {"type": "image_url", "image_url": {"url": "data:,ann@mail.example"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "RAW-ID-1", "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "RAW-ID-1", "content": "a mason bee"},
        {"role": "assistant", "content": "A mason bee.", "name": "RAW-USER-1"},
    ],
}

_WILDCHAT_TURN = {
    "country": "Erewhon",
    "state": "Erewhon",
    "hashed_ip": "RAW-USER-1",
    "header": {"user-agent": "Mozilla/9", "accept-language": "Erewhon"},
    "language": "English",
    "redacted": False,
    "toxic": False,
    "turn_identifier": 7,
}

WILDCHAT: dict[str, Any] = {
    "conversation_hash": "RAW-ID-1",
    "model": "gpt-9",
    "timestamp": "2024-05-01T12:00:00+02:00",
    "turn": 1,
    "language": "English",
    "conversation": [
        {**_WILDCHAT_TURN, "role": "user", "content": "Bees — or wasps?"},
        {**_WILDCHAT_TURN, "role": "assistant", "content": "Bees. 🐝"},
    ],
    "openai_moderation": [{"flagged": False}],
    "detoxify_moderation": [{"toxicity": 0.1}],
    "toxic": True,
    "redacted": False,
    "country": "Erewhon",
    "state": "Erewhon",
    "hashed_ip": "RAW-USER-1",
    "header": {"user-agent": "Mozilla/9", "accept-language": "Erewhon"},
}


def _node(
    name: str,
    parent: str | None,
    role: str,
    parts: list[Any],
    *,
    time: float | None = 1700000000.5,
    **message: Any,
) -> dict[str, Any]:
    return {
        "id": name,
        "parent": parent,
        "children": [],
        "message": {
            "id": name,
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": time,
            "content": {"content_type": "text", "parts": parts},
            "weight": 1.0,
            "metadata": {},
            "recipient": "all",
            **message,
        },
    }


CITED = "Get a hive \ue200cite\ue202turn0search0\ue201【3†source】."
HIDDEN = {"is_visually_hidden_from_conversation": True}


def _chatgpt_mapping() -> dict[str, Any]:
    instructions = {
        "content_type": "user_editable_context",
        "user_profile": "SECRET-INSTRUCTION",
        "user_instructions": "SECRET-INSTRUCTION",
        "parts": ["SECRET-INSTRUCTION"],
    }
    thoughts = {"content_type": "thoughts", "parts": ["SECRET-INSTRUCTION"]}
    image = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://RAW-ID-1"}
    voice = {"content_type": "audio_transcription", "text": "It is my second year."}
    spoken = {"content_type": "multimodal_text", "parts": [image, "Look at this.", voice]}
    nodes = [
        {"id": "root", "message": None, "parent": None, "children": ["sys"]},
        _node("sys", "root", "system", [""], time=None, weight=0.0),
        _node("custom", "sys", "user", [], content=instructions),
        _node("q1", "custom", "user", ["How do I start with bees?"]),
        _node("a1-old", "q1", "assistant", ["An answer that was regenerated."]),
        _node("a1", "q1", "assistant", [CITED]),
        _node("hid", "a1", "user", ["hidden"], metadata=HIDDEN),
        _node("think", "hid", "assistant", [], content=thoughts),
        _node("call", "think", "assistant", ["search()"], recipient="browser"),
        _node("tool", "call", "tool", ["a page"]),
        _node("q2", "tool", "user", [], content=spoken),
        _node("a2", "q2", "assistant", ["Lovely."]),
    ]  # fmt: skip
    return {str(node["id"]): node for node in nodes}


CHATGPT: dict[str, Any] = {
    "id": "RAW-ID-1",
    "conversation_id": "RAW-ID-1",
    "title": "ann@mail.example",
    "create_time": 1700000000.25,
    "mapping": _chatgpt_mapping(),
    "current_node": "a2",
    "is_do_not_remember": None,
    "gizmo_id": "g-p-RAW-ID-1",
    "owner": {"email": "ann@mail.example"},
}


def _claude_message(name: str, parent: str | None, sender: str, text: str) -> dict[str, Any]:
    return {
        "uuid": name,
        "parent_message_uuid": parent,
        "sender": sender,
        "text": f"{text} [tool placeholder]",
        "content": [
            {"type": "thinking", "thinking": "SECRET-INSTRUCTION"},
            {"type": "text", "text": text, "citations": []},
        ],
        "created_at": f"2025-03-0{len(name)}T10:00:00.000000Z",
        "attachments": [{"file_name": "cv.pdf", "extracted_content": "SECRET-DOCUMENT"}],
        "files": [{"file_name": "RAW-ID-1"}],
    }


CLAUDE: dict[str, Any] = {
    "uuid": "RAW-ID-1",
    "name": "ann@mail.example",
    "created_at": "2025-03-01T10:00:00.000000Z",
    "account": {"uuid": "RAW-USER-1", "email_address": "ann@mail.example"},
    "chat_messages": [
        _claude_message("m", "00000000-0000-4000-8000-000000000000", "human", "My bees swarmed."),
        _claude_message("mm", "m", "assistant", "An answer on another branch."),
        _claude_message("mmm", "m", "assistant", "Catch the swarm."),
    ],
}

SHAREGPT: dict[str, Any] = {
    "id": "RAW-ID-1",
    "conversations": [
        {"from": "human", "value": "Why does <div> not center? 1 / 2"},
        {
            "from": "gpt",
            "value": '1 / 2<div class="markdown"><p>Use &lt;flex&gt;.</p><ul><li>one</li></ul>'
            "<pre><button>Copy</button><code>a</code></pre></div>",
        },
        {"from": "gpt", "value": "2 / 2Or a grid."},
    ],
}

ROWS: dict[str, dict[str, Any]] = {
    "own": OWN,
    "openai": OPENAI,
    "wildchat": WILDCHAT,
    "chatgpt": CHATGPT,
    "claude": CLAUDE,
    "sharegpt": SHAREGPT,
}


def write_lines(path: Path, *rows: Any) -> Path:
    path.write_bytes(b"\n".join(map(msgspec.json.encode, rows)))
    return path


def read(path: Path, **options: Any) -> list[Row]:
    return list(read_rows(path, key=KEY, **options))


def read_one(path: Path, **options: Any) -> Conversation:
    (row,) = read(path, **options)
    if not isinstance(row, Conversation):
        raise TypeError(row)
    return row


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(turn.role, turn.text) for turn in conversation.turns]


def tally_of(rows: list[Row]) -> Tally:
    tally = Tally()
    for row in rows:
        tally.add(row)
    return tally
