"""The reference names every column of every table, with its type."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recenter.records import Record
from recenter.study.export import release, write
from recenter.study.export.folder import SCHEMA
from recenter.study.export.tables import columns

PAGE = (Path(__file__).parents[3] / "docs/reference/study-export.md").read_text("utf-8")
TABLES = {**write.TABLES, **release.TABLES}
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|", re.MULTILINE)


@pytest.mark.parametrize(("name", "kind"), TABLES.items())
def test_columns_are_documented_in_their_order_with_their_types(
    name: str, kind: type[Record]
) -> None:
    section = PAGE.split(f"\n### {name}\n")[1].split("\n#")[0]
    assert [(name, type.strip()) for name, type in ROW.findall(section)] == [*columns(kind).items()]


def test_no_table_is_documented_that_is_not_written() -> None:
    assert set(re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)) == TABLES.keys()
    assert f"schema (now {SCHEMA})" in PAGE
