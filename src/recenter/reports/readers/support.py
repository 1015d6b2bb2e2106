"""Whether a statement is supported by the dialogue it came from: one row per statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

import msgspec
from msgspec import UNSET

from recenter.batch.rows import TurnRow, turns_of
from recenter.errors import InputError
from recenter.formats import convert
from recenter.provenance import digest
from recenter.questions import SUPPORTED
from recenter.records import Failure, Turn
from recenter.reports.material import Answer, Item, Material, Problems, plain
from recenter.reports.readers.base import VERDICT, Row

_GROUP = "support"
_VALUES = {value: float(place) for place, value in enumerate(SUPPORTED.values)}
_VALUES |= {"kept": _VALUES["accept"], "rejected": _VALUES["reject"]}


class _Statement(msgspec.Struct, frozen=True):
    session: str
    text: str
    verdict: str
    failure: str | None = None
    source: str = ""
    evidence_text: Any = UNSET
    turns: Any = None


def read_statements(rows: Iterable[Row]) -> Material:
    """Return {session, text, verdict: accept | uncertain | reject, failure, source}.

    With `evidence_text`, and perhaps `turns` of role and text, systems can be asked as well.

    `kept` and `rejected` are read as accept and reject. Who gave the verdict, a row does not say:
    it counts as the majority of people, and a report says so. The dialogue stands for the person,
    who is not known. Raises: see `Reader`.
    """
    answers: list[Answer] = []
    items: dict[tuple[str, str], Item] = {}
    problems = Problems()
    for row in rows:
        read = convert(row.fields, _Statement, file=row.file, number=row.line)
        name = f"{read.session}/{digest(read.text)}"
        evidence, turns = _evidence(read, row, problems)
        item = Item(
            person=read.session,
            text=read.text,
            source=plain(read.source),
            evidence=evidence,
            turns=turns,
        )
        # The first of two equal statements stands, as the first answer on it does.
        items.setdefault((_GROUP, name), item)
        if read.verdict not in _VALUES:
            problems.add("an answer off the scale", row.place)
            continue
        answers.append(
            Answer(
                question=SUPPORTED.name,
                group=_GROUP,
                item=name,
                judge=VERDICT,
                kind="majority",
                value=_VALUES[read.verdict],
                failure=_failure(read.failure),
            )
        )
    return Material(answers=tuple(answers), items=items, problems=problems.found)


def _failure(given: str | None) -> str | None:
    """Return a failure by its name; free words are none, and are shown nowhere."""
    return given if given is None or given in get_args(Failure) else "other"


def _evidence(
    read: _Statement, row: Row, problems: Problems
) -> tuple[str | None, tuple[Turn, ...]]:
    """Return what a system is shown with the statement; no figure of the file depends on it."""
    if read.evidence_text is UNSET:
        return None, ()
    try:
        evidence = convert(read.evidence_text, str | None)  # type: ignore[arg-type]
        turns = turns_of(convert(read.turns or [], list[TurnRow]))
    except InputError:
        problems.add("evidence that cannot be read: no system is asked about it", row.place)
        return None, ()
    return evidence or "", turns
