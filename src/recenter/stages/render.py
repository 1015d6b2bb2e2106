"""Records as text for a prompt: data that cannot pass for markup."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from recenter.records import Attribute, Conversation, Query, Turn

LONGEST = 24_000
"""Characters of conversations shown in one prompt."""

_AROUND = 2
_LEFT_OUT = "[...]"


def escaped(text: str) -> str:
    """Return the text without markup: nothing in it can close an element or begin another."""
    return html.escape(text, quote=False)


def one_line(text: str) -> str:
    """Return the text escaped and on one line."""
    return escaped(" ".join(text.split()))


def listed(texts: Iterable[str]) -> str:
    """Return the texts as a list, each on one line; `(none)` where there are none."""
    return "\n".join(f"- {one_line(text)}" for text in texts) or "(none)"


def message(query: Query) -> str:
    """Return the new message, under the turns before it where there are any."""
    before = [_turn(number, turn, len(turn.text)) for number, turn in enumerate(query.messages)]
    return "\n".join([*before, escaped(query.prompt)])


def conversations(
    attribute: Attribute, shown: Sequence[Conversation], *, longest: int = LONGEST
) -> str:
    """Return the conversations with their turns as numbered elements that nothing in them closes.

    Where they are longer than `longest` characters, only the turns near the evidence are shown;
    where those are too long as well, each without its middle, down to about `longest` in all.
    """
    whole = sum(len(turn.text) for conversation in shown for turn in conversation.turns)
    near = None if whole <= longest else _near(attribute)
    turns = [
        [
            (i, turn)
            for i, turn in enumerate(conversation.turns)
            if near is None or (conversation.id, i) in near
        ]
        for conversation in shown
    ]
    each = longest // max(1, sum(map(len, turns))) if near is not None else longest
    parts = []
    for number, chosen in enumerate(turns, start=1):
        if chosen:
            parts += [f'<conversation n="{number}">', *_joined(chosen, each), "</conversation>"]
    return "\n".join(parts) or "(none)"


def _near(attribute: Attribute) -> set[tuple[str, int]]:
    return {
        (evidence.conversation, turn)
        for evidence in attribute.evidence
        for turn in range(evidence.turn - _AROUND, evidence.turn + _AROUND + 1)
    }


def _joined(turns: Sequence[tuple[int, Turn]], longest: int) -> list[str]:
    lines = []
    expected = 0
    for number, turn in turns:
        if number != expected:
            lines.append(_LEFT_OUT)
        lines.append(_turn(number, turn, longest))
        expected = number + 1
    return lines


def _turn(number: int, turn: Turn, longest: int) -> str:
    who = "person" if turn.role == "user" else turn.role
    return f'<turn n="{number}" by="{who}">{escaped(_cut(turn.text, longest))}</turn>'


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    half = max(1, longest // 2)
    return f"{text[:half]} {_LEFT_OUT} {text[-half:]}"
