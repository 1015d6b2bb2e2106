"""What each step needs of a Parquet shard, and the columns it adds: see docs/reference/batch.md."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa

from recenter.questions import REPLY_CHECKS
from recenter.scale.shards import Answers

_TEXT, _NUMBER, _PLACE = pa.string(), pa.float64(), pa.int64()
_EVIDENCE = pa.struct([("turn", _PLACE), ("start", _PLACE), ("end", _PLACE), ("quote", _TEXT)])
_ATTRIBUTE = pa.struct(
    [
        ("text", _TEXT),
        ("source", _TEXT),
        ("confidence", _NUMBER),
        ("evidence", pa.list_(_EVIDENCE)),
    ]
)
_NAMED = [("id", _TEXT), ("text", _TEXT)]
_DECIDED = {"score": _NUMBER, "decision": _TEXT, "reason": _TEXT}
_ANSWER = {"answer": _TEXT, "reason": _TEXT}


class Columns(NamedTuple):
    """The columns of a step."""

    needs: tuple[str, ...]
    answers: Answers


_ON_EACH = Answers(items=_ANSWER)

COLUMNS: dict[str, Columns] = {
    "extract": Columns(("turns",), Answers({"attributes": pa.list_(_ATTRIBUTE)})),
    "verify": Columns(
        ("text", "evidence_text"),
        Answers({"probability": _NUMBER, "verdict": _TEXT, "failure": _TEXT}),
    ),
    "verify found": Columns(
        ("person", "turns", "attributes"),
        Answers(items={"id": _TEXT, "probability": _NUMBER, "verdict": _TEXT, "failure": _TEXT}),
    ),
    "select": Columns(
        ("prompt", "attributes"),
        Answers(items=_DECIDED),
    ),
    "select --attributes": Columns(
        ("person", "prompt"),
        Answers({"attributes": pa.list_(pa.struct([*_NAMED, *_DECIDED.items()]))}),
    ),
    "judge supported": Columns(
        ("text", "evidence_text"), Answers({"answer": _TEXT, "failure": _TEXT, "reason": _TEXT})
    ),
    "judge relevant": Columns(("prompt", "attributes"), _ON_EACH),
    "judge relevant_five": Columns(("prompt", "attributes"), _ON_EACH),
    "judge mentions": Columns(("reply", "attributes"), _ON_EACH),
    "judge better": Columns(
        ("prompt", "a", "b"),
        Answers(
            {
                "preference": _NUMBER,
                "orders": pa.struct([("first", _TEXT), ("second", _TEXT)]),
            }
        ),
    ),
    "judge better --model": Columns(
        ("prompt", "a", "b"), Answers({"preference": _NUMBER, "deviation": _NUMBER})
    ),
} | {
    f"judge {question.name}": Columns(("prompt", "reply", "attributes"), Answers(_ANSWER))
    for question in REPLY_CHECKS
}
"""The steps that can be done shard by shard, by name."""
