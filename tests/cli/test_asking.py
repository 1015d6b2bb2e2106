"""The chat models of a command: within one budget, added up, and only those that were named."""

from __future__ import annotations

from pathlib import Path

import pytest

from recenter.cli.asking import Asking
from recenter.config import Price, Provider, Settings
from recenter.errors import BudgetExceededError, ConfigError
from recenter.models.base import ChatRequest
from recenter.records import Message
from tests.models.endpoint import reply, serving

ASKED = ChatRequest(messages=(Message(role="user", content="Well?"),), max_tokens=100)


def test_several_models_spend_from_one_budget(tmp_path: Path) -> None:
    price = Price(prompt=0, completion=10_000)  # a call may take 1 dollar and takes 5 cents
    with serving(reply("Fine.")) as server:
        settings = Settings(
            home=tmp_path,
            providers={"here": Provider(base_url=server.url)},
            prices={"here:a": price, "here:b": price},
            max_cost=1.02,
        )
        asking = Asking(settings, cache=None, chats=("here:a", "here:b", "here:a"))
        first, second = asking.models
        assert first.chat(ASKED).text == "Fine."
        with pytest.raises(BudgetExceededError):
            second.chat(ASKED)
        assert len(server.requests) == 1
    assert asking.usage.calls == 2
    assert asking.model is first


def test_what_is_named_takes_the_place_of_the_settings(tmp_path: Path) -> None:
    script = tmp_path / "a.json"
    script.write_text('["x"]')
    settings = Settings(home=tmp_path, chat="nobody:here")
    named = Asking(settings, cache=None, chats=(f"scripted:{script}",))
    assert [model.name for model in named.models] == [f"scripted:{script}"]
    with pytest.raises(ConfigError, match="nobody"):
        Asking(settings, cache=None)
    assert Asking(Settings(home=tmp_path), cache=None).model is None
