"""Selection by a chat model: asked about each attribute, or about many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from recenter.errors import InputError, RecenterError, UnreadableAnswerError
from recenter.models.base import ChatModel, ChatRequest
from recenter.models.calls import parallel_try
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.questions import RELEVANT
from recenter.records import Attribute, Decision, Message, Query, Selection
from recenter.stages import render
from recenter.stages.judge import judge_relevant
from recenter.stages.select import selection

Asked = Literal["each", "batch"]


class LLMSelector:
    """Uses the attributes that a model says should change the answer.

    `each` asks one question per attribute, as the study did (arXiv 2606.06614, section on
    relevance); `batch` lists up to `size` of them in one. The score is 1 for yes and 0 for no, not
    a probability. An answer that cannot be read is counted and raised, never taken for a no.
    """

    name = "llm"

    def __init__(
        self, model: ChatModel, *, asked: Asked = "batch", size: int = 30, workers: int = 4
    ) -> None:
        """Take the model; `workers` calls run at once.

        Raises:
            InputError: `size` is below 1.
        """
        if size < 1:
            raise InputError(f"a batch must hold 1 or more, got {size}.", field="size")
        self._model = model
        self._asked = asked
        self._size = size
        self._workers = workers

    @property
    def signature(self) -> Signature:
        """Names the model, the prompt, and how many attributes are asked about at once."""
        prompt = load_prompt("select_batch" if self._asked == "batch" else RELEVANT.prompt)
        size = self._size if self._asked == "batch" else 1
        return Signature(
            model=self._model.name,
            prompt=digest(prompt.hash, RELEVANT.hash),
            settings=digest(self._asked, size),
        )

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute; see `Selector.select`.

        Raises:
            UnreadableAnswerError: some answers could not be read; the message counts them.
            ModelError: a call failed.
        """
        # In the same order however they are listed: what a model says depends on it.
        ordered = sorted(attributes, key=lambda attribute: digest(attribute.id))
        size = self._size if self._asked == "batch" else 1
        parts = [ordered[i : i + size] for i in range(0, len(ordered), size)]
        answers = parallel_try(lambda part: self._decide(query, part), parts, workers=self._workers)
        for answer in answers:
            if isinstance(answer, RecenterError) and not isinstance(answer, UnreadableAnswerError):
                raise answer
        unreadable = [answer for answer in answers if isinstance(answer, UnreadableAnswerError)]
        if unreadable:
            raise UnreadableAnswerError(
                f"{len(unreadable)} of {len(parts)} answers on relevance could not be read; the "
                f"first: {unreadable[0]}"
            )
        decisions = [d for part in answers if not isinstance(part, Exception) for d in part]
        return selection(query, decisions, signature=self.signature)

    def _decide(self, query: Query, part: Sequence[Attribute]) -> list[Decision]:
        if self._asked == "batch":
            return self._batch(query, part)
        judged = judge_relevant(query, part[0], model=self._model)
        return [_decision(part[0], judged.answer, judged.reason or "")]

    def _batch(self, query: Query, part: Sequence[Attribute]) -> list[Decision]:
        prompt = load_prompt("select_batch")
        statements = [f"{i}. {render.one_line(a.text)}" for i, a in enumerate(part, start=1)]
        filled = prompt.fill(
            wording=RELEVANT.wording,
            guidance=RELEVANT.guidance,
            message=render.message(query),
            statements="\n".join(statements),
            answers="\n".join(f"- {answer.value}: {answer.label}" for answer in RELEVANT.answers),
        )
        reply = self._model.chat(
            ChatRequest(
                messages=(
                    Message(role="system", content=prompt.system),
                    Message(role="user", content=filled),
                ),
                schema=_schema(len(part)),
                max_tokens=256 + 96 * len(part),
                person=query.person,
            )
        )
        answers: dict[int, dict[str, Any]] = {row["number"]: row for row in reply.data["answers"]}
        missing = [i for i in range(1, len(part) + 1) if i not in answers]
        if missing:
            raise UnreadableAnswerError(
                f"the answer leaves out {len(missing)} of {len(part)} statements: "
                f"{', '.join(map(str, missing[:10]))}."
            )
        return [
            _decision(attribute, answers[i]["answer"], answers[i]["reason"])
            for i, attribute in enumerate(part, start=1)
        ]


def _schema(size: int) -> dict[str, Any]:
    answer = {
        "type": "object",
        "properties": {
            "number": {"type": "integer", "minimum": 1, "maximum": size},
            "reason": {"type": "string"},
            "answer": {"type": "string", "enum": list(RELEVANT.values)},
        },
        "required": ["number", "reason", "answer"],
        "additionalProperties": False,
    }
    answers = {"type": "array", "items": answer, "minItems": size, "maxItems": size}
    return {
        "type": "object",
        "properties": {"answers": answers},
        "required": ["answers"],
        "additionalProperties": False,
    }


def _decision(attribute: Attribute, answer: str, reason: str) -> Decision:
    yes = answer in RELEVANT.positive
    default = "A model found that it should change the answer." if yes else "A model saw no use."
    return Decision(
        attribute=attribute.id,
        decision="use" if yes else "withhold",
        score=1.0 if yes else 0.0,
        reason=reason.strip() or default,
    )
