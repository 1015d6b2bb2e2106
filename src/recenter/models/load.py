"""`provider:name` to a model."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from recenter.config import Settings
from recenter.errors import ConfigError
from recenter.models.base import ChatModel, Embedder
from recenter.models.providers import PROVIDERS

# Imported when asked for, so that nothing is loaded that is not used.
_CHAT = {
    "scripted": "recenter.models.scripted:chat_from_name",
    "recorded": "recenter.models.recorded:chat_from_name",
    "local": "recenter.models.local:chat_from_name",
    "http": "recenter.models.http:chat_from_name",
}
_EMBEDDERS = {
    "embedded": "recenter.models.embedded:embedder_from_name",
    "scripted": "recenter.models.scripted:embedder_from_name",
    "http": "recenter.models.http_embedder:embedder_from_name",
}


def load_chat(name: str, settings: Settings) -> ChatModel:
    """Return the chat model of a string such as `openai:gpt-4o-mini` or `http:MODEL@URL`.

    Raises:
        ConfigError: there is no such provider, or its key is missing.
        MissingExtraError: it needs a package that is not installed.
    """
    model: ChatModel = _load(name, settings, _CHAT, "a chat model")
    return model


def load_embedder(name: str, settings: Settings) -> Embedder:
    """Return the embedder of a string such as `embedded:minilm` or `http:MODEL@URL`.

    Raises:
        ConfigError: there is no such provider, or its key is missing.
    """
    embedder: Embedder = _load(name, settings, _EMBEDDERS, "an embedder")
    return embedder


def _load(name: str, settings: Settings, factories: Mapping[str, str], what: str) -> Any:
    provider, colon, argument = name.partition(":")
    if not colon or not argument:
        _refuse(name, settings, factories, what)
    if provider in settings.providers or provider in PROVIDERS:
        place = factories["http"]
    elif provider in factories:
        place = factories[provider]
    else:
        _refuse(name, settings, factories, what)
    module, _, function = place.partition(":")
    make: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return make(name, settings)


def _refuse(name: str, settings: Settings, factories: Mapping[str, str], what: str) -> NoReturn:
    known = sorted({*factories, *PROVIDERS, *settings.providers})
    raise ConfigError(
        f"{name!r} is not {what}.",
        cure=f"Write PROVIDER:NAME, where PROVIDER is one of {', '.join(known)}.",
    )
