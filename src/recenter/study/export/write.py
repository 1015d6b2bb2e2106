"""Everything of a study in a folder, for the researcher's own use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recenter import __version__, formats
from recenter.records import Record
from recenter.study.export.card import About, card
from recenter.study.export.derived import (
    AdjudicationRow,
    AnnotatorRow,
    ExclusionRow,
    PreferenceRow,
    RelevanceRow,
    SoftRow,
    TextRow,
    adjudication_rows,
    agreements,
    annotator_rows,
    exclusion_rows,
    preference_rows,
    relevance_rows,
    soft_rows,
    text_rows,
)
from recenter.study.export.folder import MANIFEST, SCHEMA, Manifest, files_in, whole_folder
from recenter.study.export.judgments import (
    JudgmentRow,
    guesses_of,
    judgments_of,
    records_of,
    rows_of,
)
from recenter.study.export.snapshot import Snapshot, snapshot
from recenter.study.export.tables import (
    FORMATS,
    Format,
    Table,
    check_formats,
    write_jsonl,
    write_parquet,
)
from recenter.study.ledger.desk import Desk

RECORDS = "records.jsonl"
TABLES: dict[str, type[Record]] = {
    "judgments": JudgmentRow,
    "soft_labels": SoftRow,
    "adjudications": AdjudicationRow,
    "exclusions": ExclusionRow,
    "annotators": AnnotatorRow,
    "texts": TextRow,
    "preferences": PreferenceRow,
    "relevance_pairs": RelevanceRow,
}
"""What an export holds; a table without rows is not written."""
_INTRO = (
    "Every answer of a human study, for the researcher's own use: it has notes and times of "
    "annotators as they are. Publish a release, not this."
)


def export(
    desk: Desk,
    folder: Path,
    *,
    formats: Sequence[Format] = FORMATS,
    licence: str = "not for publication",
) -> Manifest:
    """Write a study as it stands to a folder: all of it or nothing.

    An earlier export there is replaced. The same answers give the same files.

    Raises:
        InputError: the folder cannot be written or holds other files, or there is no such format.
        MissingExtraError: Parquet, without pyarrow.
    """
    chosen = check_formats(formats)
    told = snapshot(desk)
    rows = list(rows_of(told))
    tables = [table for table in tables_of(told, rows) if table.rows]
    with whole_folder(folder) as draft:
        for table in tables:
            _write(draft, table, chosen)
        _write_records(told, draft / RECORDS)
        counts = {table.name: len(table.rows) for table in tables}
        about = About(title=told.study.title, licence=licence, intro=_INTRO)
        text = card(
            told,
            about,
            counts=counts,
            files={t.name: [("train", _path(t.name, chosen[-1]))] for t in tables},
            agreed=agreements(told, rows),
        )
        (draft / "README.md").write_text(text, "utf-8")
        return finish(draft, told, kind="study export", counts=counts)


def tables_of(told: Snapshot, rows: Sequence[JudgmentRow]) -> list[Table]:
    """Return the tables of a study, by the names of `TABLES`."""
    soft = list(soft_rows(told, rows))
    made: dict[str, Sequence[Record]] = {
        "judgments": rows,
        "soft_labels": soft,
        "adjudications": list(adjudication_rows(told)),
        "exclusions": list(exclusion_rows(told)),
        "annotators": list(annotator_rows(told, rows)),
        "texts": list(text_rows(told)),
        "preferences": list(preference_rows(told, soft)),
        "relevance_pairs": list(relevance_rows(told, soft)),
    }
    return [Table(name, kind, made[name]) for name, kind in TABLES.items()]


def finish(draft: Path, told: Snapshot, *, kind: str, counts: dict[str, int]) -> Manifest:
    """Write the manifest of what stands in a folder, and return it."""
    manifest = Manifest(
        kind=kind,
        schema=SCHEMA,
        recenter=__version__,
        study=told.study.study,
        content=told.content,
        counts=counts,
        files=files_in(draft),
    )
    (draft / MANIFEST).write_text(formats.encode(manifest) + "\n", "utf-8")
    return manifest


def _path(name: str, format: Format) -> str:
    return f"data/{name}.parquet" if format == "parquet" else f"{name}.jsonl"


def _write(draft: Path, table: Table, chosen: Sequence[Format]) -> None:
    for format in chosen:
        path = draft / _path(table.name, format)
        path.parent.mkdir(exist_ok=True)
        (write_parquet if format == "parquet" else write_jsonl)(table, path)


def _write_records(told: Snapshot, path: Path) -> None:
    """Write the lines that `recenter report --from` reads."""
    lines = [
        *records_of(told),
        *(("judgment", one) for one in judgments_of(told)),
        *(("guess", one) for one in guesses_of(told)),
    ]
    with path.open("w", encoding="utf-8", newline="") as out:
        for kind, record in lines:
            out.write(formats.encode({"kind": kind, "record": record}) + "\n")
