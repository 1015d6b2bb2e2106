"""Bring together the items of a study: from files and the store, scanned, redacted, on pages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from recenter.errors import InputError
from recenter.questions import QUESTIONS
from recenter.scan.find import find
from recenter.scan.record import Finding
from recenter.scan.redact import redact
from recenter.scan.review import Decision, ReviewRow, apply, read_review, scan_hash, to_review
from recenter.store import Store
from recenter.study.design import Study, Task, Written
from recenter.study.file import beside
from recenter.study.item_rows import read_items
from recenter.study.items import Item, mapped, texts
from recenter.study.pages import pages
from recenter.study.plan import TaskItems
from recenter.study.stored import stored_items

Gathered = Mapping[str, TaskItems]
Finder = Callable[[str], tuple[Finding, ...]]


class Screened(msgspec.Struct, frozen=True):
    """What a scan of a study's texts found."""

    hash: str | None
    """Names texts, findings and decisions: to be signed off in the study file. None while
    something is not decided on."""
    texts: int
    rows: tuple[ReviewRow, ...]
    """To be decided on, with what was decided before."""

    @property
    def undecided(self) -> int:
        """Findings that nobody has decided on."""
        return sum(row.decision is None for row in self.rows)


def gather(written: Written, store: Store, *, key: bytes) -> Gathered:
    """Return the items of each task as they are written, not redacted yet.

    Raises:
        InputError: a file is not what it should be, or the store has nothing to ask about.
    """
    found: dict[str, TaskItems] = {}
    seen: set[str] = set()
    for task in written.study.tasks:
        given = _apart(task, _of_task(written, task, store, key), seen)
        seen |= {item.id for some in _kinds(given).values() for item in some}
        found[task.name] = given
    return found


def screen(written: Written, items: Gathered) -> Screened:
    """Return what a scan finds in the texts of a study, with earlier decisions kept.

    Raises:
        InputError: the file of names or of the review cannot be read.
    """
    return _screen(written, items, _finder(written))


def _finder(written: Written) -> Finder:
    """Return what finds in a text, each text once: many items may show the same conversation."""
    names = _names(written)
    return functools.cache(lambda text: find(text, names=names))


def _screen(written: Written, items: Gathered, look: Finder) -> Screened:
    named = list(_texts(items))
    found = dict(named)
    if len(found) < len(named):
        raise InputError("two texts of the study have one name.", file=written.path.name)
    findings = {name: look(text) for name, text in found.items()}
    rows = to_review(found, findings)
    path = review_path(written)
    before = {} if not path.exists() else _decisions(read_review(path))
    decided = tuple(
        msgspec.structs.replace(row, decision=before.get((row.kind, row.text))) for row in rows
    )
    open_ = any(row.decision is None for row in decided)
    return Screened(
        hash=None if open_ else scan_hash(found, findings, decided),
        texts=len(found),
        rows=decided,
    )


def ready(written: Written, items: Gathered) -> Gathered:
    """Return the items as annotators will see them: redacted as reviewed, and cut into pages.

    Raises:
        InputError: nobody has signed off a scan of these texts, or something that it found is not
            decided on.
    """
    look = _finder(written)
    screened = _screen(written, items, look)
    scan = written.study.scan
    file = written.path.name
    if scan is None or scan.signed_off is None:
        raise InputError(
            "people's texts may be shown only after a scan that somebody signed off.",
            file=file,
            field="scan",
            cure=f"Run `recenter study scan {written.path}` and do what it says.",
        )
    if scan.signed_off != screened.hash:
        raise InputError(
            "other texts, or other decisions on what was found in them, were signed off."
            if screened.hash
            else f"{screened.undecided} findings of the scan are not decided on.",
            file=file,
            field="scan.signed_off",
            cure=f"Run `recenter study scan {written.path}` and review what it finds.",
        )
    for field in ("by", "on", "consent"):
        if getattr(scan, field) is None:
            raise InputError(
                "is missing.",
                file=file,
                field=f"scan.{field}",
                cure="Say who signed off, when, and how the people whose words these are agreed.",
            )

    def change(text: str) -> str:
        return redact(text, apply(look(text), screened.rows))

    return {
        name: _on_pages(written.study, written.study.task(name), given, change)
        for name, given in items.items()
    }


def unmasked(written: Written, items: Gathered) -> Gathered:
    """Return the items on their pages with nothing redacted: for planning, never for showing."""
    return {
        name: _on_pages(written.study, written.study.task(name), given, str)
        for name, given in items.items()
    }


def review_path(written: Written) -> Path:
    """Return where the review of a study's scan stands, beside the study file."""
    scan = written.study.scan
    return beside(written.path, "review.jsonl" if scan is None else scan.review)


def _of_task(written: Written, task: Task, store: Store, key: bytes) -> TaskItems:
    def read(name: str | None, kind: str = "", *, keyed: bool) -> tuple[Item, ...]:
        if name is None:
            return ()
        path = beside(written.path, name)
        if not path.is_file():
            raise InputError(
                f"there is no file {name!r}.",
                file=written.path.name,
                field=f"tasks[{written.study.tasks.index(task)}].{kind}items",
                cure=f"Put it into {written.path.parent}, or name another.",
            )
        return tuple(read_items(path, task.question, key=key, keyed=keyed))

    work = (
        tuple(stored_items(store, task.question, people=task.people, arms=task.arms))
        if task.items == "store"
        else read(task.items, keyed=False)
    )
    given = TaskItems(
        work=work,
        training=read(task.training.items if task.training else None, "training.", keyed=True),
        checks=read(task.checks.items if task.checks else None, "checks.", keyed=True),
        gold=read(task.gold.items if task.gold else None, "gold.", keyed=True),
    )
    _refuse_doubles(written, task, given)
    return given


def _refuse_doubles(written: Written, task: Task, given: TaskItems) -> None:
    seen: dict[str, str] = {}
    for kind, some in _kinds(given).items():
        for item in some:
            if item.id in seen:
                raise InputError(
                    f"the item {item.id!r} is among the {seen[item.id]} and the {kind} of "
                    f"{task.name!r}.",
                    file=written.path.name,
                    cure="Take it out of one of them.",
                )
            seen[item.id] = kind


def _texts(items: Gathered) -> Iterable[tuple[str, str]]:
    """Yield every text, each by a name of its own that tells where it is."""
    for task, given in items.items():
        for kind, some in _kinds(given).items():
            for item in some:
                for name, text in texts(item):
                    yield f"{task}/{kind}/{name}", text


def _kinds(given: TaskItems) -> Mapping[str, tuple[Item, ...]]:
    return {
        "work": given.work,
        "training": given.training,
        "checks": given.checks,
        "gold": given.gold,
    }


def _apart(task: Task, given: TaskItems, seen: Collection[str]) -> TaskItems:
    """Return items under ids that no task before has, such as of one file in two tasks."""

    def renamed(items: tuple[Item, ...]) -> tuple[Item, ...]:
        replace = msgspec.structs.replace
        return tuple(
            replace(item, id=f"{task.name}/{item.id}") if item.id in seen else item
            for item in items
        )

    return TaskItems(**{kind: renamed(some) for kind, some in _kinds(given).items()})


def _names(written: Written) -> Sequence[str]:
    scan = written.study.scan
    if scan is None or scan.names is None:
        return ()
    path = beside(written.path, scan.names)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", field="scan.names") from None
    return [line.strip() for line in lines if line.strip()]


def _decisions(rows: Iterable[ReviewRow]) -> dict[tuple[str, str], Decision | None]:
    return {(row.kind, row.text): row.decision for row in rows}


def _on_pages(
    study: Study, task: Task, given: TaskItems, change: Callable[[str], str]
) -> TaskItems:
    def changed(items: Iterable[Item]) -> list[Item]:
        return [mapped(item, change) for item in items]

    work = changed(given.work)
    if QUESTIONS[task.question].subject == "attribute_query":
        work = pages(work, size=task.page, pooled=task.pooled, seed=study.seed)
    return TaskItems(
        work=tuple(work),
        training=tuple(changed(given.training)),
        checks=tuple(changed(given.checks)),
        gold=tuple(changed(given.gold)),
    )
