"""The doctor says what works, and what to do where something does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from recenter.cli.main import main


def examine(*words: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = CliRunner().invoke(main, ["doctor", "--json", *words])
    checks = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {check["name"]: check for check in checks}


def test_a_fresh_home_works_without_a_chat_model() -> None:
    status, checks = examine()
    assert status == 0
    assert {name for name, check in checks.items() if check["state"] == "broken"} == set()
    assert checks["chat model"]["state"] == "absent"
    assert "RECENTER_CHAT" in checks["chat model"]["cure"]
    assert "384 dimensions" in checks["encoder"]["detail"]


def test_a_store_that_cannot_be_opened_is_broken(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_bytes(b"not a database at all" * 100)
    status, checks = examine("--store", f"sqlite:///{tmp_path / 'junk.db'}")
    assert status == 1
    assert checks["store"]["state"] == "broken"


def test_an_unknown_provider_is_broken_with_the_known_ones() -> None:
    status, checks = examine("--chat", "nobody:model")
    assert status == 1
    assert "ollama" in checks["chat model"]["detail"]


def test_an_endpoint_that_is_not_there_is_told_when_asked() -> None:
    status, checks = examine("--chat", "http:m@http://127.0.0.1:9/v1", "--ask")
    assert status == 1
    assert checks["chat model"]["state"] == "broken"


def test_a_home_that_others_can_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path))
    _, checks = examine()
    assert "chmod 700" in checks["home"]["cure"]
