"""A report as page, text and data: the same figures, nothing loaded, names stay text."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec

from recenter.figures.record import Line, Table
from recenter.reports.page import page
from recenter.reports.render import as_data, markdown, write_report
from recenter.reports.section import signature_line
from recenter.stats.estimate import Estimate
from tests.reports.made import EVIL, REPORT, SECTION


def test_names_stay_text_and_the_page_loads_nothing() -> None:
    told = page(REPORT)
    assert EVIL not in told
    assert "&lt;script&gt;" in told
    assert not re.search(r"\bsrc=|@import|url\((?!#)", told)
    assert "default-src 'none'" in told


def test_in_markdown_names_are_neither_tags_nor_links_nor_tables() -> None:
    evil = "a|b <script> ![p](http://evil/p.png) `x`\n# H1"
    table = msgspec.structs.replace(
        SECTION.tables[0], lines=(Line(evil, SECTION.tables[0].lines[0].figures),)
    )
    section = msgspec.structs.replace(SECTION, tables=(table,), verdict=evil)
    told = markdown(msgspec.structs.replace(REPORT, sections=(section,)))
    assert "<script" not in told
    assert "](http" not in told
    assert "\n# H1" not in told
    (row,) = [line for line in told.splitlines() if line.startswith(r"| a\|b")]
    assert row.count("|") - row.count(r"\|") == 6


def test_what_is_not_estimable_says_why_everywhere() -> None:
    assert "not estimable: Too few people." in page(REPORT)
    assert "not estimable: too few people" in markdown(REPORT)
    figures = as_data(REPORT)["sections"][0]["figures"]
    assert figures[1]["value"] is None
    assert figures[1]["reason"] == "Too few people."


def test_why_figures_have_no_interval_stands_once_below_the_tables() -> None:
    why = "An interval needs at least five independent units; there are 4."
    bare, short = Estimate(value=0.25, reason=why), Estimate(value=0.5, reason="Drawn.")
    table = Table(title="T", columns=("a", "b"), lines=(Line("x", (bare, short)),) * 2)
    section = msgspec.structs.replace(SECTION, tables=(table,))
    made = msgspec.structs.replace(REPORT, sections=(section,))
    for told in (page(made), markdown(made)):
        assert told.count(why) == 1
        assert told.count("note 1") == 2
    assert "| 0.250 (note 1) | 0.500 (Drawn) |" in markdown(made)
    assert f"\n1. {why}\n" in markdown(made)
    assert "Notes:" not in markdown(REPORT)


def test_what_was_left_out_is_told_with_its_first_place() -> None:
    for told in (page(REPORT), markdown(REPORT)):
        assert "first: a.jsonl:3" in told


def test_all_files_are_written_and_pictures_of_two_sections_do_not_clash(tmp_path: Path) -> None:
    other = msgspec.structs.replace(SECTION, name="other")
    write_report(msgspec.structs.replace(REPORT, sections=(SECTION, other)), tmp_path)
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"selection-made-dots.svg", "other-dots.svg", "other-grid.csv"} <= names
    data = json.loads((tmp_path / "report.json").read_text())
    assert data["sections"][0]["figures"][0]["value"] == 0.5
    text = (tmp_path / "report.md").read_text()
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (tmp_path / target).exists()


def test_an_empty_report_says_so() -> None:
    nothing = msgspec.structs.replace(REPORT, sections=())
    assert "Nothing in these files lets people and models be compared." in page(nothing)


def test_every_picture_says_on_how_much_it_rests_and_carries_the_signature(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path)
    told = f"1,200 people; {signature_line(REPORT)}"
    pictures = list((tmp_path / "figures").glob("*.svg"))
    assert len(pictures) == len(SECTION.pictures)
    for path in pictures:
        assert told in path.read_text()
    captions = re.findall(r"<figcaption>(.*?)</figcaption>", page(REPORT))
    assert len(captions) == len(SECTION.pictures)
    assert all("1,200 people" in one and signature_line(REPORT) in one for one in captions)
