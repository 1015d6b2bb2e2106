"""What a request may hold. Texts and values that no store could keep are refused at the door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from recenter.errors import InputError
from recenter.records import Failure
from recenter.server.page.links import HOURS, LONGEST
from recenter.stages.sensitive import Topic

_DEEPEST = 16
_LARGEST_INT = 2**53
MOST = 1000
"""Results that one request may ask for."""


def plain(value: Any) -> Any:
    """Return a value of JSON, if every program can read it back as it is.

    Raises:
        ValueError: it is nested too deep, holds half a character, or a number out of range.
    """
    _check(value, _DEEPEST)
    return value


def _check(value: Any, depth: int) -> None:
    if depth < 0:
        raise ValueError(f"must not be nested deeper than {_DEEPEST}")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, int) and abs(value) > _LARGEST_INT:
        raise ValueError("numbers must lie within 2^53")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("numbers must be finite")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            _check_text(name)
            _check(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth - 1)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("texts must not hold half a character (a lone surrogate)")


Name = Annotated[
    str, StringConstraints(min_length=1, max_length=256, pattern=r"\S"), AfterValidator(plain)
]
"""Id that the application chose: of a person, agent, run or conversation."""
UserId = Annotated[Name, Query(description="Whose memory, as the application calls them.")]
AgentId = Annotated[Name | None, Query(description="Only what this agent learned.")]
RunId = Annotated[Name | None, Query(description="Only what was learned in this run.")]
Limit = Annotated[int | None, Query(ge=1, le=MOST, description="Results at most.")]
DryRun = Annotated[bool, Query(description="Say what would be removed; remove nothing.")]
WithConversations = Annotated[
    bool, Query(description="Remove the conversations too, instead of masking the words in them.")
]

Words = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(plain)]
_MESSAGE = {
    "type": "object",
    "required": ["role"],
    "properties": {
        "role": {"type": "string", "enum": ["user", "assistant", "system", "developer", "tool"]},
        "content": {"type": ["string", "array", "null"]},
    },
}
# Their shape is looked at by the memory itself, which can say which message is wrong.
Messages = Annotated[
    Any,
    AfterValidator(plain),
    WithJsonSchema(
        {
            "description": "OpenAI's chat messages, or a text of the person.",
            "anyOf": [{"type": "string"}, _MESSAGE, {"type": "array", "items": _MESSAGE}],
        }
    ),
]
Plain = Annotated[dict[str, Any], AfterValidator(plain)]


class Asked(BaseModel):
    """A body. A name that is not known is an error: a misspelt option must not be passed over."""

    model_config = ConfigDict(extra="forbid")


class OfPerson(Asked):
    """A body that names a person, as mem0's users write it, in either place."""

    user_id: Name | None = None
    filters: Plain | None = Field(
        default=None, description='Names and values, such as {"user_id": "ada", "run_id": "7"}.'
    )

    def user(self) -> str:
        """Return whose memory is asked for.

        Raises:
            InputError: nobody is named, or two are.
        """
        other = (self.filters or {}).get("user_id")
        found = other if self.user_id is None else self.user_id
        if not isinstance(found, str) or not found.strip():
            raise InputError(
                "it must be said whose memory this is.",
                field="user_id",
                cure='Give "user_id", or {"filters": {"user_id": ...}}.',
            )
        if other not in (None, found):
            raise InputError("`user_id` and `filters` name different people.", field="filters")
        return found


class Add(OfPerson):
    """What to learn from."""

    messages: Messages
    agent_id: Name | None = None
    run_id: Name | None = Field(
        default=None, description="Of the conversation, so that it can go on later."
    )
    metadata: Plain | None = None
    infer: bool = Field(
        default=True, description="Without, each message of the person is kept word for word."
    )
    expiration_date: str | None = Field(default=None, max_length=64, description="ISO 8601.")


class Rehearse(OfPerson):
    """What would be learned from."""

    messages: Messages


class Change(Asked):
    """Other words or metadata of a memory."""

    text: Annotated[str, StringConstraints(max_length=10_000), AfterValidator(plain)] | None = None
    metadata: Plain | None = None


class Search(OfPerson):
    """What is searched for."""

    query: Words
    agent_id: Name | None = None
    run_id: Name | None = None
    top_k: int | None = Field(default=None, ge=0, le=MOST)
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Rank all that score at least this, instead of what an answer should use.",
    )
    explain: bool = False


class Review(Asked):
    """What a person says of a memory."""

    review: Literal["approve", "decline", "undo"]
    failure: Failure = "other"


class AskContext(OfPerson):
    """The messages that are to be answered."""

    messages: Messages
    tokens: int | None = Field(default=None, ge=0, description="That the memories may take.")
    incognito: bool = False


class Answer(Asked):
    """The answer to the question on a receipt."""

    yes: bool


class About(Asked):
    """Which memory of a receipt."""

    memory_id: Name


class Choose(Asked):
    """What a person decides about their memory; what is left out stays."""

    paused: bool | None = None
    allowed: list[Topic] | None = Field(
        default=None, description="Sensitive topics that may be used."
    )
    allowed_local: list[Topic] | None = Field(
        default=None, description="More of them, for models on the operator's own machines."
    )
    cloud: bool | None = Field(
        default=None, description="Whether models elsewhere may be given anything at all."
    )
    keep_days: int | None = Field(default=None, ge=0, le=36_500, description="0 keeps for ever.")


class AskLink(Asked):
    """For how long a person's page is to be open."""

    hours: float = Field(default=HOURS, gt=0, le=LONGEST)
