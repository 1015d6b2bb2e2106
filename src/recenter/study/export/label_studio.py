"""Tasks and annotations of Label Studio, in its JSON form, out and in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args
from xml.sax.saxutils import quoteattr

import msgspec

from recenter import formats
from recenter.errors import InputError
from recenter.questions import get_question
from recenter.records import Failure
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
from recenter.study.item_rows import DECLINES

_ANSWER, _FAILURE, _NOTE = "answer", "failure", "note"


class _Data(msgspec.Struct, frozen=True):
    question: str
    item: str
    part: str
    order: Order | None = None


class _Value(msgspec.Struct, frozen=True):
    choices: tuple[str, ...] = ()
    text: tuple[str, ...] | str = ()


class _Meta(msgspec.Struct, frozen=True):
    annotator: tuple[str, ...] = ()


class _Result(msgspec.Struct, frozen=True):
    from_name: str
    value: _Value
    meta: _Meta = _Meta()


class _User(msgspec.Struct, frozen=True):
    id: int | None = None
    email: str | None = None


class _Annotation(msgspec.Struct, frozen=True):
    result: tuple[_Result, ...]
    completed_by: int | str | _User | None = None
    was_cancelled: bool = False
    created_at: str | None = None
    lead_time: float | None = None


class _Task(msgspec.Struct, frozen=True):
    data: _Data
    annotations: tuple[_Annotation, ...] = ()


def label_config(question: str) -> str:
    """Return the labelling interface of a question, as Label Studio's XML.

    Raises:
        InputError: there is no such question.
    """
    asks = get_question(question)
    shown = {
        "attribute": ("conversations", "attribute"),
        "attribute_query": ("messages", "prompt", "attribute"),
        "reply_pair": ("messages", "prompt", "attribute", "reply_a", "reply_b"),
    }.get(asks.subject, ("prompt", "reply"))
    lines = ["<View>", f"  <Header value={quoteattr(asks.wording)}/>"]
    for name in shown:
        lines += [f'  <Header value="{name}"/>', f'  <Text name="{name}" value="${name}"/>']
    lines += _choices(_ANSWER, shown[-1], [*asks.values, *DECLINES], required=True)
    if asks.failures:
        lines += _choices(_FAILURE, shown[-1], get_args(Failure), required=False)
    lines.append(f'  <TextArea name="{_NOTE}" toName="{shown[-1]}" maxSubmissions="1"/>')
    return "\n".join([*lines, "</View>", ""])


def label_studio_tasks(
    asked: Iterable[Asked], answers: Iterable[Answer] = ()
) -> list[dict[str, Any]]:
    """Return tasks to import, one for each part of an item, with the answers about it.

    Of `better`, answers are turned to the side on which the task shows the rated reply.
    `completed_by` counts annotators; who it was is beside the first result.
    """
    about: dict[tuple[str, str, str], list[Answer]] = {}
    numbers: dict[str, int] = {}
    for one in answers:
        about.setdefault((one.question, one.item, one.part), []).append(one)
        numbers.setdefault(one.annotator, len(numbers) + 1)
    return [
        {
            "id": number,
            "data": {
                **one.texts,
                "question": one.question,
                "item": one.item,
                "part": one.part,
                "order": order_of(one),
            },
            "annotations": [
                _annotation(turned(answer, one.side), numbers[answer.annotator])
                for answer in about.get((one.question, one.item, one.part), ())
            ],
        }
        for number, one in enumerate(asked, 1)
    ]


def read_label_studio(path: Path, *, key: bytes) -> list[Answer]:
    """Return the answers in an export of tasks that `label_studio_tasks` made.

    Cancelled annotations are passed over. All are read and checked, or none is returned.

    Raises:
        InputError: the file is no such export, an annotation has no answer or several, or says
            not whose it is; names the field.
    """
    tasks = formats.decode(read_bytes(path), list[_Task], file=path.name)
    return checked(_answers(tasks, path.name), key=key, file=path.name)


def _answers(tasks: list[_Task], file: str) -> Iterator[tuple[str, Answer]]:
    for number, task in enumerate(tasks):
        for place, one in enumerate(task.annotations):
            if one.was_cancelled:
                continue
            field = f"[{number}].annotations[{place}]"
            said = [v for r in one.result if r.from_name == _ANSWER for v in r.value.choices]
            failures = [v for r in one.result if r.from_name == _FAILURE for v in r.value.choices]
            if len(said) != 1 or len(failures) > 1:
                raise InputError(
                    f"has {len(said)} answers and {len(failures)} failures; expected one answer "
                    "and at most one failure.",
                    file=file,
                    field=f"{field}.result",
                )
            yield (
                field,
                Answer(
                    question=task.data.question,
                    item=task.data.item,
                    part=task.data.part,
                    annotator=_annotator(one, file, field),
                    answer=said[0],
                    failure=_failure(failures, file, field),
                    note=_note(one),
                    side=side_of(task.data.item, task.data.order),
                    answered_at=one.created_at,
                    active_s=one.lead_time,
                ),
            )


def _annotator(one: _Annotation, file: str, field: str) -> str:
    named = next((name for result in one.result for name in result.meta.annotator), None)
    by = one.completed_by
    if isinstance(by, _User):
        by = by.email or by.id
    if named is None and by is None:
        raise InputError(
            "is missing: whose annotation it is.", file=file, field=f"{field}.completed_by"
        )
    return named or str(by)


def _failure(said: list[str], file: str, field: str) -> Failure | None:
    if not said:
        return None
    try:
        return formats.convert(said[0], Failure)  # type: ignore[arg-type]
    except InputError as error:
        raise InputError(error.reason, file=file, field=f"{field}.result") from None


def _note(one: _Annotation) -> str | None:
    for result in one.result:
        if result.from_name == _NOTE:
            text = result.value.text
            return text if isinstance(text, str) else "\n".join(text)
    return None


def _annotation(one: Answer, by: int) -> dict[str, Any]:
    to = "reply_b" if one.question == "better" else "attribute"
    result = [_result(_ANSWER, to, {"choices": [one.answer]})]
    result[0]["meta"] = {"annotator": [one.annotator]}
    if one.failure is not None:
        result.append(_result(_FAILURE, to, {"choices": [one.failure]}))
    if one.note is not None:
        result.append(_result(_NOTE, to, {"text": [one.note]}, type="textarea"))
    return {
        "completed_by": by,
        "was_cancelled": False,
        "created_at": one.answered_at,
        "lead_time": one.active_s,
        "result": result,
    }


def _result(name: str, to: str, value: dict[str, Any], *, type: str = "choices") -> dict[str, Any]:
    return {"from_name": name, "to_name": to, "type": type, "value": value}


def _choices(name: str, to: str, values: Iterable[str], *, required: bool) -> list[str]:
    lines = [
        f'  <Choices name="{name}" toName="{to}" choice="single" '
        f'required="{str(required).lower()}">'
    ]
    lines += [f"    <Choice value={quoteattr(value)}/>" for value in values]
    return [*lines, "  </Choices>"]
