"""What `extract` wrote over many files, read back as the attributes it found of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from recenter.provenance import Signature
from recenter.records import Attribute, Evidence, Source, attribute_id
from recenter.scale.manifest import Run
from recenter.store import Found


class _Span(msgspec.Struct, frozen=True):
    turn: int
    start: int
    end: int
    quote: str


class _Said(msgspec.Struct, frozen=True):
    text: str
    source: Source
    confidence: float
    evidence: list[_Span]


class _Timed(msgspec.Struct, frozen=True):
    at: str | None = None


class AnsweredRow(msgspec.Struct, frozen=True):
    """What counts of a row that `extract` wrote."""

    attributes: list[_Said]
    id: str | None = None
    person: str | None = None
    at: str | None = None
    turns: Sequence[_Timed] = ()


def signature_of(run: Run) -> Signature:
    """Return what the attributes of a run carry."""
    # A run of an earlier version did not write that down.
    return run.made or Signature(code=run.code, settings=run.signature)


def found_in(rows: Sequence[AnsweredRow], signature: Signature) -> Found:
    """Return what the rows of one person say that was found of them.

    An attribute stands in the row of each conversation that supports it, with the evidence there.
    """
    person = str(rows[0].person)
    evidence: dict[tuple[str, Source, float], dict[Evidence, str]] = {}
    for row in rows:
        for said in row.attributes:
            cited = evidence.setdefault((said.text, said.source, said.confidence), {})
            for e in said.evidence:
                span = msgspec.structs.asdict(e)
                cited[Evidence(conversation=str(row.id), **span)] = _time(row, e.turn)
    made = [_attribute(person, *said, cited, signature) for said, cited in evidence.items()]
    return Found(person, {str(row.id) for row in rows}, made)


def _time(row: AnsweredRow, turn: int) -> str:
    """Return when a turn was written, as far as the row says so."""
    timed = row.turns[turn].at if turn < len(row.turns) else None
    return timed or row.at or ""


def _attribute(
    person: str,
    text: str,
    source: Source,
    confidence: float,
    cited: Mapping[Evidence, str],
    signature: Signature,
) -> Attribute:
    # In an order of its own, so that the id does not depend on that of the rows.
    evidence = tuple(sorted(cited, key=lambda e: (e.conversation, e.turn, e.start, e.end)))
    return Attribute(
        id=attribute_id(person, text, evidence, signature),
        person=person,
        text=text,
        source=source,
        confidence=confidence,
        evidence=evidence,
        at=max(cited.values(), default="") or None,
        signature=signature,
    )
