"""Instances and annotations of Potato, in its form of JSON lines, out and in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.study.export.elsewhere import (
    Answer,
    Asked,
    Order,
    checked,
    order_of,
    read_bytes,
    side_of,
    turned,
)

_NOTE, _FAILURE = "note", "failure"


class _Instance(msgspec.Struct, frozen=True):
    id: str
    question: str
    item: str
    part: str
    order: Order | None = None


class _Annotated(msgspec.Struct, frozen=True):
    label_annotations: Mapping[str, Mapping[str, Any]]
    id: str | None = None
    instance_id: str | None = None
    user_id: str | None = None


def potato_instances(asked: Iterable[Asked]) -> Iterator[dict[str, Any]]:
    """Yield one instance for each part of an item; `text` is what is shown."""
    for one in asked:
        yield {
            "id": _id(one),
            "text": "\n\n".join(f"{name}\n{text}" for name, text in one.texts.items()),
            "question": one.question,
            "item": one.item,
            "part": one.part,
            "order": order_of(one),
        }


def potato_annotations(
    asked: Iterable[Asked], answers: Iterable[Answer]
) -> Iterator[dict[str, Any]]:
    """Yield the answers about instances; the question is the schema, the answer its label.

    Of `better`, answers are turned to the side on which the instance shows the rated reply.
    Times have no place there.

    Raises:
        InputError: an answer is about no instance.
    """
    of = {(one.question, one.item, one.part): one for one in asked}
    for answer in answers:
        about = of.get((answer.question, answer.item, answer.part))
        if about is None:
            raise InputError(f"there is no instance of {answer.item!r}.", field="item")
        labels: dict[str, dict[str, str]] = {
            answer.question: {turned(answer, about.side).answer: "true"}
        }
        if answer.failure is not None:
            labels[_FAILURE] = {answer.failure: "true"}
        if answer.note is not None:
            labels[_NOTE] = {"text_box": answer.note}
        yield {
            "user_id": answer.annotator,
            "instance_id": _id(about),
            "label_annotations": labels,
            "span_annotations": {},
        }


def read_potato(
    instances: Path, annotations: Path, *, key: bytes, annotator: str | None = None
) -> list[Answer]:
    """Return the answers in annotations of instances that `potato_instances` made.

    `annotator` says whose they are, where the lines do not. All are read and checked, or none is
    returned.

    Raises:
        InputError: a file is not of that form, or an annotation is of no instance, of nobody, or
            has not one label; names line and field.
    """
    known = {one.id: one for _, one in _lines(instances, _Instance)}
    found = _answers(known, annotations, annotator)
    return checked(found, key=key, file=annotations.name)


def _answers(
    known: Mapping[str, _Instance], path: Path, annotator: str | None
) -> Iterator[tuple[int, Answer]]:
    for number, row in _lines(path, _Annotated):
        about = known.get(row.instance_id or row.id or "")
        if about is None:
            raise InputError(
                f"there is no instance {row.instance_id or row.id!r}.",
                file=path.name,
                line=number,
                field="instance_id",
            )
        who = annotator or row.user_id
        if who is None:
            raise InputError(
                "is missing: whose annotation it is.",
                file=path.name,
                line=number,
                field="user_id",
                cure="Say whose file it is.",
            )
        failure = _label(row, _FAILURE, path, number, needed=False)
        note = next((str(text) for text in row.label_annotations.get(_NOTE, {}).values()), None)
        values = {
            "question": about.question,
            "item": about.item,
            "part": about.part,
            "annotator": who,
            "answer": _label(row, about.question, path, number, needed=True),
            "failure": failure,
            "note": note,
            "side": side_of(about.item, about.order),
        }
        yield number, formats.convert(values, Answer, file=path.name, number=number)


def _label(row: _Annotated, schema: str, path: Path, number: int, *, needed: bool) -> str | None:
    """Return the label that was chosen: one whose value is neither empty nor false."""
    given = row.label_annotations.get(schema, {})
    chosen = [label for label, value in given.items() if value not in ("", "false", False, None)]
    if len(chosen) > 1 or (needed and not chosen):
        raise InputError(
            f"has {len(chosen)} labels; expected one.",
            file=path.name,
            line=number,
            field=f"label_annotations.{schema}",
        )
    return chosen[0] if chosen else None


def _lines(path: Path, kind: type[Any]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(read_bytes(path).splitlines(), 1):
        if line.strip():
            yield number, formats.decode(line, kind, file=path.name, number=number)


def _id(one: Asked) -> str:
    return f"{one.question}/{one.item}/{one.part}"
