"""A reviewer's decisions are read back as they were made, and count for what was scanned only."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.scan.find import find
from recenter.scan.record import Finding
from recenter.scan.redact import redact
from recenter.scan.review import (
    Decision,
    ReviewRow,
    apply,
    read_review,
    scan_hash,
    to_review,
    write_review,
)

TEXTS = {
    "t1": "Dear Ann Poe,\nwrite to ann@example.com or Ann Poe.",
    "t2": "Albert Einstein was early. So says my wife Ann Poe.",
}
FOUND = {id_: find(text) for id_, text in TEXTS.items()}


def decided(rows: tuple[ReviewRow, ...], **decisions: Decision) -> tuple[ReviewRow, ...]:
    return tuple(
        msgspec.structs.replace(row, decision=decisions.get(row.text.split()[0], "redact"))
        for row in rows
    )


def test_each_text_found_is_one_row_with_its_places() -> None:
    rows = to_review(TEXTS, FOUND)
    assert [(row.kind, row.text, row.count, row.where) for row in rows] == [
        ("email", "ann@example.com", 1, ("t1",)),
        ("name", "Ann Poe", 3, ("t1", "t2")),
        ("name", "Albert Einstein", 1, ("t2",)),
    ]
    assert {row.decision for row in rows} == {None}
    assert rows[0].example == TEXTS["t1"]


def test_an_example_shows_forty_characters_on_each_side() -> None:
    text = "x" * 100 + " ann@example.com " + "y" * 100
    (row,) = to_review({"t": text}, {"t": find(text)})
    assert row.example == "x" * 39 + " ann@example.com " + "y" * 39


def test_decisions_are_written_read_and_applied(tmp_path: Path) -> None:
    path = tmp_path / "review.jsonl"
    rows = decided(to_review(TEXTS, FOUND), Albert="keep")
    write_review(path, rows)
    assert read_review(path) == rows
    kept = apply(FOUND["t2"], read_review(path))
    assert redact(TEXTS["t2"], kept) == "Albert Einstein was early. So says my wife [name]█."


def test_what_nobody_decided_on_is_not_published() -> None:
    rows = to_review(TEXTS, FOUND)
    with pytest.raises(InputError, match=r"2 findings are not decided on, 0 of them"):
        apply(FOUND["t2"], rows)
    with pytest.raises(InputError, match=r"1 findings are not decided on, 1 of them") as caught:
        apply([Finding("name", 0, 3, "Eve")], decided(rows))
    assert "Eve" not in str(caught.value), "an error may be logged"


def test_findings_without_a_text_are_refused() -> None:
    with pytest.raises(InputError, match="'t1'"):
        to_review({}, FOUND)


GOOD = '{"kind":"name","text":"Ann","count":1,"example":"Ann","where":["t"],"decision":"keep"}'


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (f"{GOOD}\n\n{GOOD.replace('keep', 'maybe')}", 3, "decision"),
        (f"{GOOD}\n{GOOD.replace('name', 'nickname', 1)}", 2, "kind"),
        (f"{GOOD}\n{GOOD}", 2, "text"),
        (f"{GOOD}\nkeep", 2, None),
        ('{"kind":"name"}', 1, None),
    ],
)
def test_a_line_that_is_no_row_is_refused(
    content: str, line: int, field: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "review.jsonl"
    path.write_text(content)
    with pytest.raises(InputError, match=r"review\.jsonl") as caught:
        read_review(path)
    assert (caught.value.line, caught.value.field) == (line, field)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        read_review(tmp_path / "none.jsonl")


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=4))
def test_a_sign_off_names_texts_in_any_order(texts: dict[str, str]) -> None:
    named = scan_hash(texts, {}, ())
    assert scan_hash(dict(reversed(texts.items())), {}, ()) == named
    for id_, text in texts.items():
        assert scan_hash({**texts, id_: text + "."}, {}, ()) != named
        assert scan_hash({i: t for i, t in texts.items() if i != id_}, {}, ()) != named


def test_a_sign_off_names_what_was_found_and_decided() -> None:
    texts = {"t1": "Write to ann@example.com or kim@example.com."}
    found = {"t1": find(texts["t1"])}
    rows = to_review(texts, found)
    with pytest.raises(InputError, match="not decided"):
        scan_hash(texts, found, rows)

    def named(*decisions: str) -> str:
        some = [
            msgspec.structs.replace(row, decision=decision)
            for row, decision in zip(rows, decisions, strict=True)
        ]
        return scan_hash(texts, found, some)

    assert named("keep", "redact") == named("keep", "redact")
    assert len({named("keep", "redact"), named("redact", "keep"), named("keep", "keep")}) == 3
    kept = [msgspec.structs.replace(row, decision="keep") for row in rows]
    assert scan_hash(texts, {"t1": found["t1"][:1]}, kept) != named("keep", "keep")
