"""The stages on a store: fetch, call a stage, save, say what was done."""

from __future__ import annotations

import itertools
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from recenter import __version__
from recenter.errors import InputError, RecenterError, UnreadableAnswerError
from recenter.models.base import ChatModel, Embedder
from recenter.models.calls import add_up
from recenter.progress import Progress, Silent
from recenter.provenance import Signature, digest, make_id
from recenter.records import (
    LIVE,
    Arm,
    Attribute,
    Conversation,
    Judgment,
    Method,
    Query,
    Record,
    Reply,
    Selection,
    Turn,
    Usage,
)
from recenter.stages.extract import Extractor
from recenter.stages.judge_stored import Judged, judge_stored
from recenter.stages.merge import merge, merged_signature
from recenter.stages.policy import Policy, select
from recenter.stages.refine_stored import (
    RefinedStore,
    Refiner,
    in_best_wording,
    refine_stored,
)
from recenter.stages.respond import respond
from recenter.stages.respond_check import Check, respond_checked
from recenter.stages.select import Selector
from recenter.stages.verify import Verifier, accepted
from recenter.stages.verify_stored import Verified, verify_stored
from recenter.store import PutReport, Run, Store
from recenter.store.work import Item, Task

EXTRACT = "extract"


def utc_now() -> str:
    """Return the time as it stands in manifests."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Reader(NamedTuple):
    """An extractor, and how what it finds is merged."""

    extractor: Extractor
    embedder: Embedder
    threshold: float = 0.7
    """Cosine from which two attributes are one: see `stages.merge`."""

    @property
    def signature(self) -> Signature:
        """What the attributes carry: everything they depend on beside the conversations."""
        return merged_signature(self.extractor.signature, self.embedder, self.threshold)


class Extracted(Record, frozen=True):
    """What an extraction over the store did."""

    people: int = 0
    unchanged: int = 0
    """People whose conversations have not changed since this extractor read them."""
    attributes: int = 0
    candidates: int = 0
    """Attributes before near-duplicates were merged."""
    dropped: Mapping[str, int] = {}
    failed: int = 0
    """People of whom some answer could not be read; tried again by the next run."""
    usage: Usage = Usage()


class Workspace:
    """A store, and the stages that read and write it."""

    def __init__(
        self, store: Store, *, keep: bool = True, clock: Callable[[], str] = utc_now
    ) -> None:
        """Work on a store. Without `keep`, what is decided and answered is not saved."""
        self.store = store
        self._keep = keep
        self._clock = clock

    @contextmanager
    def run(self, command: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Keep the manifest of a command; what is put into the dict is stored at its end."""
        run = Run(
            id=f"run_{secrets.token_hex(8)}",
            command=command,
            arguments=arguments,
            code=__version__,
            started=self._clock(),
        )
        self._put_run(run)
        told: dict[str, Any] = {}
        outcome = "interrupted"
        try:
            yield told
            outcome = "done"
        except RecenterError as error:
            outcome = type(error).__name__
            raise
        finally:
            ended = {"ended": self._clock(), "outcome": outcome}
            self._put_run(msgspec.structs.replace(run, **ended, **told))

    def _put_run(self, run: Run) -> None:
        if self._keep:
            self.store.put_run(run)

    def put_conversations(self, conversations: Iterable[Conversation]) -> PutReport:
        """Store conversations; the same ones again change nothing."""
        return self.store.put_conversations(conversations)

    def extract(
        self,
        reader: Reader,
        *,
        people: Iterable[str] | None = None,
        progress: Progress | None = None,
    ) -> Extracted:
        """Extract from all whose conversations changed, merge, and store what was found.

        Several processes may do this at once. One that is killed loses the person in its hands
        only, whom the next run takes up again.

        Raises:
            InputError: one of the people is not known.
            ModelError: the model cannot be asked; what is done stays done.
        """
        progress = progress or Silent()
        signature = digest(reader.signature)
        chosen = self._chosen(people)
        work = self.store.work
        work.add(EXTRACT, (self._item(person) for person in chosen), signature=signature)
        work.release_dead(EXTRACT, signature=signature)
        work.reopen(EXTRACT, signature=signature)
        progress.start("people", len(chosen))
        total = Extracted()
        # What an interrupted run left open of others is not what was asked for.
        items = None if people is None else chosen
        while tasks := work.claim(EXTRACT, signature=signature, items=items):
            for task in tasks:
                with work.held(task):
                    made = self._extract_one(task, reader)
                total = _sum(total, made)
                progress.advance()
        return msgspec.structs.replace(total, unchanged=max(0, len(chosen) - total.people))

    def _item(self, person: str) -> Item:
        contents = sorted((c.id, c.content) for c in self._read(person))
        return Item(item=person, person=person, content=digest(contents))

    def _read(self, person: str) -> Iterator[Conversation]:
        # What an application's memory has learned from already would be learned twice.
        return (c for c in self.store.conversations(person) if c.source != LIVE)

    def _extract_one(self, task: Task, reader: Reader) -> Extracted:
        work = self.store.work
        try:
            conversations = list(self._read(task.item))
            found = reader.extractor.extract(task.item, conversations)
            merged = merge(found.attributes, reader.embedder, threshold=reader.threshold)
        except UnreadableAnswerError as error:
            work.fail(task, str(error))
            return Extracted(people=1, failed=1)
        except BaseException as error:
            work.fail(task, type(error).__name__, retry=True)
            raise
        merged = in_best_wording(self.store, task.item, merged)
        self.store.put_attributes(
            task.item, merged, signature=reader.signature, alone=not found.failures
        )
        if found.failures:
            work.fail(task, found.failures[0].error)
        else:
            work.done(task)
            work.displace(task, stage=EXTRACT, signature=digest(reader.signature))
        return Extracted(
            people=1,
            attributes=len(merged),
            candidates=len(found.attributes),
            dropped=found.dropped,
            failed=bool(found.failures),
            usage=found.usage,
        )

    def verify(
        self,
        verifier: Verifier,
        *,
        people: Iterable[str] | None = None,
        progress: Progress | None = None,
    ) -> Verified:
        """Judge the support of every attribute that this verifier has not judged yet.

        Raises:
            InputError: one of the people is not known.
            ModelError: the model cannot be asked; what is judged stays judged.
        """
        return verify_stored(
            self.store, verifier, people=self._chosen(people), progress=progress, keep=self._keep
        )

    def refine(
        self,
        refiner: Refiner,
        *,
        people: Iterable[str] | None = None,
        progress: Progress | None = None,
    ) -> RefinedStore:
        """Have what was not accepted narrowed, rewritten or dropped: see `refine_stored`."""
        chosen = self._chosen(people)
        return refine_stored(self.store, refiner, people=chosen, progress=progress, keep=self._keep)

    def judge(
        self,
        question: str,
        model: ChatModel,
        *,
        people: Iterable[str] | None = None,
        workers: int = 4,
        progress: Progress | None = None,
    ) -> Judged:
        """Put to a model what people answered: see `judge_stored`."""
        return judge_stored(
            self.store,
            question,
            model,
            people=self._chosen(people),
            workers=workers,
            progress=progress,
            keep=self._keep,
        )

    def accepted(self, person: str) -> tuple[Attribute, ...]:
        """Return the attributes of a person that may be used."""
        judgments: list[Judgment] = list(self.store.judgments(person, question="supported"))
        return accepted(self.store.attributes(person), judgments)

    def query(self, person: str, prompt: str, messages: Sequence[Turn] = ()) -> Query:
        """Save and return a new prompt of a person.

        Raises:
            InputError: nobody of this id is remembered.
        """
        self._known(person)
        before = tuple(messages)
        id = make_id("qry", person, prompt, [(turn.role, turn.text) for turn in before])
        query = Query(id=id, person=person, prompt=prompt, messages=before)
        if self._keep:
            self.store.put_query(query)
        return query

    def select(
        self,
        query: Query,
        selector: Selector,
        *,
        policy: Policy | None = None,
        cap: int | None = None,
    ) -> Selection:
        """Decide which accepted attributes the answer uses; save and return the decisions."""
        attributes = self.accepted(query.person)
        selection = select(query, attributes, selector, policy=policy, cap=cap)
        if self._keep:
            self.store.put_selection(selection)
        return selection

    def respond(
        self,
        query: Query,
        selection: Selection,
        *,
        model: ChatModel | None,
        arm: Arm = "selected",
        method: Method = "start",
        check: Check | None = None,
    ) -> Reply:
        """Save and return the reply of one arm, without text where there is no model.

        With `check`, it is the generic one where the personalised one does not pass.
        """
        attributes = self.accepted(query.person)
        if check is None:
            reply = respond(query, selection, attributes, model=model, arm=arm, method=method)
        else:
            reply = respond_checked(
                query, selection, attributes, model=model, check=check, arm=arm, method=method
            )
        if self._keep:
            self.store.put_reply(reply)
        return reply

    def _chosen(self, people: Iterable[str] | None) -> list[str]:
        if people is None:
            return list(self.store.people())
        chosen = list(dict.fromkeys(people))
        for person in chosen:
            self._known(person)
        return chosen

    def _known(self, person: str) -> None:
        if self.store.is_forgotten(person):
            raise InputError(
                f"{person!r} was forgotten.",
                field="person",
                cure="Nothing is learned or answered about them until they are lifted.",
            )
        if not self.store.knows(person):
            some = ", ".join(itertools.islice(self.store.people(), 3)) or "nobody yet"
            raise InputError(
                f"there is no person {person!r} in {self.store.place}; there is {some}.",
                field="person",
                cure="`recenter people` lists everyone.",
            )


def _sum(one: Extracted, other: Extracted) -> Extracted:
    return Extracted(
        people=one.people + other.people,
        attributes=one.attributes + other.attributes,
        candidates=one.candidates + other.candidates,
        dropped=dict(Counter(one.dropped) + Counter(other.dropped)),
        failed=one.failed + other.failed,
        usage=add_up([one.usage, other.usage]),
    )
