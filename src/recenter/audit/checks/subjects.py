"""Whom a memory is about, as far as its first words tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence

from recenter.audit.record import Entry
from recenter.scan.name_lists import GIVEN, SURE, folded

_I = re.IGNORECASE
_FAMILY = (
    r"(?:wife|husband|spouse|partner|fianc[eé]e?|ex-\w+|girlfriend|boyfriend|mother|mom|mum|father"
    r"|dad|(?:half-|step)?(?:sister|brother)|son|daughter|aunt|uncle|cousin|grand(?:mother|father"
    r"|ma|pa|son|daughter)|niece|nephew|boss|flat-?mate|room-?mate|neighbou?r|colleague|co-?worker)"
)
_ROLE = (
    r"(?:ex|parents?|siblings?|child|children|kids?|grand(?:parents|children)|friends?|manager"
    r"|clients?|customers?|patients?|students?|teachers?|doctor|therapist|tenants?|landlord"
    r"|landlady"
    r"|in-laws|employees?|baby|toddler|family)"
)
_KIN = rf"(?:{_FAMILY}s?|{_ROLE})"
_KIN_WORD = re.compile(rf"\b{_KIN}\b", _I)
_PERSON = r"(?:the )?(?:user|person|client|human)"
_BETWEEN = (
    r"(?:(?!(?:as|of|to|with|for|from|and|or|than|is|was|are|were|has|had|name|favou?rite)\b)"
    r"[\w-]+ ){0,2}?"
)
_MORE = r"(?:,? (?:(?-i:[A-ZÀ-Þ])[\w'’-]+|who \w+(?: \w+){0,5},?)){0,2},?"
_OTHER_THINGS = r"(?!['’]?s?[ -](?:tongue|land|board|hood|ship|and (?:i|me|the user))\b)"
_OWNED = re.compile(
    rf"(?:(?:{_PERSON}|[^\W\d_]+)['’]s {_BETWEEN}|(?:their|his|her|my|our) {_BETWEEN}|user )"
    rf"{_KIN}\b{_OTHER_THINGS}{_MORE}(?:['’]s?)? \w",
    _I,
)
_OF_PERSON = re.compile(rf"(?:an? |the )?{_KIN} of {_PERSON}\b", _I)
_BARE = re.compile(rf"{_FAMILY}\b{_OTHER_THINGS}{_MORE} (?P<verb>[\w'’]+)", _I)
_OTHERS = re.compile(r"(?P<who>he|she)(?:['’]\w+)? ", _I)
_NAMED = re.compile(
    r"(?P<name>[A-ZÀ-Þ][\w'’-]*[\w])(?: [A-ZÀ-Þ][\w'’-]+){0,2}(?:['’]s)?(?: \([^)]{1,40}\))?,? "
    r"(?:(?:also|now|currently|still|often|always|never|usually|recently|just) )?(?P<verb>[\w'’]+)"
)
_IS_CALLED = re.compile(
    r"\b(?:name is|is (?:named|called)|goes by|(?:call|address) (?:him|her|them|me"
    r"|the user)(?: as)?"
    r"|named|nickname is|prefers to be called)"
    r" (?P<name>[A-ZÀ-Þ][\w'’-]+)(?: (?P<more>[A-ZÀ-Þ][\w'’-]+))?"
)
_VERB = re.compile(
    r"(?:is|was|are|has|had|does|did|will|would|can|could|might|may|should|wants?|\w+(?:s|ed)"
    r"|told|said|taught|went|came|got|made|gave|took|left|bought|isn['’]t|wasn['’]t|doesn['’]t"
    r"|didn['’]t"
    r"|hasn['’]t|won['’]t|can['’]t)$",
    _I,
)
_MOST = 0.2
_LEAST = 5
_LEAST_WORDS = 3


def kin_in(text: str) -> frozenset[str]:
    """Return the words of a text for people near the person: sister, boss."""
    return frozenset(word.casefold() for word in _KIN_WORD.findall(text))


def names_of_person(entries: Sequence[Entry]) -> frozenset[str]:
    """Return the names by which a store knows its person, folded.

    What an entry says they are called, the owner of the entries, and the name, or the he or she,
    that a fifth of the entries begin with.
    """
    names: set[str] = set()
    begun: Counter[str] = Counter()
    for entry in entries:
        if entry.owner:
            names |= {folded(word) for word in re.findall(r"[^\W\d_]{2,}", entry.owner)}
        called = _IS_CALLED.search(entry.text)
        if called is not None and re.match(rf"{_PERSON}\b|name\b|is\b|prefers\b", entry.text, _I):
            names |= {folded(name) for name in called.groups() if name}
        first = _NAMED.match(entry.text) or _OTHERS.match(entry.text)
        if first is not None:
            begun[_bare(first[1])] += 1
    often = max(_LEAST, _MOST * len(entries))
    return frozenset(names | {name for name, count in begun.items() if count >= often})


def about_other(text: str, names: Collection[str]) -> str | None:
    """Return how a statement shows that it is about somebody else, or None.

    It begins with one of the person's people, with a given name that is not the person's, or with
    he or she. What has the person as its subject is about the person, whoever else it names.
    """
    text = text.strip().removeprefix("- ")
    other = _OTHERS.match(text)
    if other is not None:
        return None if _bare(other["who"]) in names else "begins with he or she"
    bare = _BARE.match(text)
    if (
        _OWNED.match(text)
        or _OF_PERSON.match(text)
        or (bare is not None and _VERB.match(bare["verb"]))
    ):
        return "is about somebody near the person"
    named = _NAMED.match(text)
    if named is None:
        return None
    name = _bare(named["name"])
    if name in names or not _VERB.match(named["verb"]):
        return None
    sure = name in SURE or (name in GIVEN and len(text.split()) >= _LEAST_WORDS)
    return "begins with another name" if sure else None


def _bare(name: str) -> str:
    return folded(re.sub(r"['’]s?$", "", name))
