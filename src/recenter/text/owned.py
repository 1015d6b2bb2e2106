"""Finds what a person names as their own in passing ("what oil for my bmw 730d?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from recenter.text.verbs import words

HEADS = {
    "family": "wife husband spouse girlfriend boyfriend fiance fiancee sister brother son daughter "
    "child children kids toddler grandson granddaughter niece nephew twins stepson stepdaughter "
    "siblings",
    "pets": "dog dogs cat cats puppy kitten rabbit horse horses parrot hamster chickens",
    "possessions": "car truck motorcycle motorbike bike bicycle scooter apartment condo garden "
    "yard farm boat laptop pc macbook iphone ipad camera guitar piano violin nas "
    "caravan",
    "job": "startup restaurant salon bakery employees",
    "skills": "thesis dissertation phd internship",
    "likes": "novel blog podcast newsletter screenplay manga",
    "health": "diabetes adhd asthma psoriasis anxiety depression migraines arthritis "
    "allergies autism epilepsy insomnia hypertension pregnancy disability",
}
"""Nouns that say something of the person who calls them their own, by topic."""

BRANDS = words(
    """
    saab bmw audi toyota honda ford volvo volkswagen vw mercedes tesla mazda nissan hyundai kia
    subaru fiat renault peugeot skoda jeep chevrolet porsche lexus suzuki kawasaki ducati yamaha
    sony canon nikon fujifilm gopro iphone ipad macbook imac thinkpad chromebook kindle xbox ps4
    ps5 playstation rtx gtx ryzen stratocaster telecaster fender gibson samsung pixel
    """
)
"""Makes that name a thing without its noun ("my saab 9-5")."""

_TOPIC = {word: topic for topic, heads in HEADS.items() for word in heads.split()}
_PLURAL = words(
    """
    children kids twins parents siblings dogs cats horses chickens headphones employees coworkers
    colleagues clients students exams studies migraines allergies grandparents
    """
)
_MASS = words(
    """
    diabetes adhd asthma psoriasis anxiety depression arthritis autism epilepsy insomnia
    hypertension coursework fish family
    """
)
_MODIFIER = (
    r"(?!(?:is|are|was|were|has|and|or|to|of|in|on|for|with|that|who|own|next|new|other|whole|"
    r"entire|current|the|a|dear|friend['’]?s)\b)[\w&+.-]+"
)
_HEAD = "|".join(sorted(_TOPIC, key=len, reverse=True))
_MODEL = (
    rf"(?P<brand>{'|'.join(sorted(BRANDS, key=len, reverse=True))})(?:\s+[\w-]*\d[\w-]*){{0,3}}"
)
_OWNED = re.compile(
    rf"\b(?<!as )(?<!like )(?<!be )(?<!of )my\s+"
    rf"(?:(?:own|new|current|dear|beloved|lovely)\s+)?"
    rf"(?P<thing>(?:{_MODIFIER}\s+){{0,3}}(?P<head>{_HEAD})|{_MODEL})"
    rf"\b(?!['’]s?\b)(?!\s+(?:name|names)\b)(?!-)",
    re.IGNORECASE,
)


class Owned(msgspec.Struct, frozen=True):
    """Something that the person calls their own, as a sentence; offsets within the text."""

    start: int
    end: int
    text: str
    topic: str


def find_owned(text: str, start: int = 0, end: int | None = None) -> Iterator[Owned]:
    """Yield what is called "my" in a stretch of text, where it says something of its owner."""
    for match in _OWNED.finditer(text, start, len(text) if end is None else end):
        head = (match.group("head") or "").lower()
        thing = match.group("thing")
        if re.search(r"[.!?]\s", thing):
            continue
        article = "" if head in _PLURAL or head in _MASS or thing[:1].isdigit() else _article(thing)
        yield Owned(
            match.start(),
            match.end(),
            f"The user has {article}{thing}.",
            _TOPIC.get(head, "possessions"),
        )


def _article(thing: str) -> str:
    return "an " if thing[:1].lower() in "aeio" else "a "
