"""Local model yes, cloud no: what a person allows by where the model runs."""

from __future__ import annotations

from typing import Any

import pytest

from recenter.errors import ConfigError, InputError
from recenter.memory import Memory
from recenter.memory.records import Choices

SAID = "I have insomnia. I work nights as a nurse."
ASK = "How do I sleep better after work?"
ILL = "The user has insomnia."
NURSE = "The user works nights as a nurse."


def used(memory: Memory, **more: Any) -> set[str]:
    return {line.text for line in memory.context(ASK, user_id="ada", **more).selected}


def known(memory: Memory) -> None:
    for text in (ILL, NURSE):
        memory.add(text, user_id="ada", infer=False)


def test_a_topic_allowed_for_local_models_goes_to_no_other(memory: Memory) -> None:
    known(memory)
    assert used(memory, destination="local") == used(memory) == {NURSE}
    memory.choose("ada", allowed_local=["health"])
    assert used(memory, destination="local") == {ILL, NURSE}
    assert used(memory, destination="cloud") == used(memory) == {NURSE}
    memory.choose("ada", allowed=["health"], allowed_local=[])
    assert used(memory, destination="cloud") == {ILL, NURSE}


def test_where_the_cloud_is_closed_nothing_goes_there(memory: Memory) -> None:
    known(memory)
    memory.choose("ada", cloud=False, allowed=["health"])
    context = memory.context(messages := [{"role": "user", "content": ASK}], user_id="ada")
    assert (bool(context), context.decision) == (False, "nothing")
    assert context.to_openai() is messages
    assert "one's own" in str(context.reason)
    assert context.withheld == ()
    assert memory.search(ASK, user_id="ada")["results"] == []
    assert memory.search(ASK, user_id="ada", threshold=0)["results"] == []
    assert used(memory, destination="local") == {ILL, NURSE}
    memory.choose("ada", paused=False)
    assert used(memory) == set()  # A choice stays until it is changed.
    memory.choose("ada", cloud=True)
    assert used(memory) == {ILL, NURSE}


def test_incognito_and_pause_hold_for_local_models_too(memory: Memory) -> None:
    known(memory)
    assert used(memory, destination="local", incognito=True) == set()
    memory.choose("ada", paused=True)
    assert used(memory, destination="local") == set()


def test_the_config_says_where_answers_come_from(url: str) -> None:
    with Memory({"store": url, "destination": "local"}) as memory:
        known(memory)
        memory.choose("ada", cloud=False)
        assert used(memory) == {NURSE}
        assert [r["memory"] for r in memory.search(ASK, user_id="ada")["results"]] == [NURSE]
        assert used(memory, destination="cloud") == set()


def test_an_unknown_destination_or_topic_is_refused(memory: Memory, url: str) -> None:
    with pytest.raises(InputError, match=r"local or cloud.*'mars'"):
        memory.context(ASK, user_id="ada", destination="mars")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="money"):
        memory.choose("ada", allowed_local=["money"])
    with pytest.raises(ConfigError, match="destination"):
        Memory({"store": url, "destination": "mars"})


def test_choices_kept_before_there_were_destinations_stay_as_they_were() -> None:
    made = Choices(allowed=("health",))
    assert made.allowed_for("local") == made.allowed_for("cloud") == ("health",)
    assert not made.closed("cloud")
