"""Two reports beside one another: which figures are others than before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.figures.markdown import figures_of
from recenter.figures.record import Line, Table
from recenter.provenance import Signature
from recenter.reports.section import Section, listed
from recenter.stats.estimate import Estimate
from recenter.train.sources import DataFile

_SAME = 1e-9
_NAME = "earlier"
_NO_INTERVAL = "No interval: the two reports may rest on the same people."


class _Figure(msgspec.Struct, frozen=True):
    table: str
    row: str
    figure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    clusters: int = 0
    reason: str | None = None


class _Section(msgspec.Struct, frozen=True):
    name: str
    figures: list[_Figure]


class Earlier(msgspec.Struct, frozen=True):
    """What is read of an earlier report."""

    signature: Signature
    sections: list[_Section]
    files: list[DataFile] = []


def read_earlier(folder: Path) -> Earlier:
    """Return the figures of the report in a folder, or in its `report.json`.

    Raises:
        InputError: there is none, or it is not a report's.
    """
    path = folder / "report.json" if folder.is_dir() else folder
    try:
        return msgspec.json.decode(path.read_bytes(), type=Earlier)
    except OSError as error:
        raise InputError(
            f"the report {path} cannot be read: {error.strerror}.",
            cure="Name a folder that `recenter report` wrote.",
        ) from None
    except msgspec.DecodeError as error:
        raise InputError(f"is no report: {error}.", file=str(path)) from None


def earlier_section(
    before: Earlier, sections: Sequence[Section], signature: Signature, files: Sequence[DataFile]
) -> Section:
    """Return what changed: figures of both reports whose values differ, and how many do not.

    Where the reports were not made of the same, or not in the same way, that is said first.
    """
    old = {
        (section.name, one.table, one.row, one.figure): one
        for section in before.sections
        if section.name != _NAME
        for one in section.figures
    }
    now = {
        (section.name, of["table"], of["row"], of["figure"]): of
        for section in sections
        for of in figures_of(section.tables)
    }
    both = [place for place in now if place in old]
    changed = [place for place in both if not _equal(old[place].value, now[place]["value"])]
    lines = [Line(" · ".join(place), _cells(old[place], now[place])) for place in changed]
    counts = {
        "changed": len(lines),
        "the same": len(both) - len(lines),
        "new": len(now) - len(both),
        "gone": len(old) - len(both),
    }
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    table = Table(
        title="What changed",
        columns=("before", "now", "now less before"),
        lines=tuple(lines),
    )
    return Section(
        stage="published",
        name=_NAME,
        title="Since the earlier report",
        verdict=f"{_unlike(before, signature, files)} Of the figures: {told}.",
        counts=counts,
        tables=(table,) if lines else (),
        limits=(
            f"The earlier report was of data {before.signature.settings}, by Recenter "
            f"{before.signature.code}, seed {before.signature.seed}.",
        ),
    )


def _unlike(before: Earlier, signature: Signature, files: Sequence[DataFile]) -> str:
    """Say in what the two reports differ beside their figures."""
    old = before.signature
    same = {
        "data": {one.sha256 for one in before.files} == {one.sha256 for one in files},
        "questions": old.prompt == signature.prompt,
        "embedder": old.model == signature.model,
        "seed": old.seed == signature.seed,
        "version of Recenter": old.code == signature.code,
    }
    other = [name for name, alike in same.items() if not alike]
    if not other:
        return "Both reports are of the same data, questions, embedder, seed and version."
    return f"The reports differ in {listed(other)}, so that a change need not be one of the judges."


def _cells(
    before: _Figure, figure: dict[str, Any]
) -> tuple[Estimate | None, Estimate | None, Estimate | None]:
    now = Estimate(**{name: figure[name] for name in Estimate.__struct_fields__})
    then = Estimate(
        value=before.value,
        low=before.low,
        high=before.high,
        n=before.n,
        clusters=before.clusters,
        reason=before.reason,
    )
    if then.value is None or now.value is None:
        return then, now, None
    return (
        then,
        now,
        Estimate(value=now.value - then.value, n=now.n, clusters=now.clusters, reason=_NO_INTERVAL),
    )


def _equal(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(one - two) <= _SAME
