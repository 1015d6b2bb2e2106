"""`verify --batch`: a statement with its evidence in, the verdict on it out."""

from __future__ import annotations

import msgspec

from recenter.batch.contract import Row
from recenter.batch.rows import TurnRow, person_of, turns_of
from recenter.errors import InputError
from recenter.formats import convert
from recenter.records import Attribute, Conversation
from recenter.stages.statement import statement
from recenter.stages.verify import Verifier


class VerifyRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    text: str
    evidence_text: str | None
    """None or empty where nothing supports the statement: a verdict of its own, not an error."""
    turns: list[TurnRow] | None = None


def verify_row(row: Row, verifier: Verifier) -> Row:
    """Return the row with `probability` (of accept), `verdict` and `failure` (None on accept).

    The evidence is looked for in the person's own turns; without `turns`, it counts as one.

    Raises:
        InputError: a field is missing, empty or of the wrong kind.
        ModelError: a model was asked and gave no usable answer.
    """
    judgment = verifier.verify(*statement_of(row))
    return row | {
        "probability": judgment.probability,
        "verdict": judgment.answer,
        "failure": judgment.failure,
    }


def statement_of(row: Row) -> tuple[Attribute, tuple[Conversation, ...]]:
    """Return the statement of a row with its evidence, and the conversation that holds it.

    Raises:
        InputError: a field is missing, empty or of the wrong kind.
    """
    read = convert(row, VerifyRow)
    if not read.text.strip():
        raise InputError("expected a statement, got none.", field="text")
    turns = None if read.turns is None else turns_of(read.turns)
    attribute, conversation = statement(
        read.text, read.evidence_text or "", turns, person=person_of(row)
    )
    return attribute, (conversation,)
