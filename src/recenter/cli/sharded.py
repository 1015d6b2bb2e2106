"""Batches of one file or of many: `--batch` may also name a folder of shards, by path or URL."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import click

from recenter import __version__
from recenter.batch.contract import Handler
from recenter.cli.asking import Asking
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import Stop, batch_options, run
from recenter.cli.printable import printable
from recenter.config import Settings
from recenter.errors import ConfigError, MissingExtraError
from recenter.provenance import Signature, digest

if TYPE_CHECKING:
    from recenter.scale.engine import Engine
    from recenter.scale.manifest import Entry, Manifest
    from recenter.scale.run import Ran
    from recenter.scale.shards import Kind

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 10


class Answering(NamedTuple):
    """What answers rows, made once in each process that does."""

    handler: Handler
    asking: Asking
    about: object
    """What the answers depend on beside models and version."""


class Make(Protocol):
    """Makes it; can be pickled, so that a worker elsewhere can make its own."""

    def __call__(self, *, dry_run: bool) -> Answering:
        """Return what answers rows."""


class Engines(NamedTuple):
    """Where shards are worked on, as the options of a command say."""

    engine: str | None
    address: str | None
    actors: int | None

    def refuse_unheard(self) -> None:
        """End with a usage error where options were given that nobody listens to."""
        if self.engine != "ray" and (self.address is not None or self.actors is not None):
            raise click.UsageError("--address and --actors go with --engine ray.")

    def load(self) -> Engine:
        """Return the engine.

        Raises:
            MissingExtraError: its packages are not installed.
            ConfigError: there is no cluster at the address.
        """
        try:
            from recenter.scale.engine import Local, ray_engine
        except ImportError:
            raise MissingExtraError("Work on a folder of shards", "scale") from None
        if self.engine == "ray":
            return ray_engine(address=self.address, workers=self.actors)
        return Local()


class Batch(NamedTuple):
    """What `--batch` and the options beside it say."""

    source: str
    output: str
    engines: Engines
    dry_run: bool

    def written_by(self, step: str) -> Manifest | None:
        """Return the manifest of the source where it is what a step wrote over many files.

        Raises:
            InputError: the run that writes it is not over.
        """
        if not is_folder(self.source):
            return None
        # Says what is missing, and starts nothing.
        Engines(None, None, None).load()
        from recenter.scale.manifest import find
        from recenter.scale.storage import Storage

        found = find(Storage(absolute(self.source)))
        return found if found is not None and found.run.step == step else None

    def run(
        self,
        step: str,
        make: Make,
        *,
        settings: Settings,
        by_person: bool = False,
        beside: str | None = None,
    ) -> None:
        """Answer the rows of one file, or of all shards of a folder, and end as batches do.

        `beside` is what `verify` wrote over many files, to be put into the rows of its people.
        """
        if is_folder(self.source):
            self._shards(step, make, settings=settings, by_person=by_person, beside=beside)
            return
        if self.engines.engine is not None:
            if self.source != "-" and not Path(self.source).exists():
                raise click.UsageError(f"there is no {printable(self.source)}.")
            raise click.UsageError("--engine goes with a folder or URL of shards, not with a file.")
        answering = make(dry_run=self.dry_run)
        run(
            self.source,
            self.output,
            answering.handler,
            asking=answering.asking,
            settings=settings,
            about=answering.about,
            by_person=by_person,
        )

    def _shards(
        self, step: str, make: Make, *, settings: Settings, by_person: bool, beside: str | None
    ) -> None:
        if self.output == "-":
            raise click.UsageError("--output DIR is needed with a folder of shards.")
        if self.dry_run:
            raise click.UsageError("--dry-run reads one file: give it a shard.")
        refuse_budget(self.engines, settings)
        engine = self.engines.load()
        from recenter.scale.beside import accepted_in
        from recenter.scale.columns import COLUMNS
        from recenter.scale.run import run_people, run_rows
        from recenter.scale.work import Job

        # Made here too, so that what is missing or mistaken is told before anything starts.
        answering = make(dry_run=False)
        known = None if beside is None else accepted_in(absolute(beside))
        about: list[object] = [step, __version__, models_of(settings), answering.about]
        if known is not None:
            about.append(known.digest)
        job = Job(
            step=step,
            source=absolute(self.source),
            target=absolute(self.output),
            signature=digest(repr(tuple(about))),
            kind=kind_in(self.source),
            answers=COLUMNS[step].answers,
            needs=COLUMNS[step].needs,
            two_passes=by_person,
            made=answering.about if isinstance(answering.about, Signature) else None,
        )
        work = functools.partial(run_people, beside=known) if by_person else run_rows
        local = functools.partial(_handler, answering)
        try:
            with Bar(stopped=GOES_ON) as bar:
                handlers = functools.partial(_made, make) if self.engines.engine == "ray" else local
                ran = work(job, handlers, engine, progress=bar)
        finally:
            answering.asking.tell()
        tell(ran, self.output)


def _handler(answering: Answering) -> Handler:
    return answering.handler


def _made(make: Make) -> Handler:
    return make(dry_run=False).handler


def models_of(settings: Settings) -> tuple[object, ...]:
    """Return the settings that an answer depends on: not what may be spent."""
    return (settings.chat, settings.embedder, settings.minilm, settings.providers)


def kind_in(source: str) -> Kind:
    """Return what kind of shards a folder holds.

    Raises:
        InputError: it holds none, or two kinds.
    """
    from recenter.scale.shards import is_shard, kind_of
    from recenter.scale.storage import Storage

    return kind_of([file for file in Storage(source).files() if is_shard(file.name)], source)


def is_folder(place: str) -> bool:
    """Tell whether a place is a folder or a URL, and not a file."""
    return "://" in place or Path(place).is_dir()


def absolute(place: str) -> str:
    """Return a place as workers in other folders find it."""
    return place if "://" in place else str(Path(place).resolve())


def refuse_budget(engines: Engines, settings: Settings) -> None:
    """Refuse a limit of cost that workers who do not know of each other could not keep.

    Raises:
        ConfigError: there is one.
    """
    if engines.engine == "ray" and settings.max_cost is not None:
        raise ConfigError(
            "--max-cost cannot be kept by several workers.",
            cure="Use --engine local, or a limit of the endpoint.",
        )


def engine_options(command: F) -> F:
    """Add `--engine`, `--address` and `--actors`; the command gets them as one `engines`."""

    @functools.wraps(command)
    def wrapped(**given: Any) -> Any:
        engines = Engines(*(given.pop(name) for name in Engines._fields))
        engines.refuse_unheard()
        return command(engines=engines, **given)

    for option in (
        click.option(
            "--actors",
            type=click.IntRange(1),
            help="With --engine ray: workers, each with a model of its own; one per processor.",
        ),
        click.option("--address", help="With --engine ray: a running cluster, or auto."),
        click.option(
            "--engine",
            type=click.Choice(["local", "ray"]),
            help="Who works on a folder or URL of shards: this process, or workers of Ray.",
        ),
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[return-value]


def sharded_options(command: F) -> F:
    """Add `--batch`, `--output` and the engine; the command gets them as one `batch`, or None."""

    @batch_options
    @engine_options
    @functools.wraps(command)
    def wrapped(*, engines: Engines, **given: Any) -> Any:
        source, output = given.pop("batch"), given.pop("output")
        if source is None and engines.engine is not None:
            raise click.UsageError("--engine goes with --batch.")
        batch = None
        if source is not None:
            batch = Batch(source, output, engines, given["dry_run"])
        return command(batch=batch, **given)

    return wrapped  # type: ignore[return-value]


def tell(ran: Ran, output: str) -> None:
    """Say what became of a run, and end with status 3 if rows or shards failed."""
    made = ran.manifest
    for name in ran.changed[:_SHOWN]:
        click.echo(printable(f"changed since, and done again: {name}"), err=True)
    for entry in made.problems[:_SHOWN]:
        click.echo(printable(f"not used: {entry.shard}: {entry.problem}"), err=True)
    if len(made.problems) > _SHOWN:
        click.echo("not used: more, which the manifest lists", err=True)
    for entry in _with_bad(made.shards)[:_SHOWN]:
        click.echo(printable(f"{entry.bad} bad rows: {entry.shard}"), err=True)
    _tell_why(made, output)
    tell_missing(made.run.source)
    if references := sum(entry.references for entry in made.shards):
        click.echo(
            f"{references} references, which benchmarks give of their people, are not written with"
            " --engine: `recenter import` of the files without it keeps them",
            err=True,
        )
    if unknown := sum(part.unknown for part in made.parts):
        click.echo(
            f"{unknown} of {made.rows} prompts are of people unknown here: `person` is the"
            " pseudonym that `recenter import` gave",
            err=True,
        )
    parts = [
        f"{len(made.shards)} shards",
        f"{len(made.problems)} not used",
        f"{made.rows} rows in",
        f"{made.written} out",
        f"{made.bad} bad",
    ]
    parts += [f"{count} {reason.replace('_', ' ')}" for reason, count in made.skipped.items()]
    if ran.resumed:
        parts.append(f"{ran.resumed} outputs by an earlier run")
    click.echo(f"{', '.join(parts)}, written to {output}", err=True)
    if made.bad or made.problems:
        raise Stop


def tell_missing(source: str) -> None:
    """Say how many shards the step before could not use: what stands in them is missing here."""
    from recenter.scale.reasons import not_used
    from recenter.scale.storage import Storage

    if count := not_used(Storage(source)):
        said = f"{count} shards of the source were not used: {source}/_recenter/manifest.json"
        click.echo(printable(said), err=True)


def _tell_why(made: Manifest, output: str) -> None:
    """Say the commonest reason for bad rows and where all are, and which step comes first."""
    from recenter.scale.reasons import BAD, comes_first, commonest
    from recenter.scale.storage import Storage

    why = commonest(Storage(absolute(output))) if made.bad else None
    if why is not None:
        place = f"{output.rstrip('/')}/{BAD}"
        click.echo(printable(f"mostly ({why[1]} rows): {why[0]} All: {place}"), err=True)
    cure = comes_first(made, None if why is None else why[0])
    if cure is not None:
        click.echo(f"No row has what this step needs. {cure}", err=True)


def _with_bad(shards: tuple[Entry, ...]) -> list[Entry]:
    return sorted((entry for entry in shards if entry.bad), key=lambda entry: -entry.bad)
