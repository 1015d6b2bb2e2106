"""In which order one annotator sees the items of a slot, what comes again, and on which side."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Sequence
from random import Random

from recenter.errors import InputError
from recenter.provenance import digest
from recenter.records import Record
from recenter.study.blocks import Slot
from recenter.study.items import Kind, Side
from recenter.study.swaps import drawn, shuffled

_LEAST_GAP = 3
_LEAST_KEY = 16


class Place(Record, frozen=True):
    """One page that an annotator sees."""

    kind: Kind
    """`repeat` shows an item of work again; `check` asks whether somebody reads; `gold` has an
    answer that is known."""
    item: str


def arrange(
    slot: Slot,
    *,
    repeat: float = 0.0,
    checks: Sequence[str] = (),
    gold: Sequence[str] = (),
    every: int | None = None,
    gap: int | None = None,
    seed: int = 0,
) -> tuple[Place, ...]:
    """Return the pages of a slot in their order, the same for the same seed and slot number.

    Work is shuffled. The share `repeat` of it, rounded, comes again, `gap` or more pages after it
    was first there: by default a third of the slot and at least 3. Where a slot is too short for
    that many, fewer come again, never sooner. Gold items and checks are spread evenly with some
    chance and are neither first nor last; gold looks like work. All gold items are shown, and all
    checks, or one to every `every` other pages, at least one, as far as there are enough, none
    twice.

    Raises:
        InputError: a share, gap or distance that cannot be; an item that is there twice; gold or
            checks in a slot of fewer than two pages.
    """
    _check(slot, repeat, checks, gold, every, gap)
    rng = Random(int(digest("arrange", seed, slot.number), 16))
    work = shuffled(rng, sorted(slot.items))
    apart = max(_LEAST_GAP, len(work) // 3) if gap is None else gap
    pages = _with_repeats(work, int(repeat * len(work) + 0.5), apart, rng)
    pages = _spread(
        pages, [Place(kind="gold", item=item) for item in shuffled(rng, sorted(gold))], rng
    )
    number = len(checks) if every is None else min(len(checks), max(1, len(pages) // every))
    asked = [Place(kind="check", item=item) for item in shuffled(rng, sorted(checks))[:number]]
    return tuple(_spread(pages, asked, rng))


def _check(
    slot: Slot,
    repeat: float,
    checks: Sequence[str],
    gold: Sequence[str],
    every: int | None,
    gap: int | None,
) -> None:
    if not 0 <= repeat <= 1:
        raise InputError(f"{repeat} was given; expected a share from 0 to 1.", field="repeat")
    for name, value in (("every", every), ("gap", gap)):
        if value is not None and value < 1:
            raise InputError(f"{value} was given; expected 1 or more.", field=name)
    shown = [*slot.items, *checks, *gold]
    twice = [item for item, times in Counter(shown).items() if times > 1]
    if twice:
        raise InputError(
            f"{twice[0]!r} is twice among the items, checks and gold of slot {slot.number}; "
            "each must be there once.",
            field="items",
        )
    if (checks or gold) and len(slot.items) < 2:
        raise InputError(
            f"slot {slot.number} has {len(slot.items)} items, and checks and gold are shown "
            "between others.",
            field="items",
            cure="Deal larger slots, or leave checks and gold out.",
        )


def _with_repeats(work: Sequence[str], number: int, gap: int, rng: Random) -> list[Place]:
    """Work in its order, with items that come again after at least `gap - 1` items between."""
    last = len(work) - 1
    soon_enough = shuffled(rng, range(max(0, len(work) - gap + 1)))[:number]
    after: list[list[str]] = [[] for _ in work]
    for first in soon_enough:
        earliest = first + gap - 1
        after[earliest + drawn(rng, last - earliest + 1)].append(work[first])
    pages = []
    for item, again in zip(work, after, strict=True):
        pages.append(Place(kind="work", item=item))
        pages += [Place(kind="repeat", item=name) for name in again]
    return pages


def _spread(pages: Sequence[Place], more: Sequence[Place], rng: Random) -> list[Place]:
    """Put more pages between the others, each in the middle of its own part of them."""
    between = len(pages) - 1
    found = list(pages)
    for number in reversed(range(len(more))):
        middle = number + 0.25 + rng.random() / 2
        found.insert(1 + int(between * middle / len(more)), more[number])
    return found


def sides(places: Sequence[Place], *, key: bytes, annotator: str) -> tuple[Side, ...]:
    """Return on which side the personalised reply is shown, for each page.

    The work of an annotator is ranked by HMAC-SHA256 of annotator, item and place: the lower half
    is shown first and the upper second, so that the sides are counterbalanced but for an odd one,
    which the key decides, and without the key nobody can tell them. A repeat is on the other side
    than the item was before. The same pages, key and annotator give the same sides, however often
    a page is loaded. Checks and gold have a side of their own by the key.

    Raises:
        InputError: the key is shorter than 16 bytes, or a repeat comes before its item.
    """
    if len(key) < _LEAST_KEY:
        raise InputError(
            f"it has {len(key)} bytes; expected at least {_LEAST_KEY}.",
            field="key",
            cure="Draw one with secrets.token_bytes(32) and keep it with the study.",
        )
    codes = [_code(key, annotator, place.item, number) for number, place in enumerate(places)]
    work = sorted(
        (number for number, place in enumerate(places) if place.kind == "work"),
        key=lambda number: codes[number],
    )
    half = (len(work) + _odd(_code(key, annotator))) // 2
    early = set(work[:half])
    found: list[Side] = []
    of_work: dict[str, Side] = {}
    for number, place in enumerate(places):
        if place.kind == "repeat":
            if place.item not in of_work:
                raise InputError(
                    f"{place.item!r} is to come again at place {number} and was not there before.",
                    field="places",
                )
            found.append("second" if of_work[place.item] == "first" else "first")
            continue
        lower = number in early if place.kind == "work" else bool(_odd(codes[number]))
        found.append("first" if lower else "second")
        if place.kind == "work":
            of_work[place.item] = found[-1]
    return tuple(found)


def _code(key: bytes, *parts: object) -> bytes:
    # As JSON, so that no two lists of parts are written alike.
    message = json.dumps(parts).encode("ascii")
    return hmac.digest(key, message, "sha256")


def _odd(code: bytes) -> int:
    return code[-1] & 1
