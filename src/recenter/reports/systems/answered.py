"""What a system answered: lines that nobody vouches for to values, and all that is wrong counted.

An answer that is missing or makes no sense is unread, and never a no.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from recenter import formats
from recenter.errors import InputError
from recenter.questions import BETTER, SUPPORTED
from recenter.reports.material import Problems
from recenter.reports.systems.asked import Ask

Position = Literal["first", "second"]
_TURNED = float(len(BETTER.answers) + 1)
_MOST = 1e100
"""What is further from 0 is no score."""
_NO_SCORES = "scores that are not two numbers"


class Said(NamedTuple):
    """What a system said of one item."""

    value: float | None
    probability: float | None = None
    orders: tuple[tuple[Position, float], ...] = ()
    """In comparisons, the rating of the reply by where it was shown."""
    scored: bool = False
    """Whether the value is a difference of scores, and no rating."""


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
    return _of_one_form(found, problems, of=of)


def _of_one_form(found: dict[str, Said], problems: Problems, *, of: str) -> dict[str, Said]:
    """Leave unread what is of another form than the first answer: ratings are no scores."""
    forms = [one.scored for one in found.values() if one.value is not None]
    other = [
        name for name, one in found.items() if one.value is not None and one.scored != forms[0]
    ]
    if other:
        problems.add(f"{of}: answers of another form than its first one", "", len(other))
    return found | dict.fromkeys(other, _UNREAD)


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
    if isinstance(scores := row.get("scores"), dict):
        ahead = _ahead(ask, scores)
        if ahead is None:
            wrong(_NO_SCORES)
            return {ask.items[""]: _UNREAD}
        return {ask.items[""]: Said(0.5 if ahead == 0 else float(ahead > 0))}
    given = _share(row.get("preference"))
    if given is None:
        wrong("preferences that are no number in [0, 1]")
        return {ask.items[""]: _UNREAD}
    chosen = 1 - given if ask.swapped else given
    # Which one it would have chosen, as people said it; how surely is the probability.
    value = 0.5 if chosen == 0.5 else float(chosen > 0.5)
    return {ask.items[""]: Said(value, chosen)}


def _better(ask: Ask, row: Mapping[str, Any], wrong: Callable[[str], None]) -> dict[str, Said]:
    item = ask.items[""]
    orders, scores = row.get("orders"), row.get("scores")
    if isinstance(orders, dict):
        of_a = [_rating(orders.get(side)) for side in ("first", "second")]
        if None not in of_a:
            return {item: _rated(ask, [one or 0.0 for one in of_a])}
        wrong("orders that are not two ratings from 1 to 5")
    elif isinstance(scores, dict):
        ahead = _ahead(ask, scores)
        if ahead is not None:
            return {item: Said(ahead, scored=True)}
        wrong(_NO_SCORES)
    else:
        given = _share(row.get("preference"))
        if given is not None:
            return {item: Said((1 - given if ask.swapped else given) - 0.5, scored=True)}
        wrong("answers without orders, scores or a preference in [0, 1]")
    return {item: _UNREAD}


def _ahead(ask: Ask, scores: Mapping[str, Any]) -> float | None:
    """Return how much higher the reply scores that was chosen, or that is rated."""
    a, b = _number(scores.get("a")), _number(scores.get("b"))
    if a is None or b is None:
        return None
    return b - a if ask.swapped else a - b


def _rated(ask: Ask, of_a: Sequence[float]) -> Said:
    """Turn two ratings of `a`, shown first and second, into those of the reply that is rated."""
    shown: tuple[tuple[Position, float], ...] = (("first", of_a[0]), ("second", of_a[1]))
    if ask.swapped:
        # Where `a` was shown first the rated reply was second, and is as much better as `a` worse.
        shown = (("second", _TURNED - of_a[0]), ("first", _TURNED - of_a[1]))
    return Said(sum(one for _, one in shown) / 2, orders=shown)


def _rating(given: object) -> float | None:
    """Return a rating from 1 to 5, which the batch contract writes as text."""
    if isinstance(given, str) and given in BETTER.values:
        return float(given)
    number = _number(given)
    return number if number is not None and 1 <= number <= len(BETTER.answers) else None


def _supported(ask: Ask, row: Mapping[str, Any], wrong: Callable[[str], None]) -> dict[str, Said]:
    verdict = row.get("verdict")
    value = _VERDICTS.get(verdict) if isinstance(verdict, str) else None
    if value is None:
        wrong(f"verdicts other than {', '.join(_VERDICTS)}")
    return {ask.items[""]: Said(value, _share(row.get("probability")))}


def _share(given: object) -> float | None:
    number = _number(given)
    return number if number is not None and 0 <= number <= 1 else None


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if abs(given) <= _MOST else None


_READERS: Mapping[str, _Reader] = {
    "relevant": _relevant,
    "preferred": _preferred,
    BETTER.name: _better,
    SUPPORTED.name: _supported,
}
