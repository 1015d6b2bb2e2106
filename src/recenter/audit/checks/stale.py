"""Entries that no longer hold: a day that passed, a "now" of long ago, a later entry."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence

from recenter.audit.record import Entry, Finding
from recenter.records import Attribute
from recenter.stages.conflicts import conflicts

_I = re.IGNORECASE
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = _MONTH_NAMES.split()
_MONTH = r"(?P<{0}>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS) + r"|sept)\.?"
_DATES = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH.format('name')}"
        r"(?:,? (?P<year>20\d\d))?\b",
        _I,
    ),
    re.compile(
        rf"\b{_MONTH.format('name')} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?\b",
        _I,
    ),
)
_AHEAD = re.compile(
    r"\b(?:will|plans?|planning|planned|going to|intends?|upcoming|scheduled|due|deadlines?|until"
    r"|till|by|before|appointment|meeting|exam|interview|flight|trip|travel(?:s|ling|ing)|flies"
    r"|flying|booked|reservation|conference|wedding|launch\w*|expires?|ends?|starts?|starting"
    r"|begins?"
    r"|leaves|leaving|arriv\w+|moving|moves|visit(?:s|ing)|attend(?:s|ing)|expects?|expecting|aims?"
    r"|has an?|concert|surgery|move|vacation|holiday|event|release|submission|presentation|race)\b",
    _I,
)
_PAST = re.compile(
    r"\b(?:was|were|had|did|born|since|moved|graduated|started|began|bought|visited|attended|met"
    r"|died"
    r"|married|went|joined|left|founded|got|became|published|finished|completed|ended|happened"
    r"|celebrat\w+|anniversary|birthday)\b",
    _I,
)
_PASSING: tuple[tuple[re.Pattern[str], int], ...] = (
    (
        re.compile(
            r"\b(?:today(?!['’]s)|tonight|tomorrow(?!['’]s)|this (?:morning|afternoon|evening))\b",
            _I,
        ),
        3,
    ),
    (
        re.compile(
            r"\b(?:this|next) (?:week(?:end)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
            r"|\b(?:in|within) (?:a few|several|\d{1,2}|two|three|four|five|six|seven) days\b",
            _I,
        ),
        21,
    ),
    (re.compile(r"\b(?:this|next) month\b|\b(?:in|within) (?:a few|two|three) weeks\b", _I), 62),
    (re.compile(r"\b(?:right now|at the moment|at present|just now)\b", _I), 30),
    (re.compile(r"\b(?:currently|presently|these days|at this time)\b", _I), 90),
    (re.compile(r"\bthis (?:year|summer|winter|spring|autumn|fall)\b", _I), 366),
)
"""Words for a time that passes, and after how many days it has."""
_HABIT = re.compile(
    r"\b(?:(?:likes?|lives?) to|usually|always|often|prefers?|tends? to|habit|plan(?:s"
    r"|ning)? (?:for"
    r" )?the day)\b.{0,40}\b(?:today|tomorrow|tonight)\b",
    _I,
)


def stale_by_date(entry: Entry, as_of: datetime.date) -> str | None:
    """Return why an entry is out of date by its own words, or None.

    A day it looks forward to lies before `as_of`; or it speaks of "this week", "currently" and
    the like, and was made longer ago than that lasts. Without a time of its own, only dates count.
    """
    made = None if entry.at is None else datetime.date.fromisoformat(entry.at[:10])
    if _AHEAD.search(entry.text) and not _PAST.search(entry.text):
        days = list(_days(entry.text, made))
        if days and max(days) < as_of:
            return "looks forward to a day that has passed"
    if made is not None and not _HABIT.search(entry.text):
        for words, lasting in _PASSING:
            if words.search(entry.text) and (as_of - made).days > lasting:
                return f"speaks of a time that has passed: it was made over {lasting} days ago"
    return None


def _days(text: str, made: datetime.date | None) -> Iterator[datetime.date]:
    """Yield the days that a text names; one without a year is the next after it was made."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            held = match.groupdict()
            month = int(held["month"]) if "month" in held else _month(held["name"])
            year = int(held["year"]) if held["year"] else made.year if made else None
            if year is None:
                continue
            try:
                day = datetime.date(year, month, int(held["day"]))
            except ValueError:
                continue
            if held["year"] is None and made is not None and day < made:
                day += datetime.timedelta(days=365)
            yield day


def _month(name: str) -> int:
    return next(n for n, full in enumerate(_MONTHS, start=1) if full.startswith(name[:3].lower()))


def superseded(entries: Sequence[Entry], among: Sequence[int]) -> Iterator[Finding]:
    """Yield the entries that a later one of the same owner contradicts, as far as words show it.

    Args:
        entries: all of the export.
        among: positions of those that are compared: one of each group of duplicates, so that an
            entry that stands there a thousand times is compared once.
    """
    owners: dict[str | None, list[int]] = {}
    for place in among:
        if entries[place].at is not None:
            owners.setdefault(entries[place].owner, []).append(place)
    for places in owners.values():
        found = conflicts([_attribute(place, entries[place]) for place in places])
        lost: dict[int, str] = {}
        for one in found:
            if one.loser is not None:
                winner = one.first if one.loser == one.second else one.second
                lost[int(one.loser)] = max(lost.get(int(one.loser), ""), winner)
        for loser, last in lost.items():
            yield Finding(
                entry=loser, fault="stale", reason="a later entry says otherwise", other=int(last)
            )


def _attribute(place: int, entry: Entry) -> Attribute:
    return Attribute(
        id=f"{place:09}",
        person=entry.owner or "",
        text=entry.text,
        source="stated",
        confidence=1.0,
        evidence=(),
        at=entry.at,
    )
