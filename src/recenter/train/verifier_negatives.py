"""Statements that are wrong by construction, made from supported ones.

Real labels hold few of the failures that people meet most. Each kind here is made by code, in
words of many shapes, so that its failure is known: a widened claim, the quote of something else,
a fiction or another's text, a third person, a statement that cannot stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from recenter.records import Failure, Turn
from recenter.stages import claims
from recenter.stages.statement import statement
from recenter.text.clauses import split_clauses
from recenter.train.verifier_examples import Example

_I = re.IGNORECASE
Rng = np.random.Generator

_TOPIC = re.compile(
    r"^(?:the user (?:is )?)?(?:sustained |repeated(?:ly)? )?(?:curious|curiosity|interest(?:ed)?"
    r"|focus|inquir\w+|research\w*|ask\w*)\b[^(]*? (?:about|in|on|into|for) ([^().;]{4,80})",
    _I,
)
_TASTE = re.compile(
    r"^(?:the user )?(?:prefers?|likes?|enjoys?|wants?|requires?) ([^().;]{4,80})", _I
)
_HAVING = re.compile(
    r"^(?:the user )?(?:has|owns?|plays?|learn\w*|studies|tried) ([^().;]{3,60})", _I
)
_WIDER = {
    _TOPIC: (
        "Works professionally in {}",
        "Is an expert in {}",
        "Has a degree in {}",
        "Has been passionate about {} for years",
        "Spends most of their free time on {}",
        "Plans a career in {}",
        "Always talks about {}",
        "Has advanced knowledge of {}",
    ),
    _TASTE: (
        "Always insists on {} in every situation",
        "Cannot stand anything but {}",
        "Is known among friends for a love of {}",
        "Has preferred {} since childhood",
        "Never accepts anything except {}",
    ),
    _HAVING: (
        "Is an expert on {}",
        "Collects and trades {}",
        "Teaches others about {}",
        "Is obsessed with {}",
        "Earns a living with {}",
    ),
}
_FRAMES = (
    'Write a short story in which the hero says: "{}"',
    'Proofread this: "{}"',
    'Translate to Spanish: "{}"',
    'Rewrite the following text in a formal tone: "{}"',
    "Let's role-play. You are a detective and I am a suspect. {}",
    "Suppose that {}",
    "Pretend you are a person who says: {}",
    'Answer as this character would. Character: "{}"',
    'Is this sentence correct: "{}"',
    'Write a monologue that begins with "{}"',
)
_MINE = re.compile(
    r"\bi(?:['’]m| am)\b|\bi(?:['’]ve| have)\b|\bim\b|\bive\b|\bi\b|\bmy\b|\bme\b", _I
)
_KIN = ("brother", "sister", "boss", "friend", "mother", "uncle", "colleague", "neighbour")
_FIRST_PERSON = re.compile(r"^\W*(?:i|i['’]m|i['’]ve|im|ive|my)\b", _I)
_HEADS = re.compile(
    r"^((?:the user )?(?:is )?(?:curious about|interested in|prefers?|likes?|wants?|has|owns?"
    r"|works? (?:at|in|for|on)|plays?|requests?|avoids?|dislikes?|enjoys?|studies|requires?))\b",
    _I,
)
_POINTING = ("it", "this", "that", "them", "these", "that one", "the former")
_LONGEST = 240


def constructed(kept: Sequence[Example], *, seed: int = 0) -> list[Example]:
    """Return one wrong statement of each of these supported ones, where one can be made.

    The kind is drawn among those that fit, with the same chance each. It belongs to the dialogue
    of the statement that it was made of, and says whose words it holds beside.
    """
    rng = np.random.default_rng(seed)
    made = []
    for example in kept:
        other = kept[int(rng.integers(len(kept)))]
        for at in rng.permutation(len(_KINDS)):
            failure, make = _KINDS[at]
            wrong = make(example, other, rng)
            if wrong is not None:
                made.append(_as_example(wrong, example, failure))
                break
    return made


class _Wrong(NamedTuple):
    text: str
    quote: str
    turns: Sequence[Turn]
    borrowed: str | None = None
    """The group that the quote is of, where that is another one."""


def _as_example(wrong: _Wrong, made_of: Example, failure: Failure) -> Example:
    attribute, conversation = statement(wrong.text, wrong.quote, wrong.turns)
    return Example(
        attribute=attribute,
        conversations=(conversation,),
        rejected=True,
        group=made_of.group,
        borrowed=wrong.borrowed,
        origin="constructed",
        failure=failure,
    )


def _quote(example: Example) -> str:
    return example.attribute.evidence[0].quote if example.attribute.evidence else ""


def _widened(example: Example, _: Example, rng: Rng) -> _Wrong | None:
    """Make an interest a profession, a request a habit, some all."""
    quote = _quote(example)
    for pattern, wider in _WIDER.items():
        match = pattern.match(example.attribute.text)
        if match and quote:
            text = wider[int(rng.integers(len(wider)))].format(match[1].strip())
            return _Wrong(text, quote, example.turns)
    return None


def _swapped(example: Example, other: Example, rng: Rng) -> _Wrong | None:
    """Give it the quote of something else: of the same dialogue, or else of another one."""
    turns = example.turns
    clauses = [
        turn.text[clause.start : clause.end]
        for turn in turns
        if turn.role == "user"
        for clause in split_clauses(turn.text)[:_CLAUSES]
    ]
    text = example.attribute.text
    apart = [
        quote
        for quote in clauses
        if _SHORTEST <= len(quote) <= _LONGEST
        and quote not in _quote(example)
        and len(claims.new_words(text, [quote])) == len(claims.new_words(text, []))
    ]
    if apart and rng.random() < 0.5:
        return _Wrong(text, apart[int(rng.integers(len(apart)))], turns)
    if other.group == example.group or not _quote(other):
        return None
    return _Wrong(text, _quote(other), other.turns, other.group)


def _framed(example: Example, _: Example, rng: Rng) -> _Wrong | None:
    """Put the words into a fiction, a text to work on or a supposition."""
    quote = " ".join(_quote(example).split())
    if not _FIRST_PERSON.search(quote) or len(quote) > _LONGEST:
        return None
    turn = _FRAMES[int(rng.integers(len(_FRAMES)))].format(quote)
    return _Wrong(example.attribute.text, quote, (Turn(role="user", text=turn),))


def _of_other(example: Example, _: Example, rng: Rng) -> _Wrong | None:
    """Have the words said of somebody else."""
    quote = " ".join(_quote(example).split())
    if not _FIRST_PERSON.search(quote) or len(quote) > _LONGEST:
        return None
    who = f"my {_KIN[int(rng.integers(len(_KIN)))]}"
    seen: list[str] = []

    def turned(match: re.Match[str]) -> str:
        word = match[0].casefold().replace("’", "'")
        subject = who if not seen else "he"
        seen.append(word)
        if word in {"my", "me"}:
            return {"my": f"{who}'s" if subject == who else "his", "me": "him"}[word]
        verb = {"i'm": " is", "i am": " is", "im": " is", "i've": " has", "i have": " has"}
        return subject + (" has" if word == "ive" else verb.get(word, ""))

    said = _MINE.sub(turned, quote)
    return _Wrong(example.attribute.text, said, (Turn(role="user", text=said),))


def _pointing(example: Example, _: Example, rng: Rng) -> _Wrong | None:
    """Say that something is so without saying what."""
    match = _HEADS.match(example.attribute.text)
    quote = _quote(example)
    if match is None or not quote:
        return None
    text = f"{match[1]} {_POINTING[int(rng.integers(len(_POINTING)))]}"
    return _Wrong(text, quote, example.turns)


_CLAUSES, _SHORTEST = 20, 15
_KINDS: tuple[tuple[Failure, Callable[[Example, Example, Rng], _Wrong | None]], ...] = (
    ("overgeneralisation", _widened),
    ("missing_evidence", _swapped),
    ("task_context_confusion", _framed),
    ("wrong_person", _of_other),
    ("not_standalone", _pointing),
)
