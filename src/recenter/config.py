"""Settings, read once from file and environment at the edge and passed down."""

from __future__ import annotations

import contextlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from recenter.errors import ConfigError

_LEAST_KEY = 16


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenAI-compatible endpoint, named in model strings as `name:model`."""

    base_url: str
    key_env: str | None = None
    """Environment variable that holds the key; None where no key is needed."""


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What a model costs, in US dollars per million tokens."""

    prompt: float
    completion: float


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set, with its default."""

    home: Path
    """Folder of the store, the key that pseudonymises, and fetched weights."""
    store: str | None = None
    """URL of the store; None means `recenter.db` in `home`."""
    chat: str | None = None
    """Chat model as `provider:name`; None means that no model is asked."""
    embedder: str = "embedded:minilm"
    """Embedding model as `provider:name`."""
    minilm: str | None = None
    """Path of the weights of `embedded:minilm`; None means those of the installed package."""
    providers: Mapping[str, Provider] = {}
    """Endpoints beside the built-in ones."""
    prices: Mapping[str, Price] = {}
    """Prices by `provider:name`; without one, the cost of a model is unknown, not zero."""
    max_cost: float | None = None
    """US dollars that one command may spend; None means no limit."""

    @property
    def store_url(self) -> str:
        """URL of the store, with the default filled in."""
        return self.store or f"sqlite:///{self.home / 'recenter.db'}"


def load_settings(environ: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """Return the settings: flags over `RECENTER_*` variables over `config.toml` in the home.

    A flag that is None was not given.

    Raises:
        ConfigError: the file cannot be read or is not TOML, or a value is unknown or of the wrong
            kind.
    """
    default_home = environ.get("RECENTER_HOME") or platformdirs.user_data_dir("recenter")
    home = Path(default_home).expanduser()
    values: dict[str, Any] = {"home": str(home)}
    values |= _read_file(home / "config.toml")
    for field in Settings.__struct_fields__:
        variable = environ.get(f"RECENTER_{field.upper()}")
        if variable and field not in ("home", "providers", "prices"):
            values[field] = variable
    values |= {name: value for name, value in flags.items() if value is not None}
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"a setting cannot be used: {error}.",
            cure=f"Settings are {', '.join(Settings.__struct_fields__)}.",
        ) from None


def _decode(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(kind)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}.",
            cure="Set RECENTER_HOME to a folder of your own, new or not.",
        ) from None


def pseudonym_key(settings: Settings) -> bytes:
    """Return the secret that pseudonyms are keyed with, made on first use and kept in the home.

    Without it, nobody can tell whose pseudonym is whose; with another, an import doubles people.

    Raises:
        ConfigError: the file exists but does not hold a key, or one that could be guessed.
    """
    path = settings.home / "pseudonym.key"
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Complete before it is visible: two processes that start at once agree on one key.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(file, "w") as out:
                    out.write(secrets.token_hex(32))
                with contextlib.suppress(FileExistsError):
                    os.link(draft, path)
            finally:
                draft.unlink()
        key = bytes.fromhex(path.read_text("ascii").strip())
        # An emptied file would make pseudonyms that anybody can compute.
        if len(key) < _LEAST_KEY:
            raise ValueError(len(key))
        return key
    except ValueError:
        raise ConfigError(
            f"{path} does not hold a key of at least {2 * _LEAST_KEY} hexadecimal digits.",
            cure="Restore it from a backup; a new one would make every known person a stranger.",
        ) from None
