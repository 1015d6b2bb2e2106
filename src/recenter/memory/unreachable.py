"""Copies of a person's data that forgetting cannot reach, as far as the store knows of them."""

from __future__ import annotations

from typing import NamedTuple

from recenter.store import Run, Store

EXPORTS = ("export", "study export")
TRAINING = "train"


class Unreachable(NamedTuple):
    """What has to be removed by hand, in words for whoever must do it."""

    copies: tuple[str, ...]
    models: tuple[str, ...]


def copies_of(store: Store, person: str) -> Unreachable:
    """Return the files and models that may hold a person: the manifests of exports that were of
    them or of everyone, and of trainings that came after the first of these.

    Batch files never pass through the store: of those nobody keeps a list.
    """
    copies: list[str] = []
    models: list[str] = []
    for run in store.runs():
        if run.command in EXPORTS and run.arguments.get("person") in (None, person):
            copies.append(_said(run, "output"))
        elif run.command == TRAINING and copies:
            models.append(_said(run, "output"))
    return Unreachable(tuple(copies), tuple(models))


def _said(run: Run, name: str) -> str:
    return f"{run.arguments.get(name, 'a file that is not named')} ({run.command}, {run.started})"
