"""What people say of the attributes: a blind sheet for them, and their verdicts read back.

The sheet mixes the corpora and says of no attribute which one it is of; its ids are the attributes'
own, so that verdicts find their way back as long as corpora, models and key stay what they were.
"""

from __future__ import annotations

import csv
import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from recenter import formats
from recenter.compare.measure import Verdicts
from recenter.compare.records import Corpus
from recenter.errors import InputError
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Conversation, Judgment
from recenter.train.exported import is_exported, record_of

FIELDS = ("item", "statement", "quotes", "context", "verdict")
_AROUND = 400
"""Characters of a turn that are shown on each side of a quote."""
Talks = Callable[[], Iterable[Conversation]]


def write_sheet(
    path: Path, corpora: Sequence[Corpus], talks: Sequence[Talks], *, size: int, seed: int = 0
) -> int:
    """Write a blind sheet of up to `size` attributes of each corpus; return how many there are.

    Raises:
        InputError: it cannot be written, or is there already.
    """
    rng = np.random.default_rng(seed)
    rows: list[dict[str, str]] = []
    for corpus, read in zip(corpora, talks, strict=True):
        some = rng.permutation(len(corpus.attributes))[:size]
        chosen = [corpus.attributes[place] for place in some.tolist()]
        cited = {e.conversation for one in chosen for e in one.evidence}
        known = {talk.id: talk for talk in read() if talk.id in cited}
        rows += [_row(one, known) for one in chosen]
    order = rng.permutation(len(rows))
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[place] for place in order.tolist())
    try:
        with open(path, "x", encoding="utf-8", newline="", opener=_closed) as file:
            file.write(text.getvalue())
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror}.", file=str(path), cure="Name a new file."
        ) from None
    return len(rows)


def _closed(path: str, flags: int) -> int:
    """Open a file that others on the machine cannot read: it holds what people said."""
    return os.open(path, flags, 0o600)


def _row(one: Attribute, known: Mapping[str, Conversation]) -> dict[str, str]:
    around = []
    for e in one.evidence:
        turn = known[e.conversation].turns[e.turn].text if e.conversation in known else e.quote
        around.append(turn[max(0, e.start - _AROUND) : e.end + _AROUND])
    return {
        "item": one.id,
        "statement": _inert(one.text),
        "quotes": _inert(" / ".join(e.quote for e in one.evidence)),
        "context": _inert(" / ".join(around)),
        "verdict": "",
    }


def _inert(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip()[:1] in tuple("=+-@") else text


def read_verdicts(paths: Sequence[Path]) -> dict[str, bool]:
    """Return whether most people find each attribute problematic: uncertain or rejected.

    A file is a filled sheet (CSV with `item` and `verdict`; empty ones are passed over), or what
    `recenter export` wrote, of which the answers of people to `supported` count. Ties are left out.

    Raises:
        InputError: a file cannot be read, holds no verdict, or one that is none; names file and
            line.
    """
    votes: dict[str, list[bool]] = defaultdict(list)
    for path in paths:
        said = list(_answers(path))
        if not said:
            raise InputError(
                "holds no verdict.",
                file=str(path),
                cure="Fill in `verdict`: accept, uncertain or reject; or leave out --verdicts.",
            )
        for item, answer in said:
            votes[item].append(answer not in SUPPORTED.positive)
    shares = {item: sum(said) / len(said) for item, said in votes.items()}
    return {item: share > 0.5 for item, share in shares.items() if share != 0.5}


def _answers(path: Path) -> Iterator[tuple[str, str]]:
    try:
        text = path.read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8.", file=str(path), cure="Save it as UTF-8.") from None
    return _exported(text, path) if text.lstrip()[:1] == "{" else _sheet(text, path)


def _sheet(text: str, path: Path) -> Iterator[tuple[str, str]]:
    # Some spreadsheets save CSV with semicolons.
    head = text.partition("\n")[0]
    rows = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ","
    )
    missing = {"item", "verdict"} - set(rows.fieldnames or ())
    if missing:
        raise InputError(f"lacks the columns {', '.join(sorted(missing))}.", file=str(path), line=1)
    for row in rows:
        verdict = (row["verdict"] or "").strip()
        if verdict:
            yield row["item"], _checked(verdict, path, rows.line_num)


def _exported(text: str, path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        row = formats.decode(line, dict[str, Any], file=str(path), number=number)
        if not is_exported(row):
            raise InputError(
                "is neither a row of `recenter export` nor of a sheet.", file=str(path), line=number
            )
        record = record_of(row, {"judgment": Judgment}, number=number, file=str(path))
        if (
            isinstance(record, Judgment)
            and record.question == SUPPORTED.name
            and record.judge.kind == "person"
            and record.subject.attribute is not None
        ):
            yield record.subject.attribute, _checked(record.answer, path, number)


def _checked(answer: str, path: Path, line: int) -> str:
    try:
        return SUPPORTED.check(answer)
    except InputError as error:
        raise InputError(error.reason, file=str(path), line=line, field="verdict") from None


def matched(corpora: Sequence[Corpus], verdicts: Verdicts) -> int:
    """Return how many verdicts are about an attribute of these corpora."""
    known = {one.id for corpus in corpora for one in corpus.attributes}
    return len(known & verdicts.keys())
