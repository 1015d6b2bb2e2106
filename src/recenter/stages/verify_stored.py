"""Verify what is stored: every attribute once by each verifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from recenter.errors import ModelError
from recenter.models.calls import is_of_one_request
from recenter.progress import Progress, Silent
from recenter.records import Attribute, Conversation, Judgment, Record
from recenter.stages.verify import Verifier
from recenter.store import Store


class Verified(Record, frozen=True):
    """What a verification over the store did."""

    answers: Mapping[str, int] = {}
    failures: Mapping[str, int] = {}
    known: int = 0
    """Attributes that this verifier had judged before."""
    unread: int = 0
    """Attributes on which no answer could be read; asked about again by the next run."""


def verify_stored(
    store: Store,
    verifier: Verifier,
    *,
    people: Iterable[str],
    progress: Progress | None = None,
    keep: bool = True,
) -> Verified:
    """Judge the support of every attribute that this verifier has not judged yet.

    Without `keep`, nothing is stored.

    Raises:
        ModelError: the model cannot be asked; what is judged stays judged.
    """
    progress = progress or Silent()
    answers: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    known = unread = 0
    for person in people:
        judged = {
            j.subject.attribute
            for j in store.judgments(person, question="supported")
            if j.signature == verifier.signature
        }
        attributes = list(store.attributes(person))
        progress.start("attributes", len(attributes))
        new = [attribute for attribute in attributes if attribute.id not in judged]
        known += len(attributes) - len(new)
        progress.advance(len(attributes) - len(new))
        for attribute in new:
            progress.advance()
            judgment = _verdict(store, verifier, attribute)
            if judgment is None:
                unread += 1
                continue
            if keep:
                store.put_judgments([judgment])
            answers[judgment.answer] += 1
            if judgment.failure:
                failures[judgment.failure] += 1
    return Verified(answers=dict(answers), failures=dict(failures), known=known, unread=unread)


def cited(store: Store, attribute: Attribute) -> list[Conversation]:
    """Return the conversations that hold the attribute's evidence."""
    ids = dict.fromkeys(evidence.conversation for evidence in attribute.evidence)
    found = (store.conversation(id) for id in ids)
    return [conversation for conversation in found if conversation is not None]


def _verdict(store: Store, verifier: Verifier, attribute: Attribute) -> Judgment | None:
    try:
        return verifier.verify(attribute, cited(store, attribute))
    except ModelError as error:
        if not is_of_one_request(error):
            raise
        return None
