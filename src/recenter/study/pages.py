"""Cut person-prompt pairs into pages of decisions, of one person or mixed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from recenter.study.items import Item, Part, item_id

_replace = msgspec.structs.replace


def pages(items: Iterable[Item], *, size: int, pooled: bool, seed: int) -> list[Item]:
    """Return the decisions of these pairs on pages of at most `size`, shuffled.

    With `pooled`, the attributes of all people who have the same prompt are mixed, so that nobody
    sees who owns what; an attribute of several people is decided for each of them, since the
    prompt is the same but the judgment is theirs. Pages of one prompt are as equal as can be:
    21 decisions with 20 on a page make 11 and 10.
    """
    found: list[Item] = []
    for group in _groups(items, pooled):
        draw = random.Random(f"{seed}/{group[0].id}")
        parts = [part for item in group for part in item.parts]
        if pooled:
            parts = _once(parts)
        draw.shuffle(parts)
        found += _cut(group, parts, size)
    return found


def _groups(items: Iterable[Item], pooled: bool) -> Iterator[Sequence[Item]]:
    groups: dict[object, list[Item]] = {}
    for item in items:
        query = item.query
        same = query and (query.prompt, query.messages)
        groups.setdefault(same if pooled else item.id, []).append(item)
    yield from groups.values()


def _once(parts: Sequence[Part]) -> list[Part]:
    """Return the parts, each attribute of a person once."""
    seen: dict[tuple[str | None, str | None], Part] = {}
    for part in parts:
        seen.setdefault((part.person, part.attribute), part)
    return list(seen.values())


def _cut(group: Sequence[Item], parts: Sequence[Part], size: int) -> Iterator[Item]:
    first = group[0]
    count = -(-len(parts) // size)
    alone = len({part.person for part in parts}) == 1
    for number in range(count):
        here = parts[number * len(parts) // count : (number + 1) * len(parts) // count]
        named = tuple(_replace(part, name=str(place)) for place, part in enumerate(here, 1))
        yield _replace(
            first,
            id=first.id
            if count == 1 and len(group) == 1
            else item_id("page", *((part.person, part.attribute, part.query) for part in here)),
            person=first.person if alone else None,
            # Whose prompt it was would tell whose attributes are on the page.
            query=first.query
            if alone or first.query is None
            else _replace(first.query, id="", person=""),
            parts=named,
        )
