"""Routes about a person as a whole: what they decided, all that is kept of them, forgetting."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Request
from pydantic import StringConstraints

from recenter.memory import ledger
from recenter.memory.envelope import iso
from recenter.memory.records import Choices
from recenter.server import told
from recenter.server.asked import AskLink, Choose, DryRun
from recenter.server.callers import By, Caller, only_known
from recenter.server.page.links import page_link
from recenter.server.problems import REFUSALS

router = APIRouter(
    prefix="/people/{user_id:path}",
    tags=["people"],
    responses=dict(REFUSALS),
    dependencies=[Depends(only_known)],
)
Whose = Annotated[
    str,
    Path(description="As the application calls the person."),
    StringConstraints(min_length=1, max_length=256, pattern=r"\S"),
]


@router.get("/choices", response_model=told.Choices)
def choices(by: By, user_id: Whose) -> told.Choices:
    """Return what a person decided about their memory."""
    return _choices(by.memory.choices(by.user(user_id)))


@router.put("/choices", response_model=told.Choices)
def choose(by: By, user_id: Whose, asked: Choose) -> told.Choices:
    """Change what a person decided, and return what holds now; what is left out stays."""
    made = by.memory.choose(
        by.user(user_id),
        paused=asked.paused,
        allowed=asked.allowed,
        allowed_local=asked.allowed_local,
        cloud=asked.cloud,
        keep_days=asked.keep_days,
    )
    return _choices(made)


@router.get("/export", response_model=told.Export)
def export(by: By, user_id: Whose) -> dict[str, Any]:
    """Return everything that is kept of a person."""
    return by.memory.export(by.user(user_id))


@router.post("/link", response_model=told.Link)
def link(request: Request, by: By, user_id: Whose, asked: AskLink) -> told.Link:
    """Return a link that opens a person's own page, to be given to this person alone."""
    engine, person = by.memory.engine, by.memory.person(by.user(user_id))
    made, visit = page_link(
        engine.key,
        person,
        by.scope.application,
        url=request.app.state.url or str(request.base_url),
        now=engine.clock(),
        hours=asked.hours,
        ended=ledger.links_ended(engine.store.database, person),
    )
    return told.Link(url=made, expires_at=iso(visit.until) or "")


@router.post("/link/end", response_model=told.Said)
def end_links(by: By, user_id: Whose) -> told.Said:
    """End every link to a person's page so far, and close what was opened with one."""
    by.memory.end_links(by.user(user_id))
    return told.Said(message="All links so far were ended.")


@router.delete("", response_model=told.Forgotten)
def forget(by: By, user_id: Whose, dry_run: DryRun = False) -> told.Forgotten:
    """Forget a person altogether: all that is kept goes, and nothing is learned again."""
    name = by.user(user_id)
    if dry_run:
        return told.Forgotten(message="Nothing was deleted.", would_delete=_counts(by, name))
    done = by.memory.forget(name)
    deleted = told.Deleted(**msgspec.to_builtins(done))
    return told.Forgotten(message="The person was forgotten.", deleted=deleted)


def _counts(by: Caller, user_id: str) -> dict[str, int]:
    held = by.memory.export(user_id)
    counts = {name: len(value) for name, value in held.items() if isinstance(value, list)}
    return {name: count for name, count in counts.items() if count}


def _choices(of: Choices) -> told.Choices:
    return told.Choices(
        paused=of.paused,
        allowed=list(of.allowed),
        allowed_local=list(of.allowed_local),
        cloud=of.cloud,
        keep_days=of.keep_days,
    )
