"""`recenter judge stored`."""

from __future__ import annotations

from collections import Counter

import click

from recenter.cli.asking import Asking
from recenter.cli.bar import GOES_ON, Bar
from recenter.cli.options import setting_options
from recenter.config import Settings
from recenter.errors import ConfigError, InputError
from recenter.questions import QUESTIONS
from recenter.stages.judge_stored import Judged
from recenter.store import Store, open_store
from recenter.workspace import Workspace


@click.command("stored")
@click.option(
    "--question",
    "names",
    multiple=True,
    type=click.Choice(list(QUESTIONS)),
    help="Only this question; may be repeated. All that people answered, if left out.",
)
@click.option(
    "--chat",
    "chats",
    multiple=True,
    help="Chat model as provider:name; may be repeated.",
)
@click.option("--person", "people", multiple=True, help="Only this person; may be repeated.")
@click.option(
    "--workers",
    default=4,
    show_default=True,
    type=click.IntRange(1, 64),
    help="Calls to a model at the same time.",
)
@click.option("--dry-run", is_flag=True, help="Say what it would take; ask nothing.")
@setting_options("store", "max_cost")
def stored(
    *,
    names: tuple[str, ...],
    chats: tuple[str, ...],
    people: tuple[str, ...],
    workers: int,
    dry_run: bool,
    settings: Settings,
) -> None:
    """Put what people in the store judged to one or several models, in the same words.

    Comparisons are asked in both orders. What is stopped goes on with the next run; what a model
    has judged before in the same words is not asked again.

    Example: recenter judge stored --question relevant --chat openai:gpt-5 --chat ollama:llama3.3
    """
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run, chats=chats)
        if not asking.models:
            raise ConfigError(
                "judge stored needs a chat model, and none is set.",
                cure="Pass --chat or set RECENTER_CHAT, for example to ollama:llama3.3.",
            )
        chosen = names or _answered(store)
        workspace = Workspace(store, keep=not dry_run)
        arguments = {"questions": list(chosen), "models": [model.name for model in asking.models]}
        with (
            Bar(stopped=None if dry_run else GOES_ON) as bar,
            workspace.run("judge stored", arguments) as told,
        ):
            counts: Counter[str] = Counter()
            for model in asking.models:
                for name in chosen:
                    made = workspace.judge(
                        name, model, people=people or None, workers=workers, progress=bar
                    )
                    click.echo(f"{name} by {model.name}: {_summary(made)}")
                    counts[f"{name} by {model.name}"] = sum(made.answers.values())
            told["counts"] = dict(counts)
            told["usage"] = asking.usage
    asking.tell()


def _answered(store: Store) -> tuple[str, ...]:
    """Return the questions that people answered.

    Raises:
        InputError: nobody has answered any.
    """
    found = {
        judgment.question
        for person in store.people()
        for judgment in store.judgments(person)
        if judgment.judge.kind == "person"
    }
    if not found:
        raise InputError(
            f"no person has judged anything in {store.place}, so there is nothing to ask a model.",
            cure="Models are asked what people were asked; import or collect their answers first.",
        )
    return tuple(name for name in QUESTIONS if name in found)


def _summary(made: Judged) -> str:
    answers = ", ".join(f"{count} {answer}" for answer, count in sorted(made.answers.items()))
    parts = [answers or "nothing new", f"{made.known} judged before"]
    if made.gone:
        parts.append(f"{made.gone} no longer stored")
    if made.unread:
        parts.append(f"{made.unread} without an answer that can be read")
    return "; ".join(parts)
