"""A report on nobody, with everything that a page can hold."""

from __future__ import annotations

from recenter.figures.record import Line, Table
from recenter.provenance import Signature
from recenter.reports.material import Problem
from recenter.reports.section import GapReport, Section
from recenter.stats.estimate import Estimate
from recenter.train.sources import DataFile
from tests.figures.test_draw import DOTS, GRID

EVIL = '<script>alert("x")</script>'
SECTION = Section(
    stage="selection",
    name="selection-made",
    title="Selection (made)",
    verdict=f"People and {EVIL} are not told apart.",
    counts={"people": 1200},
    tables=(
        Table(
            title="Figures",
            columns=("F1", "kappa"),
            lines=(
                Line(EVIL, (Estimate(value=0.5, low=0.4, high=0.6, n=10, clusters=3), None)),
                Line("few", (Estimate(value=None, n=1, reason="Too few people."), None)),
            ),
            note="A note.",
        ),
        Table(
            title="More figures",
            columns=("share",),
            lines=(Line("few", (Estimate(value=0.2, low=0.1, high=0.3, n=9, clusters=6),)),),
        ),
    ),
    pictures=(DOTS, GRID),
    limits=("Made up.",),
)
REPORT = GapReport(
    sections=(SECTION,),
    files=(DataFile(name="a.jsonl", rows=1000, sha256="0" * 64),),
    problems=(Problem(what=f"an answer off the scale: {EVIL}", count=2, example="a.jsonl:3"),),
    signature=Signature(seed=0, settings="data"),
    seed=0,
)
