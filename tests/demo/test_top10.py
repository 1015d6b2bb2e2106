from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.demo.top10 import push
from recenter.records import Attribute, Query
from recenter.stages.respond import memory_block

QUERY = Query(id="que_1", person="p1", prompt="hi")


class Angles:
    """Embeds a number as the angle it names, and anything else as zero degrees."""

    name = "angles"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        angles = np.radians([float(text) if text.isdigit() else 0.0 for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def of(degrees: int) -> Attribute:
    return Attribute(
        id=f"att_{degrees}",
        person="p1",
        text=str(degrees),
        source="stated",
        confidence=1.0,
        evidence=(),
    )


def test_pushes_the_nearest_whatever_they_are() -> None:
    attributes = [of(degrees) for degrees in (170, 20, 90, 45)]
    got = push(QUERY, attributes, embedder=Angles(), k=3)
    assert got.attributes == ("att_20", "att_45", "att_90")
    assert got.cosines == pytest.approx([0.9397, 0.7071, 0.0], abs=1e-4)


def test_counts_exactly_what_it_adds_to_the_prompt() -> None:
    got = push(QUERY, [of(10), of(20)], embedder=Angles())
    assert got.reply.messages[-1].content == memory_block([of(10), of(20)]) + "\n\nhi"
    assert got.characters == len(memory_block([of(10), of(20)])) + 2


def test_pushes_nothing_where_nothing_is_known() -> None:
    got = push(QUERY, [], embedder=Angles())
    assert (got.attributes, got.characters) == ((), 0)
    assert got.reply.messages[-1].content == "hi"
