"""What the extraction benchmarks share: the dialogues, and where each extractor's evidence is."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from training.extractor import conversation_of

from bench.common import SHARED_DATA, read_jsonl
from recenter.models.embedded import Minilm
from recenter.records import Conversation
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.text.clauses import split_clauses
from recenter.text.locate import Locator

OURS = "embedded"
_FIRST_PERSON = re.compile(r"\b(?:i|i'?m|ive|my|me|mine|myself)\b", re.IGNORECASE)
_REQUEST = re.compile(
    r"^\W*(?:please|can|could|would|will|what|how|why|who|which|where|when|is|are|do|does|write|"
    r"give|make|create|tell|show|explain|translate|rewrite|help|generate|list)\b",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """One extracted item with the place of its evidence."""

    session: str
    turn: int
    start: int
    end: int
    text: str


def dialogues() -> list[Conversation]:
    """Return all dialogues of the study's data, one person each."""
    return [conversation_of(row) for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")]


def by_embedded(conversations: Iterable[Conversation]) -> list[Found]:
    """Return what the embedded extractor finds, one row per piece of evidence."""
    extractor = EmbeddedExtractor(Minilm())
    return [
        Found(e.conversation, e.turn, e.start, e.end, attribute.text)
        for conversation in conversations
        for attribute in extractor.extract(conversation.person, [conversation]).attributes
        for e in attribute.evidence
    ]


def by_llms(conversations: Iterable[Conversation]) -> tuple[dict[str, list[Found]], dict[str, int]]:
    """Return the located items of each LLM, and how many items each gave in all.

    An item counts with the first of the person's turns in which its quote stands word for word.
    """
    by_id = {conversation.id: _locators(conversation) for conversation in conversations}
    found: dict[str, list[Found]] = {}
    given: dict[str, int] = {}
    for row in read_jsonl(SHARED_DATA / "alps_llm_extractions.jsonl"):
        if row["session"] not in by_id:
            continue
        model = row["model"]
        given[model] = given.get(model, 0) + len(row["items"])
        for item in row["items"]:
            place = _place(by_id[row["session"]], item.get("evidence_text") or "")
            if place is not None:
                found.setdefault(model, []).append(Found(row["session"], *place, item["text"]))
    return found, given


def gold_turns(sessions: Iterable[str]) -> set[tuple[str, int]]:
    """Return the evidence turns of the kept, direct memories."""
    wanted = set(sessions)
    return {
        (memory["session"], memory["evidence_turn"])
        for memory in read_jsonl(SHARED_DATA / "alps_memories.jsonl")
        if memory["verdict"] == "kept"
        and memory["kind"] == "direct"
        and memory["session"] in wanted
    }


def baselines(
    conversations: Iterable[Conversation], *, rate: float, seed: int
) -> dict[str, list[Found]]:
    """Return what would be found without a model; `rate` is the share of random clauses kept."""
    rng = random.Random(seed)
    rules: Mapping[str, Callable[[str], bool]] = {
        "first-person clauses": lambda said: bool(_FIRST_PERSON.search(said)),
        "statement clauses": lambda said: "?" not in said and not _REQUEST.match(said),
        "random clauses": lambda _: rng.random() < rate,
    }
    found: dict[str, list[Found]] = {name: [] for name in rules}
    for conversation in conversations:
        for number, turn in enumerate(conversation.turns):
            if turn.role != "user":
                continue
            for clause in split_clauses(turn.text):
                said = turn.text[clause.start : clause.end]
                place = Found(conversation.id, number, clause.start, clause.end, said)
                for name, rule in rules.items():
                    if rule(said):
                        found[name].append(place)
    return found


def _locators(conversation: Conversation) -> list[tuple[int, Locator]]:
    return [
        (number, Locator(turn.text))
        for number, turn in enumerate(conversation.turns)
        if turn.role == "user"
    ]


def _place(own: list[tuple[int, Locator]], quote: str) -> tuple[int, int, int] | None:
    for number, locator in own:
        if spans := locator.parts(quote):
            return number, spans[0].start, spans[-1].end
    return None
