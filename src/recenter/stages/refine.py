"""Verify and refine: narrow, rewrite or drop what was not accepted, and verify it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from recenter.errors import InputError
from recenter.models.base import ChatModel, ChatRequest
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Judgment, Message, attribute_id
from recenter.stages import claims, render
from recenter.stages.verify import Verifier

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


def refine(
    attribute: Attribute,
    conversations: Sequence[Conversation],
    *,
    verifier: Verifier,
    model: ChatModel,
    rounds: int = 2,
) -> Refined:
    """Return the attribute in a wording that was accepted, or what it came to.

    An accepted attribute is kept as it is. Any other goes to the model with the verdict, at most
    `rounds` times; each new wording is verified as the first was, and refused without that where
    it holds a number, a name or a stronger word that neither the quotes nor the earlier wording
    had. What is not accepted at the end keeps its last verdict: held or rejected, never used.

    Raises:
        InputError: `rounds` is negative.
        ModelError: a model gave no usable answer.
    """
    if rounds < 0:
        raise InputError(f"rounds must be 0 or more, got {rounds}.", field="rounds")
    history: list[Step] = []
    judgment = verifier.verify(attribute, conversations)
    for _ in range(rounds):
        if judgment.answer == "accept":
            break
        offer = _offer(attribute, judgment, model)
        if offer["action"] == "drop":
            history.append(_step("drop", attribute.text, offer["reason"], judgment))
            return Refined(attribute=None, judgment=judgment, history=tuple(history))
        text = " ".join(offer["text"].split())
        wrong = _forbidden(text, attribute)
        if wrong is not None:
            history.append(_step("refused", text, wrong, judgment))
            continue
        history.append(_step(offer["action"], text, offer["reason"], judgment))
        attribute = _reworded(attribute, text, model)
        judgment = verifier.verify(attribute, conversations)
    last: Action = "keep" if judgment.answer == "accept" else "give_up"
    history.append(_step(last, attribute.text, judgment.reason or "", judgment))
    return Refined(attribute=attribute, judgment=judgment, history=tuple(history))


def _offer(attribute: Attribute, judgment: Judgment, model: ChatModel) -> dict[str, Any]:
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


def _forbidden(text: str, attribute: Attribute) -> str | None:
    """Return why a new wording may not stand, or None."""
    if not text:
        return "No wording was given."
    if text == attribute.text:
        return "The wording is the same as before."
    known = [attribute.text, *(evidence.quote for evidence in attribute.evidence)]
    added = claims.added_details(text, known)
    if added:
        return f"It adds {', '.join(added)}."
    stronger = claims.stronger_word(text, known)
    return None if stronger is None else f"It adds {stronger!r}."


def _reworded(attribute: Attribute, text: str, model: ChatModel) -> Attribute:
    signature = Signature(
        model=model.name,
        prompt=load_prompt("refine").hash,
        settings=digest(attribute.signature),
    )
    return msgspec.structs.replace(
        attribute,
        id=attribute_id(attribute.person, text, attribute.evidence, signature),
        text=text,
        signature=signature,
    )


def _step(action: Action, text: str, reason: str, judgment: Judgment) -> Step:
    return Step(action=action, text=text, reason=reason.strip(), judgment=judgment)
