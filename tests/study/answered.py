"""Rows of answers for tests, as the ledger reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recenter.study.agreement import Items
from recenter.study.items import Item
from recenter.study.ledger.reading import Answered


def known(*items: Item, task: str = "quality", kind: str = "work") -> Items:
    return {item.id: (item, task, kind) for item in items}


def row(item: Item, who: int, answer: str, **more: Any) -> Answered:
    values: dict[str, Any] = {
        "item": item.id,
        "part": "1",
        "task": "quality",
        "kind": "work",
        "annotator": f"ann_{who}",
        "number": who,
        "band": "",
        "state": "working",
        "answer": answer,
        "failure": None,
        "note": None,
        "side": None,
        "guide": "guide-1",
        "at": 1.0,
        "shown": 0.0,
        "done": 2.0,
        "active_ms": 0,
        "idle_ms": 0,
        "opened": 0,
        "slot": who,
        "position": 0,
        "slot_state": "done",
    }
    return Answered(**(values | more))


def rows(given: Mapping[int, Iterable[str]], items: Iterable[Item], **more: Any) -> list[Answered]:
    """Answers of each annotator to each item in order; an empty one is none."""
    return [
        row(item, who, answer, position=place, done=float(place + 1), **more)
        for who, answers in given.items()
        for place, (item, answer) in enumerate(zip(items, answers, strict=True))
        if answer
    ]
