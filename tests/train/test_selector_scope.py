"""What tells bound attributes from others: fitted on made-up sentences, held to some left out."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.models.embedded import Minilm
from recenter.models.selector_scope import KINDS, is_bound
from recenter.train import texts
from recenter.train.selector_parts import Vectors
from recenter.train.selector_scope import FAR, fit_near, fit_scope
from tests.train.selector_makers import embedder, fewer_texts


def test_wishes_left_out_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = Vectors(Minilm())
    bound, wishes = texts.bound(), texts.lines("wishes")
    lines = {"style": texts.lines("style"), "wishes": wishes[::2]}
    monkeypatch.setattr(texts, "bound", lambda: bound[::2])
    monkeypatch.setattr(texts, "lines", lines.__getitem__)
    scope = fit_scope(vectors)
    some, every = (
        is_bound(vectors(listed) @ scope[:-1] + scope[-1])
        for listed in ([wish.text for wish in bound[1::2]], wishes[1::2])
    )
    # Half of the sentences teach little; what is in doubt counts as unbound.
    assert some.mean() > 0.3
    assert every.mean() < some.mean() / 2


def test_a_message_is_far_by_the_share_that_was_asked_for() -> None:
    with fewer_texts():
        vectors = Vectors(embedder())
        assert fit_scope(vectors).shape == (64 + 1, len(KINDS))
        near = fit_near(vectors, np.zeros(64), np.zeros(64))
        about = vectors(wish.text for wish in texts.bound())
        asked = vectors(wish.applies for wish in texts.bound())
    others = (about @ asked.T)[~np.eye(len(about), dtype=bool)]
    assert (others < near).mean() == pytest.approx(FAR, abs=0.01)
