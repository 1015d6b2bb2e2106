"""How memory is set up: by Recenter's settings, by a dict, or by one written for mem0."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from recenter.config import Settings, load_settings
from recenter.errors import ConfigError
from recenter.memory.records import Destination
from recenter.models.base import ChatModel, Embedder
from recenter.models.load import load_chat, load_embedder
from recenter.stages.backends import Models, make_selector, make_verifier
from recenter.stages.extract import Extractor
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.extract_llm import LLMExtractor
from recenter.stages.select import Selector
from recenter.stages.select_trained import SETTING, Choices
from recenter.stages.verify import Verifier

_OF_MEM0 = frozenset(
    (
        "vector_store",
        "graph_store",
        "history_db_path",
        "version",
        "custom_prompt",
        "custom_instructions",
        "custom_fact_extraction_prompt",
        "custom_update_memory_prompt",
        "reranker",
    )
)


class MemoryConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be chosen; all that is left out is as the command line has it."""

    home: str | None = None
    store: str | None = None
    chat: str | None = None
    embedder: str | None = None
    extractor: str = "embedded"
    """`embedded`, or `llm` which asks `chat`."""
    verifier: str = "rules"
    selector: str = "trained"
    setting: str = SETTING
    ask_cost: float | None = None
    """As `--ask-cost`; None never asks because of a low probability."""
    cap: int | None = None
    """Most memories that one answer uses."""
    destination: Destination = "cloud"
    """Where the model runs that reads what is used, where an answer does not say."""
    erase: Literal["at-once", "later"] = "at-once"
    """When the space that a deletion frees is overwritten: with it, which takes as long as copying
    the store, or `later` for all deletions together, by a server's hourly round or
    `Memory.lapse`."""
    application: str = ""
    """People of different applications are different people, whatever their ids."""

    @property
    def erases_at_once(self) -> bool:
        """Whether a deletion overwrites the space that it frees."""
        return self.erase == "at-once"

    def settings(self) -> Settings:
        """Return the settings with what is chosen here."""
        return load_settings(
            home=self.home, store=self.store, chat=self.chat, embedder=self.embedder
        )


def config_of(given: Mapping[str, Any] | None) -> MemoryConfig:
    """Return the config of a dict: Recenter's own, or one written for mem0.

    Of mem0's, the chat model is taken, and makes the extractor an LLM; what has no counterpart
    here (there is no vector database) is named in a warning.

    Raises:
        ConfigError: a name or value is not known.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ConfigError(
            f"memory is set up from a dict, got {type(given).__name__}.",
            cure='Write Memory({"store": "sqlite:///PATH"}), or Memory() for the settings.',
        )
    values = dict(given or {})
    ignored = sorted(values.keys() & _OF_MEM0)
    for name in ignored:
        del values[name]
    if isinstance(values.get("llm"), Mapping):
        values |= {"chat": _model(values.pop("llm")), "extractor": "llm"}
    if isinstance(values.get("embedder"), Mapping):
        ignored.append("embedder")
        del values["embedder"]
    if ignored:
        warnings.warn(
            f"Recenter has no counterpart of {', '.join(ignored)}: left out.", stacklevel=3
        )
    try:
        return msgspec.convert(values, MemoryConfig, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"memory cannot be set up: {error}.",
            cure=f"Choose among {', '.join(MemoryConfig.__struct_fields__)}.",
        ) from None


def _model(llm: Mapping[str, Any]) -> str:
    inside = llm.get("config") or {}
    return f"{llm.get('provider', 'openai')}:{inside.get('model', 'gpt-4o-mini')}"


class Parts:
    """The models of one config, loaded when first needed."""

    def __init__(self, config: MemoryConfig, settings: Settings) -> None:
        self._config, self._settings = config, settings

    def embedder(self) -> Embedder:
        """Return the embedder."""
        return load_embedder(self._settings.embedder, self._settings)

    def extractor(self, embedder: Embedder) -> Extractor:
        """Return the extractor.

        Raises:
            ConfigError: there is none of this name, or it needs a chat model that is not set.
        """
        if self._config.extractor == "llm":
            return LLMExtractor(self._chat())
        if self._config.extractor == "embedded":
            return EmbeddedExtractor(embedder)
        raise ConfigError(
            f"there is no extractor {self._config.extractor!r}; expected embedded or llm."
        )

    def verifier(self, embedder: Embedder) -> Verifier:
        """Return the verifier."""
        name = self._config.verifier
        chat = self._chat() if "llm" in name else None
        return make_verifier(name, Models(chat=chat, embedder=embedder))

    def selector(self, embedder: Embedder) -> Selector:
        """Return the selector."""
        name = self._config.selector
        chat = self._chat() if name.startswith("llm") else None
        choices = Choices(setting=self._config.setting, ask_cost=self._config.ask_cost)
        return make_selector(name, Models(chat=chat, embedder=embedder, choices=choices))

    def _chat(self) -> ChatModel:
        if self._settings.chat is None:
            raise ConfigError(
                "a chat model is needed for this, and none is set.",
                cure='Set `chat`, such as "ollama:llama3.3", or RECENTER_CHAT.',
            )
        return load_chat(self._settings.chat, self._settings)
