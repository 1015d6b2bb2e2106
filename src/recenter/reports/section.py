"""What a report holds: sections with tables, pictures and a verdict in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from recenter import __version__
from recenter.figures.record import Picture, Table
from recenter.provenance import Signature
from recenter.reports.material import Problem
from recenter.stats.estimate import Estimate
from recenter.train.sources import DataFile

INTERVALS = (
    "Intervals are 95 % and treat the person as the unit: in closed form for means, shares and "
    "regressions, by the jackknife for kappa, alpha and paired differences of judges, by 1,000 "
    "resamples of people for the rest. A figure without one says why."
)

Stage = Literal["extraction", "selection", "reply", "published"]
"""In the order in which they are run, and reported; last what stands beside other reports."""


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of one group of data."""

    stage: Stage
    name: str
    """For links and file names."""
    title: str
    verdict: str
    """One paragraph that states only what the intervals allow."""
    counts: Mapping[str, int]
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    limits: tuple[str, ...] = ()


class Front(msgspec.Struct, frozen=True, kw_only=True):
    """What stands at the top of a report."""

    name: str = "report"
    """Beside the product's, in the head of the page."""
    title: str = "Recenter report: people against models"
    heading: str = "People against models, stage by stage"
    summary: str = ""
    """What all of it comes to, in a paragraph; empty where the sections speak for themselves."""
    intervals: str = INTERVALS
    rows: str = "rows"
    """What the files hold."""
    models: str = "embedder"
    """What the model of the signature is."""


class GapReport(msgspec.Struct, frozen=True, kw_only=True):
    """How far models are from people, in everything that was read; or corpora from one another."""

    sections: tuple[Section, ...]
    files: tuple[DataFile, ...]
    problems: tuple[Problem, ...]
    signature: Signature
    seed: int
    front: Front = Front()


def signature_line(report: GapReport) -> str:
    """Return what is needed to make the report again, in one line."""
    made = report.signature
    parts = [f"Recenter {__version__}", f"seed {report.seed}", f"data {made.settings}"]
    parts += [f"questions {made.prompt}"] if made.prompt else []
    parts += [f"{report.front.models} {made.model}"] if made.model else []
    return "; ".join(parts)


def sizes_line(section: Section) -> str:
    """Return on how much the figures of a section rest, in one line."""
    return ", ".join(f"{count:,} {name}" for name, count in section.counts.items())


SAME = "not told apart"


def apart(difference: Estimate) -> str:
    """Return what an interval of a difference allows to say: higher, lower or not told apart."""
    if difference.low is None or difference.high is None:
        return f"{SAME} (there is no interval)"
    if difference.low > 0:
        return "higher"
    return "lower" if difference.high < 0 else SAME


def told(figure: Estimate, *, percent: bool = False) -> str:
    """Return a figure for a sentence, with its interval."""
    if figure.value is None:
        return "not estimable"
    scale, unit = (100, " %") if percent else (1, "")
    digits = 0 if percent else 2
    value = f"{figure.value * scale:.{digits}f}"
    if figure.low is None or figure.high is None:
        return f"{value}{unit}"
    return f"{value}{unit} [{figure.low * scale:.{digits}f}, {figure.high * scale:.{digits}f}]"


def listed(names: Sequence[str]) -> str:
    """Return names for a sentence: a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
