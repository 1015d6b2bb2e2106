"""What the words of a statement and of its quotes give away: requests, hedges, added details."""

from __future__ import annotations

import re
from collections.abc import Sequence

_I = re.IGNORECASE

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|i’m|i've|i’ve|i'd|i’d|me|my|mine|myself|we|we're|our)\b", _I
)
_SELF = re.compile(
    r"\bi(?:'m|’m| am|'ve|’ve| have| had|'d| was| work| live| love| like| hate| enjoy| prefer"
    r"| own| study| studied| teach| play| used| use| grew| moved| don'?t| can'?t| never| always"
    r"| usually| often| run| speak| know| feel| struggle| suffer| want to (?:become|be|learn)"
    r"| plan| hope| need to)\b|\bmy [a-z]+(?: [a-z]+)? (?:is|are|was|has|works?|lives?)\b"
    r"|\bas an? [^,.]{3,40},? i\b",
    _I,
)
_ASKING = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|please|pls|so|now|and|then|also)\W+)*"
    r"(?:can|could|would|will|should|do|does|did|is|are|was|were|what|what's|whats|who|where|when"
    r"|why|how|which|please|write|rewrite|translate|summari[sz]e|explain|give|tell|list|create"
    r"|make|generate|fix|correct|convert|find|show|suggest|recommend|help|describe|compare|draft"
    r"|edit|improve|continue|provide|act|imagine|let's|lets|add|remove|change|use|shorten|expand"
    r"|compose|proofread|paraphrase|rephrase|design|calculate|solve|answer|check|review|analy[sz]e"
    r"|discuss|define|i (?:want|need|would like|'d like) (?:you to|an?|some|the|to know))\b",
    _I,
)
_OTHER_PERSON = re.compile(
    r"^\W*(?:(?:and|but|so|because|well)\W+)*(?:my|our) (?:(?:older|younger|little|big|best|old|ex"
    r"|step|late)[ -])*(wife|husband|partner|girlfriend|boyfriend|mother|mom|mum|father|dad|sister"
    r"|brother|son|daughter|aunt|uncle|cousin|grandmother|grandma|grandfather|grandpa|friend|boss"
    r"|manager|colleague|coworker|neighbou?r|roommate|flatmate|teacher|client|customer|nephew"
    r"|niece|student)\b(?! and (?:i|me)\b)",
    _I,
)
_THEY = re.compile(r"^\W*(?:he|she|they)\b", _I)
_ABSOLUTE = re.compile(
    r"\b(always|never|every|all|fluent(?:ly)?|expert|native|passionate|obsessed"
    r"|highly|extremely|deeply|advanced|mastery|avid|frequently|regularly"
    r"|constantly)\b",
    _I,
)
_HEDGE = re.compile(
    r"\b(?:maybe|perhaps|might|may|i think|i guess|not sure|sort of|kind of|a bit|a little"
    r"|sometimes|trying|probably|possibly|once|occasionally|beginner)\b",
    _I,
)
_DANGLING = re.compile(
    r"^\W*(?:he|she|it|they|this|that|these|those|there)\b"
    r"|\b(?:this|these|those) (?!(?:is|are|was|week|month|year|time)\b)[a-z]+"
    r"|\b(?:the (?:former|latter|above|aforementioned|same one)|that one)\b"
    r"|\b(?:about|of|with|for|like|doing|using|to) (?:it|them|that)\s*[.!]?$",
    _I,
)
_ACRONYM = 3
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth"
_UNITS = _NUMBER_WORDS.split()[1:10]
_NUMBERS = (
    {word: str(number) for number, word in enumerate(_NUMBER_WORDS.split())}
    | {word: str(number) for number, word in enumerate(_ORDINALS.split(), start=1)}
    | {tens: str(10 * n) for n, tens in enumerate(_TENS.split(), start=2)}
    | {
        f"{tens}-{unit}": str(10 * n + m)
        for n, tens in enumerate(_TENS.split(), start=2)
        for m, unit in enumerate(_UNITS, start=1)
    }
)
_TENS_APART = re.compile(rf"\b({_TENS.replace(' ', '|')}) ({'|'.join(_UNITS)})\b", _I)
_THOUSANDS = re.compile(r"(?<=\d)[,.](?=\d{3}(?!\d))")
_KILO = re.compile(r"(?<=\d)k\b", _I)
_DIGITS = re.compile(r"\d+(?=(?:st|nd|rd|th)?(?:-[a-z]+)*\Z)")
_NEGATIVE = re.compile(
    r"\b(?:no longer|not|never|cannot|[a-z]+n['’]t|without|stopped|quit|used to|avoids?|dislikes?"
    r"|hates?|lacks?)\b",
    _I,
)
_DENIAL = re.compile(
    r"\bi(?:['’]m| am| was| do| did| have| can| could| will| would)? ?"
    r"(?:not(?! (?:only|just|sure)\b)|never|no longer|cannot|[a-z]+n['’]t)"
    r"(?! (?:mind|wait|only|just|live without|help|forget|know)\b)([^,.;:!?\n]*)",
    _I,
)
_IMPLIED = {
    "wife": "married spouse husband",
    "husband": "married spouse wife",
    "partner": "relationship",
    "girlfriend": "relationship",
    "boyfriend": "relationship",
    "son": "parent children child kids kid father mother dad mum mom",
    "daughter": "parent children child kids kid father mother dad mum mom",
    "boss": "works job employed",
    "manager": "works job employed",
    "colleague": "works job employed",
    "coworker": "works job employed",
}
# What a statement needs to be a sentence; says nothing of the person.
_EMPTY_WORDS = (
    "the a an and or but of to in on at for with from by as about into is are was were be been "
    "being has have had does do did can could may might will would user person who that which "
    "this their they them his her its it than then there some any one once now currently "
    "sometimes often asked asks wants wanted wrote said says mentioned seems plans also still"
)
# Who loves a thing likes it; who asked about it need not.
_LOVING = frozenset(
    [
        "love",
        "loves",
        "loved",
        "loving",
        "adore",
        "adores",
        "favourite",
        "favorite",
        "passionate",
        "obsessed",
        "keen",
        "fan",
    ]
)
_LIKING = frozenset(["like", "likes", "enjoy", "enjoys", "interested"])
_EMPTY = frozenset(_EMPTY_WORDS.split()) | {"1"}
_SAME = {"a": "1", "an": "1", "once": "1", "twice": "2", "both": "2", "couple": "2", "pair": "2"}


def only_asks(quote: str) -> bool:
    """Whether a quote only asks for something, and says nothing of the person.

    Every sentence is a question or begins like a request, and none has the person as the subject
    of a plain statement.
    """
    sentences = [s for s in _SENTENCE.findall(quote) if _WORD.search(s)]
    return bool(sentences) and all(
        (_ASKING.search(s) or s.rstrip().endswith("?")) and not _SELF.search(s) for s in sentences
    )


def speaks_of_self(quote: str) -> bool:
    """Whether a quote has the person as the subject of a plain statement."""
    return _SELF.search(quote) is not None


def other_person(quote: str) -> str | None:
    """Return the relation that a quote is about, such as `brother`, where it is not the person."""
    if re.search(r"\b(?:i|i'm|i’m|i've|i’ve|me|we)\b", quote, _I):
        return None
    match = _OTHER_PERSON.search(quote)
    if match:
        return match[1].casefold()
    return "friend" if _THEY.search(quote) and not _FIRST_PERSON.search(quote) else None


def names_word(text: str, word: str) -> bool:
    """Whether a word stands in a text, in any case, also as a possessive."""
    return word in {_plain(match) for match in _WORD.findall(text)}


def names_relation(text: str, relation: str) -> bool:
    """Whether a statement names a relation or what follows from having one: wife, married."""
    follows = _IMPLIED.get(relation, "").split()
    return any(names_word(text, word) for word in (relation, *follows))


def denies(text: str, quotes: Sequence[str]) -> bool:
    """Whether each quote denies all that a statement says: is a smoker, "I don't smoke"."""
    stated = {_plain(word) for word in _WORD.findall(text)} - _EMPTY
    if not (quotes and stated) or _NEGATIVE.search(text):
        return False
    return all(any(_covers(match[1], stated) for match in _DENIAL.finditer(q)) for q in quotes)


def _covers(clause: str, stated: set[str]) -> bool:
    words = [_plain(word) for word in _WORD.findall(clause)]
    return all(any(_same_stem(one, other) for other in words) for one in stated)


def hedges(text: str) -> bool:
    """Whether the words are unsure of what they say."""
    return _HEDGE.search(text) is not None


def stronger_word(text: str, quotes: Sequence[str]) -> str | None:
    """Return a word of a statement that is absolute and stands in none of its quotes."""
    said = " ".join(quotes).casefold()
    for match in _ABSOLUTE.finditer(text):
        word = match[1].casefold()
        if word.removesuffix("ly") not in said:
            return word
    return None


def added_details(text: str, told: Sequence[str]) -> tuple[str, ...]:
    """Return numbers and names of a statement that the person's turns do not hold."""
    told = [_with_plain_numbers(turn) for turn in told]
    known = {_plain(word) for turn in told for word in _WORD.findall(turn)}
    spelled = " ".join(told).casefold()
    new = []
    text = _with_plain_numbers(text)
    for match in _WORD.finditer(text):
        word = match[0]
        named = match.start() > 0 and word[0].isupper() and not _starts(text, match.start())
        numbered = word[0].isdigit()
        if len(word) <= _ACRONYM and word.isupper() and not numbered:
            continue  # AI, TV, UK: a common word more often than a detail
        if (named or numbered) and not _known(word, known, spelled):
            new.append(word)
    return tuple(dict.fromkeys(new))


def new_words(text: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return words with a meaning of their own that are no form of a word of the known texts."""
    words = {_plain(word) for each in known for word in _WORD.findall(each)}
    weaker = _EMPTY | _LIKING if words & _LOVING else _EMPTY
    found = (word for word in _WORD.findall(text) if _plain(word) not in weaker)
    new = (word for word in found if not any(_same_stem(_plain(word), other) for other in words))
    return tuple(dict.fromkeys(new))


def _same_stem(one: str, other: str) -> bool:
    """Whether they begin alike, but for the two last letters of the shorter: run, running."""
    least = max(3, min(len(one), len(other)) - 2)
    return one == other or (min(len(one), len(other)) >= least and one[:least] == other[:least])


def dangling_word(text: str) -> str | None:
    """Return a word that points outside of the statement, such as a leading `it`."""
    match = _DANGLING.search(text)
    return match[0].strip(" .!") if match else None


def _starts(text: str, place: int) -> bool:
    before = text[:place].rstrip()
    return not before or before[-1] in ".!?:;("


def _known(word: str, known: set[str], spelled: str) -> bool:
    plain = _plain(word)
    if plain in known or plain.removesuffix("s") in known or word.casefold() in spelled:
        return True
    # Portugal, Portuguese: a name that is the person's word with another ending.
    stem = plain[: max(4, len(plain) - 3)]
    return not word[0].isdigit() and any(other.startswith(stem) for other in known)


def _with_plain_numbers(text: str) -> str:
    """Return the text with 50,000 and 50k as 50000, and thirty four as thirty-four."""
    return _TENS_APART.sub(r"\1-\2", _KILO.sub("000", _THOUSANDS.sub("", text)))


def _plain(word: str) -> str:
    folded = word.casefold().removesuffix("'s").removesuffix("’s")
    if (digits := _DIGITS.match(folded)) is not None:
        return digits[0]
    return _NUMBERS.get(folded) or _SAME.get(folded, folded)
