"""Judged statements as examples to train a verifier on, each with the dialogue it belongs to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import msgspec

from recenter.errors import InputError
from recenter.formats import convert
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Conversation, Failure, Judgment, Record, Role, Turn
from recenter.stages.statement import statement
from recenter.train.exported import is_exported, record_of

Origin = Literal["label", "read", "written", "constructed"]

_KINDS: dict[str, type[Record]] = {
    "attribute": Attribute,
    "retired attribute": Attribute,
    "conversation": Conversation,
    "judgment": Judgment,
}
_ANSWERS = {"kept": "accept", "rejected": "reject"}
_VERDICTS = ("accept", "uncertain", "reject")


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, where its words are, and whether they support it."""

    attribute: Attribute
    conversations: tuple[Conversation, ...]
    """Those its quotes are in, the first quote's first."""
    rejected: bool
    """Uncertain counts as rejected, as in the study: it is not used either."""
    group: str
    """The dialogue, or the person where they are known; examples of one are never in two folds."""
    borrowed: str | None = None
    """Another group whose words it holds, of those made by code: left out with that one too."""
    origin: Origin = "label"
    failure: Failure | None = None
    """Where it is known, as for those made by code; never a label's own reason."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The dialogue that the first quote is in."""
        return self.conversations[0].turns


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
        InputError: a field is missing or of the wrong kind, or a session was there before with
            other turns.
    """
    found: dict[str, tuple[Turn, ...]] = {}
    for number, row in enumerate(rows, 1):
        read = convert(dict(row), _Session, number=number)
        turns = _turns(read.turns)
        if found.setdefault(read.session, turns) != turns:
            raise InputError(
                f"the dialogue {read.session!r} was there before, with other turns.",
                line=number,
                field="session",
                cure="Give each dialogue a name of its own.",
            )
    return found


def examples(
    rows: Iterable[Mapping[str, Any]], sessions: Mapping[str, Sequence[Turn]]
) -> list[Example]:
    """Return the examples of rows with `text`, `evidence_text` and `verdict`.

    Each row has the `turns` it is about, or names their `session`; a row with neither is a
    dialogue of its own. Only these fields, and `failure`, are read. Rows that `recenter export`
    wrote stand for people's answers to `supported`: the majority of each attribute, ties left out.

    Raises:
        InputError: a field is missing or of the wrong kind, the verdict is none, or the session
            is not known.
    """
    found: list[Example] = []
    stored: list[Record] = []
    for place, row in enumerate(rows):
        if is_exported(row):
            record = record_of(row, _KINDS, number=place + 1)
            stored += [] if record is None else [_checked(record, place + 1)]
        else:
            found.append(_example(convert(dict(row), _Judged, number=place + 1), sessions, place))
    return [*found, *_judged(stored)]


def _checked(record: Record, number: int) -> Record:
    """Refuse an answer that is none, with its line."""
    if isinstance(record, Judgment) and record.question == SUPPORTED.name:
        try:
            SUPPORTED.check(record.answer)
        except InputError as error:
            raise InputError(error.reason, line=number, field=error.field) from None
    return record


def _judged(stored: Sequence[Record]) -> Iterator[Example]:
    """Yield an example per attribute that most people accepted, or did not.

    An attribute of which no conversation is left is passed over: there is nothing to read.
    """
    talks = {record.id: record for record in stored if isinstance(record, Conversation)}
    votes: dict[str, list[Judgment]] = defaultdict(list)
    for record in stored:
        if isinstance(record, Judgment) and record.question == SUPPORTED.name:
            about = record.subject.attribute
            votes[about or ""] += [record] if record.judge.kind == "person" else []
    for attribute in {r.id: r for r in stored if isinstance(r, Attribute)}.values():
        names = dict.fromkeys(evidence.conversation for evidence in attribute.evidence)
        cited = tuple(talks[name] for name in names if name in talks)
        against = [vote for vote in votes[attribute.id] if vote.answer not in SUPPORTED.positive]
        lead = 2 * len(against) - len(votes[attribute.id])
        if cited and lead:
            failures = Counter(vote.failure for vote in against if vote.failure is not None)
            yield Example(
                attribute=attribute,
                conversations=cited,
                rejected=lead > 0,
                group=attribute.person,
                failure=failures.most_common(1)[0][0] if lead > 0 and failures else None,
            )


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
        conversations=(conversation,),
        rejected=answer != "accept",
        group=row.session or (conversation.id if row.turns else f"row {place}"),
        failure=row.failure if answer != "accept" else None,
    )


def _turns(listed: Sequence[_Turn]) -> tuple[Turn, ...]:
    return tuple(Turn(role=turn.role, text=turn.text) for turn in listed)


FAILURES: tuple[Failure, ...] = get_args(Failure)
"""What can be wrong, in the study's order."""
