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
from recenter.reports.section import Section
from recenter.stats.estimate import Estimate

_SAME = 1e-9


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


def earlier_section(before: Earlier, sections: Sequence[Section]) -> Section:
    """Return what changed: figures of both reports whose values differ, and how many do not."""
    old = {
        (section.name, one.table, one.row, one.figure): one
        for section in before.sections
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
        note="The difference has no interval: the two reports may rest on the same people.",
    )
    return Section(
        stage="published",
        name="earlier",
        title="Since the earlier report",
        verdict=f"Of the figures: {told}.",
        counts=counts,
        tables=(table,) if lines else (),
        limits=(
            f"The earlier report was of data {before.signature.settings}, by Recenter "
            f"{before.signature.code}, seed {before.signature.seed}.",
        ),
    )


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
    return then, now, Estimate(value=now.value - then.value, n=now.n, clusters=now.clusters)


def _equal(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return abs(one - two) <= _SAME
