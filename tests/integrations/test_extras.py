"""Without its package, each says which extra brings it."""

from __future__ import annotations

import importlib
import sys

import pytest
from click.testing import CliRunner

from recenter.cli.main import main
from recenter.errors import MissingExtraError


def test_the_command_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recenter.integrations.mcp.server", None)
    made = CliRunner().invoke(main, ["mcp", "--user", "ada"])
    assert made.exit_code == 1
    assert "pip install 'recenter[mcp]'" in made.output


def test_the_store_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "recenter.integrations.langgraph", raising=False)
    monkeypatch.setitem(sys.modules, "recenter.integrations.langgraph.store", None)
    with pytest.raises(MissingExtraError, match=r"recenter\[langgraph\]"):
        importlib.import_module("recenter.integrations.langgraph")
