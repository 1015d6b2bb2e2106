"""What a system is asked: the items of a group as rows of the batch contract, and never a label.

Sides, order and names are dealt by a hash under the seed, so that none of them tells what people
said, and the same seed asks the same again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from recenter.questions import BETTER, SUPPORTED
from recenter.reports.material import Item, Material


class Ask(NamedTuple):
    """One row for a system, and which items its answer is about."""

    row: Mapping[str, Any]
    items: Mapping[str, str]
    """Item by the id that the row gives it; the id is empty where a row is about one item."""
    swapped: bool = False
    """Of two replies, whether the one that was chosen, or that is rated, is `b`."""


_Named = Sequence[tuple[str, Item]]
_Builder = Callable[[_Named, int], list[Ask]]


def asks(material: Material, group: str, question: str, *, seed: int) -> list[Ask]:
    """Return the rows for a system, none where the words of the items are not known.

    Items of the same person and prompt stand beside each other even where people did not answer
    on all of them: what a system picks may depend on what else there is.
    """
    build = BUILDERS.get(question)
    if build is None:
        return []
    asked: set[str] = set()
    mine: set[str] = set()
    others: set[str] = set()
    for one in material.answers:
        if one.group == group:
            (mine if one.question == question else others).add(one.item)
            if one.question == question and one.kind in ("person", "majority"):
                asked.add(one.item)
    pairs = {_pair(material.items[group, name]) for name in asked}
    named = [
        (name, item)
        for (of, name), item in material.items.items()
        if of == group and (name in asked or (name not in others - mine and _pair(item) in pairs))
    ]
    return [
        ask._replace(row={"row": str(number), **ask.row})
        for number, ask in enumerate(build(named, seed), 1)
    ]


def _pair(item: Item) -> tuple[str, str]:
    return item.person, item.prompt


def _relevant(named: _Named, seed: int) -> list[Ask]:
    pairs: dict[tuple[str, str], list[tuple[str, Item]]] = {}
    for name, item in named:
        if item.text and item.message and item.prompt:
            pairs.setdefault(_pair(item), []).append((name, item))
    found = []
    for of in pairs.values():
        dealt = sorted(of, key=lambda one: _hash(seed, one[0]))
        first = dealt[0][1]
        listed = [
            {"id": f"a{place}", "text": item.text} for place, (_, item) in enumerate(dealt, 1)
        ]
        row = {"prompt": first.message, "attributes": listed, "person": first.person}
        found.append(Ask(row, {f"a{place}": name for place, (name, _) in enumerate(dealt, 1)}))
    return found


def _two_replies(named: _Named, seed: int) -> list[Ask]:
    found = []
    for name, item in named:
        if item.replies is not None:
            swapped = bool(_hash(seed, name)[0] & 1)
            a, b = reversed(item.replies) if swapped else item.replies
            row: dict[str, Any] = {"prompt": item.message, "a": a, "b": b, "user": item.person}
            if item.statements:
                row["profile"] = list(item.statements)
            found.append(Ask(row, {"": name}, swapped))
    return found


def _supported(named: _Named, _: int) -> list[Ask]:
    found = []
    for name, item in named:
        if item.evidence is not None:
            row: dict[str, Any] = {"text": item.text, "evidence_text": item.evidence}
            if item.turns:
                row["turns"] = [{"role": turn.role, "text": turn.text} for turn in item.turns]
            found.append(Ask(row, {"": name}))
    return found


def _hash(seed: int, name: str) -> bytes:
    key = str(seed).encode()[:64]
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=key, digest_size=8).digest()


BUILDERS: Mapping[str, _Builder] = {
    "relevant": _relevant,
    "preferred": _two_replies,
    BETTER.name: _two_replies,
    SUPPORTED.name: _supported,
}
