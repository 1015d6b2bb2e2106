"""`respond --batch`: a prompt with attributes in; replies, their messages and receipts out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recenter.batch.contract import Row
from recenter.batch.judge import ChosenRow, chosen_of
from recenter.batch.rows import TextRow, attributes_of, query_of
from recenter.errors import InputError
from recenter.formats import convert
from recenter.models.base import ChatModel
from recenter.records import Arm, Method, Reply
from recenter.stages.policy import Policy, select
from recenter.stages.respond import respond_all
from recenter.stages.respond_check import Check, respond_checked
from recenter.stages.select import Selector


class RespondRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    prompt: str
    attributes: list[TextRow] = []
    mode: Arm = "selected"
    method: Method = "start"


class CheckedRow(msgspec.Struct, frozen=True):
    """What counts beside it where replies are checked."""

    history: list[ChosenRow] | None = None
    """What the person chose before, for the preference model."""


def respond_row(
    row: Row,
    selector: Selector | None,
    models: Sequence[ChatModel] = (),
    *,
    arms: Sequence[Arm] = (),
    method: Method | None = None,
    policy: Policy | None = None,
    cap: int | None = None,
    check: Check | None = None,
) -> Row:
    """Return the row with `reply` (None without a model), `messages` and `receipt`.

    Where several models or arms are asked for, these stand in a list `replies` instead, models
    outermost, each with its `model`, `arm` and `method`: what a study compares. `arms` and
    `method` are those of the row where they are not given. `selector` is asked once, and only
    where an arm is `selected`. With `check`, each reply is the generic one where the personalised
    one does not pass, and its receipt says so.

    Raises:
        InputError: a field is missing or of the wrong kind, or no selector was given and an arm
            needs one.
        ModelError: a model gave no usable answer.
    """
    read = convert(row, RespondRow)
    attributes = attributes_of(row, read.attributes)
    query = query_of(row, read.prompt)
    wanted = tuple(arms) or (read.mode,)
    selection = None
    if "selected" in wanted:
        if selector is None:
            raise InputError("'selected' needs a selector, and none was given.", field="mode")
        selection = select(query, attributes, selector, policy=policy, cap=cap)
    way = method or read.method
    if check is None:
        replies = respond_all(query, selection, attributes, models=models, arms=wanted, method=way)
    else:
        check = msgspec.structs.replace(check, history=chosen_of(convert(row, CheckedRow).history))
        replies = tuple(
            respond_checked(
                query, selection, attributes, model=model, check=check, arm=arm, method=way
            )
            for model in models or (None,)
            for arm in wanted
        )
    if len(replies) == 1:
        return row | _told(replies[0])
    return row | {
        "replies": [
            {"model": reply.signature.model, "arm": reply.arm, "method": reply.method}
            | _told(reply)
            for reply in replies
        ]
    }


def _told(reply: Reply) -> Row:
    made: Row = msgspec.to_builtins(
        {
            "reply": reply.text,
            "messages": list(reply.messages),
            # Every field, also where it is empty, so that a reader need not know the defaults.
            "receipt": {
                field: getattr(reply.receipt, field) for field in reply.receipt.__struct_fields__
            },
        }
    )
    return made
