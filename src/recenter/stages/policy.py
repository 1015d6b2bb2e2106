"""What may not be used although it is relevant: sensitive topics, and what no longer holds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.provenance import Signature, digest, make_id
from recenter.records import Attribute, Query, Selection, Use
from recenter.stages.conflicts import conflicts
from recenter.stages.select import Selector, capped, changed
from recenter.stages.sensitive import TOPICS, Topic, reader_for, topics_of


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What the person allows."""

    allowed: tuple[Topic, ...] = ()
    """Sensitive topics that may be used; every other one is withheld."""


def make_policy(allowed: Sequence[str] = ()) -> Policy:
    """Return the policy that allows these topics.

    Raises:
        InputError: there is no such topic; the message lists them.
    """
    for topic in allowed:
        if topic not in TOPICS:
            raise InputError(
                f"there is no sensitive topic {topic!r}; expected one of {', '.join(TOPICS)}.",
                field="allowed",
            )
    return Policy(allowed=tuple(topic for topic in TOPICS if topic in allowed))


def apply_policy(
    made: Selection,
    attributes: Sequence[Attribute],
    *,
    policy: Policy,
    embedder: Embedder | None = None,
) -> Selection:
    """Return the selection without what the policy withholds; scores are kept.

    Of statements that contradict each other, the one that gives way is withheld; where neither
    does, those that would be used become a question to the person. For `embedder` see
    `sensitive.topics_of`.
    """
    asked = {decision.attribute for decision in made.decisions if decision.decision == "ask"}
    if not made.used and not asked:
        return made  # There is nothing to withhold.
    changes: dict[str, tuple[Use, str]] = {}
    used = set(made.used)
    texts = {attribute.id: attribute.text for attribute in attributes}
    for conflict in conflicts(attributes, of=used):
        pair = {conflict.first, conflict.second}
        for name in sorted(used & ({conflict.loser} if conflict.loser else pair)):
            (other,) = pair - {name}
            use: Use = "withhold" if conflict.loser else "ask"
            if changes.get(name, ("ask", ""))[0] == "withhold":
                continue  # Asking about one conflict does not bring back what lost another.
            changes[name] = (use, f'{conflict.reason}: "{texts[other]}"')
    # A question to the person names the statement, also to who shows it to them.
    wanted = [attribute for attribute in attributes if attribute.id in used | asked]
    touched = topics_of([attribute.text for attribute in wanted], embedder)
    for attribute, found in zip(wanted, touched, strict=True):
        closed = [topic for topic in found if topic not in policy.allowed]
        if closed:
            topics = " and ".join(topic.replace("_", " ") for topic in closed)
            would = "used" if attribute.id in used else "asked about"
            why = f"Would be {would}, but touches {topics}, which the person has not allowed."
            changes[attribute.id] = ("withhold", why)
    return changed(made, changes, nothing="What would be used is withheld by the person's policy.")


def select(
    query: Query,
    attributes: Sequence[Attribute],
    selector: Selector,
    *,
    policy: Policy | None = None,
    cap: int | None = None,
    embedder: Embedder | None = None,
) -> Selection:
    """Return what a selector decides, after policy and cap, under an id that depends on both.

    The attributes count as accepted: see `verify.accepted`. Without a policy and a cap this is
    the selector's own selection.

    Raises:
        InputError, ModelError: see `Selector.select`.
    """
    made = selector.select(query, attributes)
    if policy is None and cap is None:
        return made
    if policy is not None:
        made = apply_policy(made, attributes, policy=policy, embedder=embedder)
    if cap is not None:
        made = capped(made, attributes, cap=cap)
    reader = reader_for(embedder) if policy is not None else None
    read_by = () if reader is None else (reader.name,)
    settings = digest(made.signature.settings, policy, cap, *read_by)
    signature: Signature = msgspec.structs.replace(made.signature, settings=settings)
    return msgspec.structs.replace(made, id=make_id("sel", made.id, signature), signature=signature)
