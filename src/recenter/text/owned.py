"""Finds what a person names as their own in passing ("what oil for my bmw 730d?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from recenter.text.verbs import words

HEADS = {
    "family": "wife husband spouse partner girlfriend boyfriend fiance fiancee mother father mom "
    "mum dad sister brother son daughter child children kid kids baby toddler grandson "
    "granddaughter grandmother grandfather grandma grandpa uncle aunt cousin niece nephew twins "
    "stepson stepdaughter parents siblings family",
    "pets": "dog dogs cat cats puppy kitten rabbit horse horses parrot hamster chickens fish pet",
    "possessions": "car truck van motorcycle motorbike bike bicycle scooter house apartment flat "
    "condo garden yard garage farm boat laptop pc computer desktop macbook phone iphone tablet "
    "ipad camera guitar piano violin tv printer router server nas raspberry watch headphones "
    "tractor caravan motherboard gpu",
    "job": "job company business startup restaurant shop store clinic practice agency firm office "
    "employees team boss manager coworkers colleagues clients students employer salon bakery",
    "study": "university college school thesis dissertation phd masters degree exam exams major "
    "internship professor teacher supervisor studies coursework",
    "projects": "game novel book blog website channel podcast app band album brand comic webcomic "
    "newsletter screenplay youtube",
    "health": "diabetes adhd asthma psoriasis anxiety depression migraine migraines arthritis "
    "allergy allergies autism epilepsy insomnia hypertension pregnancy disability therapist",
}
"""Nouns that say something of the person who calls them their own, by topic."""

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
_OWNED = re.compile(
    rf"\b(?<!as )(?<!like )(?<!be )(?<!of )my\s+"
    rf"(?:(?:own|new|current|dear|beloved|lovely)\s+)?"
    rf"(?P<thing>(?:{_MODIFIER}\s+){{0,3}}(?P<head>{_HEAD}))"
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
        head = match.group("head").lower()
        thing = match.group("thing")
        if re.search(r"[.!?]\s", thing):
            continue
        article = "" if head in _PLURAL or head in _MASS or thing[:1].isdigit() else _article(thing)
        yield Owned(match.start(), match.end(), f"The user has {article}{thing}.", _TOPIC[head])


def _article(thing: str) -> str:
    return "an " if thing[:1].lower() in "aeio" else "a "
