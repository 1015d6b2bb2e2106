"""The study's corpus filters and its sampling of people, as steps of an import."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import click

from recenter.cli.options import typed
from recenter.corpus.filters import FilterSettings, Funnel, choose, keep
from recenter.corpus.language import load_language_detector
from recenter.corpus.sample import Sample, person_centroids, sample_people
from recenter.corpus.summaries import Summary, summarise
from recenter.models.base import Embedder
from recenter.records import Conversation

Corpus = Callable[[], Iterable[Conversation]]


class Filtering(NamedTuple):
    """Which conversations of a corpus to keep."""

    filter: bool
    language: str
    detect: bool
    min_conversations: int
    min_turns: int
    sample: int | None
    seed: int

    @property
    def wanted(self) -> bool:
        """Whether anything is left out at all."""
        return self.filter or self.sample is not None

    @property
    def settings(self) -> FilterSettings:
        """What the filters ask for."""
        return FilterSettings(min_conversations=self.min_conversations, min_turns=self.min_turns)

    def refuse_unheard(self) -> None:
        """End with a usage error where options were given that nobody listens to."""
        asked = typed("language", "detect", "min_conversations", "min_turns")
        if asked and not self.filter:
            raise click.UsageError(f"{asked[0]} says what to --filter: give --filter too.")
        if typed("seed") and self.sample is None:
            raise click.UsageError("--seed says how to --sample: give --sample too.")

    def run(self, corpus: Corpus, embedder: Embedder) -> Iterator[Conversation]:
        """Yield what is kept, after printing what was not. The corpus is read up to three times.

        Raises:
            InputError: more people are asked for than are left.
            MissingExtraError: a package of the `corpus` extra is not installed.
        """
        if self.filter:
            settings = self.settings
            summaries = summarise(
                corpus(),
                language=self.language,
                detect=load_language_detector(),
                trust_named=not self.detect,
            )
            choice = choose(summaries, settings)
            tell_funnel(choice.funnel)
            corpus = functools.partial(_kept, corpus, choice.kept)
        if self.sample is None:
            yield from corpus()
            return
        sample = sample_people(person_centroids(corpus(), embedder), self.sample, seed=self.seed)
        _tell_sample(sample)
        people = set(sample.people)
        yield from (one for one in corpus() if one.person in people)


def _code(_: click.Context, __: click.Parameter, value: str) -> str:
    if re.fullmatch("[a-z]{2,3}", value) is None:
        raise click.BadParameter(f"{value!r} is no ISO 639 code, such as en, de or zh.")
    return value


def _kept(corpus: Corpus, chosen: tuple[Summary, ...]) -> Iterator[Conversation]:
    return keep(corpus(), chosen)


def filtering_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what to keep of a corpus."""
    for option in (
        click.option("--seed", default=0, show_default=True, help="Seed of --sample."),
        click.option(
            "--sample", type=click.IntRange(1), help="Keep this many people who differ most."
        ),
        click.option(
            "--min-turns",
            default=15,
            show_default=True,
            type=click.IntRange(0),
            help="With --filter: turns of a person.",
        ),
        click.option(
            "--min-conversations",
            default=3,
            show_default=True,
            type=click.IntRange(0),
            help="With --filter: conversations of a person.",
        ),
        click.option(
            "--detect",
            is_flag=True,
            help="With --filter: tell the language of every turn, also where the source names one.",
        ),
        click.option(
            "--language",
            default="en",
            show_default=True,
            callback=_code,
            help="With --filter: ISO 639-1 code of the language kept.",
        ),
        click.option(
            "--filter",
            is_flag=True,
            help="Leave out other languages, scripted accounts, near-duplicates, rare visitors.",
        ),
    ):
        command = option(command)
    return command


def tell_funnel(funnel: Funnel) -> None:
    """Say on standard error how a corpus shrank, filter by filter."""
    click.echo(f"{funnel.conversations} conversations of {funnel.people} people", err=True)
    for step in funnel.steps:
        reasons = ", ".join(f"{count} {reason}" for reason, count in step.removed.items())
        click.echo(
            f"{step.conversations} of {step.people} after {step.name}"
            f" (removed: {reasons.replace('_', ' ') or 'none'})",
            err=True,
        )


def _tell_sample(sample: Sample) -> None:
    if sample.diversity is not None and sample.random_diversity is not None:
        click.echo(
            f"{len(sample.people)} people, mean distance {sample.diversity:.3f}"
            f" ({sample.random_diversity:.3f} if chosen at random)",
            err=True,
        )
