"""`recenter plan`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recenter import formats
from recenter.cli.bar import NOTHING_KEPT, Bar
from recenter.cli.options import Stop, setting_options
from recenter.cli.printable import printable
from recenter.cli.sharded import is_folder
from recenter.config import Settings, pseudonym_key
from recenter.errors import InputError, MissingExtraError, NoRowsError
from recenter.importers.detect import FORMATS
from recenter.importers.reading import Row, read_rows
from recenter.models.load import load_chat, load_embedder
from recenter.scale.plan import NO_CALLS, Counts, Plan, Planned, make_plan
from recenter.scale.plan_sample import Measuring, Unread, draw
from recenter.stats.estimate import Estimate

if TYPE_CHECKING:
    from recenter.scale.storage import Storage

_SHOWN = 10
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_HEAD = ("step", "by", "calls", "tokens in", "tokens out", "US dollars", "processor", "at least")


@click.command()
@click.argument("corpus")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Processors that will work at the same time.",
)
@click.option(
    "--sample",
    default=30,
    show_default=True,
    type=click.IntRange(1),
    help="People to read whole, drawn at random.",
)
@click.option("--seed", default=0, show_default=True, help="Seed of the draw.")
@click.option(
    "--format",
    "kind",
    type=click.Choice(list(FORMATS)),
    help="Format of the files; told from their contents where not given.",
)
@click.option("--person", help="Whose conversations all of these are, in words of your own.")
@click.option("--json", "as_json", is_flag=True, help="Print all of it as one JSON object.")
@setting_options("chat", "embedder")
def plan(
    *,
    corpus: str,
    workers: int,
    sample: int,
    seed: int,
    kind: str | None,
    person: str | None,
    as_json: bool,
    settings: Settings,
) -> None:
    """Say what CORPUS would take, step by step, before anything large starts.

    Counts all of CORPUS, a path as `import` reads it or a folder or URL of shards; runs a sample
    of its people through the embedded models; scales that up, with 95% intervals. With --chat,
    also what an endpoint would be asked and cost at most, by the very prompts; none is sent.
    Ends with status 3 where a shard cannot be read: it is in no figure.

    Example: recenter plan corpus/ --workers 16 --chat openai:gpt-4o-mini
    """
    chat = load_chat(settings.chat, settings) if settings.chat else None
    filtering = importlib.util.find_spec("datasketch") is not None
    measuring = Measuring(load_embedder(settings.embedder, settings), chat, filtering=filtering)
    key = pseudonym_key(settings)

    def read(path: Path) -> Iterator[Row]:
        return read_rows(path, key=key, format=kind, person=person)

    with Bar(stopped=NOTHING_KEPT) as bar:
        bar.start("conversations", None)
        drawn = draw(_counted(_rows(corpus, read), bar.advance), sample=sample, seed=seed)
        if not drawn.people:
            raise InputError(
                f"holds no conversations that can be read ({drawn.counts.bad} bad rows).",
                file=corpus,
                cure="`recenter import` says what is wrong with each.",
            )
        sampled = measuring.measure(drawn.people, progress=bar)
    made = make_plan(drawn.counts, sampled, workers=workers, seed=seed)
    if not filtering:
        click.echo("filter not measured: it needs the `corpus` extra", err=True)
    click.echo(formats.encode(made) if as_json else printable(_told(made)))
    if made.counts.unread:
        raise Stop


def _rows(corpus: str, read: Callable[[Path], Iterator[Row]]) -> Iterator[Row | Unread]:
    """Yield the rows of a path, or of each shard; a shard that cannot be read is named."""
    storage, names = _shards(corpus)
    if storage is None or not names:
        yield from read(Path(corpus))
        return
    for name in names:
        try:
            with storage.fetched(name) as path:
                yield from read(path)
        except NoRowsError:
            continue
        except InputError as error:
            yield Unread(name, error.reason)


def _shards(corpus: str) -> tuple[Storage | None, Sequence[str]]:
    if not is_folder(corpus):
        return None, ()
    try:
        from recenter.scale.shards import is_shard
        from recenter.scale.storage import Storage
    except ImportError:
        raise MissingExtraError("A folder of shards", "scale") from None
    storage = Storage(corpus)
    names = [file.name for file in storage.files() if is_shard(file.name)]
    if not names and "://" in corpus:
        raise InputError("holds no shards.", file=corpus)
    return storage, names


def _counted(rows: Iterable[Row | Unread], advance: Callable[[], None]) -> Iterator[Row | Unread]:
    for row in rows:
        advance()
        yield row


def _told(made: Plan) -> str:
    counts = made.counts
    plural = "worker" if made.workers == 1 else "workers"
    lines = [
        f"{counts.people:,} people, {counts.conversations:,} conversations, {counts.turns:,} turns,"
        f" at most {counts.tokens:,} tokens",
        *_left_out(counts),
        f"{made.sampled:,} people drawn with seed {made.seed};"
        f" attributes in all: {_figure(made.attributes, _count)}",
        "",
        *_table([_HEAD, *(_cells(step) for step in made.steps)]),
        "",
        f"At least: processor seconds over {made.workers} {plural}; starting, loading models and"
        " waiting come on top.",
        "Tokens and dollars are the most that it can be, without repairs. select and judge: for one"
        " prompt a person.",
        *_reasons(made.steps),
    ]
    return "\n".join(lines)


def _left_out(counts: Counts) -> list[str]:
    lines = [f"not read: {shard}" for shard in counts.unread[:_SHOWN]]
    if len(counts.unread) > _SHOWN:
        lines.append(f"not read: {len(counts.unread) - _SHOWN} shards more")
    if counts.bad or counts.skipped:
        lines.append(f"{counts.bad:,} bad rows, {counts.skipped:,} left out on purpose")
    return lines


def _cells(step: Planned) -> tuple[str, ...]:
    return (
        step.step,
        step.backend,
        _figure(step.calls, _count),
        _figure(step.prompt_tokens, _count),
        _figure(step.completion_tokens, _count),
        _figure(step.cost, _dollars),
        _figure(step.processor_seconds, _duration),
        _figure(step.least_seconds, _duration),
    )


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _reasons(steps: Iterable[Planned]) -> list[str]:
    """Return each reason why a figure, or its interval, is missing, with where it is."""
    found: dict[str, dict[str, None]] = {}
    for step in steps:
        for figure in (step.calls, step.cost, step.processor_seconds):
            if figure.reason is not None and figure.reason != NO_CALLS:
                found.setdefault(figure.reason, {})[f"{step.step} by {step.backend}"] = None
    return [f"{reason} ({', '.join(where)})" for reason, where in found.items()]


def _figure(figure: Estimate, shown: Callable[[float], str]) -> str:
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return shown(figure.value)
    return f"{shown(figure.value)} [{shown(figure.low)}, {shown(figure.high)}]"


def _count(value: float) -> str:
    for least, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= least:
            return f"{value / least:.3g}{unit}"
    return f"{value:.3g}"


def _dollars(value: float) -> str:
    return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"


def _duration(seconds: float) -> str:
    for least, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= least:
            return f"{seconds / least:.3g} {unit}"
    return f"{seconds:.3g} s"
