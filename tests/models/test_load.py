from __future__ import annotations

from pathlib import Path

import pytest

from recenter.config import Price, Provider, Settings
from recenter.errors import ChecksumError, ConfigError
from recenter.models.load import load_chat, load_embedder
from recenter.models.providers import find_endpoint


def test_the_embedded_model_is_the_default(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert load_embedder(settings.embedder, settings).name == "embedded:minilm@8199be6f"


def test_the_path_of_the_weights_can_be_set(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"other")
    model = load_embedder("embedded:minilm", Settings(home=tmp_path, minilm=str(path)))
    with pytest.raises(ChecksumError):
        model.embed(["x"])


@pytest.mark.parametrize("name", ["gpt-4o", "nobody:gpt", "openai:", ":x", "embedded:minilm"])
def test_other_names_are_refused_with_what_is_allowed(name: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, providers={"mine": Provider(base_url="http://h/v1")})
    with pytest.raises(ConfigError, match=r"Write PROVIDER:NAME.*http, .*mine, .*openai.*scripted"):
        load_chat(name, settings)


def test_embedders_and_chat_models_are_different_lists(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not an embedder"):
        load_embedder("embedded:other", Settings(home=tmp_path))
    with pytest.raises(ConfigError, match="not an embedder"):
        load_embedder("recorded:x", Settings(home=tmp_path))


def test_endpoints_come_from_the_list_the_settings_or_the_name(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        providers={"openai": Provider(base_url="https://proxy.test/v1/", key_env="PROXY_KEY")},
        prices={"openai:m": Price(prompt=1, completion=2)},
    )
    mine = find_endpoint("openai:m", settings, {"PROXY_KEY": "k"})
    assert (mine.base_url, mine.key, mine.price) == (
        "https://proxy.test/v1",
        "k",
        Price(prompt=1, completion=2),
    )
    assert find_endpoint("ollama:qwen3:4b", settings, {}).model == "qwen3:4b"
    direct = find_endpoint("http:org/m@v2@http://127.0.0.1:1/v1", settings, {})
    assert (direct.model, direct.base_url) == ("org/m@v2", "http://127.0.0.1:1/v1")


def test_a_missing_key_names_its_variable(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Set the environment variable ANTHROPIC_API_KEY"):
        find_endpoint("anthropic:claude", Settings(home=tmp_path), {})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://h/v1",
        "h/v1",
        "file:///etc/passwd",
        "http://u:p@h/v1",
        "http://[::bad/v1",
        "http://h:99999/v1",
        "http://h/v1?x=1",
        "http://h/v1#x",
    ],
)
def test_only_plain_http_addresses_are_endpoints(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        find_endpoint(f"http:m@{url}", Settings(home=tmp_path), {})


def test_an_endpoint_does_not_print_its_key(tmp_path: Path) -> None:
    endpoint = find_endpoint("openai:m", Settings(home=tmp_path), {"OPENAI_API_KEY": "sk-secret"})
    assert "sk-secret" not in repr(endpoint) + str(endpoint)


@pytest.mark.parametrize("key", ["sk-1\n", " sk-1", "кл", "sk-\x001"])
def test_what_cannot_be_a_key_is_refused_without_telling_it(key: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"OPENAI_API_KEY to the key alone") as caught:
        find_endpoint("openai:m", Settings(home=tmp_path), {"OPENAI_API_KEY": key})
    assert key not in str(caught.value)
