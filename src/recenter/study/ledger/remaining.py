"""Whether what would be asked in a study is what is left of it, since people were forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from recenter import formats
from recenter.provenance import digest
from recenter.store.database import Transaction
from recenter.study.design import Study
from recenter.study.items import Item, Part
from recenter.study.plan import Plan

_replace = msgspec.structs.replace
_ALL = 2**31 - 1
Asked = tuple[str, str, Item]
"""Task, what it is for, and an item."""


def is_what_is_left(transaction: Transaction, before: Study, now: Study, plan: Plan) -> bool:
    """Whether a plan asks for the decisions that are stored, of a study with the same tasks.

    Nobody can deal anew who sees what once people work by it; forgetting is no other plan.
    """
    if (before.seed, _dealt(before)) != (now.seed, _dealt(now)):
        return False
    stored = list(_stored(transaction, before.study))
    planned = [(one.task, one.kind, one.item) for one in plan.items]
    people = sorted({person for _, _, item in planned for person in item.people})
    gone = {id for (id,) in transaction.rows("people_forgotten", ids=people)}
    return _decisions(stored) == _decisions(planned, without=gone)


def _dealt(study: Study) -> list[object]:
    # Another file of guidelines deals nothing anew.
    return [_replace(task, guidelines="") for task in study.tasks]


def _stored(transaction: Transaction, study: str) -> Iterator[Asked]:
    for id, task, kind, record in transaction.rows(
        "study_items_page", study=study, after="", size=_ALL
    ):
        parts = tuple(
            formats.decode(text, Part, file="store, table study_parts")
            for (text,) in transaction.rows("study_parts", study=study, item=id)
        )
        item = formats.decode(record, Item, file="store, table study_items")
        yield task, kind, _replace(item, parts=parts)


def _decisions(asked: Iterable[Asked], *, without: Iterable[str] = ()) -> set[str]:
    """Return each decision with all that is shown beside it, on whichever page it stands."""
    gone = set(without)
    found: set[str] = set()
    for task, kind, item in asked:
        if item.person in gone:
            continue
        query = item.query and _replace(item.query, id="", person="")
        about = digest(_replace(item, id="", parts=(), person=None, apart=None, query=query))
        found |= {
            digest(task, kind, about, _replace(part, name=""))
            for part in item.parts
            if part.person not in gone
        }
    return found
