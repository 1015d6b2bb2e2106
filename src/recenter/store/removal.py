"""Remove what was stored: of a person, of one conversation, one attribute. Nothing is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec

from recenter.records import Attribute, Receipt
from recenter.store.database import Database, Transaction
from recenter.store.in_studies import remove_from_studies, trim_places
from recenter.store.reports import ForgetReport
from recenter.store.runs import forget_in_runs
from recenter.store.tables import ATTRIBUTES, CONVERSATIONS, REPLIES, SELECTIONS, Table
from recenter.store.writing import hold_people

OF_A_PERSON = (
    "judgments",
    "replies",
    "selections",
    "queries",
    "person_references",
    "memories",
    "memory_events",
    "memory_choices",
    "memory_receipts",
    "memory_traces",
    "memory_keys",
    "attributes",
    "conversations",
    "work",
    "cache",
    "deleted",
    "study_parts",
    "study_items",
)
_ALL = 2**31 - 1


def forget(database: Database, person: str, *, erase: bool) -> ForgetReport:
    """Remove everything about a person, leave the tombstone, overwrite the freed space."""

    def work(transaction: Transaction) -> dict[str, int]:
        # Work that is given on meanwhile asks for parts that are left, and no others.
        transaction.rows("study_hold_all")
        # Then, so that who stores something about this person meanwhile waits, and is refused.
        transaction.run("people_bury", person=person)
        counts = {name: transaction.run(f"forget_{name}", person=person) for name in OF_A_PERSON}
        trim_places(transaction)
        transaction.leave_unerased()
        return counts | {"runs": forget_in_runs(transaction, person)}

    counts = database.transact(work)
    return ForgetReport(person=person, counts=counts, erased=erase and database.erase_after())


def lift(database: Database, person: str) -> bool:
    """Let a forgotten person be remembered again; False where they were not forgotten.

    How often links to their page were ended stays, so that these stay ended.
    """

    def work(transaction: Transaction) -> bool:
        lifted = transaction.run("people_lift", person=person) > 0
        return lifted and transaction.run("people_leave", person=person) >= 0

    return database.transact(work)


def restore(database: Database, id: str) -> bool:
    """Let a record that was deleted one by one come back; False where it was not deleted."""
    return database.transact(lambda t: t.run("deleted_lift", id=id)) > 0


def delete_conversation(database: Database, id: str, *, erase: bool) -> ForgetReport | None:
    """Remove a conversation, the evidence in it, and what rests on that evidence alone."""

    def work(transaction: Transaction) -> tuple[str, Counter[str]] | None:
        rows = transaction.rows("conversations_get", id=id)
        if not rows:
            return None
        person = CONVERSATIONS.record(rows[0][0]).person
        transaction.rows("study_hold_all")
        hold_people(transaction, [person])
        counts = Counter(conversations=transaction.run("conversations_delete", id=id))
        transaction.run("deleted_add", id=id, person=person)
        counts["person_references"] = transaction.run(
            "person_references_delete_planted", conversation=id
        )
        gone, lost_quotes = _trim_evidence(transaction, person, id, counts)
        replies = remove_attributes(transaction, person, gone, counts, lost_quotes)
        remove_from_studies(
            transaction, person, counts, conversation=id, attributes=gone, replies=replies
        )
        counts["work"] = transaction.run("work_delete_of_item", item=id, person=person)
        remove_traces(transaction, person, counts)
        transaction.leave_unerased()
        return person, counts

    return _reported(database, database.transact(work), erase=erase)


def delete_attribute(database: Database, id: str, *, erase: bool) -> ForgetReport | None:
    """Remove an attribute, what was judged of it, and the replies that used it."""

    def work(transaction: Transaction) -> tuple[str, Counter[str]] | None:
        rows = transaction.rows("attributes_get", id=id)
        if not rows:
            return None
        person = ATTRIBUTES.record(rows[0][0]).person
        transaction.rows("study_hold_all")
        hold_people(transaction, [person])
        counts: Counter[str] = Counter()
        transaction.run("deleted_add", id=id, person=person)
        replies = remove_attributes(transaction, person, {id}, counts, frozenset())
        remove_from_studies(transaction, person, counts, attributes={id}, replies=replies)
        remove_traces(transaction, person, counts)
        transaction.leave_unerased()
        return person, counts

    return _reported(database, database.transact(work), erase=erase)


def _reported(
    database: Database, done: tuple[str, Counter[str]] | None, *, erase: bool
) -> ForgetReport | None:
    if done is None:
        return None
    person, counts = done
    return ForgetReport(person=person, counts=counts, erased=erase and database.erase_after())


def _trim_evidence(
    transaction: Transaction, person: str, conversation: str, counts: Counter[str]
) -> tuple[set[str], set[str]]:
    """Take a conversation's evidence out of the person's attributes.

    A trimmed attribute keeps its id, so that judgments still find it. Returns the ids of those
    left without evidence, and the quotes that are gone.
    """
    gone: set[str] = set()
    quotes: set[str] = set()
    for attribute in every(transaction, ATTRIBUTES, person):
        kept = tuple(e for e in attribute.evidence if e.conversation != conversation)
        if len(kept) == len(attribute.evidence):
            continue
        quotes |= {e.quote for e in attribute.evidence if e.conversation == conversation}
        if not kept:
            gone.add(attribute.id)
            continue
        # The reason may retell what was just removed.
        rewrite(
            transaction,
            ATTRIBUTES,
            msgspec.structs.replace(attribute, evidence=kept, reason=None),
        )
        counts["attributes_trimmed"] += 1
    return gone, quotes


def remove_attributes(
    transaction: Transaction,
    person: str,
    ids: Collection[str],
    counts: Counter[str],
    lost_quotes: Collection[str],
) -> set[str]:
    """Remove attributes and what rests on them; return the replies that went with them."""
    for id in sorted(ids):
        counts["judgments"] += transaction.run("judgments_delete_of_attribute", attribute=id)
        counts["attributes"] += transaction.run("attributes_delete", id=id)
        transaction.run("work_delete_of_item", item=id, person=person)
    for attribute in every(transaction, ATTRIBUTES, person):
        if not set(ids).isdisjoint(attribute.members):
            rewrite(transaction, ATTRIBUTES, _without_members(attribute, ids))
    for selection in every(transaction, SELECTIONS, person):
        kept = tuple(d for d in selection.decisions if d.attribute not in ids)
        if len(kept) < len(selection.decisions):
            replaced = msgspec.structs.replace(selection, decisions=kept)
            rewrite(transaction, SELECTIONS, replaced)
            counts["selections_trimmed"] += 1
    replies: set[str] = set()
    for reply in every(transaction, REPLIES, person):
        if _rests_on(reply.receipt, ids, lost_quotes):
            replies.add(reply.id)
    remove_replies(transaction, replies, counts)
    return replies


def remove_replies(transaction: Transaction, ids: Collection[str], counts: Counter[str]) -> None:
    """Remove replies and what was judged of them."""
    for id in sorted(ids):
        counts["judgments"] += transaction.run("judgments_delete_of_reply", reply=id)
        counts["replies"] += transaction.run("replies_delete", id=id)


def remove_traces(transaction: Transaction, person: str, counts: Counter[str]) -> None:
    """Empty the cache and the errors of a person: any of them may hold the words removed."""
    counts["cache"] += transaction.run("forget_cache", person=person)
    transaction.run("work_clear_errors", person=person)


def _rests_on(receipt: Receipt, ids: Collection[str], quotes: Collection[str]) -> bool:
    return any(
        line.attribute in ids or not set(quotes).isdisjoint(line.quotes) for line in receipt.lines
    )


def _without_members(attribute: Attribute, ids: Collection[str]) -> Attribute:
    members = tuple(member for member in attribute.members if member not in ids)
    return msgspec.structs.replace(attribute, members=members)


def every(transaction: Transaction, table: Table[Any], person: str) -> list[Any]:
    """Return all records of a person in one table, within a transaction."""
    rows = transaction.rows(f"{table.name}_page", person=person, after="", size=_ALL)
    return [table.record(row[-1]) for row in rows]


def rewrite(transaction: Transaction, table: Table[Any], record: Any) -> None:
    """Put a changed record in the place of the one with its id."""
    row = table.row(record)
    transaction.run(
        f"{table.name}_rewrite", id=row["id"], content=row["content"], record=row["record"]
    )
