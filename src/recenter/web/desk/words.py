"""Figures, times and answers as the researcher's pages say them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import msgspec

from recenter.questions import Question
from recenter.stats.estimate import Estimate
from recenter.study.items import Item
from recenter.study.quality import Marks
from recenter.web.annotate.view import DECLINED, FAILURES
from recenter.web.desk.reasons import plain

_LONGEST = 140


class Figure(msgspec.Struct, frozen=True):
    """A figure as a row of a table: its interval and n, or why there is none."""

    name: str
    value: str
    interval: str
    n: int
    units: int
    remark: str
    """Why it or its interval is missing; empty where neither is."""


def figure(name: str, one: Estimate, units: str = "people") -> Figure:
    """Return a figure in words; `units` are what its interval is over."""
    known = one.low is not None and one.high is not None
    return Figure(
        name=name,
        value="not estimable" if one.value is None else f"{one.value:.3f}",
        interval=f"{one.low:.3f} to {one.high:.3f}" if known else "",
        n=one.n,
        units=one.clusters,
        remark=plain(one.reason, units),
    )


def brief(one: Estimate) -> str:
    """Return a figure with its n in one cell: `0.75 (n 12)`."""
    return "–" if one.value is None else f"{one.value:.2f} (n {one.n})"


def marks(one: Marks) -> str:
    """Return marks as `3 of 4`."""
    return f"{one.right} of {one.n}" if one.n else "–"


def moment(seconds: float | None) -> str:
    """Return a time as people write it, in UTC."""
    return "" if seconds is None else time.strftime("%d %b %Y, %H:%M UTC", time.gmtime(seconds))


def span(seconds: float | None) -> str:
    """Return seconds with one digit behind the point."""
    return "–" if seconds is None else f"{seconds:.1f} s"


def answer_words(question: Question, value: str) -> str:
    """Return an answer, also a declined one, in the words that stood on the page.

    Of two replies, an oriented one: in the place of B stands the reply that is rated.
    """
    labels = {one.value: one.label for one in question.answers} | dict(DECLINED)
    words = labels.get(value, value)
    pair = question.subject == "reply_pair"
    return words.replace("B is", "The rated reply is", 1) if pair else words


def failure_words(value: str | None) -> str:
    """Return what is wrong with an attribute in words."""
    return dict(FAILURES).get(value or "", value or "")


def spread(question: Question, shares: Mapping[str, float], n: int) -> str:
    """Return how answers spread: `2 Yes, accept; 1 No, reject`."""
    counts: Iterable[tuple[str, int]] = (
        (value, round(share * n)) for value, share in shares.items()
    )
    ranked = sorted(counts, key=lambda pair: -pair[1])
    return "; ".join(f"{count} × {answer_words(question, value)}" for value, count in ranked)


def excerpt(item: Item, part: str) -> str:
    """Return the beginning of what a part is about."""
    text = next((one.text for one in item.parts if one.name == part), None)
    text = text or (item.query.prompt if item.query else "") or item.id
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
