"""What a child made by fork has to set up anew: its parent's threads are not there, and a lock that
one of them held would never be freed.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class Forks(Protocol):
    """Something with threads or locks."""

    def begin(self) -> None:
        """Set up threads and locks as in a new process."""


_all: weakref.WeakSet[Forks] = weakref.WeakSet()


def begins_anew(one: Forks) -> None:
    """Have `begin` called in every child made by fork, as long as the object is in use."""
    _all.add(one)


def _in_child() -> None:
    for one in _all:
        one.begin()


if hasattr(os, "register_at_fork"):  # Not on Windows, which has no fork.
    os.register_at_fork(after_in_child=_in_child)
