"""Judged statements as examples to train a verifier on, each with the dialogue it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from recenter.errors import InputError
from recenter.formats import convert
from recenter.records import Attribute, Conversation, Failure, Role, Turn
from recenter.stages.statement import statement

Origin = Literal["label", "read", "written", "constructed"]

_ANSWERS = {"kept": "accept", "rejected": "reject"}
_VERDICTS = ("accept", "uncertain", "reject")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, where its words are, and whether they support it."""

    attribute: Attribute
    conversation: Conversation
    rejected: bool
    """Uncertain counts as rejected, as in the study: it is not used either."""
    group: str
    """The dialogue; examples of one are never in two folds."""
    origin: Origin = "label"
    failure: Failure | None = None
    """Where it is known, as for those made by code; never a label's own reason."""


class _Turn(msgspec.Struct, frozen=True):
    role: Role
    text: str


class _Session(msgspec.Struct, frozen=True):
    session: str
    turns: list[_Turn]


class _Judged(msgspec.Struct, frozen=True):
    """What is read of a row; anything else in it is left alone, its reasons above all."""

    text: str
    verdict: str
    evidence_text: str | None = None
    turns: list[_Turn] | None = None
    session: str | None = None
    failure: Failure | None = None


def sessions_of(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Turn, ...]]:
    """Return the turns of each dialogue, from rows with `session` and `turns`.

    Raises:
        InputError: a field is missing or of the wrong kind.
    """
    read = (convert(dict(row), _Session, number=at) for at, row in enumerate(rows, 1))
    return {one.session: _turns(one.turns) for one in read}


def examples(
    rows: Iterable[Mapping[str, Any]], sessions: Mapping[str, Sequence[Turn]]
) -> list[Example]:
    """Return the examples of rows with `text`, `evidence_text` and `verdict`.

    Each row has the `turns` it is about, or names their `session`; a row with neither is a
    dialogue of its own. Only these fields, and `failure`, are read.

    Raises:
        InputError: a field is missing or of the wrong kind, the verdict is none, or the session
            is not known.
    """
    return [
        _example(convert(dict(row), _Judged, number=place + 1), sessions, place)
        for place, row in enumerate(rows)
    ]


def _example(row: _Judged, sessions: Mapping[str, Sequence[Turn]], place: int) -> Example:
    answer = _ANSWERS.get(row.verdict, row.verdict)
    if answer not in _VERDICTS:
        allowed = ", ".join((*_VERDICTS, *_ANSWERS))
        raise InputError(
            f"expected one of {allowed}; got {row.verdict!r}.", line=place + 1, field="verdict"
        )
    turns: Sequence[Turn] | None = None if row.turns is None else _turns(row.turns)
    if turns is None and row.session is not None:
        if row.session not in sessions:
            raise InputError(
                f"there is no dialogue {row.session!r} among {len(sessions)}.",
                line=place + 1,
                field="session",
                cure="Give its file with --conversations, or the turns in the row.",
            )
        turns = sessions[row.session]
    attribute, conversation = statement(row.text, row.evidence_text or "", turns)
    return Example(
        attribute=attribute,
        conversation=conversation,
        rejected=answer != "accept",
        group=row.session or (conversation.id if row.turns else f"row {place}"),
        failure=row.failure if answer != "accept" else None,
    )


def _turns(listed: Sequence[_Turn]) -> tuple[Turn, ...]:
    return tuple(Turn(role=turn.role, text=turn.text) for turn in listed)


FAILURES: tuple[Failure, ...] = get_args(Failure)
"""What can be wrong, in the study's order."""
