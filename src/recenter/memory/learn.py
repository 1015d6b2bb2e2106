"""Learn from one conversation: extract, screen, merge with what is known, verify, store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from recenter.errors import StoreError
from recenter.memory import ledger
from recenter.memory.absorb import THRESHOLD, Absorbed, Superseded, absorb
from recenter.memory.learned import Change, Learned, Refused, nothing_new
from recenter.memory.records import Choices, Happened, Note
from recenter.memory.traces import Hasher, Traces
from recenter.memory.vectors import Vectors
from recenter.models.base import Embedder
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judgment
from recenter.stages.conflicts import against, in_doubt
from recenter.stages.extract import Extractor
from recenter.stages.merge import merge, merged_signature
from recenter.stages.retract import taken_back
from recenter.stages.sensitive import topics_of
from recenter.stages.verify import Verifier, status, supported
from recenter.store import Store
from recenter.store.cache import file_values
from recenter.store.database import Transaction
from recenter.store.removal import rewrite
from recenter.store.tables import ATTRIBUTES, JUDGMENTS
from recenter.store.writing import lock_person, put_batch
from recenter.text.instructions import instruction_like

_TRIES = 5
_FORGOTTEN = "recenter:forgotten"
"""Judge that holds back what resembles something forgotten."""
_RETRACTION = "recenter:retraction"
"""Judge that holds back what may take something back."""


class Learner(NamedTuple):
    """Who reads, who checks, and with which key traces are made."""

    extractor: Extractor
    embedder: Vectors
    verifier: Verifier
    key: bytes
    threshold: float = THRESHOLD

    @property
    def signature(self) -> Signature:
        """What the attributes carry."""
        return merged_signature(self.extractor.signature, self.embedder, self.threshold)


class _Screened(NamedTuple):
    kept: tuple[Attribute, ...]
    alike: frozenset[str]
    """Ids of those that may say again what was forgotten."""
    refused: tuple[Refused, ...]


class _New(NamedTuple):
    """What is to be stored, in one transaction."""

    absorbed: Absorbed
    verdicts: Sequence[Judgment]
    vectors: Mapping[str, bytes]


def learn(
    store: Store,
    learner: Learner,
    conversation: Conversation,
    *,
    now: float,
    note: Note | None = None,
) -> Learned:
    """Learn what a stored conversation says of its person; the same again changes nothing.

    Raises:
        ModelError: a model gave no usable answer; nothing was stored.
        StoreError: others kept changing the same person's memories.
    """
    person = conversation.person
    if ledger.choices(store.database, person).paused:
        return Learned(nothing="paused")
    found = _read(learner, conversation)
    note = note or Note(created=now, updated=now)
    for _ in range(_TRIES):
        version = _version(store, person)
        # After the version: what is forgotten from here on, while a model reads, changes it.
        chosen = ledger.choices(store.database, person)
        if chosen.paused:
            return Learned(nothing="paused")
        screened, absorbed, verdicts = _compared(store, learner, conversation, found, chosen)
        # So that the first answer about this person does not wait for vectors.
        vectors = learner.embedder.values(person, [a.text for a in absorbed.added])
        new = _New(absorbed, verdicts, vectors)
        made = _store(store, conversation, version, new, note=note, now=now)
        if made is not None:
            return _learned(made, found, screened)
    raise StoreError(
        f"{store.place}: the memories of one person changed {_TRIES} times while a conversation "
        "was read.",
        cure="It stays in the queue and is tried again.",
    )


def rehearse(store: Store, learner: Learner, conversation: Conversation) -> Learned:
    """Return what `learn` would change, and change nothing; the conversation need not be stored.

    Raises:
        ModelError: a model gave no usable answer.
    """
    chosen = ledger.choices(store.database, conversation.person)
    if chosen.paused:
        return Learned(nothing="paused")
    found = _read(learner, conversation)
    screened, absorbed, verdicts = _compared(store, learner, conversation, found, chosen)
    waits = _waiting([*ledger.supported_of(store.database, conversation.person), *verdicts])
    changes = (
        *(Change("ADD", a, held=waits(a)) for a in absorbed.added),
        *(Change("UPDATE", a, old=a.text, held=waits(a)) for a in absorbed.reinforced),
        *(
            Change("SUPERSEDE", gone.old, old=gone.old.text)
            for gone in _giving_way(absorbed, waits)
        ),
    )
    return _learned(changes, found, screened)


def _learned(changes: tuple[Change, ...], read: _Read, screened: _Screened) -> Learned:
    why = nothing_new(kept=len(screened.kept), refused=len(screened.refused))
    return Learned(changes, None if changes else why, screened.refused, read.passed_over)


class _Read(NamedTuple):
    """What a conversation says, before anything known is looked at."""

    found: tuple[Attribute, ...]
    retractions: tuple[Attribute, ...]
    passed_over: Mapping[str, int]


def _read(learner: Learner, conversation: Conversation) -> _Read:
    person = conversation.person
    extraction = learner.extractor.extract(person, [conversation])
    said = taken_back(person, [conversation], extraction.attributes)

    def merged(attributes: Sequence[Attribute]) -> tuple[Attribute, ...]:
        return merge(attributes, learner.embedder, threshold=learner.threshold)

    # Said to hold in the very words that take it back.
    passed = dict(extraction.dropped) | ({"retracted": said.misread} if said.misread else {})
    return _Read(merged(said.kept), merged(said.retractions), passed)


class _Compared(NamedTuple):
    screened: _Screened
    absorbed: Absorbed
    verdicts: list[Judgment]


def _compared(
    store: Store,
    learner: Learner,
    conversation: Conversation,
    read: _Read,
    chosen: Choices,
) -> _Compared:
    person = conversation.person
    hasher, left = Hasher(learner.key, person), ledger.traces(store.database, person)
    known = list(store.attributes(person))
    # That something unknown is so no longer says nothing that could be used.
    heard = [one for one in read.retractions if against(one, [*known, *read.found])]
    screened = screen(
        [*read.found, *heard], hasher=hasher, left=left, choices=chosen, embedder=learner.embedder
    )
    learner.embedder.fetch(store, person, [a.text for a in known])
    absorbed = absorb(known, screened.kept, learner.embedder, threshold=learner.threshold)
    verdicts = [
        verdict
        for attribute in absorbed.added
        for verdict in _verdicts(learner.verifier, attribute, conversation, screened.alike)
    ]
    verdicts += [unsettled(one) for one in _in_doubt(store, absorbed, known)]
    return _Compared(screened, absorbed, verdicts)


def _in_doubt(store: Store, absorbed: Absorbed, known: Sequence[Attribute]) -> list[Attribute]:
    """Return the retractions of which it is not certain what they take back, if anything."""
    gone = {one.old.id for one in (*absorbed.superseded, *absorbed.outdated)}
    settled = gone | {one.new.id for one in absorbed.superseded}
    doubtful = []
    judged: list[Judgment] | None = None
    for one in absorbed.added:
        others = [o for o in (*known, *absorbed.added) if o.id not in gone and o.id != one.id]
        met = () if one.id in settled else in_doubt(one, others)
        if met and judged is None:
            judged = ledger.supported_of(store.database, one.person)
        if any(status(other.id, judged or ()) != "rejected" for other in met):
            doubtful.append(one)
    return doubtful


def screen(
    attributes: Sequence[Attribute],
    *,
    hasher: Hasher,
    left: Traces,
    choices: Choices,
    embedder: Embedder | None = None,
) -> _Screened:
    """Return what may be kept: no instructions, nothing forgotten, nothing sensitive that the
    person did not say themselves.
    """
    kept: list[Attribute] = []
    alike: set[str] = set()
    refused: list[Refused] = []
    for attribute in attributes:
        evidence = hasher.allowed(attribute, left)
        quotes = tuple(e.quote for e in attribute.evidence)
        if any(instruction_like(t) for t in (attribute.text, *(e.quote for e in evidence))):
            refused.append(Refused(quotes, "instruction"))
        elif not evidence:
            refused.append(Refused(quotes, "forgotten"))
        elif attribute.source == "inferred" and _closed(attribute, choices, embedder):
            refused.append(Refused(quotes, "sensitive"))
        else:
            kept.append(msgspec.structs.replace(attribute, evidence=evidence))
            if hasher.is_alike(attribute, left):
                alike.add(attribute.id)
    return _Screened(tuple(kept), frozenset(alike), tuple(refused))


def _closed(attribute: Attribute, choices: Choices, embedder: Embedder | None) -> bool:
    (topics,) = topics_of([attribute.text], embedder)
    # What may be used somewhere may be known.
    return any(topic not in choices.allowed_for("local") for topic in topics)


def _verdicts(
    verifier: Verifier, attribute: Attribute, conversation: Conversation, alike: frozenset[str]
) -> list[Judgment]:
    verdicts = [verifier.verify(attribute, [conversation])]
    return [*verdicts, resembling(attribute)] if attribute.id in alike else verdicts


def resembling(attribute: Attribute) -> Judgment:
    """Return the judgment that holds back what may say again what was forgotten."""
    return supported(
        attribute,
        judge=_FORGOTTEN,
        answer="uncertain",
        probability=None,
        failure=None,
        reason="Resembles something that was forgotten: used only if the person agrees.",
        signature=Signature(model=_FORGOTTEN),
    )


def unsettled(attribute: Attribute) -> Judgment:
    """Return the judgment that holds back what may take something back, or only seem to."""
    return supported(
        attribute,
        judge=_RETRACTION,
        answer="uncertain",
        probability=None,
        failure=None,
        # Nothing of the other's words: they may be forgotten.
        reason="May take back something that is known: takes its place if the person agrees.",
        signature=Signature(model=_RETRACTION),
    )


def _waiting(judged: Sequence[Judgment]) -> Callable[[Attribute], bool]:
    """Return what tells whether an attribute waits for another verdict before it is used."""
    return lambda attribute: status(attribute.id, judged) != "accepted"


def _giving_way(absorbed: Absorbed, waits: Callable[[Attribute], bool]) -> tuple[Superseded, ...]:
    """Return what gives way now: nothing does to a statement that is not used itself."""
    return tuple(g for g in (*absorbed.outdated, *absorbed.superseded) if not waits(g.new))


def _version(store: Store, person: str) -> list[tuple[object, ...]]:
    return store.database.rows("memories_version", person=person)


def _store(
    store: Store,
    conversation: Conversation,
    version: list[tuple[object, ...]],
    new: _New,
    *,
    note: Note,
    now: float,
) -> tuple[Change, ...] | None:
    """Store in one transaction; None where the person's memories changed since they were read."""
    absorbed, verdicts = new.absorbed, new.verdicts
    person = conversation.person

    def work(transaction: Transaction) -> tuple[Change, ...] | None:
        if not lock_person(transaction, person):
            return ()
        if transaction.rows("memories_version", person=person) != version:
            return None
        if not transaction.rows("conversations_get", id=conversation.id):
            return ()  # Removed meanwhile, with all that was said in it.
        waits = _waiting([*ledger.supported_of(transaction, person), *verdicts])
        changes = [
            *_add(transaction, absorbed.added, waits, note, now),
            *_reinforce(transaction, absorbed.reinforced, waits, note, now),
        ]
        put_batch(transaction, table=JUDGMENTS, rows=[JUDGMENTS.row(v) for v in verdicts])
        file_values(transaction, new.vectors, person)
        for gone in _giving_way(absorbed, waits):
            transaction.run("attributes_retire", id=gone.old.id)
            why = Happened(event="SUPERSEDE", old=gone.old.text, new=gone.new.text, why=gone.why)
            ledger.put_event(transaction, gone.old, why, now)
            changes.append(Change("SUPERSEDE", gone.old, old=gone.old.text))
        return tuple(changes)

    return store.database.transact(work)


def _add(
    transaction: Transaction,
    added: Sequence[Attribute],
    waits: Callable[[Attribute], bool],
    note: Note,
    now: float,
) -> list[Change]:
    outcomes = put_batch(transaction, table=ATTRIBUTES, rows=[ATTRIBUTES.row(a) for a in added])
    changes = []
    for attribute, (_, outcome) in zip(added, outcomes, strict=True):
        if outcome in ("new", "changed"):
            ledger.put_note(transaction, attribute, note)
            ledger.put_event(transaction, attribute, Happened(event="ADD", new=attribute.text), now)
            changes.append(Change("ADD", attribute, held=waits(attribute)))
    return changes


def _reinforce(
    transaction: Transaction,
    reinforced: Sequence[Attribute],
    waits: Callable[[Attribute], bool],
    note: Note,
    now: float,
) -> list[Change]:
    for attribute in reinforced:
        rewrite(transaction, ATTRIBUTES, attribute)
        transaction.run("memories_touch", attribute=attribute.id, now=now, expires=note.expires)
    return [
        Change("UPDATE", attribute, old=attribute.text, held=waits(attribute))
        for attribute in reinforced
    ]
