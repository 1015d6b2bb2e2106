"""What a reviewer decides about findings: one row for each distinct text that was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.provenance import digest
from recenter.scan.record import Finding, Kind

Decision = Literal["redact", "keep"]
_AROUND = 40


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was found with the same kind and words, and what is to be done with it."""

    kind: Kind
    text: str
    count: int
    """How often it was found, in all texts."""
    example: str
    """Where it was found first, with up to 40 characters on each side."""
    where: tuple[str, ...]
    """Ids of the texts, each once."""
    decision: Decision | None = None
    """None until somebody has decided."""


def to_review(
    texts: Mapping[str, str], findings: Mapping[str, Sequence[Finding]]
) -> tuple[ReviewRow, ...]:
    """Return the rows to decide on, by kind and then the most frequent first.

    Raises:
        InputError: there are findings for an id that has no text.
    """
    met: dict[tuple[Kind, str], list[tuple[str, Finding]]] = {}
    for id_, found in findings.items():
        if id_ not in texts:
            raise InputError(f"there are findings for {id_!r}, but no text.", field="findings")
        for one in found:
            met.setdefault((one.kind, one.text), []).append((id_, one))
    rows = [
        ReviewRow(
            kind=kind,
            text=text,
            count=len(places),
            example=_example(texts[places[0][0]], places[0][1]),
            where=tuple(dict.fromkeys(id_ for id_, _ in places)),
        )
        for (kind, text), places in met.items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.kind, -row.count, row.text)))


def _example(text: str, one: Finding) -> str:
    return text[max(0, one.start - _AROUND) : one.end + _AROUND]


def write_review(path: Path, rows: Iterable[ReviewRow]) -> None:
    """Write rows as JSON lines, to be edited by a person. What was there is replaced."""
    path.write_text("".join(f"{formats.encode(row)}\n" for row in rows), "utf-8")


def read_review(path: Path) -> tuple[ReviewRow, ...]:
    """Return the rows of a review file.

    Raises:
        InputError: the file cannot be read, a line is no such row, or two lines decide on the same
            finding; names file, line and field.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    rows: dict[tuple[Kind, str], ReviewRow] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row = formats.decode(line, ReviewRow, file=str(path), number=number)
        if (row.kind, row.text) in rows:
            raise InputError(
                f"there is a row for this {row.kind} already.",
                file=str(path),
                line=number,
                field="text",
                cure="Keep one of them.",
            )
        rows[row.kind, row.text] = row
    return tuple(rows.values())


def apply(findings: Iterable[Finding], review: Iterable[ReviewRow]) -> tuple[Finding, ...]:
    """Return the findings that are to be redacted.

    Raises:
        InputError: nobody has decided on a finding, or it is not in the review.
    """
    decisions = {(row.kind, row.text): row.decision for row in review}
    found = tuple(findings)
    open_ = [one for one in found if decisions.get((one.kind, one.text)) is None]
    if open_:
        missing = sum((one.kind, one.text) not in decisions for one in open_)
        raise InputError(
            f"{len(open_)} findings are not decided on, {missing} of them not in the review; "
            f"the first is of kind {open_[0].kind} at {open_[0].start}.",
            field="decision",
            cure='Set each `decision` to "redact" or "keep"; scan again if the texts have changed.',
        )
    return tuple(one for one in found if decisions[one.kind, one.text] == "redact")


def scan_hash(
    texts: Mapping[str, str],
    findings: Mapping[str, Sequence[Finding]],
    review: Iterable[ReviewRow],
) -> str:
    """Return what a sign-off names: texts by id, what was found in them, and what was decided.

    It is another one when any of these changes, whatever made the change: an edited text, another
    decision, or a later version of the rules that finds something else.

    Raises:
        InputError: something is not decided on.
    """
    rows = tuple(review)
    found = sorted((id_, list(some)) for id_, some in findings.items())
    masked = [(id_, apply(some, rows)) for id_, some in found]
    return digest("scan", sorted(texts.items()), found, masked)
