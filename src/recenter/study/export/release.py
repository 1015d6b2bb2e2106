"""A folder to publish: judgments with what they are about, split by people, under new names."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from recenter.errors import InputError
from recenter.records import Record
from recenter.study.design import Scan
from recenter.study.export import release_rows
from recenter.study.export.card import About, card
from recenter.study.export.croissant import NAME as CROISSANT
from recenter.study.export.croissant import croissant
from recenter.study.export.derived import SoftRow, agreements, soft_rows
from recenter.study.export.folder import Manifest, files_in, whole_folder
from recenter.study.export.judgments import JudgmentRow, owner, records_of, rows_of
from recenter.study.export.release_rows import About as Row
from recenter.study.export.renaming import Names
from recenter.study.export.snapshot import Placed, Snapshot, snapshot
from recenter.study.export.tables import Table, check_formats, write_jsonl, write_parquet
from recenter.study.export.write import finish
from recenter.study.ledger.desk import Desk

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = ("train", "validation", "test")
KIND = "study release"
TABLES: dict[str, type[Record]] = {
    "judgments": JudgmentRow,
    "soft_labels": SoftRow,
    **release_rows.TABLES,
}
SUMS = "SHA256SUMS"
_HELD_OUT = 10
"""One in so many people is for validation, and as many for the test."""
_replace = msgspec.structs.replace
_INTRO = (
    "Judgments of people, one by one, with the texts that they are about. No remembered person is "
    "in two splits."
)
_LIMITS = (
    "A prompt that several people share can be in several splits; their attributes are not.",
    "Items that check attention or have known answers are left out, with the answers to them.",
    "Times of annotators are left out; how long they took is there.",
    "What annotators thought of which reply knew the person is left out.",
)


class _Layout(Record, frozen=True):
    """Which tables were written, and how many rows of each are in each split."""

    rows: Mapping[str, Mapping[Split, int]]
    parquet: bool

    @property
    def totals(self) -> dict[str, int]:
        """Rows of each table."""
        return {name: sum(of.values()) for name, of in self.rows.items()}

    @property
    def files(self) -> dict[str, list[tuple[str, str]]]:
        """Of each table its files that `datasets` is to read: (split, path)."""
        return {
            name: [(split, _path(name, split, self.parquet)) for split in of]
            for name, of in self.rows.items()
        }

    @property
    def tables(self) -> dict[str, type[Record]]:
        """What is in each file of JSON lines."""
        return {
            _path(name, split, False): TABLES[name]
            for name, of in self.rows.items()
            for split in of
        }


def release(
    desk: Desk,
    folder: Path,
    *,
    licence: str,
    title: str,
    seed: int = 0,
    notes: bool = False,
    parquet: bool = True,
    keep_ids: bool = False,
) -> Manifest:
    """Write what may be published of a study to a folder: all of it or nothing.

    People, annotators and everything else get new names that nobody can make again, unless
    `keep_ids`. Who is in which split depends on `seed` and the people alone. What annotators
    wrote is left out, unless `notes`: nobody has looked through it for names.

    Raises:
        InputError: nobody signed off the scan of the texts, or it is not said what people agreed
            to; or the folder cannot be written or holds other files.
        MissingExtraError: Parquet, without pyarrow.
    """
    scan = _signed_off(desk.study.scan)
    check_formats(("jsonl", "parquet") if parquet else ("jsonl",))
    told = _public(snapshot(desk), notes=notes)
    splits = split_people(_people(told), seed=seed)
    if not keep_ids:
        names = Names(secrets.token_bytes(32))
        told = names.study(told)
        splits = {names.person(person): split for person, split in splits.items()}
    about = About(title=title, licence=licence, intro=_INTRO, limits=_LIMITS)
    rows = [_timeless(row) for row in rows_of(told)]
    with whole_folder(folder) as draft:
        layout = _write_tables(draft, told, rows, splits, parquet=parquet)
        _write_texts(draft, told)
        (draft / "README.md").write_text(
            card(
                told,
                about,
                counts=layout.totals,
                files=layout.files,
                agreed=agreements(told, rows),
            ),
            "utf-8",
        )
        described = croissant(
            about,
            name=told.study.study,
            day=datetime.fromtimestamp(desk.clock(), UTC).date(),
            consent=scan.consent or "",
            files=files_in(draft),
            tables=layout.tables,
        )
        (draft / CROISSANT).write_text(json.dumps(described, indent=1) + "\n", "utf-8")
        manifest = finish(draft, told, kind=KIND, counts=layout.totals)
        sums = [f"{file.sha256}  {file.name}\n" for file in files_in(draft)]
        (draft / SUMS).write_text("".join(sums), "utf-8")
        return manifest


def split_people(people: Collection[str], *, seed: int) -> dict[str, Split]:
    """Return the split of each person: one in ten for validation, as many for the test.

    Of three people or more, each split has one; fewer are all for training.
    """
    drawn = sorted(people)
    random.Random(f"{seed}/release").shuffle(drawn)
    held = max(1, round(len(drawn) / _HELD_OUT)) if len(drawn) >= len(SPLITS) else 0
    bounds: Mapping[Split, Sequence[str]] = {
        "test": drawn[:held],
        "validation": drawn[held : 2 * held],
        "train": drawn[2 * held :],
    }
    return {person: split for split in SPLITS for person in bounds[split]}


def _signed_off(scan: Scan | None) -> Scan:
    """Return the scan of a study whose texts may be published.

    Raises:
        InputError: nobody signed it off, or there is no word of consent.
    """
    if scan is None or scan.signed_off is None or scan.by is None or scan.on is None:
        raise InputError(
            "nobody has signed off that the texts were looked through for personal data.",
            field="scan",
            cure="Scan and review the texts, and write signed_off, by and on under `scan`.",
        )
    if scan.consent is None:
        raise InputError(
            "does not say what the people whose words these are agreed to.",
            field="scan.consent",
            cure="Write in what scope they let their words be shown, or do not publish them.",
        )
    return scan


def _public(told: Snapshot, *, notes: bool) -> Snapshot:
    """Return what of a study is published: work, with parts that somebody is known to be in."""
    items = {}
    for id, placed in told.items.items():
        item = placed.item
        parts = tuple(part for part in item.parts if owner(item, part) is not None)
        if placed.kind == "work" and parts:
            items[id] = Placed(item=_replace(item, parts=parts), task=placed.task, kind="work")
    gone = {one.id for one in told.annotators if one.state == "withdrawn"}
    kept = (
        one if notes else _replace(one, note=None)
        for one in told.answers
        if one.item in items
        and items[one.item].part(one.part) is not None
        and one.annotator not in gone
    )
    decided = (one for one in told.adjudications if one.item in items)
    return _replace(told, items=items, answers=tuple(kept), adjudications=tuple(decided))


def _people(told: Snapshot) -> set[str]:
    owners = (owner(one.item, part) for one in told.items.values() for part in one.item.parts)
    return {person for person in owners if person is not None}


def _timeless(row: JudgmentRow) -> JudgmentRow:
    return _replace(row, shown_at=None, answered_at=None, done_at=None)


def _path(name: str, split: str, parquet: bool) -> str:
    return f"data/{name}/{split}.{'parquet' if parquet else 'jsonl'}"


def _write_tables(
    draft: Path,
    told: Snapshot,
    rows: Sequence[JudgmentRow],
    splits: Mapping[str, Split],
    *,
    parquet: bool,
) -> _Layout:
    """Write every table that has rows."""
    about: dict[str, list[Row]] = {name: [] for name in release_rows.TABLES}
    for _, record in records_of(told):
        row = release_rows.as_row(record)
        about[next(n for n, kind in release_rows.TABLES.items() if type(row) is kind)].append(row)
    every: dict[str, Iterable[JudgmentRow | SoftRow | Row]] = {
        "judgments": rows,
        "soft_labels": soft_rows(told, rows),
        **about,
    }
    found: dict[str, dict[Split, int]] = {}
    for name, some in every.items():
        of: dict[Split, list[JudgmentRow | SoftRow | Row]] = {}
        for one in some:
            of.setdefault(splits[one.person or ""], []).append(one)
        for split in SPLITS:
            if split not in of:
                continue
            table = Table(name, TABLES[name], of[split])
            (draft / "data" / name).mkdir(parents=True, exist_ok=True)
            write_jsonl(table, draft / _path(name, split, False))
            if parquet:
                write_parquet(table, draft / _path(name, split, True))
            found.setdefault(name, {})[split] = len(table.rows)
    return _Layout(rows=found, parquet=parquet)


def _write_texts(draft: Path, told: Snapshot) -> None:
    """Write each version of the consent and the guidelines under its hash."""
    (draft / "texts").mkdir()
    for one in told.texts:
        path = draft / "texts" / f"{one.task or 'consent'}-{one.hash}.md"
        path.write_text(one.text, "utf-8")
