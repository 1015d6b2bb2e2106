"""States a clause of the person in the third person, changing who speaks and nothing else.

`I work as a nurse in Leeds` becomes `The user works as a nurse in Leeds.` Rules, not a model: a
rewriting model adds facts. What the rules cannot turn safely they refuse, with the reason.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from recenter.text.verbs import (
    ADVERBS,
    BASE,
    IRREGULAR,
    MODALS,
    NOUN_TOO,
    third_person,
    words,
)

Refusal = Literal[
    "not_first_person",
    "question",
    "request",
    "addresses_assistant",
    "unresolved_reference",
    "unknown_verb",
    "plural",
    "hypothetical",
    "fragment",
    "too_long",
]

_OPENER = re.compile(
    r"(?:(?:hi+|hello|hey|dear|thanks|thank you|ok|okay|yes|yeah|yep|no|nope|well|so|but|and|also|"
    r"btw|by the way|fyi|actually|basically|honestly|anyway|anyways|plus|because|cause|since|"
    r"although|though|however|please note that|note that|for context|for reference|"
    r"for the record|for your information|to be honest|tbh|in fact|in short|you see|you know|"
    r"the thing is|the problem is|the truth is|as you know|as i said|like i said|as mentioned|"
    r"first of all|firstly|secondly|then|still|yet|now|again|right|sure|sorry|unfortunately|"
    r"lol|haha|hmm+|oh|ah|um+|uh|p\.?s\.?|context|background|there|everyone|guys|again)"
    r"\b(?:\s*[,.:!…-]+\s*|\s+))+",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?P<lead>(?:for|in|at|since|on|over|during|by|as|from|after|currently|presently|nowadays|"
    r"recently|lately|personally|usually|normally|sometimes|often|these days|right now|"
    r"at the moment|every|this year|last year|"
    r"most|outside|because of|due to|despite|being|until|before)\b"
    r"(?:\s+(?!i\b|if\b|when\b|that\b|which\b|who\b|what\b|how\b|where\b|why\b|shall\b|you\b|your\b|is\b|are\b|was\b)"
    r"[\w'’./-]+){0,8}\s*,?\s+)?"
    r"(?=(?:i|i['’]m|im|i['’]ve|ive|i['’]d|i['’]ll)\s)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*|[^\w\s]|_")
_AND_I = re.compile(
    r"(?:(?:me\s+and\s+)my\s+(?P<first>[a-z-]+(?:\s+[a-z-]+)??)|"
    r"my\s+(?P<second>[a-z-]+(?:\s+[a-z-]+)?)\s+and\s+(?:i|me))\s+(?=[a-z])",
    re.IGNORECASE,
)
_CONTRACTED = {
    "i'm": "i am", "im": "i am", "i've": "i have", "ive": "i have", "i'll": "i will",
    "i'd": "i would", "iam": "i am", "i'ma": "i will", "i'am": "i am",
}  # fmt: skip
_CONDITION = re.compile(
    r"\b(?:if|suppose|supposing|imagine|pretend|as though|unless|let's say|say that|what if)\b",
    re.IGNORECASE,
)
_SECOND = re.compile(r"\b(?:you|your|yours|yourself|u|ur|you['’]\w+)\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"\b(?:tell|give|help|show|let|make|write|send|teach|remind|call|explain)\s+(?:to\s+)?me\b|"
    r"\bplease\b|\bpls\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:this|these|those|it|its|it['’]s|he|she|him|her|hers|his|they|them|their|theirs|"
    r"above|below|following|attached|aforementioned|here|today|tomorrow|yesterday|tonight|"
    r"such|said|same|another|latter|former)\b|\bthat(?=[.,!;]|\s*$|\s+(?:one|is|was|too|way)\b)",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\b(?:this|these) (?:year|days|month|summer|winter|autumn|spring)\b|"
    r"\b(?:find|found|makes?|think) it (?:is |was |very |really |so |quite )?\w+ to\b|"
    r"\bit(?:'s| is) (?:hard|difficult|easy|important|impossible|okay|fun|better) (?:for me )?to\b",
    re.IGNORECASE,
)
_ANTECEDENT = re.compile(
    r"\b(?:a|an|the|my|our|some|two|three|four|five|several|many|\d+)\s+[a-z]+", re.IGNORECASE
)
_PERSON_NOUN = re.compile(
    r"\b(?:wife|husband|mother|mom|mum|father|dad|sister|brother|son|daughter|girlfriend|"
    r"boyfriend|partner|friend|boss|child|kid|baby|parents?|kids|children|girl|boy|man|woman|"
    r"cat|dog|doctor|teacher|fianc\w+|uncle|aunt|cousin|grand\w+|ex|gf|bf)\b",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(?:\d{1,3}\s+)?(?!(?:if|when|while|as|in|at|for|since|until|before|after|not|never|unless|"
    r"without|i|my|suppose|imagine|let)\b)"
    r"(?:[\w'’]+\s+){0,4}[\w'’]+,\s+(?=(?:i|i['’]m|im|i['’]ve|ive|i['’]d)\s)",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*[,(]\s*|\s+(?:so|and|but|because|which|cause|though|although)\s+", re.I)
_OF_MINE = re.compile(
    r"(?:[\w'’-]+\s+){1,6}(?:is|are|was|were|has been)\s+"
    r"(?:(?:one|some|all|part|on|in|of|a|an|very|really|also|for|with|to|from|not|still|"
    r"important|hard|difficult|easy)\s+){0,4}(?P<own>my|me)\b",
    re.IGNORECASE,
)
_DANGLING = words(
    "for in at since on over during by as from after every most outside despite being until before"
)
_NO_SUBJECT = words(
    """
    this that these those it he she they we you what who where when why how which there here is
    are was were do does did can could would will should please if one and or but i
    """
)
_MY_VERB = re.compile(
    r"\b(?:is|isn['’]?t|are|aren['’]?t|was|were|has|hasn['’]?t|have|haven['’]?t|had|does|doesn['’]?t|"
    r"do|don['’]?t|can|can['’]?t|cannot|will|won['’]?t|would|likes?|loves?|lives?|works?|goes|go|"
    r"wants?|needs?|hates?|includes?|plays?|speaks?|thinks?|says?|suffers?|came|comes?|died|"
    r"passed|started|stopped|got|gets?|keeps?|makes?|\w{3,}ed)\b|\w['’]s\s+\w+ing\b",
    re.IGNORECASE,
)
_FUNCTION = words(
    """
    a an the my to in at as with from for on that about mostly some any no lots many much all
    every people not it it's very well hard very out off up
    """
)
_MAX_WORDS = 45
_MAX_LETTERS = 1000
_MIN_WORDS = 3


class Shifted(msgspec.Struct, frozen=True):
    """A clause stated in the third person, or why it was not."""

    text: str | None
    refused: Refusal | None = None
    start: int = 0
    end: int = 0
    """The part of the clause that the sentence states."""


def shift_person(clause: str) -> Shifted:
    """Return a first-person clause as one third-person sentence about "the user".

    Discourse openers are dropped, and a tail that points elsewhere or asks for something is cut
    off at a comma or conjunction. Refused are questions, requests, what speaks to the assistant,
    conditions, references that the clause does not resolve, verbs that are not known, a "we"
    without its members, and what is too short or too long to stand alone.
    """
    if len(clause) > _MAX_LETTERS:
        return Shifted(None, "too_long", 0, len(clause))
    start, end = _strip(clause)
    shifted = _shift(clause[start:end])
    if shifted.refused in {"unresolved_reference", "addresses_assistant", "request", "too_long"}:
        for cut in reversed(list(_CUT.finditer(clause, start, end))):
            head = _shift(clause[start : cut.start()])
            if head.text is not None:
                return msgspec.structs.replace(head, start=start, end=cut.start())
    return msgspec.structs.replace(shifted, start=start, end=end)


def _shift(body: str) -> Shifted:
    if refused := _refusal(body):
        return Shifted(None, refused)
    if pair := _AND_I.match(body):
        who = pair.group("first") or pair.group("second")
        return _finish(_Shift(plural=True), body[pair.end() :], f"The user and their {who} ")
    if own := re.match(r"my\s+(?=\S+\s+\S)", body, re.IGNORECASE):
        if not _MY_VERB.search(body):
            return Shifted(None, "fragment")
        return _finish(_Shift(), body[own.end() :], "The user's ")
    if lead := _LEAD.match(body):
        return _led(lead.group("lead") or "", body[lead.end() :])
    return _about(body)


def _led(before: str, rest: str) -> Shifted:
    if re.search(r"\b(?:we|me|us|he|she|they|it)\b", before, re.IGNORECASE):
        return Shifted(None, "unresolved_reference")
    if before.strip(" ,").lower() in _DANGLING:
        return Shifted(None, "fragment")
    before = re.sub(r"\bmy\b", "their", before, flags=re.IGNORECASE)
    return _finish(_Shift(), rest, before)


def _about(body: str) -> Shifted:
    """State "Ireland is on my bucket list": another subject, with the person as its owner."""
    match = _OF_MINE.match(body)
    first = body.split()[0].lower()
    if match is None or first in BASE or first in _NO_SUBJECT:
        return Shifted(None, "not_first_person")
    own = "the user's" if match.group("own").lower() == "my" else "the user"
    return _finish(_Shift(named=True), body[match.end() :], body[: match.start("own")] + own)


def _strip(clause: str) -> tuple[int, int]:
    start, end = 0, len(clause)
    # Quotation marks, list marks and emoji say nothing of who speaks.
    while start < end and not clause[start].isalnum():
        start += 1
    if opener := _OPENER.match(clause, start):
        start = opener.end()
    if aside := _ASIDE.match(clause, start):
        start = aside.end()
    while end > start and (clause[end - 1].isspace() or clause[end - 1] in ".!,;:…)-\"'”*_]"):
        end -= 1
    return start, end


def _refusal(body: str) -> Refusal | None:
    count = len(_expand(body).split())
    if count < _MIN_WORDS:
        return "fragment"
    if count > _MAX_WORDS:
        return "too_long"
    if body.endswith("?") or re.match(r"(?:am|do|can|should|may|will|would)\s+i\b", body, re.I):
        return "question"
    if _CONDITION.search(body):
        return "hypothetical"
    if _REQUEST.search(body):
        return "request"
    if _SECOND.search(body):
        return "addresses_assistant"
    return None if _resolved(body) else "unresolved_reference"


def _resolved(body: str) -> bool:
    """Tell whether every pronoun that points elsewhere has something in the clause to point to."""
    if body.count("(") != body.count(")"):
        return False
    rest = _HARMLESS.sub(lambda match: " " * len(match.group()), body)
    for match in _POINTING.finditer(rest):
        word = match.group().lower().replace("’", "'")
        before = rest[: match.start()]
        if word in {"he", "she", "him", "her", "his", "hers", "they", "them", "their", "theirs"}:
            if not _PERSON_NOUN.search(before):
                return False
        elif word in {"it", "its", "it's"}:
            if not _ANTECEDENT.search(before):
                return False
        else:
            return False
    return True


def _finish(shift: _Shift, rest: str, lead: str) -> Shifted:
    text = shift.run(rest)
    if text is None:
        return Shifted(None, shift.refused)
    whole = lead + text
    return Shifted(whole[:1].upper() + whole[1:] + ".")


class _Shift:
    """One pass over the words of a clause, remembering which verb form comes next."""

    def __init__(self, *, plural: bool = False, named: bool = False) -> None:
        self.plural = plural
        """Whether the subject takes the plural form, which is the first person's own."""
        self.named = named or plural
        """Whether the person has been named already, so that "they" will do."""
        self.expecting = plural
        """Whether the next word that is no adverb is the verb of the person."""
        self.refused: Refusal | None = None
        """Why the text could not be shifted."""
        self.present = False
        """Whether a verb joined by "and" has to take the third person too."""

    def run(self, text: str) -> str | None:
        """Return the text shifted, or None with `refused` set."""
        out: list[str] = []
        last = 0
        text = _expand(text)
        tokens = list(_WORD.finditer(text))
        for index, token in enumerate(tokens):
            following = tokens[index + 1].group().lower() if index + 1 < len(tokens) else ""
            previous = tokens[index - 1].group().lower() if index else ""
            out += [text[last : token.start()], self._word(token.group(), previous, following)]
            last = token.end()
        if self.expecting and self.refused is None:
            self.refused = "fragment"
        return None if self.refused else "".join([*out, text[last:]])

    def _word(self, word: str, previous: str, following: str) -> str:
        low = word.lower().replace("’", "'")
        if low == "i":
            return self._subject()
        if low in _PRONOUNS:
            return _PRONOUNS[low]
        if low in _PLURALS:
            return self._plural(low)
        if self.expecting:
            if (low, following) == ("no", "longer") or (previous, low) == ("no", "longer"):
                return word
            return self._verb(word, low)
        if previous in {"and", "or", "but"} and self.present:
            return self._joined(word, low, following)
        if low in MODALS or (low == "to" and following in BASE):
            self.present = False
        return word

    def _plural(self, low: str) -> str:
        if self.plural and low == "we":
            return "they"
        if low == "our" and (self.named or self.plural):
            return "their"
        self.refused = "plural"
        return low

    def _subject(self) -> str:
        subject = "they" if self.named else "the user"
        self.plural = self.named
        self.named, self.expecting = True, True
        return subject

    def _verb(self, word: str, low: str) -> str:
        if low in ADVERBS or low.endswith("ly") or low == ",":
            return word
        self.expecting = False
        if self.plural and low in {"are", "aren't", "were", "weren't"}:
            return word
        shifted = third_person(low if low in IRREGULAR else word)
        if shifted is None:
            self.refused = "unknown_verb"
            return word
        self.present = not self.plural and shifted != word and low not in {"don't", "dont"}
        if self.plural:
            return {"am": "are", "was": "were", "wasn't": "weren't", "wasnt": "weren't"}.get(
                low, word
            )
        return shifted

    def _joined(self, word: str, low: str, following: str) -> str:
        if low not in BASE and low not in IRREGULAR:
            return word
        if low in NOUN_TOO and following not in _FUNCTION:
            return word
        return third_person(low if low in IRREGULAR else word) or word


_PLURALS = words("we us ourselves ours our we're we've let's we'll we'd")
_PRONOUNS = {"me": "them", "my": "their", "mine": "theirs", "myself": "themselves"}


def _expand(text: str) -> str:
    """Write out the contractions of "I", so that the verb is a word of its own."""

    def full(match: re.Match[str]) -> str:
        low = match.group().lower().replace("’", "'")
        if low == "i'd" and re.match(
            r"\s+(?:\w+ly\s+|never\s+)?(?:been|had|better|\w+ed)\b", text[match.end() :], re.I
        ):
            return "I had"
        return "I" + _CONTRACTED[low][1:]

    text = re.sub(r"\b(?:i['’](?:m|ve|ll|d|am|ma)|im|ive|iam)\b", full, text, flags=re.IGNORECASE)
    text = re.sub(r"\bwanna\b", "want to", text, flags=re.IGNORECASE)
    return re.sub(r"\bgonna\b", "going to", text, flags=re.IGNORECASE)
