"""A file of another kind is told for what it looks like, with what takes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from recenter.errors import UnknownFormatError
from recenter.importers.reading import read_conversations


def refusal(path: Path) -> str:
    with pytest.raises(UnknownFormatError) as caught:
        list(read_conversations(path, key=b"k" * 32))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"kind": "attribute", "record": {}}', "`recenter report --from`"),
        ('{"question": "better", "item": "i", "annotator": "a", "answer": "4"}', "study import"),
        ('{"prompt": "p", "chosen": "a", "rejected": "b"}', "train preference --from"),
        ('{"person": "p", "query": {}, "attributes": []}', "items of a study"),
        ('{"person": "p", "attribute": {"text": "t"}, "conversations": []}', "items of a study"),
        ("user,text\nann,hello\n", "a table (CSV)"),
        ('"user";"text"\n', "a table (CSV)"),
        ("study: demo\ntitle: t\n", "a study file: `recenter study plan FILE`"),
        ("%PDF-1.7\n", "a PDF"),
        ("<!DOCTYPE html>\n<html>", "a page"),
    ],
)
def test_a_file_of_another_kind_is_told_by_its_first_row(
    tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    told = refusal(path)
    assert "holds no conversations. It looks like" in told
    assert says in told


@pytest.mark.parametrize("text", ['{"id": 1}', "# Title\n\nSome words, and more: of prose (x).\n"])
def test_what_looks_like_nothing_known_is_told_what_formats_there_are(
    tmp_path: Path, text: str
) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    told = refusal(path)
    assert "looks like" not in told
    assert "`turns` for own" in told


def test_the_folder_of_an_export_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    assert "`recenter study import FOLDER` reads a release" in refusal(tmp_path)
