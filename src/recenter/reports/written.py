"""Replies as they were written: how long they are, and how much of a person they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.reports.material import Material, ReplyText
from recenter.reports.section import Section, told
from recenter.stages.reply_checks import shows
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate

Floats = NDArray[np.float64]

GENERIC = ("generic", "no_context")
"""Names of the arm that knows nothing of the person."""
_LIMITS = (
    "Length is in characters; times the generic length is the geometric mean over the pairs that "
    "have both.",
    "An attribute counts as named where two thirds of the English words that it alone brings stand "
    "in the reply. A paraphrase is not seen, so that the rate is a lower bound; the generic reply, "
    "which knew nothing, shows how often it happens by chance.",
    "No person rated these replies: whether longer, or naming more, is better is not said here.",
)


class _Known(NamedTuple):
    """What is known of a pair of person and prompt."""

    person: str
    prompt: str
    attributes: tuple[str, ...]


def written_section(material: Material) -> Section | None:
    """Return the section, or None where there are no replies to pairs that a file describes."""
    known = _known(material)
    replies = [one for one in material.replies if one.pair in known]
    if not replies:
        return None
    lines = [
        _line(replies, known, generator, arm)
        for generator, arm in dict.fromkeys((one.generator, one.arm) for one in replies)
    ]
    table = Table(
        title="Length and mentions by generator and arm",
        columns=("characters", "times the generic length", "attributes named"),
        lines=tuple(lines),
        note="n counts replies, and attributes in the last column.",
    )
    return Section(
        stage="reply",
        name="replies-written",
        title="Replies: what models wrote",
        verdict=_verdict(table),
        counts={
            "people": len({known[one.pair].person for one in replies}),
            "prompts": len({known[one.pair].prompt for one in replies}),
            "replies": len(replies),
        },
        tables=(table,),
        pictures=(_picture(table),),
        limits=_LIMITS,
    )


def _known(material: Material) -> dict[str, _Known]:
    """Return person, prompt and attributes of each pair, told by the names of its items."""
    found: dict[str, list[tuple[str, str]]] = {}
    for group, name in material.items:
        pair, slash, _ = name.rpartition("/")
        if slash and group == "relevance":
            found.setdefault(pair, []).append((group, name))
    known = {}
    for pair, keys in found.items():
        items = [material.items[key] for key in keys]
        texts = tuple(item.text for item in items)
        known[pair] = _Known(items[0].person, items[0].message, texts)
    return known


def _line(replies: Sequence[ReplyText], known: dict[str, _Known], generator: str, arm: str) -> Line:
    of_arm = [one for one in replies if (one.generator, one.arm) == (generator, arm)]
    people = [known[one.pair].person for one in of_arm]
    lengths = np.asarray([len(one.text) for one in of_arm], np.float64)
    plain = {
        one.pair: len(one.text)
        for one in replies
        if one.generator == generator and one.arm in GENERIC
    }
    both = [one for one in of_arm if plain.get(one.pair) and one.text]
    ratio: Estimate | None = None
    if arm not in GENERIC and both:
        logs = [np.log(len(one.text) / plain[one.pair]) for one in both]
        ratio = _exp(clustered_mean(logs, [known[one.pair].person for one in both]))
    named, whose = [], []
    for one in of_arm:
        of = known[one.pair]
        for attribute in of.attributes:
            shown = shows(one.text, attribute, given=of.prompt)
            if shown is not None:
                named.append(float(shown))
                whose.append(of.person)
    return Line(
        f"{generator}, {arm}",
        (
            clustered_mean(lengths, people),
            ratio,
            clustered_share(named, whose),
        ),
    )


def _exp(logs: Estimate) -> Estimate:
    """Turn a mean of logarithms into a geometric mean."""
    sides = (logs.value, logs.low, logs.high)
    value, low, high = (None if side is None else float(np.exp(side)) for side in sides)
    return msgspec.structs.replace(logs, value=value, low=low, high=high)


def _picture(table: Table) -> Dots:
    rows = [Dot(line.name, line.figures[2]) for line in table.lines if line.figures[2] is not None]
    words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
    return Dots(
        name="named",
        title="Share of a person's attributes that a reply names outright",
        x="share named",
        rows=tuple(rows),
        alt=f"Share of attributes named, with 95 % intervals: {words}.",
    )


def _verdict(table: Table) -> str:
    ratios = [(line.name, line.figures[1]) for line in table.lines if line.figures[1] is not None]
    longer = [name for name, one in ratios if one.low is not None and one.low > 1]
    if not ratios:
        return "There is no pair with a generic and a personalised reply to compare."
    names = "; ".join(f"{name} {told(one)}" for name, one in ratios)
    return (
        f"Of {len(ratios)} kinds of personalised replies, {len(longer)} are clearly longer than "
        f"the generic ones of the same model. Times the generic length: {names}."
    )
