"""A release back into a store, so that anybody can make its figures again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.questions import get_question
from recenter.records import Attribute, Conversation, Query, Record, Reply
from recenter.store import Store
from recenter.study.export import release_rows
from recenter.study.export.folder import MANIFEST, Manifest, files_in, read_manifest
from recenter.study.export.judgments import JudgmentRow, is_vote, judgment_of
from recenter.study.export.release import KIND, SPLITS, SUMS
from recenter.study.item_rows import DECLINES

R = TypeVar("R", bound=Record)


class Released(Record, frozen=True):
    """What a release holds."""

    manifest: Manifest
    rows: tuple[JudgmentRow, ...]
    """Every answer, also those that do not count."""
    counts: Mapping[str, int]
    """Records by kind, as they were stored."""
    new: int
    """Records that the store did not hold before."""


def read_release(folder: Path, store: Store) -> Released:
    """Store everything of a release, and return its answers: all of it is checked before.

    Doing it again changes nothing.

    Raises:
        InputError: the folder is no release, a file is missing or has changed, a row cannot be
            read, or the store holds something else under the same id.
    """
    manifest = read_manifest(folder)
    if manifest.kind != KIND:
        raise InputError(
            f"is a {manifest.kind}.", file=str(folder / MANIFEST), cure="Name a release."
        )
    _check_sums(folder, manifest)
    rows = tuple(_judgments(folder))
    made = list(_records(folder, manifest))
    new = sum(_is_new(store, record) for record in made)
    votes = [judgment_of(row, content=manifest.content) for row in rows if is_vote(row)]
    _put(store, made, manifest)
    new += store.put_judgments(votes).new
    counts = Counter(type(record).__name__.lower() for record in (*made, *votes))
    return Released(manifest=manifest, rows=rows, counts=counts, new=new)


def _check_sums(folder: Path, manifest: Manifest) -> None:
    there = {file.name: file.sha256 for file in files_in(folder)}
    for file in manifest.files:
        if there.get(file.name) != file.sha256:
            what = "has changed since" if file.name in there else "is missing from"
            raise InputError(
                f"{what} the release.",
                file=str(folder / file.name),
                cure="Fetch the release again.",
            )
    if foreign := there.keys() - {file.name for file in manifest.files} - {MANIFEST, SUMS}:
        raise InputError(
            "is no part of the release.", file=str(folder / min(foreign)), cure="Take it out."
        )


def _judgments(folder: Path) -> Iterator[JudgmentRow]:
    for path, number, row in _rows(folder, "judgments", JudgmentRow):
        try:
            question = get_question(row.question)
            if row.answer not in DECLINES:
                question.check(row.answer)
            if row.oriented is not None:
                question.check(row.oriented)
        except InputError as error:
            raise InputError(error.reason, file=path, line=number, field=error.field) from None
        yield row


def _records(folder: Path, manifest: Manifest) -> Iterator[Record]:
    for name, kind in release_rows.TABLES.items():
        for _, _, row in _rows(folder, name, kind):
            yield release_rows.as_record(
                row,  # type: ignore[arg-type]
                content=manifest.content,
                code=manifest.recenter,
            )


def _rows(folder: Path, name: str, kind: type[R]) -> Iterator[tuple[str, int, R]]:
    for split in SPLITS:
        path = folder / "data" / name / f"{split}.jsonl"
        if path.is_file():
            for number, line in enumerate(path.read_bytes().splitlines(), 1):
                yield str(path), number, formats.decode(line, kind, file=str(path), number=number)


def _is_new(store: Store, record: Record) -> bool:
    """Return whether the store has no such record.

    Raises:
        InputError: it has something else under the same id.
    """
    known: Record | None
    match record:
        case Conversation():
            known = store.conversation(record.id)
        case Attribute():
            known = store.attribute(record.id)
        case Query():
            known = store.query(record.id)
        case Reply():
            known = store.reply(record.id)
        case _:
            return True
    if known is not None and known != record:
        raise InputError(
            f"the store holds something else under {record.id}; nothing was stored.",
            cure="Read the release into a store of its own.",
        )
    return known is None


def _put(store: Store, made: list[Record], manifest: Manifest) -> None:
    store.put_conversations(one for one in made if isinstance(one, Conversation))
    of: dict[str, list[Attribute]] = {}
    for one in made:
        if isinstance(one, Attribute):
            of.setdefault(one.person, []).append(one)
    signature = Signature(code=manifest.recenter, settings=manifest.content)
    for person, attributes in of.items():
        store.put_attributes(person, attributes, signature=signature)
    for one in made:
        if isinstance(one, Query):
            store.put_query(one)
        elif isinstance(one, Reply):
            store.put_reply(one)
