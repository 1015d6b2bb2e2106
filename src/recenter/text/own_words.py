"""Which words of a turn are the person's own, and why the others are not.

The rules prefer to refuse: a fact that is missed is said again, a character's fact remembered as
the person's is a fault they see. What is refused keeps its reason, so that it can be shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from recenter.records import Turn
from recenter.text.blocks import find_blocks
from recenter.text.locate import Span
from recenter.text.moods import find_moods, play_state

Refusal = Literal[
    "injected",
    "code",
    "quote",
    "pasted",
    "roleplay",
    "fiction",
    "third_person",
    "hypothetical",
]


LONGEST_TYPED = 30_000
"""Nobody types a longer turn, in code points: all but its head is refused as pasted."""
_HEAD = 2_000


class Refused(NamedTuple):
    """A stretch of a turn that says nothing of the person, and why."""

    span: Span
    reason: Refusal


def refused_spans(text: str) -> tuple[Refused, ...]:
    """Return what of a person's turn is not their own words, in order and without overlap.

    Where two reasons hold, that of the earlier start stands, then that of the longer stretch.
    """
    if len(text) > LONGEST_TYPED:
        rest = Refused(Span(_HEAD, len(text)), "pasted")
        return _disjoint([*refused_spans(text[:_HEAD]), rest])
    blocks = _disjoint(find_blocks(text))
    masked = _mask(text, blocks)
    return _disjoint([*blocks, *find_moods(masked)])


def refused_in_turns(turns: Sequence[Turn]) -> tuple[tuple[Refused, ...], ...]:
    """Return what is refused in each turn of a conversation, seen in its order.

    A role-play that is set up in one turn colours the person's later ones until they leave it. A
    turn that is not the person's is refused whole, as `quote`.
    """
    result: list[tuple[Refused, ...]] = []
    playing = False
    for turn in turns:
        if turn.role != "user":
            result.append(_whole(turn.text, "quote"))
            continue
        refused = refused_spans(turn.text)
        began = playing
        heard = _mask(turn.text, refused, keep={"roleplay"})
        playing, left = play_state(heard, playing=playing)
        if began:
            refused = _disjoint([*_whole(turn.text[:left], "roleplay"), *refused])
        result.append(refused)
    return tuple(result)


def own_spans(text: str) -> tuple[Span, ...]:
    """Return the parts of a person's turn that are their own words, in order."""
    return gaps(refused_spans(text), len(text))


def gaps(refused: Iterable[Refused], length: int) -> tuple[Span, ...]:
    """Return what the refused stretches leave of a text of this length."""
    spans = []
    start = 0
    for (begin, end), _ in refused:
        if begin > start:
            spans.append(Span(start, begin))
        start = end
    if start < length:
        spans.append(Span(start, length))
    return tuple(spans)


def refusal_of(span: Span, refused: Sequence[Refused]) -> Refusal | None:
    """Return why a quote at this span is refused, or None where it is the person's own words.

    Own words may hold a little that is not, such as a word of code: a quote is refused where it
    reaches into a refused stretch that goes on outside of it, or where half of it is refused.
    """
    inside: dict[Refusal, int] = {}
    for (start, end), reason in refused:
        if start >= span.end:
            break
        if end <= span.start:
            continue
        if start < span.start or end > span.end:
            return reason
        inside[reason] = inside.get(reason, 0) + end - start
    if 2 * sum(inside.values()) >= span.end - span.start:
        return max(inside, key=lambda reason: inside[reason], default=None)
    return None


def _disjoint(found: Iterable[tuple[Span, Refusal]]) -> tuple[Refused, ...]:
    """Sort stretches and cut from each what an earlier one has taken."""
    result: list[Refused] = []
    taken = 0
    for (start, end), reason in sorted(found, key=lambda item: (item[0].start, -item[0].end)):
        start = max(start, taken)
        if start < end:
            result.append(Refused(Span(start, end), reason))
            taken = end
    return tuple(result)


def _mask(text: str, refused: Iterable[Refused], *, keep: Iterable[Refusal] = ()) -> str:
    """Blank what is refused, at the same offsets, so that it sets off no other rule."""
    pieces = []
    place = 0
    for (start, end), reason in refused:
        if reason not in keep:
            pieces += [text[place:start], "\x00" * (end - start)]
            place = end
    return "".join([*pieces, text[place:]])


def _whole(text: str, reason: Refusal) -> tuple[Refused, ...]:
    return (Refused(Span(0, len(text)), reason),) if text else ()
