"""Put what was extracted elsewhere, of many people at once, in the place of what it replaces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

import msgspec

from recenter import formats
from recenter.provenance import Signature
from recenter.records import Attribute
from recenter.store.database import Database, Transaction, clean
from recenter.store.reports import PutReport
from recenter.store.tables import ATTRIBUTES
from recenter.store.writing import put_batch


class Found(NamedTuple):
    """What an extractor found of one person."""

    person: str
    conversations: Collection[str]
    """Ids of all that it read, also where it found nothing."""
    attributes: Sequence[Attribute]


def replace_found(database: Database, found: Sequence[Found], *, signature: Signature) -> PutReport:
    """Store what was found of these people: see `Store.put_found`."""
    owner = formats.encode(signature)

    def work(transaction: Transaction) -> PutReport:
        standing = list(_standing(transaction, found))
        rows = [ATTRIBUTES.row(attribute) | {"signature": owner} for attribute in standing]
        outcomes = put_batch(transaction, table=ATTRIBUTES, rows=rows)
        stale = _stale(transaction, found, owner, {id for id, _ in outcomes})
        judged = {id for (id,) in transaction.rows("attributes_judged", ids=stale)}
        transaction.many("attributes_retire", [{"id": id} for id in stale if id in judged])
        transaction.many("attributes_delete", [{"id": id} for id in stale if id not in judged])
        total: Counter[str] = Counter(outcome for _, outcome in outcomes)
        total["refused"] += sum(len(one.attributes) for one in found) - len(standing)
        return PutReport(**total, removed=len(stale))

    return database.transact(work, bulk=True)


def _standing(transaction: Transaction, found: Sequence[Found]) -> Iterator[Attribute]:
    """Yield what rests on conversations that were not deleted, without what rests on others."""
    attributes = [attribute for one in found for attribute in one.attributes]
    cited = {evidence.conversation for attribute in attributes for evidence in attribute.evidence}
    gone = {id for (id,) in transaction.rows("deleted_among", ids=sorted(cited))}
    for attribute in attributes:
        kept = tuple(e for e in attribute.evidence if clean(e.conversation) not in gone)
        if len(kept) == len(attribute.evidence):
            yield attribute
        elif kept:
            # The id stays, and the reason goes, as where the conversation is deleted later.
            yield msgspec.structs.replace(attribute, evidence=kept, reason=None)


def _stale(
    transaction: Transaction, found: Sequence[Found], owner: str, kept: set[str]
) -> list[str]:
    """Return the ids of what was found before in the same conversations, and is not any more."""
    read = {clean(one.person): set(one.conversations) for one in found}
    held = transaction.pairs("attributes_of_people", people=list(read), signature=owner)
    stale = []
    for id, person in held:
        if id not in kept:
            ((text,),) = transaction.rows("attributes_get", id=id)
            cited = {evidence.conversation for evidence in ATTRIBUTES.record(text).evidence}
            if cited <= read[person]:
                stale.append(id)
    return sorted(stale)
