"""What memory for applications keeps beside attributes and judgments."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Literal

import msgspec

from recenter.records import Attribute, Receipt, Record
from recenter.stages.sensitive import TOPICS, Topic
from recenter.stages.verify import Status

Event = Literal["ADD", "UPDATE", "DELETE", "SUPERSEDE", "REVIEW", "RESTORE"]
"""What became of a memory. The first three are those that mem0 has."""

Outcome = Literal["use", "nothing", "ask", "paused", "incognito", "unknown", "unavailable"]
"""What was decided for an answer. Only `use` changes what is sent to the model."""


Destination = Literal["local", "cloud"]
"""Where the model runs that reads what is used: on a machine of the person's or the application's
own, or at somebody else's."""


class Note(Record, frozen=True):
    """What is kept of an attribute beside itself. Times are seconds since 1970."""

    created: float
    updated: float
    expires: float | None = None
    metadata: Mapping[str, Any] = {}
    """As the application gave it."""
    agent: str | None = None
    run: str | None = None


class Happened(Record, frozen=True):
    """One event in the life of a memory."""

    event: Event
    old: str | None = None
    new: str | None = None
    by: str = "recenter"
    """`recenter`, `person` or `application`."""
    why: str | None = None
    to: str | None = None
    """Id of the memory that took its place because the person approved it."""


class Choices(Record, frozen=True):
    """What a person decided about their memory."""

    paused: bool = False
    allowed: tuple[Topic, ...] = ()
    """Sensitive topics that may be used, whatever the destination."""
    allowed_local: tuple[Topic, ...] = ()
    """Sensitive topics that may be used besides, where the destination is local."""
    cloud: bool = True
    """Whether anything may be used where the destination is not local."""
    keep_days: int | None = None
    """Days after which what was not confirmed since is removed; None keeps it."""
    application: str = ""
    """Whose person this is; its rules hold too."""

    def closed(self, destination: Destination) -> bool:
        """Tell whether nothing at all may be used there."""
        return destination == "cloud" and not self.cloud

    def allowed_for(self, destination: Destination) -> tuple[Topic, ...]:
        """Return the sensitive topics that may be used there."""
        local = self.allowed_local if destination == "local" else ()
        return tuple(topic for topic in TOPICS if topic in self.allowed or topic in local)


class Memorised(Record, frozen=True):
    """An attribute as an application or a person sees it."""

    attribute: Attribute
    note: Note
    status: Status
    reason: str | None = None
    """Of the judgment that decides the status, where it gives one."""


class Answered(Record, frozen=True):
    """The receipt of one answer, as it is kept."""

    id: str
    person: str
    at: float
    outcome: Outcome
    receipt: Receipt
    query: str | None = None
    """Id of what was decided on; the same words again have the same."""
    prompt: str = ""
    """How the message began, so that the person knows which answer it was."""
    application: str = ""
    question: str | None = None
    """What the person may be asked, where the outcome is `ask`."""
    asked: str | None = None
    """Id of the attribute that the question is about."""

    def without(self, gone: Set[str]) -> Answered:
        """Return the receipt without what it says of attributes that are gone."""
        receipt = self.receipt
        lines: dict[str, Any] = {
            name: tuple(one for one in getattr(receipt, name) if one.attribute not in gone)
            for name in ("used", "withheld", "asked")
        }
        about = self.asked in gone
        return msgspec.structs.replace(
            self,
            receipt=msgspec.structs.replace(receipt, **lines),
            question=None if about else self.question,
            asked=None if about else self.asked,
        )


class Deleted(Record, frozen=True, omit_defaults=False):
    """What a removal did, for the person and for whoever must answer for it."""

    counts: Mapping[str, int]
    """Rows removed or emptied, by table."""
    also: tuple[str, ...] = ()
    """Ids of memories that went too: they rested on the same words."""
    erased: bool = False
    """Whether the freed space was overwritten; False while another process reads,
    and where that is put off."""
    unreachable: tuple[str, ...] = ()
    """Copies that this cannot reach, in words."""
    models: tuple[str, ...] = ()
    """Models that were trained on exports or stores that held the person, in words."""
