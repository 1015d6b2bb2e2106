"""Any question asked of a model, in the words that people are asked in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from recenter.errors import InputError
from recenter.models.base import ChatModel, ChatRequest
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.questions import BETTER, MENTIONS, RELEVANT, RELEVANT_FIVE, SUPPORTED, Question
from recenter.records import (
    Attribute,
    Conversation,
    Failure,
    Judge,
    Judgment,
    Message,
    Query,
    Reply,
    Subject,
    judgment_id,
)
from recenter.stages import render

Position = Literal["first", "second"]

_NO_FAILURE = "none"
_MIDDLE = 3


def judge_supported(
    attribute: Attribute, conversations: Sequence[Conversation], *, model: ChatModel
) -> Judgment:
    """Return whether the conversations support the attribute, by a model.

    Raises:
        ModelError: the model gave no answer, or (UnreadableAnswerError) one off the scale.
    """
    return ask(
        SUPPORTED,
        Subject(attribute=attribute.id),
        model=model,
        person=attribute.person,
        statement=render.one_line(attribute.text),
        quotes=render.listed(evidence.quote for evidence in attribute.evidence),
        conversations=render.conversations(attribute, conversations),
    )


def judge_relevant(
    query: Query, attribute: Attribute, *, model: ChatModel, five: bool = False
) -> Judgment:
    """Return whether the attribute should change the answer to the query, by a model.

    With `five`, how it should bear on it, on the scale of five levels. Raises as
    `judge_supported` does.
    """
    return ask(
        RELEVANT_FIVE if five else RELEVANT,
        Subject(attribute=attribute.id, query=query.id),
        model=model,
        person=query.person,
        statement=render.one_line(attribute.text),
        message=render.message(query),
    )


def judge_better(
    query: Query,
    reply: Reply,
    other: Reply,
    attributes: Sequence[Attribute],
    *,
    model: ChatModel,
) -> tuple[Judgment, Judgment]:
    """Return how `reply` compares with `other` for the person, asked in both orders.

    The first judgment is of `reply` shown first, the second of `reply` shown second; in both the
    answer rates `reply`, so 5 means that it is much better. Models favour a side (Zheng et al.,
    "Judging LLM-as-a-Judge", 2023), hence two questions; `preference` combines them. Raises as
    `judge_supported` does.
    """
    if reply.text is None or other.text is None:
        raise InputError("a reply without text cannot be compared.", field="reply")
    shown = {"first": reply.text, "second": other.text}
    turned = {"first": other.text, "second": reply.text}
    subject = Subject(query=query.id, reply=reply.id, other_reply=other.id)
    places = {
        "statements": render.listed(attribute.text for attribute in attributes),
        "message": render.message(query),
    }

    def compared(position: Position, texts: dict[str, str]) -> Judgment:
        return ask(
            BETTER,
            subject,
            model=model,
            person=query.person,
            position=position,
            # What was known is no part of the subject, and decides the answer.
            settings=digest([(attribute.id, attribute.text) for attribute in attributes]),
            **places,
            **{side: render.escaped(text) for side, text in texts.items()},
        )

    return compared("first", shown), compared("second", turned)


def preference(judgments: Sequence[Judgment]) -> float:
    """Return how far the replies judged are preferred to the others, in [0, 1]; .5 is neither.

    The mean of the answers of a `better` question, 1 to 5, brought to [0, 1]. Exchanging the two
    replies gives exactly 1 minus it.

    Raises:
        InputError: there are none, or they answer another question.
    """
    if not judgments or any(judgment.question != BETTER.name for judgment in judgments):
        raise InputError("expected judgments on 'better'.", field="judgments")
    lead = sum(int(BETTER.check(judgment.answer)) - _MIDDLE for judgment in judgments)
    return 0.5 + lead / (4 * len(judgments))


def judge_mentions(reply: Reply, attribute: Attribute, *, model: ChatModel) -> Judgment:
    """Return whether the reply names the attribute outright, by a model.

    Raises as `judge_supported` does.
    """
    if reply.text is None:
        raise InputError("a reply without text cannot be judged.", field="reply")
    return ask(
        MENTIONS,
        Subject(attribute=attribute.id, reply=reply.id),
        model=model,
        person=reply.person,
        statement=render.one_line(attribute.text),
        reply=render.escaped(reply.text),
    )


def judge_reply(
    question: Question,
    query: Query,
    reply: Reply,
    attributes: Sequence[Attribute],
    *,
    model: ChatModel,
    generic: Reply | None = None,
) -> Judgment:
    """Return the answer of a model to one of `REPLY_CHECKS` about a reply.

    `attributes` is what is known of the person; `generic` is needed where the question compares.

    Raises:
        InputError: a reply has no text, or the generic one is missing.
        ModelError: as `judge_supported` does.
    """
    compares = question.subject == "reply_over_generic"
    texts = {"reply": reply, "generic": generic} if compares else {"reply": reply}
    for name, one in texts.items():
        if one is None or one.text is None:
            raise InputError(f"{question.name} needs a reply with text.", field=name)
    shown = {name: render.escaped(one.text or "") for name, one in texts.items() if one}
    return ask(
        question,
        Subject(
            query=query.id,
            reply=reply.id,
            other_reply=generic.id if compares and generic else None,
        ),
        model=model,
        person=query.person,
        position=None,
        settings=digest([(attribute.id, attribute.text) for attribute in attributes]),
        statements=render.listed(attribute.text for attribute in attributes),
        message=render.message(query),
        **shown,
    )


def ask(
    question: Question,
    subject: Subject,
    *,
    model: ChatModel,
    person: str | None,
    position: Position | None = None,
    settings: str | None = None,
    **places: str,
) -> Judgment:
    """Return a model's answer to a question, with `places` filled into the question's prompt.

    `settings` is the digest of what the answer depends on beside model, prompt and subject.

    With `position` first, the model rates the reply on side B against `reply` on side A, and the
    answer is turned round, so that it always rates `reply`.

    Raises:
        ModelError: the model gave no answer, or (UnreadableAnswerError) one off the scale.
    """
    prompt = load_prompt(question.prompt)
    filled = prompt.fill(
        wording=question.wording,
        guidance=question.guidance,
        answers="\n".join(f"- {answer.value}: {answer.label}" for answer in question.answers),
        **places,
    )
    request = ChatRequest(
        messages=(
            Message(role="system", content=prompt.system),
            Message(role="user", content=filled),
        ),
        schema=answer_schema(question),
        person=person,
    )
    data: dict[str, Any] = model.chat(request).data
    answer = question.check(data["answer"])
    if position == "first":
        answer = question.values[len(question.values) - 1 - question.values.index(answer)]
    judge = Judge(kind="model", name=model.name)
    signature = Signature(model=model.name, prompt=prompt_hash(question), settings=settings)
    return Judgment(
        id=judgment_id(question.name, subject, judge, position, signature),
        question=question.name,
        subject=subject,
        judge=judge,
        answer=answer,
        person=person,
        failure=_failure(question, answer, data),
        reason=data["reason"].strip() or None,
        position=position,
        signature=signature,
    )


def prompt_hash(question: Question) -> str:
    """Return what a model's judgments carry of the words in which the question is put."""
    return digest(load_prompt(question.prompt).hash, question.hash)


def answer_schema(question: Question) -> dict[str, Any]:
    """Return the JSON schema of an answer: a reason, one of the answers, perhaps a failure."""
    properties: dict[str, Any] = {
        "reason": {"type": "string"},
        "answer": {"type": "string", "enum": list(question.values)},
    }
    if question.failures:
        properties["failure"] = {"type": "string", "enum": [*get_args(Failure), _NO_FAILURE]}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _failure(question: Question, answer: str, data: dict[str, Any]) -> Any:
    """None on a yes, whatever was said beside it; a failure on every other answer."""
    if not question.failures or answer in question.positive:
        return None
    return "other" if data["failure"] == _NO_FAILURE else data["failure"]
