"""Support judged by code: where the quote stands, whose words it is, and what it cannot carry."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Evidence,
    Failure,
    Judgment,
    Turn,
    Verdict,
)
from recenter.stages import claims
from recenter.stages.verify import supported
from recenter.text.forgetting import until_forgotten
from recenter.text.locate import Span, locate
from recenter.text.own_words import Refusal, Refused, refusal_of, refused_in_turns

_VERSION = "rules@2"
_ACCEPT = 0.8

# What text/own_words refuses, as failures of the study's list. Injected memories, quotes and code
# are texts that were handled, not words of the person.
_FAILURES: dict[Refusal, Failure] = {
    "injected": "task_context_confusion",
    "code": "task_context_confusion",
    "quote": "task_context_confusion",
    "pasted": "task_context_confusion",
    "roleplay": "task_context_confusion",
    "fiction": "task_context_confusion",
    "hypothetical": "task_context_confusion",
    "third_person": "wrong_person",
}


class Finding(NamedTuple):
    """Something wrong with an attribute, in order of how much it weighs."""

    answer: Verdict
    failure: Failure
    probability: float
    reason: str
    refusal: Refusal | None = None
    """Why the words of the quote are not the person's own, where that is what is wrong."""


class RulesVerifier:
    """Checks by code that need no model. It finds what is plainly wrong, and nothing subtle.

    The probabilities are fixed per finding and not calibrated; what the rules do on real
    attributes is in docs/concepts/verification.md.
    """

    name = "rules"
    signature = Signature(model=_VERSION)

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return the judgment of the rules; see `Verifier.verify`."""
        found = min(_findings(attribute, conversations), key=lambda f: f.probability, default=None)
        return supported(
            attribute,
            judge=self.name,
            answer=found.answer if found else "accept",
            probability=found.probability if found else _ACCEPT,
            failure=found.failure if found else None,
            reason=found.reason if found else "Stands in the person's own words.",
            signature=self.signature,
        )


def _findings(attribute: Attribute, conversations: Sequence[Conversation]) -> Iterator[Finding]:
    known = {conversation.id: conversation for conversation in conversations}
    kept = []
    refused = []
    for evidence in attribute.evidence:
        wrong = misplaced(attribute, evidence, known.get(evidence.conversation))
        if wrong is None:
            kept.append(evidence)
        else:
            refused.append(wrong)
    if not kept:
        yield max(refused, key=lambda f: f.probability, default=_NO_EVIDENCE)
        return
    quotes = [evidence.quote for evidence in kept]
    cited = {evidence.conversation for evidence in kept}
    # What is said elsewhere in the conversation is said by the person too.
    told = [
        turn.text
        for conversation in conversations
        if conversation.id in cited
        for turn in conversation.turns
        if turn.role == "user"
    ]
    findings = (
        _other_person(attribute.text, quotes),
        _request(quotes, cited),
        _denied(attribute.text, quotes),
        _added(attribute.text, told),
        _absolute(attribute.text, quotes),
        _alone(attribute.text),
    )
    yield from (finding for finding in findings if finding is not None)


@until_forgotten
@functools.lru_cache(maxsize=32)
def refused_of(turns: tuple[Turn, ...]) -> tuple[tuple[Refused, ...], ...]:
    """Return what is refused in each turn; worked out once for all attributes of a conversation."""
    return refused_in_turns(turns)


def facts(attribute: Attribute, conversations: Sequence[Conversation]) -> Iterator[Finding]:
    """Yield what code can tell for certain: whose words they are, and what these rule out.

    A text that was only pasted may still be the person's own, such as their CV: it is held, not
    rejected.
    """
    known = {conversation.id: conversation for conversation in conversations}
    places = [(e, misplaced(attribute, e, known.get(e.conversation))) for e in attribute.evidence]
    quotes = [evidence.quote for evidence, wrong in places if wrong is None]
    if not quotes:
        found = [wrong for _, wrong in places if wrong is not None]
        worst = max(found, key=lambda f: f.probability, default=_NO_EVIDENCE)
        held = worst._replace(answer="uncertain")
        yield held if worst.refusal == "pasted" else worst
        return
    own = [c for c in conversations if c.person == attribute.person]
    told = [turn.text for c in own for turn in c.turns if turn.role == "user"]
    findings = (
        _other_person(attribute.text, quotes),
        _denied(attribute.text, quotes),
        _added(attribute.text, told),
    )
    yield from (f for f in findings if f is not None and f.answer == "reject")


def carried(attribute: Attribute, conversations: Sequence[Conversation]) -> bool:
    """Whether every word of substance is the person's own, in a plain statement about themselves.

    Nothing that these rules look for may be wrong with it.
    """
    quotes = [evidence.quote for evidence in attribute.evidence]
    return (
        any(claims.speaks_of_self(quote) for quote in quotes)
        and not claims.new_words(attribute.text, quotes)
        and not any(_findings(attribute, conversations))
    )


_NO_EVIDENCE = Finding("reject", "missing_evidence", 0.02, "No quote supports it.")


def misplaced(
    attribute: Attribute, evidence: Evidence, conversation: Conversation | None
) -> Finding | None:
    """Return what is wrong with where a quote stands and whose words it is, or None."""
    if conversation is None or not 0 <= evidence.turn < len(conversation.turns):
        return Finding("reject", "missing_evidence", 0.02, "The quoted turn does not exist.")
    if conversation.person != attribute.person:
        return Finding("reject", "wrong_person", 0.01, "The quote is from another person's words.")
    turn = conversation.turns[evidence.turn]
    if turn.role != "user":
        return Finding("reject", "missing_evidence", 0.02, "The assistant said it, not the person.")
    if not evidence.quote or turn.text[evidence.start : evidence.end] != evidence.quote:
        return Finding("reject", "missing_evidence", 0.02, "The quote does not stand in the turn.")
    refused = refused_of(conversation.turns)[evidence.turn]
    why = refusal_of(Span(evidence.start, evidence.end), refused)
    if why is None:
        return None
    reason = f"The quote is not said by the person of themselves: {why}."
    return Finding("reject", _FAILURES[why], 0.1, reason, why)


def _other_person(text: str, quotes: Sequence[str]) -> Finding | None:
    others = [claims.other_person(quote) for quote in quotes]
    if not all(others) or any(claims.names_relation(text, other) for other in others if other):
        return None
    return Finding("reject", "wrong_person", 0.15, f"The quote is about their {others[0]}.")


def _request(quotes: Sequence[str], conversations: set[str]) -> Finding | None:
    if not all(claims.only_asks(quote) for quote in quotes):
        return None
    if len(conversations) > 1:
        return Finding(
            "uncertain",
            "overgeneralisation",
            0.48,
            "The person only asked for it, if more than once.",
        )
    return Finding(
        "reject", "overgeneralisation", 0.25, "A single request is not yet a trait of the person."
    )


def _denied(text: str, quotes: Sequence[str]) -> Finding | None:
    if not claims.denies(text, quotes):
        return None
    return Finding("reject", "missing_evidence", 0.2, "The person's words deny it.")


def _added(text: str, told: Sequence[str]) -> Finding | None:
    new = claims.added_details(text, told)
    if not new:
        return None
    reason = f"The person's words do not hold {', '.join(new)}."
    if any(word[0].isdigit() for word in new):
        return Finding("reject", "missing_evidence", 0.2, reason)
    # A name may be another spelling, or the general word for what the person named.
    return Finding("uncertain", "missing_evidence", 0.45, reason)


def _absolute(text: str, quotes: Sequence[str]) -> Finding | None:
    word = claims.stronger_word(text, quotes)
    if word is None:
        return None
    if any(claims.hedges(quote) for quote in quotes):
        return Finding(
            "reject", "overgeneralisation", 0.22, f"Says {word!r} where the person was unsure."
        )
    return Finding(
        "uncertain", "overgeneralisation", 0.5, f"Says {word!r}, which the person did not."
    )


def _alone(text: str) -> Finding | None:
    word = claims.dangling_word(text)
    if word is None:
        return None
    return Finding(
        "uncertain", "not_standalone", 0.4, f"What {word!r} means cannot be told from it alone."
    )


def evidence_in(quote: str, conversation: Conversation) -> Evidence | None:
    """Return where a quote stands in one of the person's own turns, or None."""
    for number, turn in enumerate(conversation.turns):
        span = _located(quote, turn)
        if span is not None:
            return Evidence(
                conversation=conversation.id,
                turn=number,
                start=span.start,
                end=span.end,
                quote=turn.text[span.start : span.end],
            )
    return None


def _located(quote: str, turn: Turn) -> Span | None:
    return locate(quote, turn.text) if turn.role == "user" else None
