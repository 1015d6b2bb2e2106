"""Read a study file, with what it names beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from recenter.errors import InputError
from recenter.questions import QUESTIONS
from recenter.study.design import Study, Task, Written
from recenter.study.lined import Lines, line_of, read_lined

_LARGEST = 1_000_000
Problem = tuple[str, str, str | None]
"""Field, what is wrong with it, what to do."""


def read_study(path: Path) -> Written:
    """Return the study of a YAML file, and the Markdown files it names.

    Raises:
        InputError: a file cannot be read, or says what cannot be done; names line and field.
    """
    study, lines = read_lined(_text(path), Study, file=path.name)
    for field, reason, cure in _problems(study):
        line = line_of(field, lines)
        raise InputError(reason, file=path.name, line=line, field=field, cure=cure)
    return Written(
        path=path,
        study=study,
        consent=_beside(path, study.consent, "consent", lines),
        guidelines={
            task.name: _beside(path, task.guidelines, f"tasks[{place}].guidelines", lines)
            for place, task in enumerate(study.tasks)
        },
    )


def beside(path: Path, name: str) -> Path:
    """Return the path of a file that a study file names: beside it or below.

    Raises:
        InputError: the name leads elsewhere.
    """
    folder = path.parent.resolve()
    named = (folder / name).resolve()
    if not named.is_relative_to(folder):
        raise InputError(
            f"{name!r} leads out of the study's folder.",
            cure=f"Put the file into {path.parent} and name it from there.",
        )
    return named


def _beside(path: Path, name: str, field: str, lines: Lines) -> str:
    try:
        text = _text(beside(path, name))
    except InputError as error:
        line = line_of(field, lines)
        raise InputError(
            error.reason, file=path.name, line=line, field=field, cure=error.cure
        ) from None
    if not text.strip():
        raise InputError(
            f"{name!r} is empty.", file=path.name, line=line_of(field, lines), field=field
        )
    return text


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path.name} has more than {_LARGEST:,} bytes.")
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8: {error.reason}.") from None


def _problems(study: Study) -> Iterator[Problem]:
    names = [task.name for task in study.tasks]
    for place, task in enumerate(study.tasks):
        at = f"tasks[{place}]"
        if task.name in names[:place]:
            yield f"{at}.name", f"{task.name!r} is the name of two tasks.", None
        yield from _task_problems(task, at)
        for group in task.groups:
            if group not in study.recruitment.groups:
                known = ", ".join(study.recruitment.groups) or "none is named there"
                yield (
                    f"{at}.groups",
                    f"no annotator can be of the group {group!r}.",
                    f"Groups are named under recruitment.groups: {known}.",
                )
    yield from _recruitment_problems(study)


def _task_problems(task: Task, at: str) -> Iterator[Problem]:
    question = QUESTIONS[task.question]
    about_pairs = question.subject == "reply_pair"
    if task.arms is not None and not about_pairs:
        yield f"{at}.arms", f"{task.question!r} compares no replies.", "Leave arms out."
    if about_pairs and task.items == "store" and task.arms is None:
        yield (
            at,
            "`better` on the store needs arms.",
            "Name the rated one and the one it is compared with: arms: [selected, generic].",
        )
    if about_pairs and task.gold is not None:
        yield (
            f"{at}.gold",
            "taste has no right answer, so that `better` takes no gold items.",
            "Leave gold out.",
        )
    if task.pooled and question.subject != "attribute_query":
        yield f"{at}.pooled", f"{task.question!r} shows one item at a time.", "Leave pooled out."
    if task.people and task.items != "store":
        yield f"{at}.people", "people are chosen from the store only.", "Leave people out."


def _recruitment_problems(study: Study) -> Iterator[Problem]:
    recruitment = study.recruitment
    try:
        re.compile(recruitment.id_pattern)
    except re.error as error:
        yield (
            "recruitment.id_pattern",
            f"{recruitment.id_pattern!r} is no regular expression: {error}.",
            "Write for example [A-Za-z0-9]{24}.",
        )
    if recruitment.return_to is not None and "{code}" not in recruitment.return_to:
        yield (
            "recruitment.return_to",
            f"{recruitment.return_to!r} has no place for the code.",
            "Write {code} where it belongs.",
        )
    codes = list(study.codes.values())
    for outcome, code in study.codes.items():
        if codes.count(code) > 1:
            yield (
                f"codes.{outcome}",
                f"{code!r} is the code of two outcomes.",
                "Give each outcome a code of its own, or leave it out to have one made.",
            )
