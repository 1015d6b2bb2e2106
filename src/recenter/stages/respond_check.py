"""A personalised reply is sent only where nothing speaks against it; otherwise the generic one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recenter.errors import InputError
from recenter.models.base import ChatModel
from recenter.models.calls import add_up
from recenter.provenance import digest, make_id
from recenter.records import Arm, Attribute, Method, Query, Receipt, Reply, Selection
from recenter.stages.judge_trained import Chosen, TrainedPreference
from recenter.stages.reply_checks import Finding, findings
from recenter.stages.respond import respond

THRESHOLD = 0.5

_MOST = 5
"""Reasons that a receipt gives in full."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What a personalised reply must pass."""

    judge: TrainedPreference | None = None
    """Estimates whether the person prefers it; without one, that is not asked."""
    threshold: float = THRESHOLD
    """Chance of being preferred to the generic reply from which on it is sent, in [0, 1]."""
    history: tuple[Chosen, ...] = ()
    """What the person chose before."""

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise InputError(
                f"{self.threshold} is not a chance; expected 0 to 1.", field="threshold"
            )


def respond_checked(
    query: Query,
    selection: Selection | None,
    attributes: Sequence[Attribute],
    *,
    model: ChatModel | None,
    check: Check,
    arm: Arm = "selected",
    method: Method = "start",
    temperature: float = 0.0,
) -> Reply:
    """Return the reply of an arm if it passes, and the generic one if not; the receipt says which.

    Where nothing of the person is used, or no model is asked, there is nothing to check and the
    reply is that of `respond`. Otherwise `start` takes one more call, for the generic reply; with
    `edit` it is at hand.

    Raises:
        InputError, ModelError: see `respond.respond`.
    """
    personal = respond(
        query,
        selection,
        attributes,
        model=model,
        arm=arm,
        method=method,
        temperature=temperature,
    )
    if model is None or not personal.receipt.used:
        return personal
    if method == "edit":
        *before, said, _ = personal.messages
        generic = msgspec.structs.replace(
            personal, text=said.content, messages=tuple(before), receipt=Receipt()
        )
        usage = personal.usage
    else:
        generic = respond(query, None, (), model=model, arm="generic", temperature=temperature)
        usage = add_up([personal.usage, generic.usage])
    decided = decide(query, generic, personal, attributes, check=check)
    return msgspec.structs.replace(decided, usage=usage)


def decide(
    query: Query,
    generic: Reply,
    personal: Reply,
    attributes: Sequence[Attribute],
    *,
    check: Check,
) -> Reply:
    """Return the personalised reply, or its arm's reply with the text of the generic one."""
    found, told = judged(query, generic, personal, attributes, check=check)
    settings = digest(
        personal.signature.settings,
        check.threshold,
        None if check.judge is None else check.judge.name,
    )
    signature = msgspec.structs.replace(personal.signature, settings=settings)
    sent = personal if not found else generic
    return msgspec.structs.replace(
        personal,
        id=make_id("rep", "checked", personal.id, generic.id, signature, bool(found)),
        text=sent.text,
        messages=sent.messages,
        receipt=_receipt(personal.receipt, found, told),
        signature=signature,
    )


def judged(
    query: Query,
    generic: Reply,
    personal: Reply,
    attributes: Sequence[Attribute],
    *,
    check: Check,
) -> tuple[tuple[Finding, ...], str]:
    """Return what speaks against the personalised reply, and what is said of the preference.

    Raises:
        InputError: one of the replies has no text.
    """
    if generic.text is None or personal.text is None:
        raise InputError("a reply without text cannot be checked.", field="reply")
    named = {line.attribute for line in personal.receipt.used}
    found = findings(
        "\n".join([*(turn.text for turn in query.messages), query.prompt]),
        generic.text,
        personal.text,
        used=[attribute for attribute in attributes if attribute.id in named],
        others=[attribute for attribute in attributes if attribute.id not in named],
    )
    if check.judge is None:
        return found, "Whether it is preferred was not estimated: no preference model was given."
    chance = check.judge.preference(
        query.prompt, personal.text, generic.text, history=check.history
    )
    told = (
        f"Estimated chance of being preferred: {chance.value:.2f} "
        f"(standard deviation {chance.deviation:.2f}, threshold {check.threshold:g})."
    )
    # A chance that is not a number is not one of being preferred.
    if not chance.value >= check.threshold:
        found = (*found, Finding(fault="not preferred", text=told))
    return found, told


def _receipt(receipt: Receipt, found: Sequence[Finding], told: str) -> Receipt:
    if not found:
        note = f"Checked beside the generic reply. {told}"
        return msgspec.structs.replace(receipt, note=_joined(receipt.note, note))
    reasons = "; ".join(str(finding).rstrip(".") for finding in found[:_MOST])
    more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
    note = f"The generic reply was sent instead of the personalised one. {reasons}{more}."
    if all(finding.fault != "not preferred" for finding in found):
        note = f"{note} {told}"
    why = "Not used: the personalised reply did not pass its checks."
    dropped = tuple(msgspec.structs.replace(line, reason=why) for line in receipt.used)
    return Receipt(
        withheld=(*dropped, *receipt.withheld),
        asked=receipt.asked,
        note=_joined(receipt.note, note),
    )


def _joined(*notes: str | None) -> str:
    return " ".join(note for note in notes if note)
