"""Copies of a person's data that forgetting cannot reach, as far as the store knows of them."""

from __future__ import annotations

from typing import NamedTuple

from recenter.store import Run, Store

EXPORTS = ("export", "study export")
TRAININGS = ("train", "finetune")
_WROTE = ("done", "interrupted", None)
"""Outcomes of commands that may have written something: an error ends them before."""


class Unreachable(NamedTuple):
    """What has to be removed by hand, in words for whoever must do it."""

    copies: tuple[str, ...]
    models: tuple[str, ...]


def copies_of(store: Store, person: str) -> Unreachable:
    """Return the files and models that may hold a person: the manifests of exports that were of
    them or of everyone, and of trainings that came after the first of these.

    Batch files never pass through the store: of those nobody keeps a list. Nor of trainings that
    were not told the store.
    """
    wrote = [run for run in store.runs() if run.outcome in _WROTE]
    copies = [
        run
        for run in wrote
        if run.command in EXPORTS and run.arguments.get("person") in (None, person)
    ]
    # In the same second, nobody knows which was first.
    first = min((run.started for run in copies), default=None)
    models = [
        run
        for run in wrote
        if run.command in TRAININGS and first is not None and run.started >= first
    ]
    return Unreachable(
        tuple(_said(run, "output") for run in copies),
        tuple(_said(run, "output") for run in models),
    )


def _said(run: Run, name: str) -> str:
    return f"{run.arguments.get(name, 'a file that is not named')} ({run.command}, {run.started})"
