"""What became of the traps: whether anything was learned from their words, and accepted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from recenter.demo.data import Place, Trap
from recenter.demo.result import TrapOutcome, TrapResult
from recenter.records import Attribute, Conversation
from recenter.text.locate import Span
from recenter.text.own_words import refusal_of, refused_in_turns


def trap_results(
    traps: Sequence[Trap],
    sessions: Mapping[str, Conversation],
    attributes: Sequence[Attribute],
    *,
    accepted: Collection[str],
) -> tuple[TrapResult, ...]:
    """Return the outcome of each trap; `accepted` holds the ids that verification accepted.

    An attribute counts as learned from a trap when any of its evidence overlaps the trap's words,
    whatever it says: stricter than a reader would be. Only of somebody else may a statement be
    made, and must then name them.
    """
    return tuple(_result(trap, sessions, attributes, accepted) for trap in traps)


def _result(
    trap: Trap,
    sessions: Mapping[str, Conversation],
    attributes: Sequence[Attribute],
    accepted: Collection[str],
) -> TrapResult:
    learned = _learned_from(trap, sessions, attributes)
    older = _learned_from(trap.earlier, sessions, attributes) if trap.earlier else ()
    conversation = sessions[trap.session]
    start = conversation.turns[trap.turn].text.index(trap.quote)
    taken = [attribute for attribute in learned if attribute.id in accepted]
    if trap.earlier:
        outcome = _change(newer=bool(taken), older=any(a.id in accepted for a in older))
    else:
        outcome = _outcome(trap, learned, taken)
    return TrapResult(
        trap=trap,
        conversation=conversation.id,
        start=start,
        end=start + len(trap.quote),
        outcome=outcome,
        recognised=_recognised(conversation, trap.turn, Span(start, start + len(trap.quote))),
        attributes=tuple(dict.fromkeys(attribute.id for attribute in (*older, *learned))),
    )


def _recognised(conversation: Conversation, turn: int, span: Span) -> str | None:
    if conversation.turns[turn].role != "user":
        return "assistant"
    return refusal_of(span, refused_in_turns(conversation.turns)[turn])


def _outcome(trap: Trap, learned: Sequence[Attribute], taken: Sequence[Attribute]) -> TrapOutcome:
    if not learned:
        return "refused"
    if not taken:
        return "stopped"
    if trap.about and all(trap.about in attribute.text for attribute in taken):
        return "told_apart"
    return "fell_for"


def _change(*, newer: bool, older: bool) -> TrapOutcome:
    if newer and older:
        return "both"
    return "newer" if newer else "older" if older else "neither"


def _learned_from(
    place: Place, sessions: Mapping[str, Conversation], attributes: Sequence[Attribute]
) -> tuple[Attribute, ...]:
    conversation = sessions[place.session]
    start = conversation.turns[place.turn].text.index(place.quote)
    end = start + len(place.quote)
    return tuple(
        attribute
        for attribute in attributes
        if any(
            e.conversation == conversation.id
            and e.turn == place.turn
            and e.start < end
            and start < e.end
            for e in attribute.evidence
        )
    )
