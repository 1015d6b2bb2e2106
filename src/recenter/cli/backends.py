"""Backends of the stages by the names they have on the command line."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click

from recenter.cli.asking import Asking
from recenter.cli.options import typed
from recenter.config import Settings
from recenter.models.calls import Cache, CachedEmbedder
from recenter.models.load import load_embedder
from recenter.models.tuned import is_tuned
from recenter.records import Query, Selection
from recenter.stages.backends import SELECTORS, Models, make_selector, make_verifier
from recenter.stages.extract import Extractor
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.extract_llm import LLMExtractor
from recenter.stages.policy import Policy, make_policy
from recenter.stages.select import Selector
from recenter.stages.select_trained import SETTING, Choices
from recenter.stages.sensitive import TOPICS
from recenter.stages.verify import Verifier
from recenter.workspace import Workspace

F = TypeVar("F", bound=Callable[..., Any])

EXTRACTORS = ("embedded", "llm")

_POLICY = "Withhold sensitive attributes. On by default for a person, off in batch."
_ALLOW = f"Sensitive topic that --policy lets through: {', '.join(TOPICS)}."


def make_extractor(name: str, settings: Settings, asking: Asking, *, workers: int) -> Extractor:
    """Return the extractor of this name."""
    if name == "llm":
        model = asking.need("--extractor llm")
        return LLMExtractor(model, workers=workers, on_error="collect")
    return EmbeddedExtractor(load_embedder(settings.embedder, settings))


def verifier_of(
    name: str, asking: Asking, settings: Settings, *, weights: Path | None = None
) -> Verifier:
    """Return the verifier of this name, with other weights than those of the package if given.

    Raises:
        UsageError: weights were given for a verifier that has none.
    """
    trained = "trained" in name.split("+")
    if weights is not None and not trained:
        raise click.UsageError(f"--model goes with --verifier trained, not with {name}.")
    embedder = load_embedder(settings.embedder, settings) if trained else None
    return make_verifier(name, Models(chat=asking.model, embedder=embedder, verifier=weights))


class Selecting(NamedTuple):
    """How attributes are selected, as the options of a command say."""

    selector: str
    cap: int | None
    policy: bool | None
    allow: tuple[str, ...]
    weights: Path | None
    choices: Choices

    def backend(
        self,
        settings: Settings,
        asking: Asking,
        *,
        cache: Cache | None = None,
        person: str | None = None,
    ) -> Selector:
        """Return the selector; with a cache, vectors are kept there and filed under the person."""
        embedder = load_embedder(settings.embedder, settings)
        if cache is not None:
            embedder = CachedEmbedder(embedder, cache, person=person)
        models = Models(
            chat=asking.model, embedder=embedder, selector=self.weights, choices=self.choices
        )
        return make_selector(self.selector, models)

    def decide(
        self, workspace: Workspace, query: Query, settings: Settings, asking: Asking
    ) -> Selection:
        """Return what is selected for a person, under the policy unless it was turned off."""
        cache = None if asking.dry else workspace.store.cache
        return workspace.select(
            query,
            self.backend(settings, asking, cache=cache, person=query.person),
            policy=self.rules(default=True),
            cap=self.cap,
        )

    def rules(self, *, default: bool) -> Policy | None:
        """Return the policy for sensitive attributes, or None where it is off.

        Raises:
            UsageError: topics were allowed of a policy that is off.
        """
        if not (default if self.policy is None else self.policy):
            if self.allow:
                raise click.UsageError(
                    "--allow says what --policy lets through: give --policy too."
                )
            return None
        return make_policy(self.allow)


def _refuse_unheard(selector: str, weights: Path | None) -> None:
    """Refuse choices that the selector does not have, also where they are the default ones."""
    if selector != "trained" and typed("weights", "setting", "base_rate", "ask_cost"):
        raise click.UsageError(
            "--model, --setting, --base-rate and --ask-cost go with --selector trained, not "
            f"with {selector}."
        )
    if weights is not None and is_tuned(weights) and typed("setting"):
        raise click.UsageError(
            f"--setting: {weights} holds a fine-tuned encoder, which has one threshold of its own."
        )


def selecting_options(command: F) -> F:
    """Add the options that say how to select; the command gets them as one `selecting`."""

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        _refuse_unheard(given["selector"], given["weights"])
        chosen = {name: given.pop(name) for name in ("setting", "base_rate", "ask_cost")}
        names = ("selector", "cap", "policy", "allow", "weights")
        plain = {name: given.pop(name) for name in names}
        return command(selecting=Selecting(**plain, choices=Choices(**chosen)), **given)

    for option in (
        click.option(
            "--ask-cost",
            type=click.FloatRange(0),
            help="Ask the person where that is worth more than it costs; 1 is what using a "
            "relevant attribute is worth. Without it, never.",
        ),
        click.option(
            "--base-rate",
            type=click.FloatRange(0, 1, min_open=True, max_open=True),
            help="Share of attributes that matter where this runs. Without it, that of the "
            "prompts the model was trained on.",
        ),
        click.option(
            "--setting",
            default=SETTING,
            show_default=True,
            help="Of the trained selector: restrained stays quiet in daily use, agreeing agrees "
            "best with people on prompts that were picked.",
        ),
        click.option(
            "--model",
            "weights",
            metavar="DIR",
            type=click.Path(path_type=Path),
            help="Another selector, as `recenter train` or `recenter finetune` writes it.",
        ),
        click.option("--allow", multiple=True, metavar="TOPIC", help=_ALLOW),
        click.option("--policy/--no-policy", default=None, help=_POLICY),
        click.option("--cap", type=click.IntRange(0), help="Most attributes to use; no limit."),
        click.option(
            "--selector",
            default="trained",
            show_default=True,
            type=click.Choice(list(SELECTORS)),
            help="Backend that decides.",
        ),
    ):
        run = option(run)
    return run  # type: ignore[return-value]
