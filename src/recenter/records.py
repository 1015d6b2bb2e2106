"""The nouns of Recenter. Frozen, without behaviour beyond making their own id, without I/O."""

from __future__ import annotations

from typing import Literal

import msgspec

from recenter.provenance import Signature, digest, make_id

Role = Literal["user", "assistant", "system", "tool"]
Source = Literal["stated", "inferred"]
Verdict = Literal["accept", "uncertain", "reject"]
Failure = Literal[
    "overgeneralisation",
    "missing_evidence",
    "task_context_confusion",
    "not_standalone",
    "wrong_person",
    "other",
]
Use = Literal["use", "withhold", "ask"]
Arm = Literal["generic", "all", "selected", "given"]
Method = Literal["start", "edit"]
JudgeKind = Literal["person", "model"]
ReferenceKind = Literal["preference", "persona", "fact", "question_answer"]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of all records: immutable, compared by value, encoded to JSON by `formats`."""


class Turn(Record, frozen=True):
    """One message of a conversation."""

    role: Role
    text: str
    at: str | None = None
    """Time in the source, ISO 8601 in UTC, where the source has one."""


class Person(Record, frozen=True):
    """Somebody who is remembered, known by a pseudonym only."""

    id: str
    """Keyed hash of the id in the source: see `importers.pseudonym`."""


LIVE = "live"
"""Source of conversations that an application's memory learns from while they are held."""


class Conversation(Record, frozen=True):
    """A conversation of one person with an assistant, in the order in which it was seen."""

    id: str
    person: str
    turns: tuple[Turn, ...]
    source: str
    """Name of the format it came from, such as `wildchat`."""
    at: str | None = None
    """When it began, ISO 8601 in UTC, where the source says so."""
    language: str | None = None
    """Language as the source names it (ISO 639-1 where known)."""
    tags: tuple[str, ...] = ()
    """Marks of the source that later steps honour, such as `toxic` or `template`."""
    signature: Signature = msgspec.field(default_factory=Signature)

    @property
    def content(self) -> str:
        """Digest of the turns: tells whether an imported conversation has changed."""
        return digest([(turn.role, turn.text) for turn in self.turns])


def conversation_id(person: str, source: str, key: str) -> str:
    """Return the id of a conversation. `key` is the pseudonymised id in the source, or the
    digest of its turns where the source has none. The signature is left out, so that importing
    again with a later version updates the conversation instead of doubling it.
    """
    return make_id("con", person, source, key)


class Reference(Record, frozen=True):
    """What a benchmark says is true of a person: to check against, never to be learned from."""

    id: str
    person: str
    kind: ReferenceKind
    text: str
    """The preference, persona or fact; of a question, the right answer. Untrusted."""
    source: str
    """Name of the format it came from, such as `cupid`."""
    conversation: str | None = None
    """The conversation it was planted in, where the benchmark says so. What was planted in several
    is one reference for each."""
    question: str | None = None
    """The question that it answers, or, of a preference, one on which it bears."""
    context: str | None = None
    """When or with whom it holds, where the benchmark says so."""


def reference_id(person: str, source: str, key: str) -> str:
    """Return the id of a reference. `key` is the pseudonym of all that it says, so that the id of
    one that was removed does not tell who guesses its words that the guess was right.
    """
    return make_id("ref", person, source, key)


class Evidence(Record, frozen=True):
    """The words of the person that support an attribute: `turn.text[start:end] == quote`."""

    conversation: str
    turn: int
    """0-based position of the turn in the conversation; always a turn of the person."""
    start: int
    """Offset of the first character, in code points."""
    end: int
    """Offset after the last character, in code points."""
    quote: str


class Attribute(Record, frozen=True):
    """Something that is said to hold of a person, with the words that support it."""

    id: str
    person: str
    text: str
    """One third-person sentence that can be read on its own."""
    source: Source
    confidence: float
    """In [0, 1]; what it means depends on the extractor, named by the signature."""
    evidence: tuple[Evidence, ...]
    reason: str | None = None
    """Why the extractor believes it, where it says so."""
    topic: str | None = None
    """Coarse kind, such as `job` or `health`."""
    at: str | None = None
    """Time of the latest evidence, so that what contradicts can be told by age."""
    members: tuple[str, ...] = ()
    """Ids of the candidates that were merged into this one, or of the wording it refines."""
    signature: Signature = msgspec.field(default_factory=Signature)


def attribute_id(
    person: str, text: str, evidence: tuple[Evidence, ...], signature: Signature
) -> str:
    """Return the id of an attribute: the same words by the same extractor are the same one."""
    spans = [(e.conversation, e.turn, e.start, e.end) for e in evidence]
    return make_id("att", person, text, spans, signature)


class Query(Record, frozen=True):
    """A new prompt of a person, with what was said before it."""

    id: str
    person: str
    prompt: str
    messages: tuple[Turn, ...] = ()
    """The conversation so far, without the prompt."""


class Decision(Record, frozen=True):
    """What was decided about one attribute for one query."""

    attribute: str
    decision: Use
    score: float | None
    """In [0, 1], before cap and policy; calibrated where the backend says so; None where the
    backend gives no number."""
    reason: str


class Selection(Record, frozen=True):
    """What is used, withheld and asked for one query. Using nothing is a result."""

    id: str
    query: str
    person: str
    decisions: tuple[Decision, ...]
    reason: str | None = None
    """Why nothing is used, where nothing is."""
    signature: Signature = msgspec.field(default_factory=Signature)

    @property
    def used(self) -> tuple[str, ...]:
        """Ids of the attributes to use, best first."""
        return tuple(d.attribute for d in self.decisions if d.decision == "use")


class Message(Record, frozen=True):
    """A message as it is sent to a chat model."""

    role: Role
    content: str


class ReceiptLine(Record, frozen=True):
    """One attribute on a receipt, in the words the person can check."""

    attribute: str
    text: str
    reason: str
    score: float | None = None
    quotes: tuple[str, ...] = ()


class Receipt(Record, frozen=True):
    """What a reply used of a person, what it withheld, and why."""

    used: tuple[ReceiptLine, ...] = ()
    withheld: tuple[ReceiptLine, ...] = ()
    asked: tuple[ReceiptLine, ...] = ()
    note: str | None = None
    """Why nothing was used, or what the reader should know of the model that replied."""

    @property
    def lines(self) -> tuple[ReceiptLine, ...]:
        """All that was considered, what was used first."""
        return (*self.used, *self.withheld, *self.asked)


class Usage(Record, frozen=True):
    """What a call, or many calls added up, took."""

    calls: int = 0
    cached: int = 0
    """Calls answered from the cache, included in `calls`."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    """Time spent waiting for answers, added over parallel calls."""
    cost: float | None = 0.0
    """In US dollars; None where the price of a model used is not known."""


class Reply(Record, frozen=True):
    """What a model answered to a query under one arm, with its receipt."""

    id: str
    query: str
    person: str
    arm: Arm
    text: str | None
    """None where no model was asked and only the messages were prepared."""
    messages: tuple[Message, ...]
    """Exactly what was, or would be, sent to the model."""
    receipt: Receipt
    method: Method = "start"
    usage: Usage = Usage()
    signature: Signature = msgspec.field(default_factory=Signature)


class Subject(Record, frozen=True):
    """What a question is asked about; which fields are set is said by the question."""

    attribute: str | None = None
    query: str | None = None
    reply: str | None = None
    other_reply: str | None = None
    """In `better`, the reply compared with `reply`: the answer rates `reply` against it."""


class Judge(Record, frozen=True):
    """Who answered: a person by pseudonym, or a model by name."""

    kind: JudgeKind
    name: str


class Judgment(Record, frozen=True):
    """The answer of a judge, a person or a model, to a question about a subject."""

    id: str
    question: str
    """Name of a question in `questions`."""
    subject: Subject
    judge: Judge
    answer: str
    """One of the answers of the question's scale."""
    person: str | None = None
    """The remembered person concerned, so that the judgment can be forgotten with them."""
    probability: float | None = None
    """Of the question's positive answer, where the judge gives one."""
    failure: Failure | None = None
    reason: str | None = None
    position: Literal["first", "second"] | None = None
    """In `better`, on which side `reply` was shown."""
    signature: Signature = msgspec.field(default_factory=Signature)


class Guess(Record, frozen=True):
    """What an annotator thought, once all was rated, of which reply knew the person."""

    judge: str
    """The annotator, by pseudonym."""
    person: str
    query: str
    reply: str
    """The reply that was rated."""
    other_reply: str
    side: Literal["first", "second"]
    """Where the reply that knows the person was shown, which is one of them alone."""
    said: Literal["first", "second", "cannot_tell"]
    """Which side was thought to be the personalised one."""


def judgment_id(
    question: str, subject: Subject, judge: Judge, position: str | None, signature: Signature
) -> str:
    """Return the id of a judgment: one per question, subject, judge, position and signature."""
    return make_id("jud", question, subject, judge, position, signature)
