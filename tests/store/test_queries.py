"""The query file is read whole, and everything in it is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import recenter.memory
import recenter.store
import recenter.study.ledger
from recenter.store.queries import QUERIES, parse_queries
from recenter.store.removal import OF_A_PERSON

FOLDERS = [
    Path(str(package.__file__)).parent
    for package in (recenter.store, recenter.memory, recenter.study.ledger)
]


def test_names_comments_and_ends() -> None:
    text = "-- Of all.\n\n-- name: one\n-- Why.\nSELECT 1\n  + 1;\n\n-- name: two\nSELECT 2;\n"
    assert parse_queries(text) == {"one": "SELECT 1\n  + 1", "two": "SELECT 2"}


def test_two_of_one_name_are_an_error() -> None:
    with pytest.raises(ValueError, match="one"):
        parse_queries("-- name: one\nSELECT 1;\n-- name: one\nSELECT 2;\n")


def test_every_query_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for folder in FOLDERS for path in folder.glob("*.py"))
    named = set(re.findall(r'"([a-z]+_[a-z_]+|counts)"', code))
    tables = (
        "conversations",
        "attributes",
        "judgments",
        "queries",
        "selections",
        "replies",
        "person_references",
    )
    for suffix in re.findall(r'f"\{table\.name\}(_[a-z]+)"', code):
        named |= {f"{table}{suffix}" for table in tables}
    named |= {f"forget_{name}" for name in OF_A_PERSON}
    assert set(QUERIES) <= named
