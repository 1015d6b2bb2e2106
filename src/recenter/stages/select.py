"""Which attributes, usually none, should change the answer to a new prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from recenter.errors import InputError
from recenter.provenance import Signature, make_id
from recenter.records import Attribute, Decision, Query, Selection, Use


class Selector(Protocol):
    """Decides for each attribute whether it is used, withheld or asked about."""

    @property
    def name(self) -> str:
        """Name of the backend, such as `bm25`."""

    @property
    def signature(self) -> Signature:
        """What the selections are made by."""

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute, best first, before cap and policy.

        The attributes count as accepted, and their order changes nothing.

        Raises:
            InputError: two attributes have the same id.
            ModelError: a model was asked and gave no usable answer; never read as a no.
        """


def selection(
    query: Query,
    decisions: Iterable[Decision],
    *,
    signature: Signature,
    reason: str | None = None,
) -> Selection:
    """Return the selection of these decisions, best score first, ties by id.

    `reason` is kept only where nothing is used.

    Raises:
        InputError: an attribute is decided twice.
    """
    ordered = tuple(sorted(decisions, key=_rank))
    ids = [decision.attribute for decision in ordered]
    if len(set(ids)) != len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        raise InputError(f"the attribute {twice!r} is listed twice.", field="attributes")
    if any(decision.decision == "use" for decision in ordered):
        reason = None
    elif reason is None:
        reason = "Nothing known of the person would change this answer."
    return Selection(
        id=make_id("sel", query.id, query.person, signature, ids),
        query=query.id,
        person=query.person,
        decisions=ordered,
        reason=reason,
        signature=signature,
    )


def _rank(decision: Decision) -> tuple[float, str]:
    return (1.0 if decision.score is None else -decision.score, decision.attribute)


def capped(made: Selection, attributes: Iterable[Attribute], *, cap: int) -> Selection:
    """Return the selection with at most `cap` used: stated before inferred, then by score.

    Raises:
        InputError: `cap` is negative.
    """
    if cap < 0:
        raise InputError(f"a cap must be 0 or more, got {cap}.", field="cap")
    stated = {attribute.id for attribute in attributes if attribute.source == "stated"}
    used = [d for d in made.decisions if d.decision == "use"]
    # sorted() is stable: within stated and within inferred the best first stays first.
    kept = {d.attribute for d in sorted(used, key=lambda d: d.attribute not in stated)[:cap]}
    reason = f"Would be used, but at most {cap} may be, and others stand before it."
    return changed(
        made,
        {d.attribute: ("withhold", reason) for d in used if d.attribute not in kept},
        nothing="No attribute may be used: the cap is 0.",
    )


def changed(made: Selection, changes: Mapping[str, tuple[Use, str]], *, nothing: str) -> Selection:
    """Return the selection with new decisions and reasons for some attributes, scores kept.

    `nothing` becomes the reason where a selection that used something now uses nothing.
    """
    decisions = tuple(
        msgspec.structs.replace(d, decision=changes[d.attribute][0], reason=changes[d.attribute][1])
        if d.attribute in changes
        else d
        for d in made.decisions
    )
    result = msgspec.structs.replace(made, decisions=decisions)
    if made.used and not result.used:
        return msgspec.structs.replace(result, reason=nothing)
    return result
