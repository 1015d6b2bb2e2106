"""Selectors and verifiers by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

from recenter.errors import ConfigError
from recenter.models.base import ChatModel, Embedder
from recenter.models.cross_encoder import load_cross_encoder
from recenter.models.selector_model import load_selector
from recenter.models.tuned import is_tuned
from recenter.stages.select import Selector
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.select_cross import CrossEncoderSelector
from recenter.stages.select_embedding import EmbeddingSelector
from recenter.stages.select_llm import LLMSelector
from recenter.stages.select_trained import Choices, TrainedSelector
from recenter.stages.verify import Both, Verifier
from recenter.stages.verify_cross import CrossEncoderVerifier
from recenter.stages.verify_llm import LLMVerifier
from recenter.stages.verify_model import load_verifier
from recenter.stages.verify_rules import RulesVerifier
from recenter.stages.verify_trained import TrainedVerifier

B = TypeVar("B")


class Models(NamedTuple):
    """The models a backend may take; None where there is none."""

    chat: ChatModel | None = None
    embedder: Embedder | None = None
    verifier: Path | None = None
    """Weights of a trained or fine-tuned verifier; None for those of the package."""
    selector: Path | None = None
    """Weights of a trained or fine-tuned selector; None for those of the package."""
    choices: Choices | None = None
    """How a trained selector decides; None for its defaults."""


def _chat(models: Models) -> ChatModel:
    return models.chat or _refuse("a chat model", "--chat PROVIDER:NAME")


def _embedder(models: Models) -> Embedder:
    return models.embedder or _refuse("an embedding model", "--embedder PROVIDER:NAME")


def _trained(models: Models) -> Verifier:
    if models.verifier is not None and is_tuned(models.verifier):
        return CrossEncoderVerifier(load_cross_encoder(models.verifier, "verifier"))
    embedder = _embedder(models)
    return TrainedVerifier(embedder, load_verifier(models.verifier, encoder=embedder.name))


def _trained_selector(models: Models) -> Selector:
    path = models.selector
    if path is not None and is_tuned(path):
        if models.choices not in (None, Choices()):
            raise ConfigError(
                f"{path} holds a fine-tuned encoder, which has one threshold of its own.",
                cure="Leave out the setting, the base rate and the cost of asking.",
            )
        return CrossEncoderSelector(load_cross_encoder(path, "selector"))
    embedder = _embedder(models)
    model = None if path is None else load_selector(path, encoder=embedder.name)
    return TrainedSelector(embedder, model, choices=models.choices)


def _refuse(what: str, flag: str) -> NoReturn:
    raise ConfigError(f"this backend needs {what}, and none is set.", cure=f"Give {flag}.")


SELECTORS: dict[str, Callable[[Models], Selector]] = {
    "trained": _trained_selector,
    "embedding": lambda models: EmbeddingSelector(_embedder(models)),
    "bm25": lambda _: Bm25Selector(),
    "llm": lambda models: LLMSelector(_chat(models)),
    "llm-each": lambda models: LLMSelector(_chat(models), asked="each"),
}

VERIFIERS: dict[str, Callable[[Models], Verifier]] = {
    "trained": _trained,
    "rules": lambda _: RulesVerifier(),
    "llm": lambda models: LLMVerifier(_chat(models)),
    "rules+trained": lambda models: Both((RulesVerifier(), _trained(models))),
    "rules+llm": lambda models: Both((RulesVerifier(), LLMVerifier(_chat(models)))),
}


def make_selector(name: str, models: Models) -> Selector:
    """Return the selector of this name.

    Raises:
        ConfigError: there is none, or it needs a model that is not given.
    """
    return _make(name, SELECTORS, models, "selector")


def make_verifier(name: str, models: Models) -> Verifier:
    """Return the verifier of this name.

    Raises:
        ConfigError: there is none, or it needs a model that is not given.
    """
    return _make(name, VERIFIERS, models, "verifier")


def _make(name: str, backends: dict[str, Callable[[Models], B]], models: Models, what: str) -> B:
    if name not in backends:
        raise ConfigError(f"there is no {what} {name!r}; expected one of {', '.join(backends)}.")
    return backends[name](models)
