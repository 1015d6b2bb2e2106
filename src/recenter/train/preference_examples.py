"""Pairs of replies with what a person preferred, from rows of JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.formats import convert
from recenter.questions import BETTER
from recenter.records import Judgment, Query, Record, Reply
from recenter.train.exported import is_exported, record_of

_KINDS: dict[str, type[Record]] = {"query": Query, "reply": Reply, "judgment": Judgment}
_MIDDLE = 3


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that a person preferred to another."""

    person: str
    occasion: str
    """What they were looking at: pairs of one occasion count as one together."""
    prompt: str
    chosen: str
    rejected: str


class Examples(msgspec.Struct, frozen=True, kw_only=True):
    """What rows held."""

    pairs: tuple[Example, ...]
    left_out: Mapping[str, int]
    """How many judgments say nothing here, by why."""


class _Pair(msgspec.Struct, frozen=True):
    user: str
    prompt: str
    chosen: str
    rejected: str
    interaction: str | None = None


def examples_of(rows: Iterable[Mapping[str, Any]], *, file: str) -> Examples:
    """Return the pairs in rows of `user`, `prompt`, `chosen`, `rejected` and perhaps `interaction`,
    or in what `recenter export` wrote: the judgments of people on `better`.

    Other fields, such as what models said of the pair, are not read.

    Raises:
        InputError: a row is neither, names no person or prompt, or its two replies are the same.
    """
    pairs: list[Example] = []
    stored: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    for number, row in enumerate(rows, start=1):
        if is_exported(row):
            record: Any = record_of(row, _KINDS, file=file, number=number)
            if record is not None:
                stored[row["kind"]][record.id] = record
        else:
            pairs.append(_pair(row, file, number))
    judged, left_out = _judged(stored)
    return Examples(pairs=(*pairs, *judged), left_out=left_out)


def _pair(row: Mapping[str, Any], file: str, number: int) -> Example:
    read = convert(row, _Pair, file=file, number=number)
    for field, text in (("user", read.user), ("prompt", read.prompt)):
        if not text.strip():
            raise InputError("is empty; expected a text.", file=file, line=number, field=field)
    if read.chosen == read.rejected:
        raise InputError(
            "is the same text as `chosen`, so nothing was preferred.",
            file=file,
            line=number,
            field="rejected",
        )
    return Example(
        person=read.user,
        occasion=f"{read.user}/{read.interaction or read.prompt}",
        prompt=read.prompt,
        chosen=read.chosen,
        rejected=read.rejected,
    )


def _judged(stored: Mapping[str, Mapping[str, Any]]) -> tuple[list[Example], dict[str, int]]:
    pairs: list[Example] = []
    left_out: Counter[str] = Counter()
    for judgment in stored["judgment"].values():
        if judgment.question != BETTER.name:
            continue
        reason = _unusable(judgment, stored)
        if reason is not None:
            left_out[reason] += 1
            continue
        subject = judgment.subject
        texts = [stored["reply"][name].text for name in (subject.reply, subject.other_reply)]
        if int(BETTER.check(judgment.answer)) < _MIDDLE:
            texts.reverse()
        pairs.append(
            Example(
                person=judgment.judge.name,
                occasion=f"{judgment.judge.name}/{subject.query}",
                prompt=stored["query"][subject.query].prompt,
                chosen=texts[0],
                rejected=texts[1],
            )
        )
    return pairs, dict(left_out)


def _unusable(judgment: Judgment, stored: Mapping[str, Mapping[str, Any]]) -> str | None:
    subject = judgment.subject
    replies = [stored["reply"].get(name or "") for name in (subject.reply, subject.other_reply)]
    if judgment.judge.kind != "person":
        return "judged by a model"
    if int(BETTER.check(judgment.answer)) == _MIDDLE:
        return "neither was preferred"
    if (subject.query or "") not in stored["query"] or None in replies:
        return "the prompt or a reply is not in the export"
    texts = {reply.text for reply in replies if reply is not None}
    return None if len(texts - {None}) == len(replies) else "a reply has no text, or both the same"
