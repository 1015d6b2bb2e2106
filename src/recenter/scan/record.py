"""What a scan finds."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["email", "phone", "url", "address", "name", "number", "ip", "handle"]

KINDS: tuple[Kind, ...] = ("email", "url", "number", "ip", "phone", "address", "handle", "name")
"""All kinds, from the one whose form is most certain to the one that is most often guessed."""


class Finding(msgspec.Struct, frozen=True):
    """A stretch of a text that may tell who somebody is: `whole[start:end] == text`."""

    kind: Kind
    start: int
    """Place of the first character, in code points."""
    end: int
    """Place after the last character."""
    text: str


def finding(kind: Kind, whole: str, start: int, end: int) -> Finding:
    """Return the finding at a place of a text."""
    return Finding(kind, start, end, whole[start:end])
