"""Routes in the shape of mem0's: learn, look, put right, forget."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query

from recenter.errors import InputError
from recenter.memory.envelope import Shown
from recenter.server import told
from recenter.server.asked import (
    Add,
    AgentId,
    Change,
    DryRun,
    Limit,
    Name,
    Rehearse,
    Review,
    RunId,
    Search,
    UserId,
    WithConversations,
)
from recenter.server.callers import By, only_known
from recenter.server.problems import REFUSALS

router = APIRouter(tags=["memories"], responses=dict(REFUSALS), dependencies=[Depends(only_known)])
Of = Annotated[Name | None, Query(description="Whose it must be; else the answer has no id.")]
MemoryId = Annotated[str, Path(description="Id of a memory.")]


@router.post("/memories", response_model=told.Changed)
def add(by: By, asked: Add) -> dict[str, Any]:
    """Learn from messages, and return what changed. Only what the person said is learned from."""
    return by.memory.add(
        asked.messages,
        user_id=by.user(asked.user()),
        agent_id=asked.agent_id,
        run_id=asked.run_id,
        metadata=asked.metadata,
        infer=asked.infer,
        expiration_date=asked.expiration_date,
    )


@router.post("/memories/dry-run", response_model=told.WouldChange)
def rehearse(by: By, asked: Rehearse) -> dict[str, Any]:
    """Return what would be learned from messages, and store nothing."""
    return by.memory.rehearse(asked.messages, user_id=by.user(asked.user()))


@router.get("/memories", response_model=told.Memories)
def get_all(
    by: By,
    user_id: UserId,
    agent_id: AgentId = None,
    run_id: RunId = None,
    limit: Limit = None,
    status: Annotated[Shown | None, Query(description="Only those of this status.")] = None,
) -> dict[str, Any]:
    """Return what is known of a person, latest first."""
    return by.memory.get_all(
        user_id=by.user(user_id), agent_id=agent_id, run_id=run_id, limit=limit, status=status
    )


@router.delete("/memories", response_model=told.Removed)
def delete_all(
    by: By,
    user_id: UserId,
    agent_id: AgentId = None,
    run_id: RunId = None,
    conversations: WithConversations = False,
    dry_run: DryRun = False,
) -> dict[str, Any]:
    """Forget all memories of one person; never of more than one."""
    return by.memory.delete_all(
        user_id=by.user(user_id),
        agent_id=agent_id,
        run_id=run_id,
        conversations=conversations,
        dry_run=dry_run,
    )


@router.get("/memories/{memory_id}", response_model=told.Memory)
def get(by: By, memory_id: MemoryId, user_id: Of = None) -> dict[str, Any]:
    """Return a memory, with the id of its person where the request says it."""
    return by.memory_shown(memory_id, user_id)


@router.patch("/memories/{memory_id}", response_model=told.Said)
def update(by: By, memory_id: MemoryId, asked: Change) -> dict[str, str]:
    """Put other words or metadata in the place of a memory's; the old go to its history."""
    if asked.text is None and asked.metadata is None:
        raise InputError("nothing is to change.", field="text", cure="Give text or metadata.")
    return by.memory.update(by.memory_id(memory_id), text=asked.text, metadata=asked.metadata)


@router.delete("/memories/{memory_id}", response_model=told.Removed)
def delete(by: By, memory_id: MemoryId, conversations: WithConversations = False) -> dict[str, Any]:
    """Forget a memory and all that rests on its words, so that it is not learned again."""
    return by.memory.delete(by.memory_id(memory_id), conversations=conversations)


@router.get("/memories/{memory_id}/history", response_model=list[told.Event])
def history(by: By, memory_id: MemoryId) -> list[dict[str, Any]]:
    """Return what became of a memory, first to last."""
    return by.memory.history(by.memory_id(memory_id))


@router.post("/memories/{memory_id}/review", response_model=told.Memory)
def review(by: By, memory_id: MemoryId, asked: Review) -> dict[str, Any]:
    """Approve or decline a memory for its person, or undo that."""
    by.memory.review(by.memory_id(memory_id), asked.review, failure=asked.failure)
    return by.memory_shown(memory_id)


@router.get("/inferred", response_model=told.Memories)
def inferred(by: By, user_id: UserId, limit: Limit = None) -> dict[str, Any]:
    """Return the proposals: what is not used until it is approved."""
    return by.memory.get_all(user_id=by.user(user_id), limit=limit, status="proposed")


@router.post("/search", response_model=told.Found)
def search(by: By, asked: Search) -> dict[str, Any]:
    """Return the memories that should bear on an answer to the query, often none; with a
    threshold, a ranking.
    """
    return by.memory.search(
        asked.query,
        user_id=by.user(asked.user()),
        agent_id=asked.agent_id,
        run_id=asked.run_id,
        filters=asked.filters,
        top_k=asked.top_k,
        threshold=asked.threshold,
        explain=asked.explain,
    )
