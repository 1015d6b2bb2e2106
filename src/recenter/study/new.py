"""Begin a study file from a template, with invented items to try it on."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from recenter.errors import InputError
from recenter.scan.review import write_review
from recenter.store import Store
from recenter.study.design import Study, Task, Written
from recenter.study.file import read_study
from recenter.study.gather import gather, screen
from recenter.study.lined import read_lined

TEMPLATES = ("quality", "relevance", "levels", "replies", "control", "three-stages")
FILE = "study.yaml"

_UNSIGNED = "0" * 24


_PLACEHOLDERS = ("write here whom people can ask", "Replace this text with")


def placeholders(written: Written) -> tuple[str, ...]:
    """Return what of a template still stands in the texts that annotators see."""
    seen = f"{written.study.contact} {written.consent}"
    return tuple(words for words in _PLACEHOLDERS if words in seen)


def new_study(
    folder: Path, template: str, store: Store, *, key: bytes, today: datetime.date
) -> Path:
    """Write the files of a template into a new or empty folder; return the study file.

    Its scan is signed off, since the texts are invented: whoever puts others in has to scan anew.

    Raises:
        InputError: there is no such template, or the folder holds something already.
    """
    if template not in TEMPLATES:
        raise InputError(
            f"there is no template {template!r}; expected one of {', '.join(TEMPLATES)}.",
            field="template",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder} is not empty.", cure="Name a folder that is not there yet.")
    folder.mkdir(parents=True, exist_ok=True)
    home = resources.files("recenter.study").joinpath("templates")
    text = home.joinpath(f"{template}.yaml").read_text("utf-8")
    text = text.replace("@TODAY@", today.isoformat())
    path = folder / FILE
    path.write_text(text.replace("@SCAN@", _UNSIGNED), "utf-8")
    study, _ = read_lined(path.read_text("utf-8"), Study, file=path.name)
    for name in sorted(set(_files(study))):
        _copy(home.joinpath(name), folder / name)
    _sign(path, text, store, key)
    return path


def _files(study: Study) -> Iterator[str]:
    yield study.consent
    for task in study.tasks:
        yield from _files_of(task)


def _files_of(task: Task) -> Iterator[str]:
    yield task.items
    yield task.guidelines
    for part in (task.training, task.checks, task.gold):
        if part is not None:
            yield part.items


def _copy(source: Traversable, target: Path) -> None:
    target.write_bytes(source.read_bytes())


def _sign(path: Path, text: str, store: Store, key: bytes) -> None:
    written = read_study(path)
    items = gather(written, store, key=key)
    rows = [msgspec.structs.replace(row, decision="keep") for row in screen(written, items).rows]
    write_review(path.parent / "review.jsonl", rows)
    path.write_text(text.replace("@SCAN@", str(screen(written, items).hash)), "utf-8")
