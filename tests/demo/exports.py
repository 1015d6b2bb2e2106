"""Exports written by hand, in the shapes of ChatGPT and claude.ai."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

SAID: tuple[tuple[str, ...], ...] = (
    (
        "I work as a nurse in Groningen and I love cooking. what goes well with leeks?",
        "Potatoes, mustard, white beans.",
        "thanks. I'm allergic to peanuts btw, and I have two cats",
        "Noted.",
    ),
    (
        "I'm learning Dutch since March, give me ten words about bread",
        "Brood, korst, deeg ...",
    ),
    (
        "what can I cook on a weeknight without much effort <script>alert(4)</script>",
        "An omelette.",
    ),
)


def _node(number: int, role: str, text: str, at: float) -> dict[str, Any]:
    return {
        "id": f"n{number}",
        "parent": f"n{number - 1}" if number else None,
        "children": [],
        "message": {
            "id": f"m{number}",
            "author": {"role": role},
            "create_time": at,
            "content": {"content_type": "text", "parts": [text]},
            "metadata": {},
        },
    }


def chatgpt_zip(folder: Path) -> Path:
    """Three conversations, the last one newest."""
    conversations = []
    for i, said in enumerate(SAID):
        begun = 1_760_000_000.0 + i * 1_000_000
        nodes = [
            _node(n, ("user", "assistant")[n % 2], text, begun + n) for n, text in enumerate(said)
        ]
        conversations.append(
            {
                "id": f"c{i}",
                "title": "untitled",
                "create_time": begun,
                "current_node": nodes[-1]["id"],
                "mapping": {node["id"]: node for node in nodes},
            }
        )
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps(conversations))
        archive.writestr("user.json", json.dumps({"id": "user-1", "email": "x@example.org"}))
    return path


def claude_json(folder: Path) -> Path:
    """The same conversations as claude.ai writes them."""
    rows = [
        {
            "uuid": f"00000000-0000-0000-0000-00000000000{i}",
            "name": "untitled",
            "created_at": f"2026-01-0{i + 1}T10:00:00Z",
            "account": {"uuid": "11111111-1111-1111-1111-111111111111"},
            "chat_messages": [
                {
                    "uuid": f"{i}-{n}",
                    "sender": ("human", "assistant")[n % 2],
                    "text": text,
                    "content": [{"type": "text", "text": text}],
                    "created_at": f"2026-01-0{i + 1}T10:0{n}:00Z",
                }
                for n, text in enumerate(said)
            ],
        }
        for i, said in enumerate(SAID)
    ]
    path = folder / "conversations.json"
    path.write_text(json.dumps(rows), "utf-8")
    return path
