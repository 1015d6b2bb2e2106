"""Routes about answers: what one should use, its receipt, and what the person says of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from recenter.memory.envelope import iso
from recenter.memory.records import Answered
from recenter.server import told
from recenter.server.asked import About, Answer, AskContext, UserId
from recenter.server.callers import By, only_known
from recenter.server.problems import REFUSALS

router = APIRouter(tags=["answers"], responses=dict(REFUSALS), dependencies=[Depends(only_known)])
ReceiptId = Annotated[str, Path(description="Id of a receipt.")]
_KEPT = ("use", "nothing", "ask")


@router.post("/context", response_model=told.Context)
def context(by: By, asked: AskContext, request: Request) -> told.Context:
    """Decide which memories, usually none, an answer should use, and return the messages to send.

    Where nothing is used, the messages are those that came in.
    """
    made = by.memory.context(
        asked.messages,
        user_id=by.user(asked.user()),
        tokens=asked.tokens,
        incognito=asked.incognito,
    )
    request.app.state.metrics.decided(made.decision)
    return told.Context(
        decision=made.decision,
        reason=made.reason,
        receipt_id=made.receipt_id if made.decision in _KEPT else None,
        question=made.question,
        selected=[told.line(line) for line in made.selected],
        withheld=[told.line(line) for line in made.withheld],
        messages=made.to_openai(),
    )


@router.get("/receipts", response_model=told.Receipts)
def receipts(
    by: By,
    user_id: UserId,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        float | None, Query(ge=0, le=1e12, description="Seconds since 1970; none later.")
    ] = None,
) -> told.Receipts:
    """Return the receipts of a person, latest first."""
    found = by.memory.receipts(by.user(user_id), before=before, size=limit)
    return told.Receipts(results=[_receipt(one) for one in found])


@router.get("/receipts/{receipt_id}", response_model=told.Receipt)
def receipt(by: By, receipt_id: ReceiptId) -> told.Receipt:
    """Return what an answer used, what it did not, and why."""
    return _receipt(by.receipt(receipt_id))


@router.post("/receipts/{receipt_id}/answer", response_model=told.Receipt)
def answer(by: By, receipt_id: ReceiptId, asked: Answer) -> told.Receipt:
    """Take the answer to the question on a receipt: a yes states the memory, a no is kept."""
    found = by.receipt(receipt_id)
    by.memory.answer(found.id, asked.yes)
    return _receipt(found)


@router.post("/receipts/{receipt_id}/not-for-this", response_model=told.Receipt)
def not_for_this(by: By, receipt_id: ReceiptId, asked: About) -> told.Receipt:
    """Remember that a memory is true, and not for messages like this one."""
    found = by.receipt(receipt_id)
    by.memory.not_for_this(found.id, asked.memory_id)
    return _receipt(found)


@router.post("/receipts/{receipt_id}/should-have-used", response_model=told.Receipt)
def should_have_used(by: By, receipt_id: ReceiptId, asked: About) -> told.Receipt:
    """Remember that a memory that was withheld should have been used."""
    found = by.receipt(receipt_id)
    by.memory.should_have_used(found.id, asked.memory_id)
    return _receipt(found)


def _receipt(of: Answered) -> told.Receipt:
    return told.Receipt(
        id=of.id,
        created_at=iso(of.at),
        decision=of.outcome,
        reason=of.receipt.note,
        prompt=of.prompt,
        question=of.question,
        asked=of.asked,
        used=[told.line(line) for line in of.receipt.used],
        withheld=[told.line(line) for line in of.receipt.withheld],
    )
