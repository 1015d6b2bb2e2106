"""Make items of what is in the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from recenter.errors import InputError
from recenter.questions import QUESTIONS
from recenter.records import Arm, Attribute, Query, Reply
from recenter.stages.verify import accepted
from recenter.store import Store
from recenter.study.items import OVERALL, Draft, Item, Part, Talk, item_id


def stored_items(
    store: Store,
    question: str,
    *,
    people: Iterable[str] = (),
    arms: tuple[Arm, Arm] | None = None,
) -> list[Item]:
    """Return the items that the store has for a question, of these people or of all.

    `supported`: every current attribute, with the conversations of its evidence. `relevant`:
    every query of a person with their accepted attributes. `better`: for each query its replies
    under the two arms, with the attributes that the rated one used; two replies of one arm make a
    control.

    Raises:
        InputError: one of the people is not known, or there is nothing to ask about.
    """
    chosen = list(people) or list(store.people())
    for person in chosen:
        if not store.knows(person):
            raise InputError(f"there is no person {person!r} in {store.place}.", field="people")
    subject = QUESTIONS[question].subject
    items: list[Item] = []
    for person in chosen:
        if subject == "attribute":
            items += _supported(store, person)
        elif subject == "attribute_query":
            items += _relevant(store, question, person)
        elif arms is not None:
            items += _better(store, person, arms)
    if not items:
        raise InputError(
            f"the store has nothing that {question!r} can be asked about.",
            field="items",
            cure="Import and extract first, or name a file of items.",
        )
    return items


def _supported(store: Store, person: str) -> Iterator[Item]:
    talks = {
        one.id: Talk(id=one.id, turns=one.turns, at=one.at) for one in store.conversations(person)
    }
    for attribute in store.attributes(person):
        named = dict.fromkeys(one.conversation for one in attribute.evidence)
        yield Item(
            id=item_id("supported", person, attribute.id),
            person=person,
            parts=(Part(name="1", attribute=attribute.id, text=attribute.text, person=person),),
            conversations=tuple(talks[name] for name in named if name in talks),
            evidence=attribute.evidence,
            reason=attribute.reason,
        )


def _relevant(store: Store, question: str, person: str) -> Iterator[Item]:
    judgments = list(store.judgments(person, question="supported"))
    known = accepted(store.attributes(person), judgments)
    for query in store.queries(person) if known else ():
        yield Item(
            id=item_id(question, person, query.id),
            person=person,
            query=query,
            parts=_parts(known, query),
        )


def _parts(attributes: Iterable[Attribute], query: Query) -> tuple[Part, ...]:
    return tuple(
        Part(
            name=str(place),
            attribute=one.id,
            text=one.text,
            person=query.person,
            query=query.id,
        )
        for place, one in enumerate(attributes, 1)
    )


def _better(store: Store, person: str, arms: tuple[Arm, Arm]) -> Iterator[Item]:
    known = {one.id: one for one in store.attributes(person)}
    replies: dict[str, list[Reply]] = {}
    for reply in store.replies(person):
        if reply.text is not None:
            replies.setdefault(reply.query, []).append(reply)
    for query in store.queries(person):
        pair = _pair(replies.get(query.id, []), arms)
        if pair is not None:
            yield _compared(query, pair, known)


def _pair(replies: list[Reply], arms: tuple[Arm, Arm]) -> tuple[Reply, Reply] | None:
    """Return the first reply of each arm, in the order of their ids."""
    found: list[Reply] = []
    for arm in arms:
        named = [one for one in replies if one.arm == arm and one not in found]
        if named:
            found.append(min(named, key=lambda one: one.id))
    return (found[0], found[1]) if len(found) == 2 else None


def _compared(query: Query, pair: tuple[Reply, Reply], known: Mapping[str, Attribute]) -> Item:
    rated, other = (Draft(id=one.id, arm=one.arm, text=one.text or "") for one in pair)
    used = [known[line.attribute] for line in pair[0].receipt.used if line.attribute in known]
    overall = Part(name=OVERALL, person=query.person, query=query.id)
    return Item(
        id=item_id("better", query.person, rated.id, other.id),
        person=query.person,
        query=query,
        reply=rated,
        other=other,
        parts=(*_parts(used, query), overall),
        apart=f"{query.person}/{query.id}",
    )
