"""Whose conversations the demo reads, and what it asks about them."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from recenter.config import Settings, pseudonym_key
from recenter.demo.data import (
    Character,
    Prompt,
    Trap,
    characters,
    conversations_file,
    session_contents,
)
from recenter.errors import InputError
from recenter.importers.base import BadRow, Tally
from recenter.importers.reading import read_conversations
from recenter.records import Conversation

OWN_PROMPTS = (
    Prompt("vague", "any ideas for the weekend?"),
    Prompt("off_topic", "At what temperature does water boil at 2,000 metres?"),
)
_DEMO_KEY = b"the people of the demo are not secret"
_SHORTEST, _LONGEST = 20, 300


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A person to read and to ask."""

    id: str
    name: str
    about: str
    conversations: tuple[Conversation, ...]
    prompts: tuple[Prompt, ...]
    traps: tuple[Trap, ...] = ()
    sessions: Mapping[str, Conversation] = {}
    """By the names that the traps use."""


class Subjects(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody to read, and what was left out."""

    people: tuple[Subject, ...]
    source: str
    skipped: Mapping[str, int]


def made_up(*, person: str | None, prompts: Sequence[str]) -> Subjects:
    """Return the people of the demo, or the one named, with their own prompts or these.

    Raises:
        InputError: nobody in the demo has this name.
    """
    chosen = [c for c in characters() if person is None or person.casefold() == c.person]
    if not chosen:
        raise InputError(
            f"there is no {person!r} in the demo; there is "
            f"{', '.join(c.person for c in characters())}.",
            field="person",
        )
    with resources.as_file(conversations_file()) as path:
        read = list(read_conversations(path, key=_DEMO_KEY))
    by_content = {c.content: c for c in read if isinstance(c, Conversation)}
    sessions = {name: by_content[content] for name, content in session_contents().items()}
    people = tuple(_character(c, sessions, prompts) for c in chosen)
    count = sum(len(subject.conversations) for subject in people)
    who = "1 made-up person" if len(people) == 1 else f"{len(people)} made-up people"
    return Subjects(people=people, source=f"{count} conversations of {who}", skipped={})


def _character(
    character: Character, sessions: Mapping[str, Conversation], prompts: Sequence[str]
) -> Subject:
    own = {
        name: conversation
        for name, conversation in sessions.items()
        if name.startswith(f"{character.person}-")
    }
    conversations = tuple(own.values())
    return Subject(
        id=conversations[0].person,
        name=character.name,
        about=character.about,
        conversations=conversations,
        prompts=tuple(Prompt("given", text) for text in prompts) or character.prompts,
        traps=character.traps,
        sessions=own,
    )


def exported(
    path: Path,
    *,
    person: str | None,
    prompts: Sequence[str],
    settings: Settings,
    keep: bool,
    known: Callable[[str], bool] = lambda _: False,
) -> Subjects:
    """Return the person of an export: the one with most conversations, where it holds several.

    Without `prompts`, three are asked: the first message of their newest suitable conversation,
    which is then not read, so that nothing is known from it; a vague one; and one of fact. `keep`
    says that the pseudonyms must be those of later imports, `known` whether a store holds a
    conversation already: such a one cannot be the one that is not read.

    Raises:
        InputError: the file cannot be read, or holds no conversation.
    """
    tally = Tally()
    key = pseudonym_key(settings) if keep else secrets.token_bytes(32)
    rows = read_conversations(path, key=key, person=person, tally=tally)
    everybody = [row for row in rows if not isinstance(row, BadRow)]
    if not everybody:
        raise InputError(
            "holds no conversation that could be read.",
            file=path.name,
            cure="`recenter import` tells row by row what is wrong with it.",
        )
    counts = Counter(conversation.person for conversation in everybody)
    id = max(counts, key=lambda one: (counts[one], one))
    own = sorted((c for c in everybody if c.person == id), key=lambda c: (c.at or "", c.id))
    held = None if prompts else _newest_suitable(own, known)
    asked = tuple(Prompt("given", text) for text in prompts)
    if not asked:
        asked = (*([Prompt("recent", _opening(held))] if held else []), *OWN_PROMPTS)
    skipped = dict(tally.counts.skipped) | {
        "bad_rows": tally.counts.bad,
        "of_other_people": len(everybody) - len(own),
        "kept_back_for_the_first_message": int(held is not None),
    }
    return Subjects(
        people=(
            Subject(
                id=id,
                name=person or "You",
                about=_span(own),
                conversations=tuple(c for c in own if c is not held),
                prompts=asked,
            ),
        ),
        source=f"{len(own)} conversations from {path.name}",
        skipped={reason: count for reason, count in skipped.items() if count},
    )


def _newest_suitable(
    conversations: Sequence[Conversation], known: Callable[[str], bool]
) -> Conversation | None:
    """The newest unknown that begins with a message of ordinary length, if others are left."""
    if len(conversations) < 2:
        return None
    for conversation in reversed(conversations):
        opening = _opening(conversation)
        ordinary = _SHORTEST <= len(opening) <= _LONGEST and "```" not in opening
        if ordinary and not known(conversation.id):
            return conversation
    return None


def _opening(conversation: Conversation) -> str:
    return next((turn.text for turn in conversation.turns if turn.role == "user"), "").strip()


def _span(conversations: Sequence[Conversation]) -> str:
    times = sorted(c.at[:10] for c in conversations if c.at)
    return f"conversations from {times[0]} to {times[-1]}" if times else "conversations"
