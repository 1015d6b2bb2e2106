"""Verify and refine: narrow, rewrite or drop what was not accepted, and verify it again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

import msgspec

from recenter.errors import InputError
from recenter.models.base import ChatModel, ChatRequest
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Judgment, Message, attribute_id
from recenter.stages import claims, render, rewrite
from recenter.stages.extract import LONGEST_TEXT
from recenter.stages.verify import Verifier, accepted, supported

Action = Literal["keep", "narrow", "rewrite", "drop", "refused", "give_up"]

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "action": {"type": "string", "enum": ["narrow", "rewrite", "drop"]},
        "text": {"type": "string"},
        "reason": {"type": "string"},
    },
    "required": ["action", "text", "reason"],
    "additionalProperties": False,
}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to an attribute."""

    action: Action
    """`refused`: a wording was offered that the rules do not allow; `give_up`: no rounds left."""
    text: str
    """The wording after the step; of a refused one, the wording that was offered."""
    reason: str
    judgment: Judgment | None = None
    """The verdict that led to the step."""


class Refined(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an attribute."""

    attribute: Attribute | None
    """None where it was dropped. Its evidence is that of the original, word for word."""
    judgment: Judgment
    """The last verdict, on the last wording that was verified."""
    history: tuple[Step, ...]
    wordings: tuple[Attribute, ...]
    """Every wording that was verified, the original first; each has the one before as its only
    member, and in its reason what was done to it and why."""
    judgments: tuple[Judgment, ...]
    """The verdict on each wording; where it was dropped, also the reject of the model that did."""


def refine(
    attribute: Attribute,
    conversations: Sequence[Conversation],
    *,
    verifier: Verifier,
    model: ChatModel | None,
    rounds: int = 2,
    judgment: Judgment | None = None,
) -> Refined:
    """Return the attribute in a wording that was accepted, or what it came to.

    An accepted attribute is kept as it is. Any other goes to the model with the verdict, or without
    a model to the rules of `rewrite`, at most `rounds` times; each new wording is verified as the
    first was, and refused without that where it holds a number, a name or a stronger word that
    neither the quotes nor the earlier wording had, or, to narrow it, any other new word of
    substance. What is not accepted at the end keeps its last verdict: held or rejected, never used.
    `judgment` is the verifier's verdict on the attribute, where it is known already.

    Raises:
        InputError: `rounds` is negative.
        ModelError: a model gave no usable answer.
    """
    if rounds < 0:
        raise InputError(f"rounds must be 0 or more, got {rounds}.", field="rounds")
    history: list[Step] = []
    wordings = [attribute]
    judgments = [judgment or verifier.verify(attribute, conversations)]
    dropped = False
    for _ in range(rounds):
        attribute, verdict = wordings[-1], judgments[-1]
        if verdict.answer == "accept":
            break
        tried = {step.text for step in history} | {wording.text for wording in wordings}
        offer = _offer(attribute, verdict, model, tried)
        if offer is None:
            break
        text, reason = " ".join(offer["text"].split()), offer["reason"].strip()
        if offer["action"] == "drop":
            history.append(_step("drop", attribute.text, reason, verdict))
            judgments.append(_dropped(attribute, verdict, reason, model))
            dropped = True
            break
        wrong = _forbidden(text, attribute, offer["action"])
        if wrong is not None:
            history.append(_step("refused", text, wrong, verdict))
            continue
        history.append(_step(offer["action"], text, reason, verdict))
        wordings.append(_reworded(attribute, text, f"{offer['action']}: {reason}", model))
        judgments.append(verifier.verify(wordings[-1], conversations))
    verdict = judgments[len(wordings) - 1]
    if not dropped:
        last: Action = "keep" if verdict.answer == "accept" else "give_up"
        history.append(_step(last, wordings[-1].text, verdict.reason or "", verdict))
    return Refined(
        attribute=None if dropped else wordings[-1],
        judgment=verdict,
        history=tuple(history),
        wordings=tuple(wordings),
        judgments=tuple(judgments),
    )


def best_wordings(
    found: Iterable[Attribute], known: Iterable[Attribute], judgments: Sequence[Judgment]
) -> tuple[Attribute, ...]:
    """Return what was found, each in the accepted wording that it was refined to, if any.

    So that what is extracted again does not come back in words that were not accepted. `known`
    are all wordings of the person, also those no longer used.
    """
    found, known = list(found), list(known)
    usable = {attribute.id for attribute in accepted([*found, *known], judgments)}
    refined: dict[str, list[Attribute]] = {}
    for attribute in known:
        for earlier in attribute.members:
            refined.setdefault(earlier, []).append(attribute)

    def best(attribute: Attribute) -> Attribute:
        ahead = [attribute]
        for wording in ahead:
            if wording.id in usable:
                return msgspec.structs.replace(
                    wording, evidence=attribute.evidence, at=attribute.at
                )
            ahead += refined.get(wording.id, [])
        return attribute

    return tuple({wording.id: wording for wording in map(best, found)}.values())


def refining_signature(model: ChatModel | None, *settings: object) -> Signature:
    """Return what a wording, or a drop, by this model carries; None are the rules of `rewrite`."""
    if model is None:
        return Signature(model=rewrite.NAME, settings=digest(*settings))
    return Signature(
        model=model.name, prompt=load_prompt("refine").hash, settings=digest(*settings)
    )


def _offer(
    attribute: Attribute, judgment: Judgment, model: ChatModel | None, tried: Collection[str]
) -> dict[str, Any] | None:
    if model is None:
        made = rewrite.offer(attribute, judgment, tried)
        return None if made is None else made._asdict()
    prompt = load_prompt("refine")
    filled = prompt.fill(
        statement=render.one_line(attribute.text),
        failure=(judgment.failure or "other").replace("_", " "),
        reason=render.one_line(judgment.reason or "(none given)"),
        quotes=render.listed(evidence.quote for evidence in attribute.evidence),
    )
    reply = model.chat(
        ChatRequest(
            messages=(
                Message(role="system", content=prompt.system),
                Message(role="user", content=filled),
            ),
            schema=_SCHEMA,
            person=attribute.person,
        )
    )
    data: dict[str, Any] = reply.data
    return data


def _forbidden(text: str, attribute: Attribute, action: str) -> str | None:
    """Return why a new wording may not stand, or None."""
    if not text:
        return "No wording was given."
    if len(text) > LONGEST_TEXT:
        return f"It has {len(text)} characters, more than {LONGEST_TEXT}."
    if text == attribute.text:
        return "The wording is the same as before."
    known = [attribute.text, *(evidence.quote for evidence in attribute.evidence)]
    added = claims.added_details(text, known)
    if action == "narrow":
        added = added or claims.new_words(text, known)
    if added:
        return f"It adds {', '.join(added)}."
    stronger = claims.stronger_word(text, known)
    return None if stronger is None else f"It adds {stronger!r}."


def _reworded(attribute: Attribute, text: str, reason: str, model: ChatModel | None) -> Attribute:
    signature = refining_signature(model, attribute.signature)
    return msgspec.structs.replace(
        attribute,
        id=attribute_id(attribute.person, text, attribute.evidence, signature),
        text=text,
        reason=reason,
        members=(attribute.id,),
        signature=signature,
    )


def _dropped(
    attribute: Attribute, verdict: Judgment, reason: str, model: ChatModel | None
) -> Judgment:
    return supported(
        attribute,
        judge=rewrite.NAME if model is None else model.name,
        answer="reject",
        probability=None,
        failure=verdict.failure or "other",
        reason=f"drop: {reason}",
        signature=refining_signature(model, attribute.signature),
    )


def _step(action: Action, text: str, reason: str, judgment: Judgment) -> Step:
    return Step(action=action, text=text, reason=reason.strip(), judgment=judgment)
