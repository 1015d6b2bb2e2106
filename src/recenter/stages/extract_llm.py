"""Extraction by a chat model, of which only what the person verbatim said survives."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from recenter.errors import InputError, ModelError, ModelHTTPError, RecenterError
from recenter.models.base import ChatModel, ChatRequest
from recenter.models.calls import add_up, is_of_one_request, parallel_map
from recenter.progress import Progress
from recenter.prompts import load_prompt
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Conversation, Message, Usage
from recenter.stages.extract import (
    LONGEST_TEXT,
    Extraction,
    FailedChunk,
    Finding,
    attribute_of,
    check_person,
)
from recenter.stages.extract_chunks import SHORTENED, Chunk, chunks
from recenter.stages.ground import Ground, Grounded

_OVERFLOW = re.compile(
    r"context|too (?:long|large|many tokens)|maximum (?:length|number of tokens)|exceed", re.I
)
_ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "source": {"type": "string", "enum": ["stated", "inferred"]},
        "quote": {"type": "string"},
        "turn": {"type": "integer"},
        "confidence": {"type": "number"},
        "reason": {"type": "string"},
    },
    "required": ["text", "source", "quote", "turn", "confidence", "reason"],
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"attributes": {"type": "array", "items": _ITEM}},
    "required": ["attributes"],
    "additionalProperties": False,
}


class Candidate(msgspec.Struct, frozen=True):
    """What a model says of a person, before anything of it is believed."""

    text: str
    source: Literal["stated", "inferred"]
    quote: str
    turn: int | None
    confidence: float
    reason: str | None = None


class LLMSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What changes the result of an LLM extraction, beside model and prompt."""

    temperature: float = 0.0
    seed: int | None = 0
    longest: int = 24_000
    """Most characters of turns in one call."""
    max_tokens: int = 4096
    min_confidence: float = 0.4
    """As in the study: what the model itself doubts is dropped."""


class _Answer(NamedTuple):
    chunk: Chunk
    items: Sequence[object]
    usage: Usage


class LLMExtractor:
    """Asks a chat model once per chunk of a conversation, and checks each quote by code."""

    def __init__(
        self,
        model: ChatModel,
        *,
        settings: LLMSettings | None = None,
        workers: int = 4,
        on_error: Literal["raise", "collect"] = "raise",
        progress: Progress | None = None,
    ) -> None:
        """Take the model.

        Raises:
            InputError: `longest` is too short for a chunk to hold anything.
        """
        self._model = model
        self._settings = settings or LLMSettings()
        if self._settings.longest < SHORTENED:
            raise InputError(
                f"a chunk must hold {SHORTENED} characters or more, got {self._settings.longest}.",
                field="longest",
            )
        self._workers = workers
        self._collect = on_error == "collect"
        self._progress = progress
        self._prompt = load_prompt("extract")

    @property
    def name(self) -> str:
        """`llm:` and the name of the model."""
        return f"llm:{self._model.name}"

    @property
    def signature(self) -> Signature:
        """Model, prompt, seed and settings."""
        return Signature(
            model=self._model.name,
            prompt=self._prompt.hash,
            seed=self._settings.seed,
            settings=digest(self._settings, LONGEST_TEXT, SHORTENED),
        )

    def extract(self, person: str, conversations: Sequence[Conversation]) -> Extraction:
        """Return what the model says of the person and their own words bear out, not merged.

        Raises:
            ModelError: a call failed. Where errors are collected, one that no other call would
                meet is among `failures` instead.
        """
        check_person(person, conversations)
        grounds = {conversation.id: Ground(conversation) for conversation in conversations}
        todo = [
            chunk
            for conversation in conversations
            for chunk in chunks(
                conversation, grounds[conversation.id].refused, longest=self._settings.longest
            )
        ]
        answers: list[_Answer] = []
        failures: list[FailedChunk] = []
        for chunk, result in zip(todo, self._ask_all(person, todo), strict=True):
            if isinstance(result, RecenterError):
                error = f"{type(result).__name__}: {result.to_keep}"
                failures.append(
                    FailedChunk(conversation=chunk.conversation.id, turns=chunk.turns, error=error)
                )
            else:
                answers += result
        sieve = _Sieve(person, self.signature, self._settings.min_confidence)
        for answer in answers:
            sieve.add(
                answer.chunk.conversation, grounds[answer.chunk.conversation.id], answer.items
            )
        return Extraction(
            attributes=tuple(sieve.kept.values()),
            dropped=dict(sieve.dropped),
            turn_corrected=sieve.corrected,
            failures=tuple(failures),
            usage=add_up(answer.usage for answer in answers),
        )

    def _ask_all(
        self, person: str, todo: Sequence[Chunk]
    ) -> Sequence[list[_Answer] | RecenterError]:
        def ask(chunk: Chunk) -> list[_Answer] | RecenterError:
            try:
                return list(self._ask(person, chunk))
            except ModelError as error:
                if self._collect and is_of_one_request(error):
                    return error
                raise

        return parallel_map(ask, todo, workers=self._workers, progress=self._progress)

    def _ask(self, person: str, chunk: Chunk) -> Iterator[_Answer]:
        """Ask about a chunk, in halves where the model says that it does not fit."""
        settings = self._settings
        request = ChatRequest(
            messages=(
                Message(role="system", content=self._prompt.system),
                Message(role="user", content=self._prompt.fill(conversation=chunk.render())),
            ),
            schema=SCHEMA,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            seed=settings.seed,
            person=person,
        )
        try:
            reply = self._model.chat(request)
        except ModelHTTPError as error:
            halves = chunk.halves() if _is_overflow(error) else ()
            if not halves:
                raise
            for half in halves:
                yield from self._ask(person, half)
            return
        yield _Answer(chunk, _items(reply.data), reply.usage)


def _is_overflow(error: ModelHTTPError) -> bool:
    return error.status == 413 or (error.status == 400 and bool(_OVERFLOW.search(str(error))))


def _items(data: object) -> Sequence[object]:
    """Return the list in an answer that a model has already checked against the schema."""
    found = data.get("attributes") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise ModelError("the model's answer was not checked against the schema of the request.")
    return found


class _Sieve:
    """Keeps the candidates that stand, and counts the others by reason."""

    def __init__(self, person: str, signature: Signature, min_confidence: float) -> None:
        self._person = person
        self._signature = signature
        self._min_confidence = min_confidence
        self.kept: dict[str, Attribute] = {}
        self.dropped: Counter[str] = Counter()
        self.corrected = 0

    def add(self, conversation: Conversation, ground: Ground, items: Sequence[object]) -> None:
        for item in items:
            reason = self._try(conversation, ground, item)
            if reason is not None:
                self.dropped[reason] += 1

    def _try(self, conversation: Conversation, ground: Ground, item: object) -> str | None:
        """Keep the attribute, or return why it is dropped."""
        try:
            candidate = msgspec.convert(item, Candidate)
        except msgspec.ValidationError:
            return "bad_item"
        text = " ".join(candidate.text.split())
        reason = fault(text, candidate.confidence, self._min_confidence)
        if reason is not None:
            return reason
        found = ground.find(candidate.quote, candidate.turn)
        if not isinstance(found, Grounded):
            return found
        finding = Finding(
            text=text,
            source=candidate.source,
            confidence=candidate.confidence,
            turn=found.turn,
            spans=found.spans,
            reason=" ".join((candidate.reason or "").split())[:LONGEST_TEXT] or None,
        )
        attribute = attribute_of(self._person, conversation, finding, self._signature)
        if attribute.id in self.kept:
            return "duplicate"
        self.kept[attribute.id] = attribute
        self.corrected += found.corrected
        return None


def fault(text: str, confidence: float, min_confidence: float) -> str | None:
    """Return what is wrong with a statement apart from its quote, or None."""
    if not text:
        return "empty_text"
    if len(text) > LONGEST_TEXT:
        return "text_too_long"
    if not 0.0 <= confidence <= 1.0:
        return "confidence_out_of_range"
    return "low_confidence" if confidence < min_confidence else None
