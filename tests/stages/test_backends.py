"""Backends by name."""

from __future__ import annotations

import pytest

from recenter.errors import ConfigError
from recenter.models.embedded import Minilm
from recenter.models.scripted import ScriptedChat
from recenter.stages.backends import SELECTORS, VERIFIERS, Models, make_selector, make_verifier

ALL = Models(chat=ScriptedChat([]), embedder=Minilm())


def test_every_name_makes_a_backend_with_a_signature_of_its_own() -> None:
    made = [make_selector(name, ALL).signature for name in SELECTORS]
    made += [make_verifier(name, ALL).signature for name in VERIFIERS]
    assert len(set(made)) == len(SELECTORS) + len(VERIFIERS)


def test_a_missing_model_and_an_unknown_name_say_what_to_do() -> None:
    with pytest.raises(ConfigError, match="--chat"):
        make_selector("llm", Models())
    with pytest.raises(ConfigError, match="--embedder"):
        make_selector("embedding", Models())
    with pytest.raises(ConfigError, match="--embedder"):
        make_verifier("trained", Models())
    with pytest.raises(ConfigError, match=r"best.*bm25"):
        make_selector("best", ALL)
    with pytest.raises(ConfigError, match=r"best.*rules"):
        make_verifier("best", Models())
    assert make_selector("bm25", Models()).name == "bm25"
