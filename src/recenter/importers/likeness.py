"""Say what a file looks like that holds no conversations, and what takes such a file."""

from __future__ import annotations

import re

STUDY_ITEM = {"person", "attribute"}
_ROWS = (
    (
        {"kind", "record"},
        "records of an export: `recenter report --from` and `recenter train --from` read them",
    ),
    (
        {"question", "item", "annotator", "answer"},
        "answers of a study: `recenter study import FILE --study STUDY` takes them",
    ),
    (
        {"prompt", "chosen", "rejected"},
        "preferred replies: `recenter train preference --from` reads them",
    ),
    (STUDY_ITEM, "items of a study, which a study file names"),
    ({"person", "query", "attributes"}, "items of a study, which a study file names"),
    ({"person", "query", "reply"}, "items of a study, which a study file names"),
)
_TEXTS = (
    (re.compile(rb"%PDF"), "a PDF: no conversations are read from it"),
    (re.compile(rb"\s*<(!doctype|html|\?xml)", re.IGNORECASE), "a page: export the data as JSON"),
    (
        re.compile(rb"(study|title|tasks):(\s|\Z)"),
        "a study file: `recenter study plan FILE` reads it",
    ),
    (
        re.compile(rb"[\w .\"'-]{1,40}([,;\t][\w .\"'-]{0,40}){1,99}\s*\Z"),
        "a table (CSV): write each conversation as a line of JSON",
    ),
)
STUDY_FOLDER = (
    "It looks like the export of a study: `recenter study import FOLDER` reads a release, and "
    "`recenter report --from FOLDER/records.jsonl` an export."
)


def likeness(row: object) -> str | None:
    """Return what the first row of a file looks like; None where it looks like nothing known."""
    if isinstance(row, dict):
        return next((what for fields, what in _ROWS if fields <= row.keys()), None)
    if isinstance(row, bytes):
        return next((what for start, what in _TEXTS if start.match(row)), None)
    return None
