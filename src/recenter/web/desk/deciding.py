"""Where annotators differ, and what an adjudicator decides there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from recenter.errors import InputError, RefusedError
from recenter.records import Failure
from recenter.study.agreement import disagreements, labels, oriented
from recenter.study.design import Task
from recenter.study.items import Item
from recenter.study.ledger import reading, running
from recenter.study.ledger.desk import Desk, PlaceRow, SlotRow
from recenter.study.ledger.reading import Answered, Shown
from recenter.study.quality import fast_seconds, seconds_of
from recenter.web.annotate.view import FAILURES, PlacePage, place_page
from recenter.web.desk.figures import task_of
from recenter.web.desk.staff import Asked
from recenter.web.desk.words import answer_words, excerpt, failure_words, moment, span, spread

_ON_A_PAGE = 50
_LONGEST_REASON = 2_000


class Line(msgspec.Struct, frozen=True):
    """A part on which annotators differ, as a row of the list."""

    link: str
    text: str
    n: int
    spread: str
    entropy: float
    decided: str
    """The decision in words; empty where there is none."""


class Voice(msgspec.Struct, frozen=True):
    """One annotator's answer to a part."""

    number: int
    answer: str
    failure: str
    note: str
    took: str
    fast: bool
    at: str
    remark: str
    """Why it does not count, or that it is the second time."""


def differing(asked: Asked) -> Response:
    """Show the parts on which annotators differ, those where they differ most first."""
    desk, given = asked.desk, asked.request.query_params
    task = task_of(asked, given.get("task", ""))
    items, decided = reading.items(desk), running.adjudications(desk)
    found = disagreements(task, reading.answers(desk), items)
    undecided = [one for one in found if (one.item, one.part) not in decided]
    listed = undecided if given.get("only") == "undecided" else found
    pages = max(1, -(-len(listed) // _ON_A_PAGE))
    number = min(_number(given.get("page", "")), pages)
    lines = []
    for one in listed[(number - 1) * _ON_A_PAGE : number * _ON_A_PAGE]:
        stands = decided.get((one.item, one.part))
        line = Line(
            link=urlencode({"item": one.item, "part": one.part}),
            text=excerpt(items[one.item][0], one.part),
            n=one.n,
            spread=spread(task.asks, one.shares, one.n),
            entropy=one.entropy,
            decided=answer_words(task.asks, stands.answer) if stands else "",
        )
        lines.append(line)
    return asked.page(
        "disagreements",
        task=task,
        tasks=desk.study.tasks,
        lines=lines,
        count=len(found),
        undecided=len(undecided),
        only=given.get("only") == "undecided",
        number=number,
        pages=pages,
        taste=task.asks.subject == "reply_pair",
    )


def part(asked: Asked) -> Response:
    """Show one part as annotators saw it, with their answers, notes and times."""
    desk = asked.desk
    item, name, task = _found(desk, asked.request.query_params)
    rows = reading.answers(desk)
    mine = [row for row in rows if (row.item, row.part) == (item.id, name)]
    label = next(iter(labels(task, mine, {item.id: (item, task.name, "work")})), None)
    stands = running.adjudications(desk).get((item.id, name))
    question = task.asks
    return asked.page(
        "part",
        task=task,
        question=question,
        item=item.id,
        part=name,
        place=_as_shown(task, item, name),
        kind={"attribute": "supported", "attribute_query": "relevant"}.get(
            question.subject, "better"
        ),
        voices=_voices(task, rows, mine),
        spread=spread(question, label.shares, label.n) if label else "",
        n=label.n if label else 0,
        stands=stands,
        stands_words=answer_words(question, stands.answer) if stands else "",
        stands_failure=failure_words(stands.failure) if stands else "",
        stands_at=moment(stands.at) if stands else "",
        failures=FAILURES if question.failures else (),
        taste=question.subject == "reply_pair",
        longest=_LONGEST_REASON,
    )


def decide(asked: Asked) -> Response:
    """Save what was decided of a part, and go back to the list."""
    item, name, task = _found(asked.desk, asked.form)
    reason = str(asked.form.get("reason", "")).replace("\r\n", "\n").strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise InputError(
            f"has {len(reason)} characters; 1 to {_LONGEST_REASON} are allowed.",
            field="reason",
            cure="Go back and say why.",
        )
    running.adjudicate(
        asked.desk,
        item.id,
        name,
        answer=str(asked.form.get("answer", "")),
        failure=_failure(str(asked.form.get("failure") or "")),
        reason=reason,
        account=asked.account.name,
        seen=_seen(str(asked.form.get("seen") or "")),
    )
    return asked.go(f"disagreements?{urlencode({'task': task.name, 'only': 'undecided'})}")


def _found(desk: Desk, given: Mapping[str, object]) -> tuple[Item, str, Task]:
    """Return the item, part and task that a query or form names.

    Raises:
        RefusedError: there is no such part of the work.
    """
    id, name = str(given.get("item", "")), str(given.get("part", ""))
    found = reading.items(desk).get(id)
    if found is None or found[2] != "work" or name not in [one.name for one in found[0].parts]:
        raise RefusedError("there is no such decision in the study.", status=404)
    return found[0], name, desk.study.task(found[1])


def _failure(given: str) -> Failure | None:
    for known in get_args(Failure):
        if given == known:
            return known  # type: ignore[no-any-return]
    if given:
        raise InputError(f"{given!r} is none that is known.", field="failure")
    return None


def _seen(given: str) -> float | None:
    """Return when the decision was made that the form was shown with."""
    try:
        return float(given) if given else None
    except ValueError:
        raise InputError(f"{given!r} is no time.", field="seen") from None


def _as_shown(task: Task, item: Item, name: str) -> PlacePage:
    """Return the page of an item with this part alone; the rated reply comes first."""
    alone = msgspec.structs.replace(
        item, parts=tuple(one for one in item.parts if one.name == name)
    )
    slot = SlotRow(id="", task=task.name, purpose="work", number=0, state="done", leased_until=None)
    place = PlaceRow(
        only=None,
        position=0, item=item.id, kind="work", side="first", shown=None, done=None,
        active_ms=0, idle_ms=0, opened=0,
    )  # fmt: skip
    shown = Shown(slot=slot, place=place, places=(place,), item=alone, given={}, seq=0)
    return place_page(task, shown)


def _voices(task: Task, rows: list[Answered], mine: list[Answered]) -> list[Voice]:
    of_task = [row for row in rows if row.task == task.name]
    limit, times = fast_seconds(of_task), seconds_of(of_task)
    found = []
    for row in sorted(mine, key=lambda row: (row.number, row.done or 0)):
        took = times.get((row.task, row.slot, row.position))
        voice = Voice(
            number=row.number,
            answer=answer_words(task.asks, oriented(row, task.asks)),
            failure=failure_words(row.failure),
            note=row.note or "",
            took=span(took),
            fast=took is not None and limit is not None and took < limit,
            at=moment(row.done),
            remark=_remark(row),
        )
        found.append(voice)
    return found


def _remark(row: Answered) -> str:
    if row.done is None:
        return "not handed in yet"
    if row.excluded:
        return "left out"
    if row.slot_state == "replaced":
        return "given to somebody else"
    return {"repeat": "when it came again"}.get(row.kind, "")


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1
