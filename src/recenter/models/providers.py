"""Where the models of a provider are, and with which key."""

from __future__ import annotations

import os
from collections.abc import Mapping

import httpx
import msgspec

from recenter.config import Price, Provider, Settings
from recenter.errors import ConfigError

PROVIDERS: Mapping[str, Provider] = {
    "openai": Provider(base_url="https://api.openai.com/v1", key_env="OPENAI_API_KEY"),
    "anthropic": Provider(base_url="https://api.anthropic.com/v1", key_env="ANTHROPIC_API_KEY"),
    "mistral": Provider(base_url="https://api.mistral.ai/v1", key_env="MISTRAL_API_KEY"),
    "groq": Provider(base_url="https://api.groq.com/openai/v1", key_env="GROQ_API_KEY"),
    "openrouter": Provider(base_url="https://openrouter.ai/api/v1", key_env="OPENROUTER_API_KEY"),
    "ollama": Provider(base_url="http://localhost:11434/v1"),
    "vllm": Provider(base_url="http://localhost:8000/v1"),
    "llamacpp": Provider(base_url="http://localhost:8080/v1"),
}
"""Endpoints that need no setting but a key, all in the form of OpenAI's."""


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A model behind an address."""

    name: str
    """`provider:name`, as in signatures."""
    model: str
    base_url: str
    key: str | None = None
    key_env: str | None = None
    """Environment variable that the key came from, to name in errors."""
    price: Price | None = None

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r}, base_url={self.base_url!r})"


def find_endpoint(
    name: str, settings: Settings, environ: Mapping[str, str] = os.environ
) -> Endpoint:
    """Return the endpoint of `provider:model`, or of `http:MODEL@URL`.

    Raises:
        ConfigError: the provider is unknown, its key is not set or cannot be one, or its URL is
            not http(s).
    """
    provider_name, _, model = name.partition(":")
    if provider_name == "http":
        model, _, url = model.rpartition("@")
        provider = Provider(base_url=url)
    else:
        found = settings.providers.get(provider_name) or PROVIDERS.get(provider_name)
        if found is None:
            known = ", ".join(sorted({*PROVIDERS, *settings.providers}))
            raise ConfigError(f"there is no provider {provider_name!r}; expected one of {known}.")
        provider = found
    if not model:
        raise ConfigError(
            f"{name!r} names no model.", cure="Write PROVIDER:MODEL or http:MODEL@URL."
        )
    key = environ.get(provider.key_env) if provider.key_env else None
    if provider.key_env and not key:
        raise ConfigError(
            f"{name!r} needs a key.", cure=f"Set the environment variable {provider.key_env}."
        )
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(
            f"the key of {name!r} holds a space, a line end or another sign that no key has.",
            cure=f"Set the environment variable {provider.key_env} to the key alone.",
        )
    return Endpoint(
        name=name,
        model=model,
        base_url=_checked(provider.base_url),
        key=key,
        key_env=provider.key_env,
        price=settings.prices.get(name),
    )


def _checked(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    plain = not (parsed.userinfo or parsed.query or parsed.fragment)
    reachable = parsed.scheme in ("http", "https") and parsed.host and (parsed.port or 1) < 2**16
    if not (plain and reachable):
        raise ConfigError(
            f"{url!r} is not the base URL of an endpoint.",
            cure="Write http://HOST:PORT/v1 or https://HOST/v1, without user, password or query.",
        )
    return url.rstrip("/")
