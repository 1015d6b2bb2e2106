"""Small invented corpora, and an extractor and a verifier that read them as they are told."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.compare.records import Corpus, talk_of
from recenter.compare.units import units_of
from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Evidence,
    Failure,
    Judgment,
    Reference,
    ReferenceKind,
    Turn,
    Verdict,
    attribute_id,
    conversation_id,
    reference_id,
)
from recenter.stages.extract import Extraction
from recenter.stages.verify import supported
from recenter.train.sources import DataFile

MADE = Signature(model="made")


def talk(person: str, *said: str, key: str = "") -> Conversation:
    turns = tuple(
        turn
        for text in said
        for turn in (Turn(role="user", text=text), Turn(role="assistant", text="I see."))
    )
    id = conversation_id(person, "made", key or repr(said))
    return Conversation(id=id, person=person, turns=turns, source="made")


def planted(person: str, text: str, kind: ReferenceKind = "preference") -> Reference:
    id = reference_id(person, "made", text)
    return Reference(id=id, person=person, kind=kind, text=text, source="made")


class Literal:
    """Takes every turn of the person that begins with `I` for an attribute."""

    name = "literal"
    signature = MADE

    def __init__(self) -> None:
        self.read: list[str] = []

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        self.read.append(person)
        made = [
            attribute(one, place, "stated")
            for one in conversations
            for place, turn in enumerate(one.turns)
            if turn.role == "user" and turn.text.startswith("I ")
        ]
        return Extraction(attributes=tuple(made))


class Wary:
    """Rejects what says `guess`, and holds what says `maybe`."""

    name = "wary"
    signature = MADE

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        return judged(attribute)


def attribute(one: Conversation, place: int, source: str) -> Attribute:
    text = one.turns[place].text
    evidence = (Evidence(conversation=one.id, turn=place, start=0, end=len(text), quote=text),)
    return Attribute(
        id=attribute_id(one.person, text, evidence, MADE),
        person=one.person,
        text=text,
        source="stated" if source == "stated" else "inferred",
        confidence=0.9,
        evidence=evidence,
        signature=MADE,
    )


def judged(attribute: Attribute) -> Judgment:
    answer: Verdict = "accept"
    failure: Failure | None = None
    if "guess" in attribute.text:
        answer, failure = "reject", "overgeneralisation"
    elif "maybe" in attribute.text:
        answer, failure = "uncertain", "missing_evidence"
    return supported(
        attribute,
        judge="wary",
        answer=answer,
        probability=None,
        failure=failure,
        reason=None,
        signature=MADE,
    )


def corpus(name: str, talks: Sequence[Conversation], planted: Sequence[Reference] = ()) -> Corpus:
    made = [
        one
        for person in dict.fromkeys(talk.person for talk in talks)
        for one in Literal()
        .extract(person, [talk for talk in talks if talk.person == person])
        .attributes
    ]
    talked = tuple(map(talk_of, talks))
    return Corpus(
        name=name,
        file=DataFile(name=name, rows=len(talks), sha256="0" * 64),
        talks=talked,
        units=units_of(talked, planted),
        attributes=tuple(made),
        judgments={one.id: judged(one) for one in made},
        planted=tuple(planted),
    )


THINGS = ("tea", "chess", "goats", "maps", "rain", "rope", "salt", "kites", "mud", "bells")


def people(name: str, count: int, *, bad: int, words: int = 3) -> list[Conversation]:
    """Return a conversation of each of `count` people, every `bad`-th one's attribute a guess."""
    return [
        talk(
            f"{name}{i}",
            f"I {'guess' if i % bad == 0 else 'like'} {THINGS[i % 10]} "
            + "very " * (words + i % 4),
            f"What about {THINGS[(i + 3) % 10]} for {name}{i}?",
            *(("I own maybe two.",) if i % 5 == 0 else ()),
        )
        for i in range(count)
    ]
