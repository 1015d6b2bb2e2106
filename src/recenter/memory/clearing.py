"""Take the words of what is forgotten out of everything that is kept of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import Any

import msgspec

from recenter import formats
from recenter.memory.ledger import put_traces
from recenter.memory.queue import LEARN, MASK
from recenter.memory.records import Answered, Happened, Note
from recenter.memory.traces import Hasher
from recenter.memory.words import Words
from recenter.provenance import make_id
from recenter.records import (
    LIVE,
    Conversation,
    Judgment,
    Query,
    Reference,
    Reply,
    Selection,
    Turn,
    judgment_id,
)
from recenter.store.database import Transaction
from recenter.store.in_studies import mask_in_studies, remove_from_studies
from recenter.store.removal import every, remove_replies, rewrite
from recenter.store.runs import clear_in_runs
from recenter.store.tables import (
    CONVERSATIONS,
    JUDGMENTS,
    QUERIES,
    REFERENCES,
    REPLIES,
    SELECTIONS,
)

_ALL = 2**31 - 1


class Clearing:
    """One transaction in which the words of a person's forgotten memories go."""

    def __init__(
        self,
        transaction: Transaction,
        person: str,
        words: Words,
        counts: Counter[str],
        *,
        hasher: Hasher | None,
    ) -> None:
        """Without a `hasher` no traces are left, and what is said again is kept again."""
        self._transaction, self._person = transaction, person
        self._words, self._counts, self._hasher = words, counts, hasher

    def conversations(self, removed: Set[str]) -> None:
        """Mask the words in the conversations; those of the ids that are `removed` go whole."""
        for conversation in self._conversations():
            turns = self._words.of_turns(conversation.turns)
            if conversation.id in removed:
                self._trace(conversation.turns)
                self._remove(conversation)
            elif turns != conversation.turns:
                pairs = zip(conversation.turns, turns, strict=True)
                self._trace([old for old, new in pairs if old != new])
                self._mask(msgspec.structs.replace(conversation, turns=turns))
        # Of what was done elsewhere a digest of the very words is kept.
        self._transaction.run("work_delete_done", person=self._person, stage=LEARN)

    def _trace(self, turns: Iterable[Turn]) -> None:
        # A client sends its whole conversation with every message, perhaps cut at the front.
        if self._hasher is not None:
            left = {self._hasher.turn(turn.text) for turn in turns if MASK not in turn.text}
            put_traces(self._transaction, self._person, {"turn": left})

    def _conversations(self) -> list[Conversation]:
        rows = self._transaction.rows(
            "conversations_page", person=self._person, at="", after="", size=_ALL
        )
        return [CONVERSATIONS.record(record) for _, _, record in rows]

    def _remove(self, conversation: Conversation) -> None:
        id, run = conversation.id, self._transaction.run
        if conversation.source != LIVE:
            run("deleted_add", id=id, person=self._person)
        self._counts["conversations"] += run("conversations_delete", id=id)
        run("work_delete_of_item", item=id, person=self._person)
        remove_from_studies(
            self._transaction,
            self._person,
            self._counts,
            conversation=id,
            attributes=(),
            replies=(),
        )

    def _mask(self, conversation: Conversation) -> None:
        id, run = conversation.id, self._transaction.run
        if conversation.source != LIVE:
            # Or the next import of the same file would bring the words back.
            run("deleted_add", id=id, person=self._person)
        run("conversations_put", **CONVERSATIONS.row(conversation))
        run("work_content", item=id, person=self._person, content=conversation.content)
        self._counts["conversations_masked"] += 1

    def references(self) -> None:
        """Remove what a benchmark says of the person where it holds the words."""
        reference: Reference
        for reference in every(self._transaction, REFERENCES, self._person):
            texts = (reference.text, reference.question, reference.context)
            if any(text and self._words.stand_in(text) for text in texts):
                # Or the next import of the same file would bring the words back.
                self._transaction.run("deleted_add", id=reference.id, person=self._person)
                self._counts["person_references"] += self._transaction.run(
                    "person_references_delete", id=reference.id
                )

    def prompts(self) -> None:
        """Mask the words in what was asked, under another id: the old one was made of them."""
        new: dict[str, Query] = {}
        for query in every(self._transaction, QUERIES, self._person):
            cleared = self._cleared_query(query)
            if cleared.id != query.id:
                new[query.id] = cleared
                self._transaction.run("queries_delete", id=query.id)
                row = QUERIES.row(cleared)
                columns = ("id", "person", "content", "record")
                self._transaction.run("queries_put", **{name: row[name] for name in columns})
                self._counts["queries_masked"] += 1
        self._answers(new)
        self._judgments(new)
        self._receipts(new)

    def _cleared_query(self, query: Query) -> Query:
        prompt, turns = self._words.masked(query.prompt), self._words.of_turns(query.messages)
        if (prompt, turns) == (query.prompt, query.messages):
            return query
        id = make_id("qry", query.person, prompt, [(turn.role, turn.text) for turn in turns])
        return msgspec.structs.replace(query, id=id, prompt=prompt, messages=turns)

    def _answers(self, new: Mapping[str, Query]) -> None:
        """Remove replies with the words in them, and what was selected for such a prompt."""
        gone = set()
        for reply in every(self._transaction, REPLIES, self._person):
            if reply.query in new or self._holds(reply):
                gone.add(reply.id)
        remove_replies(self._transaction, gone, self._counts)
        remove_from_studies(
            self._transaction, self._person, self._counts, attributes=(), replies=gone
        )
        selection: Selection
        for selection in every(self._transaction, SELECTIONS, self._person):
            if selection.query in new:
                self._counts["selections"] += self._transaction.run(
                    "selections_delete", id=selection.id
                )
                continue
            decisions = tuple(
                msgspec.structs.replace(d, reason=self._words.masked(d.reason))
                for d in selection.decisions
            )
            reason = selection.reason and self._words.masked(selection.reason)
            cleared = msgspec.structs.replace(selection, decisions=decisions, reason=reason)
            if cleared != selection:
                rewrite(self._transaction, SELECTIONS, cleared)

    def _holds(self, reply: Reply) -> bool:
        lines = reply.receipt.lines
        texts = [reply.text or "", *(message.content for message in reply.messages)]
        texts += [text for line in lines for text in (line.text, line.reason, *line.quotes)]
        return any(self._words.stand_in(text) for text in texts)

    def _judgments(self, new: Mapping[str, Query]) -> None:
        judgment: Judgment
        for judgment in every(self._transaction, JUDGMENTS, self._person):
            subject, reason = judgment.subject, judgment.reason
            asked = new.get(subject.query or "")
            if asked is not None:
                subject = msgspec.structs.replace(subject, query=asked.id)
            if reason is not None:
                reason = self._words.masked(reason)
            if (subject, reason) == (judgment.subject, judgment.reason):
                continue
            judge, signature = judgment.judge, judgment.signature
            id = judgment_id(judgment.question, subject, judge, judgment.position, signature)
            cleared = msgspec.structs.replace(judgment, id=id, subject=subject, reason=reason)
            self._transaction.run("judgments_delete", id=judgment.id)
            self._transaction.run("judgments_put", **JUDGMENTS.row(cleared))
            self._counts["judgments_masked"] += 1

    def _receipts(self, new: Mapping[str, Query]) -> None:
        for id, at, record in self._transaction.rows("memory_receipts_of", person=self._person):
            receipt = formats.decode(record, Answered)
            cleared = self._cleared_receipt(receipt, new.get(receipt.query or ""))
            if cleared != receipt:
                self._transaction.run(
                    "memory_receipts_put",
                    id=id,
                    person=self._person,
                    at=at,
                    record=formats.encode(cleared),
                )
                self._counts["receipts_trimmed"] += 1

    def _cleared_receipt(self, answered: Answered, query: Query | None) -> Answered:
        masked = self._words.masked
        lines: dict[str, Any] = {
            name: tuple(
                msgspec.structs.replace(
                    line,
                    reason=masked(line.reason),
                    quotes=tuple(q for q in line.quotes if not self._words.stand_in(q)),
                )
                for line in getattr(answered.receipt, name)
            )
            for name in ("used", "withheld", "asked")
        }
        note = answered.receipt.note
        made = msgspec.structs.replace(
            answered,
            receipt=msgspec.structs.replace(
                answered.receipt, **lines, note=note if note is None else masked(note)
            ),
            prompt=masked(answered.prompt),
        )
        if query is None:
            return made
        # From the whole of it: what was cut in the middle of the words does not hold them.
        begins = query.prompt[: len(answered.prompt)]
        return msgspec.structs.replace(made, query=query.id, prompt=begins)

    def notes(self) -> None:
        """Mask the words in what is noted of other memories, and in their history."""
        for attribute, record in self._transaction.rows("memories_of", person=self._person):
            note = formats.decode(record, Note)
            cleared = msgspec.structs.replace(note, metadata=self._masked(note.metadata))
            if cleared != note:
                self._transaction.run(
                    "memories_rewrite", attribute=attribute, record=formats.encode(cleared)
                )
        for attribute, place, record in self._transaction.rows(
            "memory_events_places", person=self._person
        ):
            happened = formats.decode(record, Happened)
            old, new, why = (self._masked(t) for t in (happened.old, happened.new, happened.why))
            made = msgspec.structs.replace(happened, old=old, new=new, why=why)
            if made != happened:
                self._transaction.run(
                    "memory_events_rewrite",
                    attribute=attribute,
                    place=place,
                    record=formats.encode(made),
                )

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._words.masked(value)
        if isinstance(value, Mapping):
            return {self._masked(key): self._masked(one) for key, one in value.items()}
        return [self._masked(one) for one in value] if isinstance(value, list | tuple) else value

    def copies(self) -> None:
        """Take the words out of studies and of the manifests of runs."""
        mask_in_studies(
            self._transaction,
            self._person,
            self._counts,
            said_by=self._words.said_by,
            holds=self._words.stand_in,
        )
        emptied = clear_in_runs(self._transaction, self._person, self._words.stand_in)
        self._counts["runs"] += emptied
