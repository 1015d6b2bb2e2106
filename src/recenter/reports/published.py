"""What the study published, to stand beside the same figures of a part of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from recenter.figures.record import Line, Table
from recenter.reports.kappas import AMONG_MODELS, AMONG_PEOPLE, BETWEEN
from recenter.reports.section import Section
from recenter.stats.estimate import Estimate

PAIRS = 3969
PAPER = "arXiv 2606.06614, 3,969 pairs"
WHOLE = "all 3,969 pairs that its authors released"
_ORACLE = "as many as people (oracle)"


_PILOT = f"{PAPER}; here are the judgments of its pilot"


class Published(NamedTuple):
    """A figure, where its like stands in a report, and where it is from."""

    section: str
    row: str
    column: str
    value: float
    source: str


FIGURES = (
    Published("selection-relevance", "people", "share used", 0.178, WHOLE),
    Published("selection-relevance", "gpt-5.4", "share used", 0.438, WHOLE),
    Published("selection-relevance", "gpt-5.4", "precision", 0.334, WHOLE),
    Published("selection-relevance", "gpt-5.4", "recall", 0.819, WHOLE),
    Published("selection-relevance", "gpt-5.4", "F1", 0.474, WHOLE),
    Published("selection-relevance", "gemma-4-31b", "share used", 0.470, WHOLE),
    Published("selection-relevance", "gemma-4-31b", "precision", 0.355, WHOLE),
    Published("selection-relevance", "gemma-4-31b", "recall", 0.934, WHOLE),
    Published("selection-relevance", "gemma-4-31b", "F1", 0.514, WHOLE),
    Published("selection-relevance", "always yes", "F1", 0.302, WHOLE),
    Published("selection-relevance", f"BM25, {_ORACLE}", "F1", 0.243, PAPER),
    Published("selection-relevance", f"cosine, {_ORACLE}", "F1", 0.384, PAPER),
    Published("selection-relevance", AMONG_MODELS, "mean kappa", 0.597, PAPER),
    Published("selection-pilot", AMONG_PEOPLE, "mean kappa", 0.426, _PILOT),
    Published("selection-pilot", BETWEEN, "mean kappa", 0.300, _PILOT),
    Published("selection-pilot", AMONG_MODELS, "mean kappa", 0.597, _PILOT),
)
_PLACES = {"selection-pilot": " (pilot)"}
_NOTE = (
    "Published figures are of the whole study; the data read here may be a part of it, by people "
    "and by prompts, and a figure may lie outside of an interval for that reason alone. "
    f"Retrieval with an oracle and kappas are from {PAPER}, the rest from {WHOLE}. Kappas beside "
    "the pilot are of the study itself, whose annotators were chosen after it."
)


def published_section(sections: Sequence[Section]) -> Section | None:
    """Return the figures that the study published beside those of this report; None without any."""
    lines = []
    outside = []
    for one in FIGURES:
        here = _find(sections, one)
        if here is None:
            continue
        name = f"{one.row}, {one.column}{_PLACES.get(one.section, '')}"
        there = Estimate(value=one.value, n=PAIRS, reason=f"From {one.source}.")
        lines.append(Line(name, (here, there)))
        if here.low is None or here.high is None or not here.low <= one.value <= here.high:
            outside.append(name)
    if not lines:
        return None
    told = (
        f"{len(lines) - len(outside)} of {len(lines)} published figures lie within the interval of "
        "the same figure here."
    )
    return Section(
        stage="published",
        name="published",
        title="Beside the published study",
        verdict=told + (f" Outside: {'; '.join(outside)}." if outside else ""),
        counts={"figures": len(lines)},
        tables=(
            Table(
                title="Published figures",
                columns=("here", "published"),
                lines=tuple(lines),
                note=_NOTE,
            ),
        ),
        limits=(
            "Answers that could not be read counted as no in the study; here they are left out.",
        ),
    )


def _find(sections: Sequence[Section], wanted: Published) -> Estimate | None:
    for section in sections:
        if section.name == wanted.section:
            for table in section.tables:
                for line in table.lines:
                    if line.name == wanted.row and wanted.column in table.columns:
                        return line.figures[table.columns.index(wanted.column)]
    return None
