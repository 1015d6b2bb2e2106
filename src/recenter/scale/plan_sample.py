"""A corpus counted whole, and its sampled people put through every step with a clock."""

from __future__ import annotations

import functools
import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from recenter.corpus.language import load_language_detector
from recenter.corpus.summaries import summarise
from recenter.importers.base import BadRow, SkippedRow
from recenter.importers.reading import Row
from recenter.models.base import ChatModel, ChatRequest, Embedder
from recenter.models.calls import tokens_at_most
from recenter.models.dry_run import DryRun
from recenter.progress import Progress, Silent
from recenter.provenance import make_id
from recenter.records import Attribute, Conversation, Message, Query, Turn, conversation_id
from recenter.scale.plan import Counts, Sampled, Step, Taken
from recenter.stages.backends import Models, make_selector, make_verifier
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.extract_llm import LLMExtractor
from recenter.stages.judge import judge_relevant
from recenter.stages.merge import merge
from recenter.stages.select import Selector
from recenter.stages.verify import Verifier

T = TypeVar("T")

EMBEDDED = "embedded"
CODE = "code"


class Unread(NamedTuple):
    """A shard that cannot be read."""

    shard: str
    reason: str


class Drawn(NamedTuple):
    """A corpus counted whole, and all conversations of some of its people."""

    counts: Counts
    people: dict[str, list[Conversation]]


def draw(rows: Iterable[Row | Unread], *, sample: int, seed: int = 0) -> Drawn:
    """Count a corpus in one pass, and keep the conversations of so many people drawn at random.

    Who is drawn are the people with the lowest keyed hashes, so that the order of the rows changes
    nothing and nobody has to be read twice. Held in memory are their conversations, and eight
    bytes for everybody else.
    """
    began = time.perf_counter(), time.process_time()
    drawing = _Drawing(sample, seed)
    bad = skipped = 0
    unread: list[str] = []
    for row in rows:
        if isinstance(row, Conversation):
            drawing.add(row)
        elif isinstance(row, BadRow):
            bad += 1
        elif isinstance(row, SkippedRow):
            skipped += 1
        elif isinstance(row, Unread):
            unread.append(f"{row.shard}: {row.reason}")
    counts = Counts(
        people=len(drawing.seen),
        conversations=drawing.conversations,
        turns=drawing.turns,
        characters=drawing.characters,
        tokens=drawing.tokens,
        bad=bad,
        skipped=skipped,
        unread=tuple(unread),
        wall_seconds=time.perf_counter() - began[0],
        processor_seconds=time.process_time() - began[1],
    )
    return Drawn(counts, {person: list(drawing.kept[person].values()) for person in drawing.people})


class _Drawing:
    def __init__(self, sample: int, seed: int) -> None:
        self.kept: dict[str, dict[str, Conversation]] = {}
        self.seen: set[int] = set()
        self.conversations = self.turns = self.characters = self.tokens = 0
        self._ranks: dict[str, int] = {}
        self._sample = sample
        self._key = str(seed).encode()

    @property
    def people(self) -> list[str]:
        return sorted(self.kept, key=self._ranks.__getitem__)

    def add(self, row: Conversation) -> None:
        self.conversations += 1
        self.turns += len(row.turns)
        self.characters += characters([row])
        messages = tuple(Message(role=turn.role, content=turn.text) for turn in row.turns)
        self.tokens += tokens_at_most(ChatRequest(messages=messages))
        data = row.person.encode("utf-8", "surrogatepass")
        rank = int.from_bytes(hashlib.blake2b(data, digest_size=8, key=self._key).digest())
        self.seen.add(rank)
        if row.person not in self.kept:
            self.kept[row.person] = {}
            self._ranks[row.person] = rank
            if len(self.kept) > self._sample:
                # Whoever falls out has too high a rank for ever: nobody comes back half read.
                last = max(self._ranks, key=self._ranks.__getitem__)
                del self.kept[last], self._ranks[last]
        if row.person in self.kept:
            self.kept[row.person].setdefault(row.id, row)


def characters(conversations: Iterable[Conversation]) -> int:
    """Return the characters of the person's own turns."""
    return sum(len(turn.text) for one in conversations for turn in one.turns if turn.role == "user")


class Measuring:
    """Puts people through the steps with the embedded models, and a chat model that is not asked.

    What a chat model would find is not known before it is asked, so what it would verify, select
    and judge are the attributes that the embedded extractor finds. Selecting and judging are
    measured for one prompt of each person: the last that they wrote.
    """

    def __init__(
        self, embedder: Embedder, chat: ChatModel | None = None, *, filtering: bool = True
    ) -> None:
        """Load the embedded models.

        Raises:
            ConfigError: there are none for this embedder.
        """
        self._embedder = embedder
        self._chat = chat
        # As for a corpus that names no language, which takes most.
        detect = load_language_detector() if filtering else None
        self._summarise = functools.partial(summarise, detect=detect, trust_named=True)
        self._filtering = filtering
        self._extractor = EmbeddedExtractor(embedder)
        models = Models(embedder=embedder)
        self._verifier = make_verifier("trained", models)
        self._selector = make_selector("trained", models)

    def measure(
        self, people: dict[str, list[Conversation]], *, progress: Progress | None = None
    ) -> list[Sampled]:
        """Return what each step takes for each person.

        Raises:
            MissingExtraError: filtering is measured, and datasketch is not installed.
        """
        progress = progress or Silent()
        progress.start("people", len(people))
        # A model is loaded once in each worker: that is no part of what a person takes.
        self._person("nobody", [_warm_up()])
        made = []
        for person, conversations in people.items():
            made.append(self._person(person, conversations))
            progress.advance()
        return made

    def _person(self, person: str, mine: Sequence[Conversation]) -> Sampled:
        taken: list[Taken] = []
        if self._filtering:
            taken.append(_timed("filter", CODE, lambda: list(self._summarise(mine)))[0])
        one, found = _timed("extract", EMBEDDED, lambda: self._extract(person, mine))
        taken.append(one)
        taken.append(_timed("verify", EMBEDDED, lambda: _verify(self._verifier, found, mine))[0])
        query = _last_prompt(person, mine)
        if query is not None:
            taken.append(_timed("select", EMBEDDED, lambda: self._selector.select(query, found))[0])
        if self._chat is not None:
            taken += _asked(self._chat, person, mine, found=found, query=query)
        return Sampled(
            person=person, characters=characters(mine), attributes=len(found), taken=tuple(taken)
        )

    def _extract(self, person: str, mine: Sequence[Conversation]) -> Sequence[Attribute]:
        return merge(self._extractor.extract(person, mine).attributes, self._embedder)


def _asked(
    chat: ChatModel,
    person: str,
    mine: Sequence[Conversation],
    *,
    found: Sequence[Attribute],
    query: Query | None,
) -> Iterator[Taken]:
    """Yield what the very prompts of each step would take, none of which is sent."""

    def dry(step: Step, work: Callable[[DryRun], object]) -> Taken:
        model = DryRun(chat)
        work(model)
        used = model.estimate
        # Of a person with nothing to ask about, too: an unknown price is not a cost of zero.
        cost = None if model.price is None else used.cost
        return Taken(
            step=step,
            backend=chat.name,
            calls=used.calls,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            cost=cost,
        )

    def verifier(model: ChatModel) -> Verifier:
        return make_verifier("llm", Models(chat=model))

    def selector(model: ChatModel) -> Selector:
        return make_selector("llm", Models(chat=model))

    yield dry("extract", lambda model: LLMExtractor(model, workers=1).extract(person, mine))
    yield dry("verify", lambda model: _verify(verifier(model), found, mine))
    if query is not None:
        yield dry("select", lambda model: selector(model).select(query, found))
        yield dry("judge", lambda model: [judge_relevant(query, one, model=model) for one in found])


def _verify(verifier: Verifier, found: Iterable[Attribute], mine: Iterable[Conversation]) -> None:
    held = {one.id: one for one in mine}
    for attribute in found:
        cited = dict.fromkeys(evidence.conversation for evidence in attribute.evidence)
        verifier.verify(attribute, [held[id] for id in cited])


def _last_prompt(person: str, mine: Sequence[Conversation]) -> Query | None:
    texts = [
        turn.text for one in mine for turn in one.turns if turn.role == "user" and turn.text.strip()
    ]
    if not texts:
        return None
    return Query(id=make_id("qry", person, texts[-1], []), person=person, prompt=texts[-1])


def _timed(step: Step, backend: str, work: Callable[[], T]) -> tuple[Taken, T]:
    wall, processor = time.perf_counter(), time.process_time()
    made = work()
    taken = Taken(
        step=step,
        backend=backend,
        wall_seconds=time.perf_counter() - wall,
        processor_seconds=time.process_time() - processor,
    )
    return taken, made


def _warm_up() -> Conversation:
    return Conversation(
        id=conversation_id("nobody", "warm-up", "1"),
        person="nobody",
        turns=(Turn(role="user", text="I am a vegetarian and I live in Leeds."),),
        source="warm-up",
    )
