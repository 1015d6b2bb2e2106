"""Manifests of what leaves the store, so that a later deletion report can name the copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recenter.config import Settings
from recenter.memory.unreachable import Unreachable
from recenter.store import Store, open_store
from recenter.workspace import Workspace


@contextmanager
def exporting(
    store: Store, command: str, output: Path | None, *, person: str | None = None
) -> Iterator[None]:
    """Keep that an export was made: where to, and of whom; None stands for everyone.

    Without an output it went to standard output, and from there who knows where.
    """
    place = "standard output" if output is None else str(output.resolve())
    with Workspace(store).run(command, {"output": place, "person": person}):
        yield


@contextmanager
def training(
    settings: Settings, command: str, *, sources: Iterable[Path], output: Path
) -> Iterator[None]:
    """Keep that a model was trained, in the store that was named; in none where none was."""
    if settings.store is None:
        yield
        return
    arguments: Mapping[str, Any] = {
        "from": [str(source.resolve()) for source in sources],
        "output": str(output.resolve()),
    }
    with (
        open_store(settings.store_url) as store,
        Workspace(store).run(command, arguments),
    ):
        yield


def told(found: Unreachable) -> list[str]:
    """Return, in lines, what has to be removed by hand; none where nothing is known of."""
    lines: list[str] = []
    for words, things in (
        ("Copies that this does not reach, which you may have to remove:", found.copies),
        (
            "Models trained since the first of these, maybe on them:",
            found.models,
        ),
    ):
        if things:
            lines += [words, *(f"  {thing}" for thing in things)]
    return lines
