"""The soak sees what is lost, doubled or left over."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from bench import soak


@pytest.mark.parametrize(
    ("got", "told", "seen"),
    [
        ("ab", "60 people unchanged", (0, 0, 0)),
        ("a", "60 people unchanged", (1, 0, 0)),
        ("abb", "60 people unchanged", (0, 1, 1)),
        ("abc", "60 people unchanged", (0, 0, 1)),
        ("ab", "59 people unchanged", (0, 0, 1)),
    ],
)
def test_what_is_not_as_it_should_be_is_counted(
    got: str, told: str, seen: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soak, "wave", lambda *_: 3)
    monkeypatch.setattr(soak, "finish", lambda *_: told)
    monkeypatch.setattr(soak, "export", lambda _: Counter(got))
    tally = soak.soak(Path(), "", Counter("ab"), random.Random(0))
    assert (tally.lost, tally.doubled, tally.left_over) == seen
    assert tally.killed == 3 * soak.WAVES
    assert tally.whole is (seen == (0, 0, 0))


def test_everybody_of_the_corpus_says_something(tmp_path: Path) -> None:
    soak.write_corpus(tmp_path / "corpus", random.Random(0))
    rows = [json.loads(line) for line in (tmp_path / "corpus").read_text().splitlines()]
    about = {row["person"] for row in rows if row["turns"][0]["text"].startswith(("I ", "My "))}
    assert len(about) == soak.PEOPLE
    assert len({(row["person"], row["session"]) for row in rows}) == len(rows)
