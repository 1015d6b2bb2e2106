"""`respond --batch`: a prompt with attributes in; reply, messages and receipt out."""

from __future__ import annotations

import msgspec

from recenter.batch.contract import Row
from recenter.batch.rows import TextRow, attributes_of, query_of, read_row
from recenter.errors import InputError
from recenter.models.base import ChatModel
from recenter.records import Arm, Method
from recenter.stages.policy import Policy, select
from recenter.stages.respond import respond
from recenter.stages.select import Selector


class RespondRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    prompt: str
    attributes: list[TextRow] = []
    mode: Arm = "selected"
    method: Method = "start"


def respond_row(
    row: Row,
    selector: Selector | None,
    model: ChatModel | None,
    *,
    policy: Policy | None = None,
    cap: int | None = None,
) -> Row:
    """Return the row with `reply` (None without a model), `messages` and `receipt`.

    `selector` is asked in mode `selected` only.

    Raises:
        InputError: a field is missing or of the wrong kind, or no selector was given and the mode
            needs one.
        ModelError: a model gave no usable answer.
    """
    read = read_row(row, RespondRow)
    attributes = attributes_of(row, read.attributes)
    query = query_of(row, read.prompt)
    selection = None
    if read.mode == "selected":
        if selector is None:
            raise InputError("'selected' needs a selector, and none was given.", field="mode")
        selection = select(query, attributes, selector, policy=policy, cap=cap)
    reply = respond(query, selection, attributes, model=model, arm=read.mode, method=read.method)
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
    return row | made
