"""Flags over variables over the file; errors name what is wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recenter.config import Settings, load_settings, pseudonym_key
from recenter.errors import ConfigError


def test_flags_over_variables_over_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('chat = "openai:a"\nstore = "sqlite:///x.db"\n')
    environ = {"RECENTER_HOME": str(tmp_path), "RECENTER_CHAT": "openai:b"}
    settings = load_settings(environ, max_cost=2.5, store=None)
    assert (settings.chat, settings.store_url, settings.max_cost) == (
        "openai:b",
        "sqlite:///x.db",
        2.5,
    )
    assert load_settings(environ, chat="openai:c").chat == "openai:c"


@pytest.mark.parametrize(
    ("text", "said"),
    [("colour = 1", "colour"), ("max_cost = 'much'", "max_cost"), ("= 3", "not TOML")],
)
def test_bad_settings_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_settings({"RECENTER_HOME": str(tmp_path)})


def test_one_key_for_all_who_start_at_once(tmp_path: Path) -> None:
    settings = load_settings({"RECENTER_HOME": str(tmp_path / "new")})
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: pseudonym_key(settings), range(16)))
    assert len(keys) == 1
    assert (settings.home / "pseudonym.key").stat().st_mode & 0o077 == 0
    assert [p.name for p in settings.home.iterdir()] == ["pseudonym.key"]


def test_a_key_that_cannot_be_kept_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    settings = load_settings({"RECENTER_HOME": str(tmp_path)})
    with monkeypatch.context() as patch:
        patch.setattr("recenter.config.os.fdopen", full)
        with pytest.raises(OSError, match="No space"):
            pseudonym_key(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("held", ["not a key", "", "\n", "00"])
def test_a_broken_or_empty_key_is_neither_used_nor_replaced(tmp_path: Path, held: str) -> None:
    settings = load_settings({"RECENTER_HOME": str(tmp_path)})
    (tmp_path / "pseudonym.key").write_text(held)
    with pytest.raises(ConfigError, match="backup"):
        pseudonym_key(settings)


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).parents[1] / "docs/guides/settings.md").read_text("utf-8")
    assert [name for name in Settings.__struct_fields__ if f"| `{name}` |" not in page] == []
