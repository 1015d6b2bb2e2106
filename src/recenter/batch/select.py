"""`select --batch`: a prompt with attributes in, the same with score, decision and reason out."""

from __future__ import annotations

import msgspec

from recenter.batch.contract import Row
from recenter.batch.rows import TextRow, attributes_of, query_of
from recenter.formats import convert
from recenter.stages.policy import Policy, select
from recenter.stages.select import Selector


class SelectRow(msgspec.Struct, frozen=True):
    """What counts of a row."""

    prompt: str
    attributes: list[TextRow]


def select_row(
    row: Row, selector: Selector, *, policy: Policy | None = None, cap: int | None = None
) -> Row:
    """Return the row with `score` in [0, 1], `decision` and `reason` on each attribute.

    The score is that before cap and policy.

    Raises:
        InputError: a field is missing, of the wrong kind, or an id is there twice.
        ModelError: a model was asked and gave no usable answer.
    """
    read = convert(row, SelectRow)
    attributes = attributes_of(row, read.attributes)
    made = select(query_of(row, read.prompt), attributes, selector, policy=policy, cap=cap)
    decided = {
        decision.attribute: {
            "score": decision.score,
            "decision": decision.decision,
            "reason": decision.reason,
        }
        for decision in made.decisions
    }
    return row | {"attributes": [item | decided[item["id"]] for item in row["attributes"]]}
