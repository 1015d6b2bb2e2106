"""PersonaMem: contexts of many sessions in JSON lines, and the questions on them in a table.

A context is a person: the answers hold for what was said in it, and the contexts of one persona
repeat each other's sessions. Both files name it, so that either can be read alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from recenter.errors import InputError
from recenter.importers.base import Format, Made, Skip, conversation_of
from recenter.importers.benchmarks.told import Message, Told, spoken
from recenter.importers.pseudonym import Pseudonyms

_NAME = "personamem"
_SPEAKER = re.compile(r"\s*(?:User|Assistant):\s?")
_OPTION = re.compile(r"\([a-z]\)")

_Row = dict[str, str | int | float | list[Message] | None]


def _fits(row: Any) -> bool:
    """Tell a question by its fields; a context, named by its id, by what its turns begin with."""
    if not isinstance(row, dict):
        return False
    if {"shared_context_id", "correct_answer"} <= row.keys():
        return True
    contexts = list(row.values())
    return bool(contexts) and all(isinstance(c, list) and any(map(_named, c)) for c in contexts)


def _named(message: Any) -> bool:
    text = message.get("content") if isinstance(message, dict) and "role" in message else None
    return isinstance(text, str) and _SPEAKER.match(text) is not None


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    if "shared_context_id" in row:
        return _question(row, door)
    made: list[Made] = []
    for context, messages in row.items():
        if not isinstance(messages, list):
            raise InputError("expected the turns of contexts.")
        person = door.person(context, source=_NAME)
        for number, session in enumerate(_sessions(messages)):
            turns = spoken(session, field="")
            if turns:
                raw_id = f"{context}:{number}"
                made.append(
                    conversation_of(turns, door, person=person, source=_NAME, raw_id=raw_id)
                )
    return tuple(made) or (Skip("empty"),)


def _sessions(messages: list[Message]) -> Iterator[list[Message]]:
    """Yield the sessions, each of which begins with a system turn that holds the persona."""
    session: list[Message] = []
    for message in messages:
        if message.role == "system":
            yield session
            session = []
        else:
            text = _SPEAKER.sub("", message.content or "", count=1)
            session.append(Message(message.role, text))
    yield session


def _question(row: _Row, door: Pseudonyms) -> tuple[Made, ...]:
    fields = ("shared_context_id", "user_question_or_message", "correct_answer", "all_options")
    context, question, answer, options = (_text(row, field) for field in fields)
    if not context:
        raise InputError("expected the id of a context.", field="shared_context_id")
    person = door.person(context, source=_NAME)
    told = Told(door, person=person, source=_NAME)
    return told("question_answer", _option(answer, options), question=question)


def _text(row: _Row, field: str) -> str:
    value = row.get(field)
    if isinstance(value, list):
        raise InputError("expected text.", field=field)
    return "" if value is None else str(value)


def _option(answer: str, options: str) -> str:
    """Return the option that an answer such as `(c)` means; the answer itself where it is none."""
    name = answer.strip()
    if not _OPTION.fullmatch(name):
        return answer
    starts = [(found[0], found.start(), found.end()) for found in _OPTION.finditer(options)]
    # The options in their order; a letter in brackets inside of one is part of it.
    wanted, at = [chr(n) for n in range(ord("a"), ord("z") + 1)], 0
    bounds: list[tuple[str, int, int]] = []
    for mark, start, end in starts:
        if at < len(wanted) and mark == f"({wanted[at]})":
            bounds.append((mark, start, end))
            at += 1
    for i, (mark, _, end) in enumerate(bounds):
        if mark == name:
            stop = bounds[i + 1][1] if i + 1 < len(bounds) else len(options)
            return options[end:stop].strip(" \t\r\n'\",[]") or answer
    return answer


PERSONAMEM = Format(name=_NAME, mark="shared_context_id", row=_Row, convert=_convert, fits=_fits)
