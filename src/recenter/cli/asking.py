"""Chat models as commands use them: cached, metered, within a budget, or not asked at all."""

from __future__ import annotations

from collections.abc import Sequence

import click

from recenter.config import Settings
from recenter.errors import ConfigError
from recenter.models.base import ChatModel
from recenter.models.calls import Budget, Budgeted, Cache, Cached, Meter, add_up
from recenter.models.dry_run import DryRun
from recenter.models.load import load_chat
from recenter.records import Usage


class Asking:
    """The chat models of a command, and what they took together."""

    def __init__(
        self,
        settings: Settings,
        *,
        cache: Cache | None,
        dry_run: bool = False,
        chats: Sequence[str] = (),
    ) -> None:
        """Load the models named by `chats`, or else that of the settings, if one is set there.

        Raises:
            ConfigError, MissingExtraError: one cannot be loaded, or its cost not be limited.
        """
        self._dry_run = dry_run
        self._meters: list[Meter] = []
        self._dry: list[DryRun] = []
        names = dict.fromkeys(chats or ([settings.chat] if settings.chat else []))
        budget = None if settings.max_cost is None else Budget(settings.max_cost)
        for name in names:
            model = load_chat(name, settings)
            if dry_run:
                self._dry.append(DryRun(model))
                continue
            if budget is not None:
                model = Budgeted(model, budget)
            # The cache stands outside of the budget, the meter outside of both.
            self._meters.append(Meter(model if cache is None else Cached(model, cache)))

    @property
    def models(self) -> tuple[ChatModel, ...]:
        """The models, in the order in which they were named."""
        return (*self._meters, *self._dry)

    @property
    def model(self) -> ChatModel | None:
        """The first model; None where none is set."""
        return next(iter(self.models), None)

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
        return add_up(meter.total for meter in self._meters)

    def tell(self) -> None:
        """Print what the calls took, or would take, on standard error."""
        if self._dry:
            estimate = add_up(model.estimate for model in self._dry)
            click.echo(f"would take at most {told(estimate)}", err=True)
        elif self.usage.calls:
            click.echo(f"took {told(self.usage)}", err=True)


def told(usage: Usage) -> str:
    """Return usage in words."""
    cost = "unknown cost (no price set)" if usage.cost is None else f"${usage.cost:.4f}"
    kept = f" ({usage.cached} from the cache)" if usage.cached else ""
    # A dry run sends nothing, so how long it would take is not known.
    seconds = f"{usage.seconds:.1f} s, " if usage.seconds else ""
    return (
        f"{usage.calls} calls{kept}, {usage.prompt_tokens} + {usage.completion_tokens} tokens, "
        f"{seconds}{cost}"
    )
