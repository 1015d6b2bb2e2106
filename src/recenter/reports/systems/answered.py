"""What a system answered: lines that nobody vouches for to values, and all that is wrong counted.

An answer that is missing or makes no sense is unread, and never a no.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from recenter import formats
from recenter.errors import InputError
from recenter.questions import SUPPORTED
from recenter.reports.material import Problems
from recenter.reports.systems.asked import Ask


class Said(NamedTuple):
    """What a system said of one item."""

    value: float | None
    probability: float | None = None


_USED: Mapping[str, float] = {"use": 1.0, "withhold": 0.0, "ask": 0.0}
_VERDICTS = {value: float(place) for place, value in enumerate(SUPPORTED.values)}
_UNREAD = Said(None)

_Reader = Callable[[Ask, Mapping[str, Any], Callable[[str], None]], dict[str, Said]]


def answers(
    question: str, asked: Sequence[Ask], lines: Sequence[bytes], problems: Problems, *, of: str
) -> dict[str, Said]:
    """Return what was said of the items that were answered at all, by item.

    A line is told by the `row` that it was given, and by its place where it has lost that and
    there is one line for each row. `problems` hears what is wrong, without a word of the system's.
    """
    found: dict[str, Said] = {}
    by_row = {ask.row["row"]: ask for ask in asked}
    answered: set[str] = set()
    for number, line in enumerate(lines, 1):

        def wrong(what: str, number: int = number) -> None:
            problems.add(f"{of}: {what}", f"line {number} of its answer")

        row = _object(line, wrong)
        if row is None:
            continue
        name = row.get("row")
        if name is None and "error" in row:
            name = str(row.get("line"))  # The batch contract keeps nothing else of such a row.
        elif name is None and len(lines) == len(asked):
            name = asked[number - 1].row["row"]
        if "error" in row:
            answered.add(name if isinstance(name, str) else "")
            wrong("rows that it could not answer")
        elif not isinstance(name, str) or name not in by_row:
            wrong("rows that it was not asked")
        elif name in answered:
            wrong("a second answer to the same row")
        else:
            answered.add(name)
            found |= _READERS[question](by_row[name], row, wrong)
    missing = len(by_row.keys() - answered)
    if missing and lines:
        problems.add(f"{of}: rows that it left out or that could not be read", "", missing)
    return found


def _object(line: bytes, wrong: Callable[[str], None]) -> Mapping[str, Any] | None:
    try:
        row = formats.decode(line, object)
    except InputError:
        wrong("lines that are no JSON")
        return None
    if not isinstance(row, dict):
        wrong("lines that are no object")
        return None
    return row


def _relevant(ask: Ask, row: Mapping[str, Any], wrong: Callable[[str], None]) -> dict[str, Said]:
    listed = row.get("attributes")
    found: dict[str, Said] = {}
    for one in listed if isinstance(listed, list) else ():
        name = one.get("id") if isinstance(one, dict) else None
        item = ask.items.get(name) if isinstance(name, str) else None
        if item is None:
            wrong("attributes that it was not asked about")
        elif item in found:
            wrong("a second answer on the same attribute")
        else:
            decision = one.get("decision")
            value = _USED.get(decision) if isinstance(decision, str) else None
            if decision is not None and value is None:
                wrong("decisions other than use, withhold and ask")
            found[item] = Said(value, _share(one.get("score")))
    for item in ask.items.values():
        if item not in found:
            wrong("attributes that it left out")
            found[item] = _UNREAD
    return found


def _preferred(ask: Ask, row: Mapping[str, Any], wrong: Callable[[str], None]) -> dict[str, Said]:
    given = _share(row.get("preference"))
    if given is None:
        wrong("preferences that are no number in [0, 1]")
        return {ask.items[""]: _UNREAD}
    chosen = 1 - given if ask.swapped else given
    # Which one it would have chosen, as people said it; how surely is the probability.
    value = 0.5 if chosen == 0.5 else float(chosen > 0.5)
    return {ask.items[""]: Said(value, chosen)}


def _supported(ask: Ask, row: Mapping[str, Any], wrong: Callable[[str], None]) -> dict[str, Said]:
    verdict = row.get("verdict")
    value = _VERDICTS.get(verdict) if isinstance(verdict, str) else None
    if value is None:
        wrong(f"verdicts other than {', '.join(_VERDICTS)}")
    return {ask.items[""]: Said(value, _share(row.get("probability")))}


def _share(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if math.isfinite(given) and 0 <= given <= 1 else None


_READERS: Mapping[str, _Reader] = {
    "relevant": _relevant,
    "preferred": _preferred,
    SUPPORTED.name: _supported,
}
