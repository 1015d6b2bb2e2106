"""The generic and the personalised reply to a query, each with its receipt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from recenter.errors import InputError
from recenter.models import local
from recenter.models.base import ChatModel, ChatReply, ChatRequest
from recenter.models.calls import add_up
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest, make_id
from recenter.records import (
    Arm,
    Attribute,
    Message,
    Method,
    Query,
    Receipt,
    ReceiptLine,
    Reply,
    Selection,
    Usage,
)
from recenter.stages.render import listed

TAG = "recenter_memory"
"""Element that holds what is known of a person; refused as evidence when it comes back."""

_MAX_TOKENS = 2048
_BLOCK = re.compile(rf"<{TAG}>.*?</{TAG}>(?:\n\n)?", re.DOTALL)


def memory_block(attributes: Sequence[Attribute]) -> str:
    """Return what is known as an element of escaped data that claims no authority."""
    lines = listed(attribute.text for attribute in attributes)
    return f"<{TAG}>\n{load_prompt('respond_start').fill(statements=lines)}\n</{TAG}>"


def without_blocks(text: str) -> str:
    """Return a text without the blocks that `memory_block` made, for when they come back."""
    return _BLOCK.sub("", text)


def prepare(
    query: Query,
    selection: Selection | None,
    attributes: Sequence[Attribute],
    *,
    arm: Arm = "selected",
    method: Method = "start",
) -> Reply:
    """Return the reply still without text: the messages to send, and the receipt.

    Where nothing is used, the messages are those of the query, byte for byte. Otherwise the
    memory stands in front of the last message, after everything that an endpoint may have
    cached. With `edit`, these are the messages of the generic reply that is edited afterwards.

    Raises:
        InputError: the arm `selected` has no selection, or one that does not decide about exactly
            the attributes, or for another query.
    """
    chosen = _chosen(selection, attributes, arm)
    messages = tuple(Message(role=t.role, content=t.text) for t in query.messages)
    prompt = query.prompt
    if chosen and method == "start":
        prompt = f"{memory_block(chosen)}\n\n{prompt}"
    prompts = ("respond_start", "respond_edit") if method == "edit" else ("respond_start",)
    signature = Signature(
        prompt=digest([load_prompt(name).hash for name in prompts]) if chosen else None
    )
    used = [attribute.id for attribute in chosen]
    by = selection.id if arm == "selected" and selection is not None else None
    return Reply(
        id=make_id("rep", query.id, query.person, arm, method, used, by, signature),
        query=query.id,
        person=query.person,
        arm=arm,
        text=None,
        messages=(*messages, Message(role="user", content=prompt)),
        receipt=_receipt(selection, attributes, chosen, arm),
        method=method,
        signature=signature,
    )


def respond(
    query: Query,
    selection: Selection | None,
    attributes: Sequence[Attribute],
    *,
    model: ChatModel | None,
    arm: Arm = "selected",
    method: Method = "start",
    temperature: float = 0.0,
) -> Reply:
    """Return the reply of one arm; without a model, its messages and receipt only.

    Arms: `generic` uses nothing, `all` the whole profile, `selected` what the selection uses,
    `given` exactly `attributes`. Methods: `start` shows the memory with the prompt; `edit` asks
    for the generic reply first and then for the smallest edit of it that serves the person.

    Raises:
        InputError: see `prepare`.
        ModelError: the model gave no answer.
    """
    prepared = prepare(query, selection, attributes, arm=arm, method=method)
    if model is None:
        return prepared
    reply = model.chat(_request(prepared.messages, query, temperature))
    usage = reply.usage
    chosen = _chosen(selection, attributes, arm)
    if chosen and method == "edit":
        messages = _editing(prepared.messages, reply, chosen)
        prepared = msgspec.structs.replace(prepared, messages=messages)
        reply = model.chat(_request(messages, query, temperature))
        usage = add_up([usage, reply.usage])
    return completed(prepared, reply.text, model=model, usage=usage, temperature=temperature)


def respond_all(
    query: Query,
    selection: Selection | None,
    attributes: Sequence[Attribute],
    *,
    models: Sequence[ChatModel],
    arms: Sequence[Arm],
    method: Method = "start",
    temperature: float = 0.0,
) -> tuple[Reply, ...]:
    """Return the replies of every model under every arm, models outermost.

    Without models, the messages and receipt of every arm.
    """
    return tuple(
        respond(
            query,
            selection,
            attributes,
            model=model,
            arm=arm,
            method=method,
            temperature=temperature,
        )
        for model in models or (None,)
        for arm in arms
    )


def stream(
    query: Query,
    selection: Selection | None,
    attributes: Sequence[Attribute],
    *,
    model: ChatModel,
    arm: Arm = "selected",
    method: Method = "start",
    temperature: float = 0.0,
) -> Iterator[str]:
    """Yield the reply in pieces as they come; `prepare` gives its receipt beforehand.

    With `edit`, the generic reply is waited for and the edited one is streamed.
    """
    messages = prepare(query, selection, attributes, arm=arm, method=method).messages
    chosen = _chosen(selection, attributes, arm)
    if chosen and method == "edit":
        generic = model.chat(_request(messages, query, temperature))
        messages = _editing(messages, generic, chosen)
    yield from model.stream(_request(messages, query, temperature))


def completed(
    prepared: Reply,
    text: str,
    *,
    model: ChatModel,
    usage: Usage,
    temperature: float = 0.0,
) -> Reply:
    """Return a prepared reply with its text, under an id that depends on the model."""
    signature = msgspec.structs.replace(
        prepared.signature, model=model.name, settings=digest(temperature)
    )
    receipt = prepared.receipt
    if model.name == local.NAME:
        note = " ".join(part for part in (receipt.note, local.NOTE) if part)
        receipt = msgspec.structs.replace(receipt, note=note)
    return msgspec.structs.replace(
        prepared,
        id=make_id("rep", prepared.id, signature),
        text=text,
        receipt=receipt,
        usage=usage,
        signature=signature,
    )


def _request(messages: tuple[Message, ...], query: Query, temperature: float) -> ChatRequest:
    return ChatRequest(
        messages=messages, temperature=temperature, max_tokens=_MAX_TOKENS, person=query.person
    )


def _editing(
    messages: tuple[Message, ...], generic: ChatReply, chosen: Sequence[Attribute]
) -> tuple[Message, ...]:
    ask = load_prompt("respond_edit").fill(memory=memory_block(chosen))
    return (
        *messages,
        Message(role="assistant", content=generic.text),
        Message(role="user", content=ask),
    )


def _chosen(
    selection: Selection | None, attributes: Sequence[Attribute], arm: Arm
) -> tuple[Attribute, ...]:
    if arm == "generic":
        return ()
    if arm in ("all", "given"):
        return tuple(attributes)
    if selection is None:
        raise InputError("the arm 'selected' needs a selection, got none.", field="selection")
    known = _known(selection, attributes)
    return tuple(known[name] for name in selection.used)


def _known(selection: Selection, attributes: Sequence[Attribute]) -> dict[str, Attribute]:
    known = {attribute.id: attribute for attribute in attributes}
    decided = {decision.attribute for decision in selection.decisions}
    for name in sorted(known.keys() ^ decided):
        told = (
            "decides about {!r}, which is not" if name in decided else "leaves out {!r}, which is"
        )
        raise InputError(
            f"the selection {told.format(name)} among the attributes.", field="attributes"
        )
    return known


def receipt_of(selection: Selection, attributes: Sequence[Attribute]) -> Receipt:
    """Return what a selection uses, withholds and asks, in words the person can check.

    Raises:
        InputError: the selection does not decide about exactly these attributes.
    """
    known = _known(selection, attributes)

    def lines(decision: str) -> tuple[ReceiptLine, ...]:
        return tuple(
            _line(known[d.attribute], d.reason, d.score)
            for d in selection.decisions
            if d.decision == decision
        )

    return Receipt(
        used=lines("use"),
        withheld=lines("withhold"),
        asked=lines("ask"),
        note=selection.reason,
    )


def _receipt(
    selection: Selection | None,
    attributes: Sequence[Attribute],
    chosen: Sequence[Attribute],
    arm: Arm,
) -> Receipt:
    if arm != "selected" or selection is None:
        why = {
            "generic": "The generic arm uses nothing of the person.",
            "all": "Used because the arm uses the whole profile.",
            "given": "Used because it was given.",
        }[arm]
        used = tuple(_line(attribute, why, None) for attribute in chosen)
        withheld = () if chosen else tuple(_line(attribute, why, None) for attribute in attributes)
        empty = why if arm == "generic" else "Nothing is known of the person."
        return Receipt(used=used, withheld=withheld, note=None if used else empty)
    return receipt_of(selection, attributes)


def _line(attribute: Attribute, reason: str, score: float | None) -> ReceiptLine:
    return ReceiptLine(
        attribute=attribute.id,
        text=attribute.text,
        reason=reason,
        score=score,
        quotes=tuple(dict.fromkeys(evidence.quote for evidence in attribute.evidence)),
    )
