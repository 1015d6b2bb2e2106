"""Asks systems what people were asked, and puts their answers beside those of the judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.progress import Progress
from recenter.reports.extraction import VERIFIERS
from recenter.reports.judged import questions
from recenter.reports.material import Answer, Material, Problems
from recenter.reports.preferences import LONGER
from recenter.reports.selection import PEOPLE
from recenter.reports.selection_baselines import BASELINES
from recenter.reports.systems.answered import Said, answers
from recenter.reports.systems.asked import Ask, asks
from recenter.reports.systems.process import Ran, run_command

QUESTION = "RECENTER_QUESTION"
"""Environment variable that tells a command which question its rows are of."""

SECONDS = 600.0

RESERVED = frozenset((PEOPLE, LONGER, *BASELINES, *VERIFIERS))
"""Names of lines that stand beside the judges in the tables."""


class System(NamedTuple):
    """A command that answers by the batch contract."""

    name: str
    command: tuple[str, ...]


class Limits(NamedTuple):
    """What holds for every system."""

    seconds: float = SECONDS
    """For each question."""
    seed: int = 0
    texts: bool = True
    """Whether a system's last words, which may hold a prompt, may stand in the report."""


class Heard(NamedTuple):
    """What systems answered."""

    material: Material
    """What was there before, with their answers and what is wrong with them."""
    words: tuple[str, ...]
    """The last words of those that did not end well, for the terminal alone."""


def ask_systems(
    material: Material, systems: Sequence[System], limits: Limits, progress: Progress
) -> Heard:
    """Ask every system every question whose items have words, one after the other.

    Raises:
        InputError: a system has the name of a judge, a baseline or an earlier system.
    """
    _refuse_taken(material, systems)
    said: list[Answer] = []
    words: list[str] = []
    problems = Problems()
    for system in systems:
        count = 0
        for group, question in questions(material):
            asked = asks(material, group, question, seed=limits.seed)
            if asked:
                ran = _run(system, question, asked, limits.seconds, progress)
                told = f"{system.name} ({question}, {group})"
                found = answers(question, asked, ran.lines, problems, of=told)
                said += _answers(system, group, question, asked, found)
                words += _ended(ran, told, len(asked), found, problems, texts=limits.texts)
                count += 1
        if not count:
            what = f"{system.name} was asked nothing: no question has items with their words"
            problems.add(what)
    whole = msgspec.structs.replace(
        material,
        answers=(*material.answers, *said),
        problems=(*material.problems, *problems.found),
    )
    return Heard(whole, tuple(words))


def _refuse_taken(material: Material, systems: Sequence[System]) -> None:
    taken = RESERVED | {one.judge for one in material.answers}
    for system in systems:
        if system.name in taken:
            raise InputError(
                f"{system.name!r} is the name of a judge, a baseline or another system.",
                field="--system",
                cure="Give the system another name.",
            )
        taken |= {system.name}


def _run(
    system: System, question: str, asked: Sequence[Ask], seconds: float, progress: Progress
) -> Ran:
    rows = "".join(formats.encode(ask.row) + "\n" for ask in asked).encode()
    progress.start(f"asking {system.name}: {question}", len(asked))
    return run_command(
        system.command,
        rows,
        environment={QUESTION: question},
        seconds=seconds,
        told=progress.advance,
    )


def _answers(
    system: System, group: str, question: str, asked: Sequence[Ask], found: dict[str, Said]
) -> list[Answer]:
    """Return an answer on every item, unread where there is none; nothing if none could be read."""
    if all(one.value is None for one in found.values()):
        return []
    unread = Said(None)
    scored = any(one.scored for one in found.values())
    return [
        Answer(
            question=question,
            group=group,
            item=item,
            judge=system.name,
            kind="score" if scored else "model",
            value=value,
            probability=said.probability,
            position=position,
        )
        for ask in asked
        for item in ask.items.values()
        for said in (found.get(item, unread),)
        for position, value in said.orders or ((None, said.value),)
    ]


def _ended(
    ran: Ran, told: str, rows: int, found: dict[str, Said], problems: Problems, *, texts: bool
) -> list[str]:
    """Count how a system ended where it was not well; return its last words, if there are any."""
    why = ran.why
    if all(one.value is None for one in found.values()):
        why = f"answered nothing that could be read: {why or 'it gave no usable answer'}"
    if why is None:
        return []
    words = f"; its last words: {ran.last_words}" if ran.last_words else ""
    nothing = why != ran.why
    problems.add(f"{told}: {why}{words if texts else ''}", count=rows if nothing else 1)
    return [f"{told}: {why}{words}"]
