"""Why a figure or its interval is missing, in the words of whoever runs a study."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ALIKE = "It is the same for each of the {units}, which leaves nothing to tell its interval from."
_WORDS = (
    (r"There is nothing to count", "There is no answer yet that it could be counted from."),
    (
        r"No item has (an answer of both|answers of two raters)",
        "No decision has two answers to compare.",
    ),
    (
        r"(All answers are the same|Both always gave one and the same answer)",
        "All answers are the same, which cannot be told from chance.",
    ),
    (
        r"No answer has an answer of the others",
        "No answer has others to be held against: it takes several to a decision, and no tie.",
    ),
    (r"An interval needs at least two", "An interval takes at least two {units}."),
    (r"A resampled interval needs at least (\d+)", r"An interval takes at least \1 {units}."),
    (r"The independent units do not differ", _ALIKE),
    (
        r"An interval needs the figure without each unit",
        "Without one of the {units} there would be no figure, so its interval cannot be told.",
    ),
    (
        r"One unit holds nearly all of the weight",
        "One of the {units} holds nearly all of the weight, so its interval cannot be told.",
    ),
    (r"No row has a weight", "None of the answers has a weight."),
    (r"The statistic is not defined", "These answers do not allow it."),
)
"""What a reason of `recenter.stats` begins with, and what stands on a page instead."""


def plain(reason: str | None, units: str) -> str:
    """Return a reason of `recenter.stats` in plain words; `units` are what intervals are over."""
    for pattern, words in _WORDS:
        if found := re.match(pattern, reason or ""):
            return found.expand(words).format(units=units)
    return reason or ""


def numbered(remarks: Iterable[str]) -> dict[str, int]:
    """Return each remark once, with the number under which rows refer to it."""
    return {words: number for number, words in enumerate(dict.fromkeys(filter(None, remarks)), 1)}
