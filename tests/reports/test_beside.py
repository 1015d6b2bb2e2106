"""A report beside the published study, and beside an earlier one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from recenter.errors import InputError
from recenter.figures.record import Line, Table
from recenter.reports.earlier import earlier_section, read_earlier
from recenter.reports.published import FIGURES, published_section
from recenter.reports.render import write_report
from recenter.reports.section import Section
from recenter.stats.estimate import Estimate
from tests.reports.made import REPORT, SECTION


def selection(low: float, high: float) -> Section:
    figure = Estimate(value=(low + high) / 2, low=low, high=high, n=9, clusters=3)
    table = Table(title="Against", columns=("F1",), lines=(Line("gpt-5.4", (figure,)),))
    return msgspec.structs.replace(SECTION, name="selection-relevance", tables=(table,))


@pytest.mark.parametrize(("low", "high", "inside"), [(0.4, 0.5, True), (0.6, 0.7, False)])
def test_a_published_figure_stands_beside_ours_with_its_source(
    low: float, high: float, inside: bool
) -> None:
    found = published_section([selection(low, high)])
    assert found is not None
    ((ours, theirs),) = (line.figures for line in found.tables[0].lines)
    assert ours is not None
    assert theirs is not None
    assert theirs.value == next(
        one.value for one in FIGURES if (one.row, one.column) == ("gpt-5.4", "F1")
    )
    assert "3,969" in (theirs.reason or "")
    assert found.verdict.startswith("1 of 1" if inside else "0 of 1")


def test_data_of_another_study_have_no_published_figures() -> None:
    assert published_section([SECTION]) is None


def test_the_same_report_twice_has_no_change(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    found = earlier_section(read_earlier(tmp_path), REPORT.sections, REPORT.signature, REPORT.files)
    assert found.counts == {"changed": 0, "the same": 3, "new": 0, "gone": 0}
    assert found.tables == ()
    assert found.verdict.startswith("Both reports are of the same data")


def test_reports_of_other_data_or_made_otherwise_are_said_to_be(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    other = msgspec.structs.replace(REPORT.files[0], sha256="1" * 64)
    signature = msgspec.structs.replace(REPORT.signature, seed=1)
    found = earlier_section(read_earlier(tmp_path), REPORT.sections, signature, [other])
    assert found.verdict.startswith("The reports differ in data and seed, so that a change need")


def test_what_changed_is_named_and_what_is_new_or_gone_counted(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    other = Table(
        title="Figures",
        columns=("F1",),
        lines=(
            Line("few", (Estimate(value=0.25, n=5),)),
            Line("another", (Estimate(value=0.5, n=5),)),
        ),
    )
    now = msgspec.structs.replace(SECTION, tables=(other,))
    found = earlier_section(read_earlier(tmp_path), [now], REPORT.signature, REPORT.files)
    assert found.counts == {"changed": 1, "the same": 0, "new": 1, "gone": 2}
    (line,) = found.tables[0].lines
    assert line.name == "selection-made · Figures · few · F1"
    before, after, less = line.figures
    assert before is not None
    assert before.value is None
    assert after is not None
    assert after.value == 0.25
    assert less is None


def test_a_folder_without_a_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name a folder that `recenter report` wrote"):
        read_earlier(tmp_path)
    (tmp_path / "report.json").write_text('{"sections": 3}')
    with pytest.raises(InputError, match="is no report"):
        read_earlier(tmp_path)
