"""A small world of people and prompts, of which everything is known."""

from __future__ import annotations

from recenter.provenance import Signature
from recenter.records import Attribute
from recenter.study.pair_rows import Prompt
from recenter.study.pairs import Matcher

PEOPLE = tuple(f"p{i}" for i in range(6))
OPEN = tuple(Prompt(id=f"q{i}", prompt=f"What about {i}?") for i in range(8))
ORDINARY = tuple(Prompt(id=f"z{i}", prompt=f"Add {i} to 1.", stratum="ordinary") for i in range(2))


def attributes(person: str, count: int) -> tuple[Attribute, ...]:
    return tuple(
        Attribute(
            id=f"{person}-{i:02}",
            person=person,
            text=f"The user likes thing {i}.",
            source="stated",
            confidence=1.0,
            evidence=(),
        )
        for i in range(count)
    )


KNOWN = {person: attributes(person, 3) for person in PEOPLE}


def picks(person: str, prompt: Prompt) -> int:
    """Of person p_i, the matcher picks two attributes for the first i + 1 open prompts."""
    return 2 if int(prompt.id[1:]) <= int(person[1:]) else 0


MATCHER = Matcher(name="tests", signature=Signature(model="none", code="0"), picks=picks)


def relevant(person: str, prompt: str) -> bool:
    """What people would say: often yes where the matcher picks, seldom elsewhere."""
    who, what = int(person[1:]), int(prompt[1:])
    if prompt.startswith("z"):
        return False
    return what != 2 if what <= who else (who, what) in {(1, 5), (4, 7)}
