"""Clauses that a reader took as lasting attributes: statements that their words support."""

from __future__ import annotations

from bench.common import SHARED_DATA, read_jsonl

from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Evidence, attribute_id
from recenter.stages.extract_candidates import Candidate, screen
from recenter.train.verifier_examples import Example
from training.extractor import conversation_of, reader_labels, verdict_of


def read_clauses() -> list[Example]:
    """Return the accepted candidates of `labels.csv`, in the extractor's training dialogues.

    Those that the reader refused are no lasting attributes, which is another question than
    whether the words support them: they are left out.
    """
    labels = reader_labels()
    read = {session for session, _ in labels}
    found = []
    for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl"):
        if row["session"] not in read:
            continue
        conversation = conversation_of(row)
        for candidate in screen(conversation).candidates:
            spans = labels.get((conversation.id, candidate.turn), [])
            if verdict_of(candidate, spans) == "accept":
                found.append(_example(candidate, conversation))
    return found


def _example(candidate: Candidate, conversation: Conversation) -> Example:
    turn = conversation.turns[candidate.turn].text
    evidence = (
        Evidence(
            conversation=conversation.id,
            turn=candidate.turn,
            start=candidate.start,
            end=candidate.end,
            quote=turn[candidate.start : candidate.end],
        ),
    )
    attribute = Attribute(
        id=attribute_id(conversation.person, candidate.text, evidence, Signature()),
        person=conversation.person,
        text=candidate.text,
        source="stated",
        confidence=1.0,
        evidence=evidence,
    )
    return Example(
        attribute=attribute,
        conversations=(conversation,),
        rejected=False,
        group=conversation.id,
        origin="read",
    )
