"""Options that say what a personalised reply must pass."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from recenter.config import Settings
from recenter.models.load import load_embedder
from recenter.stages.judge_trained import load_preference
from recenter.stages.respond_check import THRESHOLD, Check

F = TypeVar("F", bound=Callable[..., Any])


class Checking(NamedTuple):
    """How replies are checked, as the options of a command say."""

    check_replies: bool
    preference_model: Path | None
    threshold: float | None

    def check(self, settings: Settings) -> Check | None:
        """Return what a reply must pass; None where replies are not checked.

        Raises:
            UsageError: an option says how to check, and nothing is.
            ModelError: the preference model cannot be used.
        """
        if not self.check_replies:
            for value, option in (
                (self.preference_model, "--preference-model"),
                (self.threshold, "--threshold"),
            ):
                if value is not None:
                    raise click.UsageError(f"{option} says how to check: give --check too.")
            return None
        if self.preference_model is None:
            if self.threshold is not None:
                raise click.UsageError(
                    "--threshold is of the chance that --preference-model estimates: name one."
                )
            return Check()
        judge = load_preference(self.preference_model, load_embedder(settings.embedder, settings))
        return Check(judge=judge, threshold=THRESHOLD if self.threshold is None else self.threshold)

    def about(self, check: Check | None) -> object:
        """Return what the answers depend on, so that a run goes on only from one like it."""
        if check is None:
            return None
        return (check.threshold, None if check.judge is None else check.judge.name)


def checking_options(command: F) -> F:
    """Add the options that say how to check; the command gets them as one `checking`."""

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        return command(checking=Checking(*(given.pop(name) for name in Checking._fields)), **given)

    for option in (
        click.option(
            "--threshold",
            type=click.FloatRange(0, 1),
            help=f"Chance of being preferred from which on it is sent.  [default: {THRESHOLD}]",
        ),
        click.option(
            "--preference-model",
            type=click.Path(path_type=Path),
            help="Trained preference model that estimates whether it is preferred.",
        ),
        click.option(
            "--check",
            "check_replies",
            is_flag=True,
            help="Send the generic reply where the personalised one does not pass.",
        ),
    ):
        run = option(run)
    return run  # type: ignore[return-value]
