"""A memory store with planted faults, after a published audit of a mem0 store, and its dialogues.

The shares are those of mem0ai/mem0#4573: of 10,134 entries in 32 days, 224 were genuine; of the
rest 52.7 % restated boot files, 8.2 % were dumps of an architecture, 5.2 % hallucinated profiles
and 668 one hallucination that was fed back; 37.6 % were near duplicates. How the remaining 2,692
divide is not published: those figures are made up here, so that every class is there.
"""

from __future__ import annotations

import base64
import datetime
import functools
import random
import string
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bench import audit_phrases as said
from bench.audit_phrases import Half, half_of

ENTRIES = 10_134
SHARES = {
    "boot": 5_222,
    "architecture": 813,
    "hallucinated": 515,
    "loop": 668,
    "genuine": 224,
    "tool_output": 700,
    "assistant": 400,
    "transient": 560,
    "moved": 40,
    "third": 250,
    "sensitive": 200,
    "orders": 142,
    "restated": 400,
}
"""Entries of each kind in a store of `ENTRIES`."""
AS_OF = datetime.date(2026, 9, 1)
"""The day on which the store is audited."""
_BEGAN = datetime.datetime(2026, 2, 20, 9, 0, tzinfo=datetime.UTC)
_DAYS = 32
_TURNS = 12
_DATED = 0.62


class Planted(NamedTuple):
    """An entry, what is wrong with it, and which fact it states."""

    text: str
    labels: frozenset[str]
    fact: str
    """Entries of one fact are duplicates of one another."""
    at: str
    said: str | None = None
    """What the person said, where they did."""
    kind: str = ""


class Store(NamedTuple):
    """Planted entries in the order of their times, and the dialogues they come from."""

    entries: tuple[Planted, ...]
    conversations: tuple[dict[str, Any], ...]

    def mem0(self) -> dict[str, Any]:
        """Return the entries as mem0's `get_all` gives them."""
        return {
            "results": [
                {
                    "id": f"m{place:05}",
                    "memory": one.text,
                    "hash": None,
                    "metadata": {"run": "r1"},
                    "user_id": "robin",
                    "created_at": one.at,
                    "updated_at": one.at,
                }
                for place, one in enumerate(self.entries)
            ]
        }


def store(*, seed: int = 0, half: Half = "both", entries: int = ENTRIES) -> Store:
    """Return a store of about this many entries in the wordings of a half."""
    dice = random.Random(seed)
    made: list[Planted] = []
    for kind, share in SHARES.items():
        if kind == "restated":
            continue
        plant = functools.partial(_KINDS[kind], dice, half)
        made += [
            plant()._replace(kind=kind, at=_moment(dice, early=True))
            for _ in range(max(4, round(share * entries / ENTRIES)))
        ]
    made += _restated(dice, half, made, max(4, round(SHARES["restated"] * entries / ENTRIES)))
    made = _superseded(made)
    made.sort(key=lambda one: one.at)
    return Store(tuple(made), tuple(_conversations(dice, made)))


def _filled(dice: random.Random, wording: str, **given: str) -> str:
    names = {name for _, name, _, _ in string.Formatter().parse(wording) if name}
    values = {name: dice.choice(said.SLOTS[name]) for name in sorted(names - given.keys())}
    return wording.format(**values, **given)


def _boot(dice: random.Random, half: Half) -> Planted:
    fact = _filled(dice, dice.choice(half_of(said.BOOT, half)))
    if dice.random() < _DATED:
        # What is restated every day with another date is no duplicate.
        fact += f", as of day {dice.randrange(1, _DAYS)} of {dice.choice(said.SLOTS['agent'])}"
    frame = dice.choice(half_of(said.BOOT_FRAMES, half))
    text = _filled(dice, frame, fact=fact)
    return Planted(text, frozenset({"self_quoted", "unsupported"}), fact, "")


def _of(wordings: tuple[str, ...], *labels: str) -> Callable[[random.Random, Half], Planted]:
    def plant(dice: random.Random, half: Half) -> Planted:
        text = _filled(dice, dice.choice(half_of(wordings, half)))
        return Planted(text, frozenset(labels), text, "")

    return plant


def _loop(dice: random.Random, half: Half) -> Planted:
    text = dice.choice(half_of(said.LOOP, half))
    return Planted(text, frozenset({"unsupported"}), "vim", "")


def _order(dice: random.Random, half: Half) -> Planted:
    text = _filled(dice, dice.choice(half_of(said.ORDERS, half)))
    if text.startswith("BASE64:"):
        hidden = base64.b64encode(text.removeprefix("BASE64:").encode()).decode()
        text = f"User's code is {hidden}"
    return Planted(text, frozenset({"instruction_like", "unsupported"}), text, "")


def _spoken(
    wordings: tuple[tuple[str, tuple[str, ...]], ...], *labels: str
) -> Callable[[random.Random, Half], Planted]:
    """Return what plants what the person said, the fact of it and a memory of it."""

    def plant(dice: random.Random, half: Half) -> Planted:
        words, memories = dice.choice(half_of(wordings, half))
        names = {n for w in (words, *memories) for _, n, _, _ in string.Formatter().parse(w) if n}
        values = {name: dice.choice(said.SLOTS[name]) for name in sorted(names)}
        text = dice.choice(memories).format(**values)
        return Planted(
            text[0].upper() + text[1:],
            frozenset(labels),
            memories[0].format(**values),
            "",
            words.format(**values),
        )

    return plant


def _pairs(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((words, (memory,)) for words, memory in pairs)


def _moved(dice: random.Random, half: Half) -> Planted:
    return _spoken(_pairs(said.MOVES))(dice, "both" if half == "both" else half)


_KINDS: dict[str, Callable[[random.Random, Half], Planted]] = {
    "boot": _boot,
    "architecture": _of(said.ARCHITECTURE, "self_quoted", "unsupported"),
    "hallucinated": _of(said.HALLUCINATED, "unsupported"),
    "loop": _loop,
    "genuine": _spoken(said.FACTS),
    "tool_output": _of(said.TOOL_OUTPUT, "self_quoted", "unsupported"),
    "assistant": _of(said.ASSISTANT, "self_quoted", "unsupported"),
    "transient": _spoken(_pairs(said.TRANSIENT), "stale"),
    "moved": _moved,
    "third": _spoken(_pairs(said.THIRD), "third_party"),
    "sensitive": _spoken(said.SENSITIVE, "sensitive"),
    "orders": _order,
}


def _restated(dice: random.Random, half: Half, made: list[Planted], count: int) -> list[Planted]:
    """Return the same facts in other words, where there are any."""
    known = [one for one in made if one.kind in ("genuine", "sensitive", "third")]
    found = []
    for one in dice.choices(known, k=count):
        other = one.text.removesuffix(".")
        if one.text.startswith("User ") and half != "held":
            other = f"The user {one.text[5:]}"
        elif one.text.startswith("The user ") and half != "tuning":
            other = f"User {one.text[9:]}"
        found.append(one._replace(text=other, at=_moment(dice, early=False), kind="restated"))
    return found


def _superseded(made: list[Planted]) -> list[Planted]:
    """Return the entries with every move but the last of its kind marked as stale."""
    last: dict[str, Planted] = {}
    for one in made:
        if one.kind == "moved":
            key = one.text.split(" in ")[0].split(" as ")[0]
            last[key] = max(last.get(key, one), one, key=lambda other: other.at)
    final = {one.fact for one in last.values()}
    return [
        one._replace(labels=one.labels | {"stale"})
        if one.kind == "moved" and one.fact not in final
        else one
        for one in made
    ]


def _moment(dice: random.Random, *, early: bool) -> str:
    first, last = (0, _DAYS * 86_400) if early else (_DAYS * 86_400, _DAYS * 86_400 + 3_600)
    return (_BEGAN + datetime.timedelta(seconds=dice.randrange(first, last))).isoformat()


def _conversations(dice: random.Random, made: list[Planted]) -> Iterator[dict[str, Any]]:
    """Yield dialogues in which the person says what is theirs, and the assistant the rest."""
    spoken = sorted({one.said for one in made if one.said is not None})
    dice.shuffle(spoken)
    heard = [one.text for one in made if one.kind in ("hallucinated", "boot", "architecture")]
    for start in range(0, len(spoken), _TURNS):
        messages = []
        for words in spoken[start : start + _TURNS]:
            messages.append({"role": "user", "content": f"{words} {dice.choice(_ASKED)}"})
            messages.append({"role": "assistant", "content": f"Noted. {dice.choice(heard)}"})
        yield {"id": f"c{start}", "user": "robin", "messages": messages}


_ASKED = (
    "Can you help me plan my day?",
    "What do you think?",
    "Any ideas?",
    "Could you write that down for later?",
    "How would you go about it?",
)
