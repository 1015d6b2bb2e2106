"""What is written of an audit: every text escaped, or none shown at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recenter.audit.clean import cleaned
from recenter.audit.page import page
from recenter.audit.report import markdown, view_of, write_audit
from tests.audit.made import SCRIPT, SECRET, made, talk


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    place = tmp_path_factory.mktemp("audit")
    done = made(place, [talk("I like Honeybadger comics.", "I take insulin.")])
    for texts in (True, False):
        (place / str(texts)).mkdir()
        write_audit(done, cleaned(done), place / str(texts), texts=texts, unread=2)
    return {texts: place / str(texts) for texts in (True, False)}


def test_texts_are_escaped_in_page_and_markdown(folders: dict[bool, Path]) -> None:
    html = (folders[True] / "audit.html").read_text("utf-8")
    assert SECRET in html
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;" in html
    assert "<script" not in (folders[True] / "audit.md").read_text("utf-8")


def test_without_texts_no_word_of_an_entry_is_in_any_file(folders: dict[bool, Path]) -> None:
    written = sorted(path.name for path in folders[False].iterdir())
    assert written == ["audit.html", "audit.json", "audit.md"]
    for path in folders[False].iterdir():
        held = path.read_text("utf-8")
        assert SECRET not in held
        assert "m0" in held


def test_the_data_hold_every_entry_with_a_fault_and_what_is_dropped(
    folders: dict[bool, Path],
) -> None:
    data = json.loads((folders[True] / "audit.json").read_text("utf-8"))
    assert (data["entries"], data["clean"], data["conversations_not_read"]) == (8, 1, 2)
    assert data["faults"]["unsupported"]["checked"] == 6
    flagged = {one["id"]: one for one in data["flagged"]}
    assert len(flagged) == 7
    assert flagged["m7"]["text"].endswith(SCRIPT)
    assert flagged["m4"]["drop"]
    assert not flagged["m3"]["drop"] or "unsupported" in str(flagged["m3"]["found"])
    assert sum(one["drop"] for one in flagged.values()) == data["dropped"]


def test_what_was_not_checked_is_never_a_number(tmp_path: Path) -> None:
    done = made(tmp_path)
    view = view_of(done, cleaned(done), texts=True)
    assert "| unsupported | no turn of the person supports it | not checked | not checked |" in (
        markdown(view)
    )
    assert "as far as can be told without conversations" in view.verdict
    assert "not checked" in page(view)
