"""Rows become items, or are refused with their line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.records import Query
from recenter.study.item_rows import read_items
from recenter.study.items import Item, Part, mapped, texts
from recenter.study.pages import pages

KEY = b"0123456789abcdef"
TURNS = [{"role": "user", "text": "I keep bees 🐝 in Delft."}, {"role": "assistant", "text": "Ah."}]
SUPPORTED = {
    "person": "ann",
    "attribute": {"text": "Keeps bees.", "reason": "Says so."},
    "conversations": [{"id": "c1", "turns": TURNS}],
    "evidence": [
        {"conversation": "c1", "turn": 0, "start": 0, "end": 13, "quote": "I keep bees 🐝"}
    ],
}
RELEVANT = {
    "person": "ann",
    "query": {"prompt": "What should I plant?"},
    "attributes": [{"id": "a1", "text": "Keeps bees."}, {"text": "Lives in Delft."}],
    "stratum": "random",
    "probability": 0.25,
}
BETTER = {
    "person": "ann",
    "query": {"prompt": "What should I plant?"},
    "reply": {"arm": "selected", "text": "Lavender, for your bees."},
    "other": {"arm": "generic", "text": "Lavender."},
    "attributes": [{"text": "Keeps bees."}],
}


def file(folder: Path, *rows: Any) -> Path:
    path = folder / "items.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_an_attribute_comes_with_the_words_it_was_read_from(tmp_path: Path) -> None:
    (item,) = read_items(file(tmp_path, SUPPORTED), "supported", key=KEY)
    assert item.person is not None
    assert item.person.startswith("per_")
    assert item.parts[0].text == "Keeps bees."
    assert item.evidence[0].quote == "I keep bees 🐝"


def test_a_pair_has_a_part_per_attribute_with_how_it_was_drawn(tmp_path: Path) -> None:
    (item,) = read_items(file(tmp_path, RELEVANT), "relevant", key=KEY)
    assert [part.name for part in item.parts] == ["1", "2"]
    assert item.parts[0].attribute == "a1"
    assert {(part.stratum, part.probability) for part in item.parts} == {("random", 0.25)}


def test_a_comparison_has_a_part_per_attribute_and_one_of_the_whole(tmp_path: Path) -> None:
    (item,) = read_items(file(tmp_path, BETTER), "better", key=KEY)
    assert [part.name for part in item.parts] == ["1", "overall"]
    assert item.reply is not None
    assert item.reply.arm == "selected"


@pytest.mark.parametrize(
    ("question", "row", "says"),
    [
        ("supported", SUPPORTED | {"conversations": []}, "no conversation 'c1'"),
        ("supported", SUPPORTED | {"person": 3}, "Expected `str`"),
        ("relevant", RELEVANT | {"attributes": []}, "no attribute"),
        ("relevant", RELEVANT | {"probability": 0}, "no probability"),
        ("relevant", RELEVANT | {"key": {"1": "perhaps"}}, "not an answer to 'relevant'"),
        ("better", BETTER | {"other": BETTER["reply"]}, "the reply itself"),
        ("better", BETTER | {"reply": {"arm": "best", "text": "x"}}, "Invalid enum"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, question: str, row: Any, says: str
) -> None:
    good = {"supported": SUPPORTED, "relevant": RELEVANT, "better": BETTER}[question]
    with pytest.raises(InputError, match=r"items.jsonl: line 2: ") as caught:
        read_items(file(tmp_path, good, row), question, key=KEY)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"start": 1}, "not what stands"),
        ({"turn": 1}, "not the person's own"),
        ({"turn": 2}, "no turn 2"),
        ({"end": 0, "quote": ""}, "not what stands"),
    ],
)
def test_evidence_has_to_stand_where_it_says(tmp_path: Path, change: Any, says: str) -> None:
    row = SUPPORTED | {"evidence": [SUPPORTED["evidence"][0] | change]}  # type: ignore[index]
    with pytest.raises(InputError, match=says):
        read_items(file(tmp_path, row), "supported", key=KEY)


def test_training_needs_the_right_answers(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="right answer to part 1"):
        read_items(file(tmp_path, SUPPORTED), "supported", key=KEY, keyed=True)
    row = SUPPORTED | {"key": {"answer": ["reject", "uncertain"]}}
    (item,) = read_items(file(tmp_path, row), "supported", key=KEY, keyed=True)
    assert item.parts[0].key == ("reject", "uncertain")


def test_the_same_row_twice_and_none_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: id: says the same"):
        read_items(file(tmp_path, SUPPORTED, SUPPORTED), "supported", key=KEY)
    with pytest.raises(InputError, match="holds no items"):
        read_items(file(tmp_path), "supported", key=KEY)


def test_changed_texts_keep_quotes_where_they_stand(tmp_path: Path) -> None:
    (item,) = read_items(file(tmp_path, SUPPORTED), "supported", key=KEY)
    masked = mapped(item, lambda text: text.replace("bees", "█" * 4))
    assert masked.evidence[0].quote == "I keep ████ 🐝"
    assert not any("bees" in text for _, text in texts(masked))


def pairs(sizes: Sequence[int]) -> list[Item]:
    return [
        Item(
            id=f"i{person}",
            person=f"p{person}",
            query=Query(id=f"q{person}", person=f"p{person}", prompt="Same?"),
            parts=tuple(
                Part(name=str(n), attribute=f"{person}-{n}", text="x", person=f"p{person}")
                for n in range(size)
            ),
        )
        for person, size in enumerate(sizes)
    ]


@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(1, 25), st.booleans())
def test_every_decision_stands_on_one_page(sizes: list[int], size: int, pooled: bool) -> None:
    made = pages(pairs(sizes), size=size, pooled=pooled, seed=1)
    decisions = [part.attribute for page in made for part in page.parts]
    assert sorted(map(str, decisions)) == sorted(
        f"{person}-{n}" for person, many in enumerate(sizes) for n in range(many)
    )
    assert max(len(page.parts) for page in made) <= size
    assert len({page.id for page in made}) == len(made)
    assert pages(pairs(sizes), size=size, pooled=pooled, seed=1) == made


def test_a_pooled_page_does_not_say_whose_prompt_it_is() -> None:
    (page,) = pages(pairs([3, 3]), size=20, pooled=True, seed=1)
    assert page.person is None
    assert page.query is not None
    assert (page.query.id, page.query.person) == ("", "")
    assert page.people == {"p0", "p1"}
