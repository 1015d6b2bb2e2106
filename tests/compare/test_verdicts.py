"""The blind sheet and its verdicts: nothing tells the corpora apart, all find their way back."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest

from recenter.compare.verdicts import FIELDS, matched, read_verdicts, write_sheet
from recenter.errors import InputError
from recenter.formats import encode
from recenter.records import Judge, Judgment, Subject
from tests.compare.made import corpus, people, talk

TALKS = (people("real", 20, bad=3), people("made", 30, bad=3))
CORPORA = tuple(corpus(n, some) for n, some in zip(("real", "made"), TALKS, strict=True))


def sheet(path: Path, size: int = 5) -> list[dict[str, str]]:
    reads = [lambda some=some: some for some in TALKS]
    write_sheet(path, CORPORA, reads, size=size, seed=1)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sheet_holds_as_many_of_each_corpus_and_does_not_tell_which(tmp_path: Path) -> None:
    rows = sheet(tmp_path / "sheet.csv")
    assert len(rows) == 10
    assert set(rows[0]) == set(FIELDS)
    real = {one.id for one in CORPORA[0].attributes}
    places = [row["item"] in real for row in rows]
    assert sum(places) == 5
    assert places not in ([True] * 5 + [False] * 5, [False] * 5 + [True] * 5)
    assert not any("real" in value or "made" in value for row in rows for value in row.values())
    with pytest.raises(InputError, match="Name a new file"):
        sheet(tmp_path / "sheet.csv")


def test_a_filled_sheet_is_read_back_with_what_most_say(tmp_path: Path) -> None:
    rows = sheet(tmp_path / "sheet.csv")
    for name, said in (("one", "accept"), ("two", "reject"), ("three", "uncertain")):
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerow(rows[0] | {"verdict": said})
            writer.writerow(rows[1])
    three = [tmp_path / f"{name}.csv" for name in ("one", "two", "three")]
    assert read_verdicts(three) == {rows[0]["item"]: True}
    assert read_verdicts(three[:2]) == {}
    assert matched(CORPORA, read_verdicts(three)) == 1


def test_answers_of_people_in_an_export_count_and_no_others(tmp_path: Path) -> None:
    subject = Subject(attribute="att_1")
    rows = [
        Judgment(
            id=f"jud_{kind}{answer}",
            question="supported",
            subject=subject,
            judge=Judge(kind=kind, name="x"),  # type: ignore[arg-type]
            answer=answer,
        )
        for kind, answer in (("person", "accept"), ("model", "reject"))
    ]
    path = tmp_path / "all.jsonl"
    path.write_text("".join(encode({"kind": "judgment", "record": row}) + "\n" for row in rows))
    assert read_verdicts([path]) == {"att_1": False}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("item,verdict\na,yes\n", "line 2: verdict"),
        ("item\na\n", "lacks the columns verdict"),
        ("item,verdict\na,\nb, \n", "bad.csv: holds no verdict. Fill in"),
    ],
)
def test_a_verdict_that_is_none_is_refused_by_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_verdicts([path])


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    talks = [talk("a", "I =1+1"), talk("b", "I like it")]
    made = corpus("real", talks)
    attribute = made.attributes[0]
    changed = msgspec.structs.replace(attribute, text="=cmd()")
    broken = msgspec.structs.replace(made, attributes=(changed,))
    path = tmp_path / "sheet.csv"
    write_sheet(path, [broken], [lambda: talks], size=5)
    assert "'=cmd()" in path.read_text()


def test_a_sheet_that_was_saved_with_semicolons_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    path.write_text('item;statement;verdict\na;"A, b, and c.";accept\nb;x;reject\n')
    assert read_verdicts([path]) == {"a": False, "b": True}
