"""The planted store: as the published audit found it, the same each time, in halves apart."""

from __future__ import annotations

from collections import Counter

import pytest
from bench.audit_phrases import Half, half_of
from bench.audit_store import ENTRIES, SHARES, store


def test_has_the_published_shares() -> None:
    made = store()
    kinds = Counter(one.kind for one in made.entries)
    assert len(made.entries) == ENTRIES == sum(SHARES.values())
    junk = ENTRIES - kinds["genuine"]
    assert kinds["genuine"] == 224
    assert kinds["boot"] / junk == pytest.approx(0.527, abs=0.001)
    assert kinds["architecture"] / junk == pytest.approx(0.082, abs=0.001)
    assert kinds["hallucinated"] / junk == pytest.approx(0.052, abs=0.001)
    assert kinds["loop"] == 668
    repeated = sum(count - 1 for count in Counter(one.fact for one in made.entries).values())
    assert repeated / ENTRIES == pytest.approx(0.376, abs=0.02)


def test_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert store(seed=1, entries=300) == store(seed=1, entries=300)
    assert store(seed=1, entries=300) != store(seed=2, entries=300)


@pytest.mark.parametrize("half", ["tuning", "held"])
def test_what_the_person_said_is_what_the_entries_marked_as_theirs_need(half: Half) -> None:
    made = store(half=half, entries=300)
    turns = " ".join(
        message["content"]
        for row in made.conversations
        for message in row["messages"]
        if message["role"] == "user"
    )
    for one in made.entries:
        assert (one.said is None) == ("unsupported" in one.labels)
        assert one.said is None or one.said in turns


def test_halves_share_no_wording() -> None:
    wordings = ("a", "b", "c", "d", "e")
    assert half_of(wordings, "tuning") == ("a", "c", "e")
    assert half_of(wordings, "held") == ("b", "d")
    assert half_of(wordings, "both") == wordings
