"""`recenter respond`."""

from __future__ import annotations

import functools
import itertools
from typing import get_args

import click
from rich.console import Console

from recenter.batch.respond import respond_row
from recenter.batch.rows import one_by_one
from recenter.cli.asking import Asking
from recenter.cli.backends import Selecting, selecting_options
from recenter.cli.checking import Checking, checking_options
from recenter.cli.options import asking_options, batch_options, need, run, setting_options
from recenter.cli.printable import plain
from recenter.cli.show import show_receipt
from recenter.config import Settings
from recenter.models.base import ChatModel
from recenter.models.calls import parallel_map
from recenter.records import Arm, Method, Reply
from recenter.store import open_store
from recenter.workspace import Workspace


@click.command()
@click.argument("prompt", required=False)
@click.option("--person", help="Whose attributes to use.")
@click.option(
    "--arm",
    "arms",
    multiple=True,
    type=click.Choice(get_args(Arm)),
    help="What the reply may use; repeat it for several replies. Without it, selected; in batch, "
    "what the row's `mode` says. `given` is for batches.",
)
@click.option(
    "--method",
    type=click.Choice(get_args(Method)),
    help="Personalise from the start, or edit the generic reply as little as possible. Without "
    "it, start; in batch, what the row says.",
)
@click.option(
    "--chat",
    "chats",
    multiple=True,
    help="Chat model as provider:name; repeat it for several replies. The first one also selects.",
)
@checking_options
@selecting_options
@asking_options
@batch_options
@setting_options("store", "embedder", "max_cost")
def respond(
    *,
    prompt: str | None,
    person: str | None,
    arms: tuple[Arm, ...],
    method: Method | None,
    chats: tuple[str, ...],
    selecting: Selecting,
    checking: Checking,
    workers: int,
    dry_run: bool,
    batch: str | None,
    output: str,
    settings: Settings,
) -> None:
    """Answer PROMPT for a person, with a receipt of what was used, withheld, and why.

    Without a chat model no reply is written: the exact messages that would be sent are shown.
    With several, or several arms, each model answers under each arm.

    With --check, a personalised reply is sent only if it uses nothing irrelevant, violates and
    invents nothing, keeps the facts of the generic one and, given a preference model, is likely
    enough to be preferred; otherwise the generic one is sent, and the receipt says why.

    Example: recenter respond --batch in.jsonl --arm generic --arm given --chat ollama:llama3.3
    """
    arms = tuple(dict.fromkeys(arms))
    check = checking.check(settings)
    if batch is not None:
        asking = Asking(settings, cache=None, dry_run=dry_run, chats=chats)
        backend = selecting.backend(settings, asking)
        handle = functools.partial(
            respond_row,
            selector=backend,
            models=asking.models,
            arms=arms,
            method=method,
            policy=selecting.rules(default=False),
            cap=selecting.cap,
            check=check,
        )
        handler = one_by_one(handle, workers=workers if asking.models else 1)
        about = (backend.signature, selecting, chats, arms, method, checking.about(check))
        run(batch, output, handler, asking=asking, settings=settings, about=about)
        return
    need(person, "--person", "without --batch")
    need(prompt, "PROMPT", "without --batch")
    if "given" in arms:
        raise click.UsageError("--arm given is for --batch, where the row gives the attributes.")
    with open_store(settings.store_url) as store:
        asking = Asking(settings, cache=store.cache, dry_run=dry_run, chats=chats)
        workspace = Workspace(store, keep=not dry_run)
        query = workspace.query(str(person), str(prompt))
        made = selecting.decide(workspace, query, settings, asking)

        def reply(model: ChatModel | None, arm: Arm) -> Reply:
            return workspace.respond(
                query, made, model=model, arm=arm, method=method or "start", check=check
            )

        wanted = itertools.product(asking.models or (None,), arms or ("selected",))
        for each in parallel_map(lambda pair: reply(*pair), list(wanted), workers=workers):
            _show(each)
        asking.tell()


def _show(reply: Reply) -> None:
    console = Console(highlight=False)
    console.rule(f"{reply.arm}, {reply.signature.model or 'no model asked'}")
    if reply.text is not None:
        console.print(plain(reply.text))
    else:
        console.print("[dim]These messages would be sent:[/]")
        for message in reply.messages:
            console.print(plain(f"{message.role}: {message.content}"))
    console.print()
    show_receipt(reply.receipt)
