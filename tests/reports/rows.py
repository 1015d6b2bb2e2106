"""Rows of every shape that a report reads, about nobody who exists."""

from __future__ import annotations

from typing import Any

import msgspec

from recenter.records import (
    Attribute,
    Conversation,
    Evidence,
    Judge,
    Judgment,
    Query,
    Receipt,
    Reply,
    Subject,
    Turn,
)

Row = dict[str, Any]


def attributes(*relevant: bool | None) -> list[Row]:
    return [{"id": f"a{i}", "text": f"Fact {i}.", "relevant": r} for i, r in enumerate(relevant)]


def pair(user: str, *relevant: bool | None, prompt: str = "Soup?") -> Row:
    name = f"{user}-{prompt}"
    return {"pair": name, "user": user, "prompt": prompt, "attributes": attributes(*relevant)}


def said(user: str, model: str, *relevant: bool | None, prompt: str = "Soup?") -> Row:
    return {"pair": f"{user}-{prompt}", "model": model, "attributes": attributes(*relevant)}


VOTES: Row = {
    "user": "ada",
    "prompt_id": "p1",
    "text": "Fact.",
    "votes": {
        "R1": {"relevant": True, "rating": "optional"},
        "R2": {"relevant": False, "rating": "forbidden"},
        "R2b": {"relevant": True},
    },
}
PREFERENCE: Row = {
    "user": "ada",
    "prompt": "Soup?",
    "interaction": "i1",
    "chosen": "Lentils are good.",
    "rejected": "No.",
    "llm_judges": [
        {"judge": "gpt", "profile": "age", "mode": "forced", "verdict": "rejected"},
        {"judge": "gpt", "profile": "none", "mode": "forced", "verdict": "invalid"},
    ],
}
RATING: Row = {
    "context_id": "c1",
    "responses": [
        {"id": "r0", "source": "S", "text": "Hi", "uses_persona": [0, 1, 0], "overall": [3, 4, 2]}
    ],
}


def exported(kind: str, made: Any) -> Row:
    return {"kind": kind, "record": msgspec.to_builtins(made)}


def judgment(question: str, subject: Subject, answer: str, **more: Any) -> Row:
    who = Judge(kind=more.pop("by", "person"), name=more.pop("judge", "rater"))
    number = more.pop("id", f"{question}{answer}{who.name}{more}")
    made = Judgment(id=number, question=question, subject=subject, judge=who, answer=answer, **more)
    return exported("judgment", made)


TALK = Conversation(
    id="con", person="ada", turns=(Turn(role="user", text="I cook."),), source="wildchat"
)
KNOWN = Attribute(
    id="att",
    person="ada",
    text="Cooks.",
    source="stated",
    confidence=0.9,
    evidence=(Evidence(conversation="con", turn=0, start=0, end=7, quote="I cook."),),
)


def reply(name: str, arm: Any, text: str) -> Row:
    made = Reply(
        id=name, query="q", person="ada", arm=arm, text=text, messages=(), receipt=Receipt()
    )
    return exported("reply", made)


EXPORT = [
    exported("conversation", TALK),
    exported("attribute", KNOWN),
    exported("query", Query(id="q", person="ada", prompt="Soup?")),
    reply("plain", "generic", "No."),
    reply("knows", "selected", "Lentils."),
]
