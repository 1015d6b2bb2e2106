"""What the trained verifier sees of a statement: what a person would look at to judge it.

Where the quote stands and whose words it is; how much of the statement its words carry, as words
and by their meaning; whether the person says something of themselves or asks for something; what
the statement adds, widens or leaves unsaid; what kind of dialogue it is.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.records import Attribute, Conversation, Turn
from recenter.stages import claims
from recenter.stages.verify_rules import misplaced, refused_of
from recenter.text.clauses import split_clauses
from recenter.text.forgetting import until_forgotten
from recenter.text.own_words import Refusal
from recenter.text.verbs import words

Floats = NDArray[np.float64]

_I = re.IGNORECASE
_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d+")
_HEAD = 400
"""Characters of a turn that tell what kind of turn it is, and that are read for their meaning."""
_TURNS = 24
_CLAUSES = 12
_LONG_QUOTE = 1200
"""Characters of the quotes that are read; a longer quote is a document."""
_ALIKE = 0.5
"""Cosine from which a turn is counted as on the statement's subject."""

_STATED = {
    "says_interest": r"\b(?:curious|curiosity|interest(?:ed)?|explor\w+|inquir\w+|focus)\b",
    "says_preference": r"\b(?:prefers?|likes?|enjoys?|favou?rs?|loves?|wants?|appreciates?)\b",
    "says_demand": r"\b(?:requests?|requires?|asks?|needs?|seeks?|avoids?|insists?)\b",
    "says_lasting": r"\b(?:sustained|repeated(?:ly)?|persistent(?:ly)?|always|tends?|consistently|"
    r"frequently|regularly|every|generally|usually|habitually|long-term)\b",
    "says_identity": r"\b(?:is an?|works? (?:as|at|in|for)|lives? in|named?|years? old|degree|"
    r"majoring|student|teacher|engineer|manager|founder|president|based in|from)\b",
    "says_having": r"\b(?:owns?|has|have|parent|married)\b",
    "says_feeling": r"\b(?:feels?|feeling|believes?|thinks?|considers?|dislikes?|hates?)\b",
    "says_play": r"\b(?:role-?play\w*|fiction\w*|hypothetical|scenarios?|characters?|fantasy)\b",
    "says_style": r"\b(?:concise|brief|short|detailed|formal|professional|simple|structured|"
    r"tone|style|format\w*|responses?|answers?|explanations?|language)\b",
}
_DIALOGUE = {
    "rewrite": r"\b(?:re-?writ\w+|re-?phras\w+|translat\w+|correct\w*|grammar|improve|paraphras\w+|"
    r"polish|proofread|summari[sz]e|shorten|better sentence|revise|reword|ielts|essay|"
    r"write (?:a|an|me|the))\b|润色|翻译",
    "fiction": r"\b(?:role-?play\w*|act (?:as|like)|pretend|imagine|story|stories|character|novel|"
    r"scene|episode|fan-?fic\w*|scenario|fictional|fantasy|screenplay|script|plot|"
    r"hypothetical|superpowers?|anime)\b",
    "letter": r"\b(?:dear|regards|sincerely|resume|cv|cover letter|linkedin|applying for|"
    r"hiring manager|personal statement|e-?mail)\b",
    "request": r"\b(?:please|can you|could you|give me|write|help me|tell me|show me|create"
    r"|make)\b",
    "machine": r"\b(?:as an ai|language model|chatgpt|gpt|prompt|openai)\b",
}
_SAYS = [re.compile(pattern, _I) for pattern in _STATED.values()]
_KIND = [re.compile(pattern, _I) for pattern in _DIALOGUE.values()]
_FIRST = re.compile(r"\b(?:i|i['’]?m|i['’]ve|ive|i['’]d|me|my|mine|myself|we|our)\b", _I)
_SELF = re.compile(
    r"\b(?:i(?:['’]m| am| was| have| had| work| live| love| like| hate| enjoy| prefer| study| play"
    r"| use| want to (?:be|become|learn)| plan| feel| don['’]?t| never| always)|im|i['’]ve"
    r"|my \w+ (?:is|are|was|has|have))\b",
    _I,
)
_OTHERS = re.compile(r"\b(?:he|she|his|her|him|they|their|them)\b", _I)
_COMMAND = re.compile(
    r"^\W*(?:please |pls |now |ok |and |then )*(?:write|rewrite|make|give|add|remove|change|use"
    r"|create|continue|answer|act|explain|describe|list|shorten|summari[sz]e|translate|check|fix"
    r"|correct|do not|don['’]?t|dont|need|no|more|less|keep|tell|show|let)\b",
    _I,
)
_EMPTY = words(
    """
    a an the and or but of to in on at for with from by as about into is are was were be been has
    have had do does did not no user person who that which this these those it they his her its
    their than then there some any i me my you your we us our can could would will should e g
    """
)
_REFUSALS: dict[str, tuple[Refusal, ...]] = {
    "not_typed": ("injected", "code", "quote"),
    "pasted": ("pasted",),
    "played": ("roleplay", "fiction", "hypothetical"),
    "third_person": ("third_person",),
}

FEATURES: tuple[str, ...] = (
    *("no_quote", *_REFUSALS, "quotes"),
    *("quote_words", "quote_share", "turn_length", "turn_place", "turn_lines"),
    *("turns", "turn_words", "foreign"),
    *("first_person", "self_said", "others", "asked", "commanded", "only_asks", "quote_hedged"),
    *_STATED,
    *("text_words", "text_capitals", "text_list", "text_hedged", "dangling"),
    *("shared_quote", "shared_turns", "new_quote", "new_turns", "added_quote", "added_turns"),
    *("stronger", "denied", "unhedged"),
    *(f"turn_{name}" for name in _DIALOGUE),
    *(f"dialogue_{name}" for name in _DIALOGUE),
    *("dialogue_played", "dialogue_typed"),
    *("cosine_quote", "cosine_clause", "cosine_turn", "cosine_lift", "turns_alike", "soft_quote"),
)
"""Names of the columns of `describe`, in order."""


_SUBJECT = re.compile(r"^(?:the )?user(?:['’]s)? (?:(?:is|are) )?", _I)
"""What the statements of some extractors begin with and those of others do not."""


class Case(NamedTuple):
    """A statement, the quotes that stand where they are said to, and the dialogues they are in."""

    text: str
    """Without "The user is" at its head."""
    quotes: tuple[str, ...]
    places: tuple[tuple[Conversation, int], ...]
    """Conversation and turn of each quote."""
    refusals: tuple[Refusal | None, ...]
    """Why the words of a quote are not the person's own, one per quote."""
    conversations: tuple[Conversation, ...]
    """Those cited; all that were given where no quote stands."""


class Described(NamedTuple):
    """Statements as numbers, one row each."""

    features: Floats
    """Shape (n, len(FEATURES))."""
    stated: NDArray[np.float32]
    """Vectors of the statements, shape (n, dimensions)."""
    quoted: NDArray[np.float32]
    """Vectors of their quotes; zeros where there is none."""
    opening: NDArray[np.float32]
    """Vectors of the heads of the turns that were quoted."""


def case_of(attribute: Attribute, conversations: Sequence[Conversation]) -> Case:
    """Return what is looked at to judge an attribute. A quote that does not stand is left out."""
    known = {conversation.id: conversation for conversation in conversations}
    quotes, places, refusals = [], [], []
    for evidence in attribute.evidence:
        conversation = known.get(evidence.conversation)
        wrong = misplaced(attribute, evidence, conversation)
        if conversation is None or (wrong is not None and wrong.refusal is None):
            continue
        quotes.append(evidence.quote)
        places.append((conversation, evidence.turn))
        refusals.append(wrong.refusal if wrong else None)
    cited = {conversation.id: conversation for conversation, _ in places}
    own = tuple(cited.values()) or tuple(c for c in conversations if c.person == attribute.person)
    text = _SUBJECT.sub("", attribute.text) or attribute.text
    return Case(text[:1].upper() + text[1:], tuple(quotes), tuple(places), tuple(refusals), own)


def describe(cases: Sequence[Case], embedder: Embedder) -> Described:
    """Return the cases as numbers. A case has the same numbers alone as among others."""
    texts: dict[str, None] = {}
    for case in cases:
        texts |= dict.fromkeys(_read(case))
    names = list(texts)
    vectors = embedder.embed(names)
    of = dict(zip(names, vectors, strict=True))
    none = np.zeros(vectors.shape[1], np.float32)
    features = [[*_worded(case), *_meant(case, of)] for case in cases]
    shape = (len(cases), vectors.shape[1])
    return Described(
        np.asarray(features, np.float64).reshape(len(cases), len(FEATURES)),
        np.asarray([of[case.text] for case in cases], np.float32).reshape(shape),
        np.asarray(
            [of[_joined(case)] if case.quotes else none for case in cases], np.float32
        ).reshape(shape),
        np.asarray([of[_heading(case)] for case in cases], np.float32).reshape(shape),
    )


def _read(case: Case) -> list[str]:
    """Return every text of a case whose vector is looked at."""
    return [
        case.text,
        _joined(case),
        _heading(case),
        *_clauses(_joined(case)),
        *_heads(case),
        *_content(case.text),
        *_content(_joined(case)),
    ]


def _joined(case: Case) -> str:
    return "\n".join(case.quotes)[:_LONG_QUOTE]


def _clauses(quote: str) -> list[str]:
    return [quote[c.start : c.end] for c in split_clauses(quote)[:_CLAUSES]]


def _own(conversations: Sequence[Conversation]) -> list[Turn]:
    return [t for c in conversations for t in c.turns if t.role == "user"]


def _heads(case: Case) -> list[str]:
    return [turn.text[:_HEAD] for turn in _own(case.conversations)[:_TURNS]]


def _heading(case: Case) -> str:
    """Return how the dialogue begins that was quoted: what kind of talk it is."""
    return next(iter(_heads(case)), "")


def _content(text: str) -> list[str]:
    words = (word.casefold() for word in _WORD.findall(text[:_LONG_QUOTE]))
    return list(dict.fromkeys(word for word in words if word not in _EMPTY))[:40]


def _worded(case: Case) -> list[float]:
    quote = _joined(case)
    return [
        *_placed(case, quote),
        *_said(quote),
        *_stated(case.text),
        *_carried(case, quote),
        *_settled(case),
    ]


def _placed(case: Case, quote: str) -> list[float]:
    """Return whose words the quotes are and where they stand."""
    refused = [
        sum(refusal in reasons for refusal in case.refusals) / max(1, len(case.refusals))
        for reasons in _REFUSALS.values()
    ]
    turn = case.places[0][0].turns[case.places[0][1]].text if case.places else ""
    place = case.places[0][1] / len(case.places[0][0].turns) if case.places else 0.0
    own = _own(case.conversations)
    heads = " ".join(head.text[:_HEAD] for head in own)
    return [
        float(not case.quotes),
        *refused,
        float(len(case.quotes)),
        math.log1p(len(quote.split())),
        len(quote) / max(1, len(turn)),
        math.log1p(len(turn)),
        place,
        math.log1p(turn.count("\n")),
        math.log1p(len(own)),
        math.log1p(sum(len(t.text) for t in own) / max(1, len(own))),
        sum(letter > "\u024f" for letter in heads) / max(1, len(heads)),
    ]


def _said(quote: str) -> list[float]:
    """Return how the quote speaks: of the person, of others, as a question or a command."""
    return [
        float(bool(_FIRST.search(quote))),
        float(bool(_SELF.search(quote))),
        float(bool(_OTHERS.search(quote))),
        float("?" in quote),
        float(bool(_COMMAND.search(quote))),
        float(bool(quote) and claims.only_asks(quote)),
        float(claims.hedges(quote)),
    ]


def _stated(text: str) -> list[float]:
    words = text.split()
    return [
        *(float(bool(pattern.search(text))) for pattern in _SAYS),
        math.log1p(len(words)),
        sum(word[:1].isupper() for word in words[1:]) / max(1, len(words)),
        math.log1p(text.count(",") + text.count("(") + text.count("/")),
        float(claims.hedges(text)),
        float(claims.dangling_word(text) is not None),
    ]


def _carried(case: Case, quote: str) -> list[float]:
    """Return how much of the statement the quote's words hold, and the person's at large."""
    own = [turn.text for turn in _own(case.conversations)]
    words = max(1, len(_content(case.text)))
    new_quote = len(claims.new_words(case.text, [quote]))
    new_turns = len(claims.new_words(case.text, own))
    stronger = claims.stronger_word(case.text, [quote]) is not None
    return [
        1 - min(1.0, new_quote / words),
        1 - min(1.0, new_turns / words),
        math.log1p(new_quote),
        math.log1p(new_turns),
        math.log1p(len(claims.added_details(case.text, [quote]))),
        math.log1p(len(claims.added_details(case.text, own))),
        float(stronger),
        float(claims.denies(case.text, case.quotes)),
        float(claims.hedges(quote) and not claims.hedges(case.text)),
    ]


def _settled(case: Case) -> list[float]:
    """Return what kind of turn and of dialogue the quotes stand in."""
    turn = case.places[0][0].turns[case.places[0][1]].text if case.places else ""
    heads = _heads(case)
    shares = [sum(bool(p.search(h)) for h in heads) / max(1, len(heads)) for p in _KIND]
    own = [_shares(conversation.turns) for conversation in case.conversations]
    return [
        *(float(bool(pattern.search(turn[:_HEAD]))) for pattern in _KIND),
        *shares,
        max((played for played, _ in own), default=0.0),
        max((typed for _, typed in own), default=0.0),
    ]


@until_forgotten
@functools.lru_cache(maxsize=64)
def _shares(turns: tuple[Turn, ...]) -> tuple[float, float]:
    """Return which shares of the person's turns hold a play, and words that they did not type."""
    own = [r for t, r in zip(turns, refused_of(turns), strict=True) if t.role == "user"]
    if not own:
        return 0.0, 0.0
    played = sum(any(r.reason in _REFUSALS["played"] for r in each) for each in own)
    typed = sum(any(r.reason in {"pasted", "code", "quote"} for r in each) for each in own)
    return played / len(own), typed / len(own)


def _meant(case: Case, of: dict[str, NDArray[np.float32]]) -> list[float]:
    """Return how near the quote, its best clause and the person's turns are in meaning."""
    stated = of[case.text]
    quote = _joined(case)
    heads = [_dot(stated, of[head]) for head in _heads(case)]
    best_turn = max(heads, default=0.0)
    clauses = [_dot(stated, of[clause]) for clause in _clauses(quote)]
    whole = _dot(stated, of[quote]) if quote else 0.0
    best = max([whole, *clauses])
    return [
        whole,
        best,
        best_turn,
        best - best_turn,
        math.log1p(sum(cosine >= _ALIKE for cosine in heads)),
        _soft(case.text, quote, of),
    ]


def _soft(text: str, quote: str, of: dict[str, NDArray[np.float32]]) -> float:
    """Return how near the words of a statement are to those of its quote, at the mean of the best.

    The recall of BERTScore (Zhang et al. 2020), on vectors of single words.
    """
    words, told = _content(text), _content(quote)
    if not words or not told:
        return 0.0
    best = [max(_dot(of[word], of[other]) for other in told) for word in words]
    return sum(best) / len(best)


def _dot(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.sum(one.astype(np.float64) * other))
