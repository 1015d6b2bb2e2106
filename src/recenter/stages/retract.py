"""What a person takes back in a conversation: "I no longer work as a nurse"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from recenter.provenance import Signature
from recenter.records import Attribute, Conversation
from recenter.stages.denials import is_retraction, takes_back
from recenter.stages.extract import Finding, attribute_of
from recenter.stages.extract_candidates import Candidate, screen
from recenter.stages.extract_topics import topic_of
from recenter.text.locate import Span

SIGNATURE = Signature(model="retractions@1")
"""What the attributes carry that are found here."""

_CONFIDENCE = 0.9
"""Fixed, not calibrated: they are the person's own plain words."""
# Cheap, and most conversations have none.
_SIGNS = re.compile(
    r"\b(?:no longer|any ?more|any longer|stopped|quit|left|lost|gave up|given up|used to)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(r":\s*\Z")
_HANDED_OVER = re.compile(
    r"\b(?:proof-?read|translate|re-?write|re-?phrase|paraphrase|summari[sz]e|polish|shorten|"
    r"(?:edit|correct|improve|continue|finish) (?:this|these|my|the|it)|grammar|"
    r"(?:reply|respond|answer) to)\b",
    re.IGNORECASE,
)
_NEWS = re.compile(
    r"(?:\A|[.!?\n])\s*(?:p\.?s\.?|update|note|correction|fyi|btw|news|also)\s*:\s*\Z",
    re.IGNORECASE,
)


class TakenBack(NamedTuple):
    """What was found beside what an extractor found."""

    kept: tuple[Attribute, ...]
    """What the extractor found, but for what it read the wrong way round."""
    retractions: tuple[Attribute, ...]
    """What the person takes back and the extractor did not say."""
    misread: int
    """How many statements were dropped: said to hold in the very words that take them back, or
    taken back in words that were dictated."""


def taken_back(
    person: str, conversations: Sequence[Conversation], found: Sequence[Attribute]
) -> TakenBack:
    """Return what an extractor found with what the person takes back in the same conversations."""
    heard = [
        retraction
        for conversation in conversations
        for retraction in _retractions(person, conversation)
    ]
    texts = {c.id: [turn.text for turn in c.turns] for c in conversations}
    kept = tuple(
        one
        for one in found
        if not _only_dictated(one, texts) and not any(_misread(one, other) for other in heard)
    )
    new = [one for one in heard if not any(_says(other, one) for other in kept)]
    return TakenBack(kept, tuple(new), misread=len(found) - len(kept))


def _retractions(person: str, conversation: Conversation) -> Iterator[Attribute]:
    if not any(turn.role == "user" and _SIGNS.search(turn.text) for turn in conversation.turns):
        return
    for candidate in screen(conversation).candidates:
        text = conversation.turns[candidate.turn].text
        if is_retraction(candidate.text) and not _is_dictated(text[: candidate.start]):
            yield attribute_of(person, conversation, _finding(candidate), SIGNATURE)


def _is_dictated(before: str) -> bool:
    """Whether a colon hands over the words, as in "Write this: I no longer ...", or what is asked
    before them is done to a text, which may be anybody's.
    """
    if _NEWS.search(before) is not None:
        return False
    return _INTRODUCED.search(before) is not None or _HANDED_OVER.search(before) is not None


def _only_dictated(found: Attribute, texts: Mapping[str, Sequence[str]]) -> bool:
    return is_retraction(found.text) and all(
        _is_dictated(texts[place.conversation][place.turn][: place.start])
        for place in found.evidence
    )


def _finding(candidate: Candidate) -> Finding:
    return Finding(
        text=candidate.text,
        source="stated",
        confidence=_CONFIDENCE,
        turn=candidate.turn,
        spans=(Span(candidate.start, candidate.end),),
        topic=candidate.topic or topic_of(candidate.text),
    )


def _misread(found: Attribute, heard: Attribute) -> bool:
    """Whether a statement rests on nothing but words that take it back."""
    return takes_back(heard.text, found.text) is not None and all(
        any(
            (place.conversation, place.turn) == (whole.conversation, whole.turn)
            and whole.start <= place.start
            and place.end <= whole.end
            for whole in heard.evidence
        )
        for place in found.evidence
    )


def _says(found: Attribute, heard: Attribute) -> bool:
    """Whether a statement of the extractor is the same retraction, from the same words."""
    return is_retraction(found.text) and any(
        (place.conversation, place.turn) == (whole.conversation, whole.turn)
        and place.start < whole.end
        and whole.start < place.end
        for place in found.evidence
        for whole in heard.evidence
    )
