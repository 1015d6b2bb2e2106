"""A chat model as commands use it: cached, metered, within its budget, or not asked at all."""

from __future__ import annotations

import click

from recenter.config import Settings
from recenter.errors import ConfigError
from recenter.models.base import ChatModel
from recenter.models.calls import Budgeted, Cache, Cached, Meter
from recenter.models.dry_run import DryRun
from recenter.models.load import load_chat
from recenter.records import Usage


class Asking:
    """The chat model of a command, and what it took."""

    def __init__(self, settings: Settings, *, cache: Cache | None, dry_run: bool = False) -> None:
        """Load the model of the settings; none is loaded where none is set.

        Raises:
            ConfigError, MissingExtraError: it cannot be loaded, or its cost not be limited.
        """
        self.model: ChatModel | None = None
        self._dry_run = dry_run
        self._meter: Meter | None = None
        self._dry: DryRun | None = None
        if settings.chat is None:
            return
        model = load_chat(settings.chat, settings)
        if dry_run:
            self.model = self._dry = DryRun(model)
            return
        if settings.max_cost is not None:
            model = Budgeted(model, settings.max_cost)
        # The cache stands outside of the budget, the meter outside of both.
        self.model = self._meter = Meter(model if cache is None else Cached(model, cache))

    @property
    def dry(self) -> bool:
        """Whether nothing is sent."""
        return self._dry_run

    def need(self, what: str) -> ChatModel:
        """Return the model.

        Raises:
            ConfigError: none is set.
        """
        if self.model is None:
            raise ConfigError(
                f"{what} needs a chat model, and none is set.",
                cure="Pass --chat or set RECENTER_CHAT, for example to ollama:llama3.3.",
            )
        return self.model

    @property
    def usage(self) -> Usage:
        """What the calls took so far."""
        return self._meter.total if self._meter else Usage()

    def tell(self) -> None:
        """Print what the calls took, or would take, on standard error."""
        if self._dry is not None:
            click.echo(f"would take at most {told(self._dry.estimate)}", err=True)
        elif self._meter is not None and self._meter.total.calls:
            click.echo(f"took {told(self._meter.total)}", err=True)


def told(usage: Usage) -> str:
    """Return usage in words."""
    cost = "unknown cost (no price set)" if usage.cost is None else f"${usage.cost:.4f}"
    kept = f" ({usage.cached} from the cache)" if usage.cached else ""
    return (
        f"{usage.calls} calls{kept}, {usage.prompt_tokens} + {usage.completion_tokens} tokens, "
        f"{usage.seconds:.1f} s, {cost}"
    )
