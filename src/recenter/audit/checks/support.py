"""Whether the person themselves said what an entry says of them, anywhere in their conversations.

An entry has no quote, so its words are looked for: the clauses of the person's own words that are
nearest to it by meaning have to carry its words, and nothing that code can tell for certain may
speak against it (another person's words, a denial, a number or name that was never said).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np

from recenter.models.base import Embedder
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Evidence, attribute_id
from recenter.stages import claims
from recenter.stages.merge import Vectors
from recenter.stages.verify_rules import facts, refused_of
from recenter.text.clauses import split_clauses
from recenter.text.locate import Span
from recenter.text.own_words import refusal_of
from recenter.text.person_shift import shift_person

_NEAREST = 6
"""Clauses that are looked at for one entry."""
_MISSING: tuple[tuple[float, float], ...] = (
    (0.7, 1.0),
    (0.6, 0.8),
    (0.5, 0.67),
    (0.4, 0.5),
    (0.3, 0.34),
)
"""From this cosine on, this share of an entry's words of substance may be missing from the
clauses: the nearer they are, the more they may say it in words of their own."""
_NEAR = _MISSING[-1][0]
"""Cosine below which a clause is about something else."""
_BLOCK = 1024


class Said(msgspec.Struct, frozen=True):
    """A clause of a person's own words, and where it stands."""

    conversation: Conversation
    evidence: Evidence


class Heard(msgspec.Struct, frozen=True):
    """All that people said, to look for support in."""

    said: tuple[Said, ...]
    vectors: Vectors
    """Of the clauses in the third person, shape (n, d)."""


def listen(conversations: Iterable[Conversation], embedder: Embedder) -> Heard:
    """Return the clauses that people said of their own in these conversations."""
    said = tuple(one for conversation in conversations for one in _said(conversation))
    texts = [shift_person(one.evidence.quote).text or one.evidence.quote for one in said]
    return Heard(said, embedder.embed(texts))


def _said(conversation: Conversation) -> Iterator[Said]:
    refused = refused_of(conversation.turns)
    for number, turn in enumerate(conversation.turns):
        if turn.role != "user":
            continue
        for clause in split_clauses(turn.text):
            span = Span(clause.start, clause.end)
            # What was only pasted may still be theirs, such as a CV: it is not held against it.
            if refusal_of(span, refused[number]) in (None, "pasted"):
                quote = turn.text[span.start : span.end]
                yield Said(
                    conversation,
                    Evidence(
                        conversation=conversation.id,
                        turn=number,
                        start=span.start,
                        end=span.end,
                        quote=quote,
                    ),
                )


def unsupported(texts: Sequence[str], vectors: Vectors, heard: Heard) -> list[str | None]:
    """Return for each text why nothing that was said supports it, or None where something does.

    Args:
        texts: statements about the person.
        vectors: their unit vectors, shape (n, d).
    """
    if not heard.said:
        return ["nothing that the person said is about it"] * len(texts)
    reasons: list[str | None] = []
    for start in range(0, len(texts), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ heard.vectors.T
        most = min(_NEAREST, cosines.shape[1])
        nearest = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
        for row, text in enumerate(texts[start : start + _BLOCK]):
            order = sorted(nearest[row], key=lambda n: -cosines[row, n])
            near = [int(n) for n in order if cosines[row, n] >= _NEAR]
            best = float(cosines[row, near[0]]) if near else 0.0
            reasons.append(_against(text, [heard.said[n] for n in near], best))
    return reasons


def _against(text: str, near: Sequence[Said], best: float) -> str | None:
    if not near:
        return "nothing that the person said is about it"
    quotes = [one.evidence.quote for one in near]
    if _missing(text, quotes) > next(share for cosine, share in _MISSING if best >= cosine):
        return "the person's words do not hold what it says"
    # One clause that nothing speaks against is enough: the others may be of something else.
    if all(_denied(text, [one]) for one in near) and _denied(text, near):
        return "the person's words speak against it"
    return None


def _missing(text: str, quotes: Sequence[str]) -> float:
    """Return the share of the words of substance of a text that stand in none of the quotes."""
    held = claims.new_words(text, ())
    return len(claims.new_words(text, quotes)) / len(held) if held else 0.0


def _denied(text: str, near: Sequence[Said]) -> bool:
    """Whether code can tell for certain that these words do not support it."""
    conversations = list({one.conversation.id: one.conversation for one in near}.values())
    person = conversations[0].person
    evidence = tuple(one.evidence for one in near)
    attribute = Attribute(
        id=attribute_id(person, text, evidence, Signature()),
        person=person,
        text=text,
        source="inferred",
        confidence=1.0,
        evidence=evidence,
    )
    return any(finding.answer == "reject" for finding in facts(attribute, conversations))
