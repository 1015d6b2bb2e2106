"""Pairs come back from a file as they were, and errors name the line and the field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Query
from recenter.study.pair_rows import STRATA, Draw, Pair, Shown, read, write
from recenter.study.pairs import draw
from tests.study.makers import KNOWN, MATCHER, OPEN, ORDINARY, attributes

PAIRS = draw(KNOWN, (*OPEN, *ORDINARY), MATCHER, plan=Draw(total=12))
CHANCES = st.floats(0, 1, exclude_min=True)


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    known = {**KNOWN, "p0": attributes("p0", 30)}
    pairs = draw(known, (*OPEN, *ORDINARY), MATCHER, plan=Draw(total=20))
    write(pairs, tmp_path / "pairs.jsonl")
    assert read(tmp_path / "pairs.jsonl") == pairs
    assert {pair.shown for pair in pairs} == {None, 0.8}
    assert len((tmp_path / "pairs.jsonl").read_text().splitlines()) == 20


@given(st.text(), st.text(), CHANCES, st.none() | CHANCES, st.sampled_from(STRATA))
def test_any_pair_comes_back(
    name: str, text: str, chance: float, shown: float | None, stratum: Any
) -> None:
    pair = Pair(
        id=name,
        person=name,
        query=Query(id=name, person=name, prompt=text),
        attributes=(Shown(id=name, text=text),),
        stratum=stratum,
        probability=chance,
        shown=shown,
        signature=Signature(seed=0),
    )
    assert formats.decode(formats.encode(pair), Pair) == pair


def test_a_row_has_these_fields_and_no_others(tmp_path: Path) -> None:
    write(PAIRS, tmp_path / "pairs.jsonl")
    for line in (tmp_path / "pairs.jsonl").read_text().splitlines():
        row = json.loads(line)
        assert list(row) == [
            "id",
            "person",
            "query",
            "attributes",
            "stratum",
            "probability",
            "signature",
        ]
        assert list(row["query"]) == ["id", "person", "prompt"]
        assert [list(attribute) for attribute in row["attributes"]] == [["id", "text"]] * 3


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"probability": 0}, "line 3: probability: Expected `float` > 0"),
        ({"probability": 1.5}, "line 3: probability: Expected `float` <= 1"),
        ({"probability": None}, "line 3: probability: Expected `float`"),
        ({"stratum": "random"}, "line 3: stratum: Invalid enum value 'random'"),
        ({"attributes": []}, "line 3: attributes: expected at least one"),
        ({"attributes": [{"id": "a", "text": "A."}] * 2}, "attributes: 'a' is listed twice"),
        ({"attributes": [{"id": "a"}]}, r"line 3: attributes\[0\]: .*`text`"),
        ({"query": {"id": "q", "person": "x", "prompt": "?"}}, "line 3: query.person: expected"),
        ({"id": PAIRS[0].id}, "line 3: id: .* earlier pair"),
    ],
)
def test_a_row_that_is_no_pair_is_refused_by_line_and_field(
    changed: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = tmp_path / "pairs.jsonl"
    bad = {**json.loads(formats.encode(PAIRS[1])), **changed}
    path.write_text(f"{formats.encode(PAIRS[0])}\n\n{json.dumps(bad)}\n")
    with pytest.raises(InputError, match=said) as error:
        read(path)
    assert error.value.file == str(path)


def test_what_is_no_json_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read(path)
    path.write_text("{")
    with pytest.raises(InputError, match="line 1: not JSON"):
        read(path)
