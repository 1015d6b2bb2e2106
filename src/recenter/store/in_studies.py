"""Take what was removed from the store out of studies, which have copies of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

from recenter.store.database import Transaction


def trim_places(transaction: Transaction) -> None:
    """Ask of annotators only for parts that are left of what they, or others, are to answer."""
    for slot, position, study, item, subset in transaction.rows("study_places_subset"):
        rows = transaction.rows("study_part_names", study=study, item=item)
        names = json.loads(subset)
        left = [name for name in names if (name,) in rows]
        if not left:
            transaction.run("study_place_delete", slot=slot, position=position)
        elif left != names:
            transaction.run(
                "study_place_subset", slot=slot, position=position, subset=json.dumps(left)
            )


def remove_from_studies(
    transaction: Transaction,
    person: str,
    counts: Counter[str],
    *,
    conversation: str | None = None,
    attributes: Collection[str],
    replies: Collection[str],
) -> None:
    """Take out a person's conversation, attributes and replies, with what was answered of them.

    An attribute that rests on other conversations too stays, and what was answered of it.
    """
    for study, id, record in transaction.rows("study_items_of", person=person):
        item = json.loads(record)
        drafts = {item[side]["id"] for side in ("reply", "other") if item.get(side)}
        if not drafts.isdisjoint(replies):
            counts["study_items"] += transaction.run("study_item_delete", study=study, id=id)
        elif conversation in {talk["id"] for talk in item.get("conversations", ())}:
            _take_out(transaction, study, id, item, conversation, counts)
    for study, id, name, record in transaction.rows("study_parts_of", person=person):
        if json.loads(record).get("attribute") in attributes:
            counts["study_parts"] += transaction.run(
                "study_part_delete", study=study, item=id, name=name
            )
    counts["study_items"] += transaction.run("study_items_without_parts", person=person)
    trim_places(transaction)


def _take_out(
    transaction: Transaction,
    study: str,
    id: str,
    item: dict[str, Any],
    conversation: str | None,
    counts: Counter[str],
) -> None:
    evidence = [one for one in item.get("evidence", ()) if one["conversation"] != conversation]
    talks = [talk for talk in item["conversations"] if talk["id"] != conversation]
    if not talks or (item.get("evidence") and not evidence):
        counts["study_items"] += transaction.run("study_item_delete", study=study, id=id)
        return
    # The reason, or what a lesson explains, may retell what was just removed.
    kept = {name: item[name] for name in item if name not in ("reason", "explanation")}
    kept |= {"conversations": talks, "evidence": evidence}
    record = json.dumps(kept, ensure_ascii=False)
    transaction.run("study_item_rewrite", study=study, id=id, record=record)
    counts["study_items_trimmed"] += 1


def mask_in_studies(
    transaction: Transaction,
    person: str,
    counts: Counter[str],
    *,
    said_by: Callable[[str, str], str],
    holds: Callable[[str], bool],
) -> None:
    """Take words of a person out of studies: masked in conversations, whose evidence keeps its
    place; whatever else is built on them goes.

    Args:
        transaction: in which it is done.
        person: whose words they are.
        counts: of rows, added to.
        said_by: returns what a role said, without the words.
        holds: tells whether a text has any of them.
    """
    for study, id, name, record in transaction.rows("study_parts_of", person=person):
        if holds(json.loads(record).get("text") or ""):
            counts["study_parts"] += transaction.run(
                "study_part_delete", study=study, item=id, name=name
            )
    for study, id, record in transaction.rows("study_items_that_show", person=person):
        item = json.loads(record)
        if (item.get("query") or {}).get("person", person) != person:
            continue
        kept = _masked(item, said_by, holds)
        if kept is None:
            counts["study_items"] += transaction.run("study_item_delete", study=study, id=id)
        elif kept != item:
            told = json.dumps(kept, ensure_ascii=False)
            transaction.run("study_item_rewrite", study=study, id=id, record=told)
            counts["study_items_trimmed"] += 1
    counts["study_items"] += transaction.run("study_items_without_parts", person=person)
    trim_places(transaction)


def _masked(
    item: dict[str, Any], said_by: Callable[[str, str], str], holds: Callable[[str], bool]
) -> dict[str, Any] | None:
    """Return an item without the words; None where its question, a reply or all its evidence is
    made of them.
    """
    query = item.get("query") or {"prompt": ""}
    shown = [query["prompt"], *(turn["text"] for turn in query.get("messages", ()))]
    shown += [item[side]["text"] for side in ("reply", "other") if item.get(side)]
    evidence = [one for one in item.get("evidence", ()) if not holds(one["quote"])]
    if any(map(holds, shown)) or (item.get("evidence") and not evidence):
        return None
    kept = {
        name: value
        for name, value in item.items()
        if name not in ("reason", "explanation") or not holds(value or "")
    }
    if "evidence" in item:
        kept["evidence"] = evidence
    if "conversations" in item:
        kept["conversations"] = [
            talk
            | {
                "turns": [
                    turn | {"text": said_by(turn["role"], turn["text"])} for turn in talk["turns"]
                ]
            }
            for talk in item["conversations"]
        ]
    return kept
