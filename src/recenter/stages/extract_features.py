"""What the trained extractor sees of a candidate besides its meaning: how and where it was said.

Person, mood and tense of the clause; whether it stands in a quotation, a pasted or rewritten text,
a letter, a story or a role-play; where in the turn and the dialogue; and what kind of dialogue it
is (a task, a fiction, a talk about oneself).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.records import Conversation
from recenter.stages.extract_candidates import Candidate

_PATTERNS = {
    "is": r"^the user(?:'s [\w' -]{1,40}?)? (?:is|are|was|isn't) (?!\w+ing\b)",
    "progressive": r"\b(?:is|are|was|been) (?:\w+ly |just |also |still |currently )?\w+ing\b",
    "has": r"\buser (?:\w+ )?has (?!been\b|\w+ed\b)|\bhas got\b",
    "perfect": r"\bhas (?:never |always |also |just |already )?(?:been|had|\w+ed)\b",
    "wish": r"\b(?:wants?|would like|needs?|wishes|would love|looks? for|looking for)\b",
    "taste": r"\b(?:likes?|loves?|prefers?|enjoys?|hates?|dislikes?|fan of|favou?rites?|adores?)\b",
    "belief": r"\b(?:thinks?|believes?|feels?|hopes?|guess\w*|considers?|understands?|knows?)\b",
    "life": r"\b(?:lives?|works? (?:as|in|at|for|with)|born|stud(?:y|ies|ying)|graduated|from|"
    r"years? old|married|moved|degree|major\w*|job|native|mother tongue|speaks?|learn\w*)\b",
    "past": r"\b(?:was|were|did|had|went|got|made|came|saw|told|asked|tried|wrote|\w{3,}ed)\b",
    "future": r"\b(?:will|going to|am about|plans? to|might|may)\b",
    "modal": r"\b(?:can|can't|cannot|could|should|must|would)\b",
    "negated": r"\b(?:not|never|no|don't|doesn't|didn't|can't|cannot|isn't|dont|cant)\b|n't\b",
    "habit": r"\b(?:always|usually|often|every|each|sometimes|never|rarely|most|daily|weekly)\b",
    "number": r"\d",
    "owner": r"^the user's ",
    "their": r"\btheir\b",
    "kin": r"\b(?:wife|husband|son|daughter|mother|father|sister|brother|kids|children|dog|cat|"
    r"girlfriend|boyfriend|parents|family)\b",
    "talk": r"\b(?:answers?|questions?|prompts?|response|chat|gpt|ai|language model|message|"
    r"sentence|paragraph|text|email|letter|essay|topic|code|error|file|list|example)\b",
    "assistant": r"\bassist|\bas an ai\b|language model|\bmy purpose\b",
}
_TURN_PATTERNS = {
    "rewrite": r"\b(?:re-?writ\w+|re-?phras\w+|translat\w+|correct\w*|grammar|improve|paraphras\w+|"
    r"polish|proofread|enhance|summari[sz]e|shorten|better sentence|sentence below|revise|reword|"
    r"personali[sz]e|make (?:the |this |it |these )[\w ]{0,30}(?:shorter|longer|better|formal)|"
    r"润色|翻译|fix (?:the |this )|check (?:the|this|my|content)|ielts|write (?:a|an|me|the) )",
    "fiction": r"\b(?:role-?play\w*|act as|pretend|imagine|story|stories|character|novel|scene|"
    r"episode|fan-?fic\w*|scenario|fictional|fantasy|act like|screenplay|script|plot|"
    r"you are (?:a|an|now|my)|hypothetical|superpowers?|anime)\b",
    "letter": r"\b(?:dear|regards|sincerely|hope this (?:e-?mail|message)|finds you well|"
    r"resume|cv|cover letter|linkedin|applying for|hiring manager|position|statement|interview|"
    r"self[- ]review|recommendation letter|personal statement)\b",
    "request": r"\b(?:please|can you|could you|give me|write|help me|tell me|show me|create|"
    r"make)\b",
    "machine": r"\b(?:as an ai|language model|chatgpt|gpt|prompt|openai)\b",
}
_SHIFTED = [re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS.values()]
_TURN = [re.compile(pattern, re.IGNORECASE) for pattern in _TURN_PATTERNS.values()]
_OPEN_QUOTE = re.compile(r"[\"“”]")
_BEFORE_COLON = re.compile(r":\s*[\"“'‘]?\s*(?:[^.!?\n]{0,60})$")
_ASKS = re.compile(r"\?\s*[\"”*_)]*\s*$")

_HEAD = 400
"""Characters of a turn that tell what kind of turn it is."""
_LONG = 3000

FEATURES: tuple[str, ...] = (
    *_PATTERNS,
    "words",
    "capitals",
    "owned",
    "whole_clause",
    "turn_length",
    "turn_lines",
    "alone",
    "first_turn",
    "in_quotes",
    "after_colon",
    "asked",
    *(f"turn_{name}" for name in _TURN_PATTERNS),
    *(f"dialogue_{name}" for name in _TURN_PATTERNS),
)
"""Names of the columns of `describe`, in order."""


def describe(conversation: Conversation, candidates: Sequence[Candidate]) -> NDArray[np.float64]:
    """Return one row of features per candidate, shape (len(candidates), len(FEATURES))."""
    if not candidates:
        return np.empty((0, len(FEATURES)))
    own = [turn.text[:_HEAD] for turn in conversation.turns if turn.role == "user"]
    shares = [sum(bool(p.search(text)) for text in own) / len(own) for p in _TURN]
    rows = [
        [*_wording(candidate.text), *_setting(conversation, candidate), *shares]
        for candidate in candidates
    ]
    return np.asarray(rows, np.float64)


def _wording(text: str) -> list[float]:
    words = text.split()
    capitals = sum(word[:1].isupper() for word in words[2:]) / len(words)
    marks = [float(bool(pattern.search(text))) for pattern in _SHIFTED]
    return [*marks, math.log1p(len(words)), capitals]


def _setting(conversation: Conversation, candidate: Candidate) -> list[float]:
    """Return where the candidate stands: in the turn, in what kind of turn, after what."""
    text = conversation.turns[candidate.turn].text
    clause = candidate.clause
    before = text[: candidate.start]
    around = text[: clause.start] + " " + text[clause.end :]
    if len(text) > _LONG:
        around = around[:_HEAD]
    earlier = conversation.turns[candidate.turn - 1] if candidate.turn else None
    asked = (
        earlier is not None
        and earlier.role == "assistant"
        and bool(_ASKS.search(earlier.text[-200:]))
    )
    first = all(turn.role != "user" for turn in conversation.turns[: candidate.turn])
    return [
        float(candidate.form == "owned"),
        float(clause.end - candidate.end < 3),
        math.log1p(len(text)),
        math.log1p(text.count("\n")),
        (candidate.end - candidate.start) / len(text),
        float(first),
        float(len(_OPEN_QUOTE.findall(before)) % 2),
        float(bool(_BEFORE_COLON.search(before[-120:]))),
        float(asked),
        *(float(bool(pattern.search(around))) for pattern in _TURN),
    ]
