"""Manifests of runs, kept free of people who were forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from recenter import formats
from recenter.store.database import Database, Transaction
from recenter.store.reports import Run

_PAGE = 256


def put_run(database: Database, run: Run) -> None:
    """Store a manifest; without its arguments where these name somebody who was forgotten."""

    def work(transaction: Transaction) -> None:
        kept = run
        named = sorted(set(_strings(msgspec.to_builtins(run))))
        if run.person is not None:
            transaction.run("people_add", id=run.person)
            transaction.rows("people_hold", ids=[run.person])
        if transaction.rows("people_forgotten", ids=named):
            kept = _without_person(run)
        _write(transaction, kept)

    database.transact(work)


def get_run(database: Database, id: str) -> Run | None:
    """Return the manifest of a run."""
    rows = database.rows("runs_get", id=id)
    return formats.decode(rows[0][0], Run) if rows else None


def list_runs(database: Database) -> Iterator[Run]:
    """Yield all manifests, oldest first."""
    started = after = ""
    while rows := database.rows("runs_page", started=started, after=after, size=_PAGE):
        yield from (formats.decode(record, Run) for _, _, record in rows)
        started, after, _ = rows[-1]


def forget_in_runs(transaction: Transaction, person: str) -> int:
    """Empty what the manifests say of a person; return how many said something."""
    touched = 0
    started = after = ""
    while rows := transaction.rows("runs_page", started=started, after=after, size=_PAGE):
        for _, _, record in rows:
            run = formats.decode(record, Run)
            if any(person in text for text in _strings(msgspec.to_builtins(run))):
                _write(transaction, _without_person(run))
                touched += 1
        started, after, _ = rows[-1]
    return touched


def clear_in_runs(transaction: Transaction, person: str, holds: Callable[[str], bool]) -> int:
    """Empty the manifests of runs that were of a person and hold some words; return how many."""
    touched = 0
    started = after = ""
    while rows := transaction.rows("runs_page", started=started, after=after, size=_PAGE):
        for _, _, record in rows:
            run = formats.decode(record, Run)
            texts = list(_strings([run.person, run.arguments, run.outcome]))
            if any(person in text for text in texts) and any(map(holds, texts)):
                _write(transaction, _without_person(run))
                touched += 1
        started, after, _ = rows[-1]
    return touched


def _write(transaction: Transaction, run: Run) -> None:
    transaction.run(
        "runs_put",
        id=run.id,
        person=run.person,
        command=run.command,
        started=run.started,
        record=formats.encode(run),
    )


def _without_person(run: Run) -> Run:
    """Times, counts and cost stay; what was asked, and of whom, does not."""
    return msgspec.structs.replace(run, person=None, arguments={}, outcome=None)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _strings(key)
            yield from _strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _strings(item)
