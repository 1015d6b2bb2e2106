"""Filling a prompt must not interpret what it is filled with."""

from __future__ import annotations

import pytest

from recenter.prompts import Prompt, load_prompt

PROMPT = Prompt("greeting", "Be brief.", 'Say {word} to {name} as {"json": 1}.')


def test_braces_in_values_and_json_in_the_template_stay() -> None:
    assert PROMPT.fill(word="{name}", name="Ada") == 'Say {name} to Ada as {"json": 1}.'


def test_missing_and_unknown_places_are_errors() -> None:
    with pytest.raises(KeyError, match="name"):
        PROMPT.fill(word="hi")
    with pytest.raises(KeyError, match="other"):
        PROMPT.fill(word="hi", name="Ada", other="x")


def test_hash_depends_on_both_parts() -> None:
    assert PROMPT.hash != Prompt("greeting", "Be long.", PROMPT.user).hash


def test_statements_are_asked_for_with_one_subject() -> None:
    """Selectors compare statements with everyday ones about "the user"."""
    for name in ("extract", "refine"):
        assert '"The user"' in load_prompt(name).user
        assert '"The person"' not in load_prompt(name).user
