"""The README of an export or a release: what is in it, how it was asked, under which terms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from recenter.records import Record
from recenter.study.design import Task
from recenter.study.export.derived import Agreement
from recenter.study.export.snapshot import Snapshot

Files = Mapping[str, Sequence[tuple[str, str]]]
"""Of each table its files: (split, path)."""


class About(Record, frozen=True):
    """What a card says beside the data."""

    title: str
    licence: str
    intro: str
    """One paragraph."""
    limits: tuple[str, ...] = ()


def card(
    told: Snapshot,
    about: About,
    *,
    counts: Mapping[str, int],
    files: Files,
    agreed: Iterable[Agreement] = (),
) -> str:
    """Return the Markdown of a README, with the YAML head that `datasets` reads files by."""
    parts = [
        _head(about, files),
        f"# {_line(about.title)}\n\n{about.intro}",
        _consent(told),
        "## Counts\n\n" + _table(("table", "rows"), [(k, str(v)) for k, v in counts.items()]),
        *(_task(told, task) for task in told.study.tasks),
        _agreement(agreed),
        "## Limits\n\n" + "\n".join(f"- {limit}" for limit in (*_LIMITS, *about.limits)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_LIMITS = (
    "A vote is a row of `kind` work that `counts`. A row of `kind` repeat is the same annotator "
    "asked again, for how steady they are, and no second vote.",
    "`cannot_tell` and `uncomfortable` are neither a no nor missing: such rows do not count.",
    "Answers about one remembered person depend on each other: resample people, not rows.",
)


def _head(about: About, files: Files) -> str:
    lines = ["---", f"license: {json.dumps(about.licence)}"]
    lines += [f"pretty_name: {json.dumps(about.title)}", "configs:"]
    for name, paths in files.items():
        lines += [f"- config_name: {name}", "  data_files:"]
        for split, path in paths:
            lines += [f"  - split: {split}", f"    path: {path}"]
    return "\n".join([*lines, "---"])


def _consent(told: Snapshot) -> str:
    scan = told.study.scan
    lines = ["## Consent and personal data", ""]
    scope = None if scan is None else scan.consent
    lines.append(f"- What people agreed to: {_line(scope or 'not stated')}")
    if scan is None or scan.signed_off is None:
        lines.append("- Nobody has signed off that the texts were looked through for names.")
    else:
        when = f" on {scan.on}" if scan.on else ""
        lines.append(
            f"- Looked through for personal data by {_line(scan.by or 'the study')}{when}, scan "
            f"`{scan.signed_off}`."
        )
    lines.append("- People and annotators are under pseudonyms; no id of a platform is here.")
    return "\n".join(lines)


def _task(told: Snapshot, task: Task) -> str:
    question = task.asks
    hashes = [f"`{one.hash}`" for one in told.texts if one.task == task.name]
    points = [f"- `{answer.value}`: {answer.label}" for answer in question.answers]
    return "\n".join(
        [
            f"## Task {task.name}: `{question.name}`",
            "",
            f"> {question.wording}",
            "",
            f"{question.guidance}",
            "",
            *points,
            "",
            f"Each item was asked of {task.overlap}. Question `{question.hash}`, guidelines "
            f"{', '.join(hashes)}.",
        ]
    )


def _agreement(agreed: Iterable[Agreement]) -> str:
    rows = [(one.task, str(one.alpha), str(one.percent), str(one.alpha.n)) for one in agreed]
    if not rows:
        return ""
    return "## Agreement\n\n" + _table(
        ("task", "Krippendorff's alpha", "pairs that agree", "answers"), rows
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _line(text: str) -> str:
    """Return a researcher's text as one line, which cannot begin a part of the card."""
    return " ".join(text.split())
