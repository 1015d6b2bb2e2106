"""Put, get and list records; forget people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any

from recenter import formats
from recenter.errors import RecenterError
from recenter.provenance import Signature
from recenter.records import (
    Attribute,
    Conversation,
    Judgment,
    Query,
    Reference,
    ReferenceKind,
    Reply,
    Selection,
)
from recenter.store import loading, removal, runs, writing
from recenter.store.cache import StoreCache
from recenter.store.database import Database, Row, clean, open_database
from recenter.store.loading import Found
from recenter.store.migrate import load_migrations, migrate
from recenter.store.reports import ForgetReport, Outcome, PutReport, Run
from recenter.store.tables import (
    ATTRIBUTES,
    CONVERSATIONS,
    JUDGMENTS,
    QUERIES,
    REFERENCES,
    REPLIES,
    SELECTIONS,
    R,
    Table,
)
from recenter.store.work import Work

_PAGE = 64


def open_store(url: str) -> Store:
    """Open the store of a URL, made and brought to the schema of this version where needed.

    `sqlite:///PATH`, a bare path, or `postgresql://user@host/database`.

    Raises:
        ConfigError: the URL is of another kind, or would keep the data in memory only.
        MissingExtraError: PostgreSQL, without its driver.
        MigrationError: the data was made by a later version.
        StoreError: it cannot be opened.
    """
    database = open_database(url)
    try:
        migrate(database, load_migrations())
    except RecenterError:
        database.close()
        raise
    return Store(database)


class Store:
    """Everything Recenter remembers. Threads may share one; each process opens its own.

    Every method that writes does so in transactions that other processes see whole or not at
    all, and may be repeated without effect. Lists are read page by page, so that memory stays
    flat and a reader keeps nobody waiting; what is written meanwhile may or may not be seen.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cache = StoreCache(database)
        """Answers of models and vectors."""
        self.work = Work(database)
        """What is to be done, and what has been."""

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._database.close()

    @property
    def database(self) -> Database:
        """The connection, for the tables of human studies."""
        return self._database

    @property
    def place(self) -> str:
        """Where the data is, without any password."""
        return self._database.place

    # Writing

    def put_conversations(
        self,
        conversations: Iterable[Conversation],
        *,
        each: Callable[[str, Outcome], None] | None = None,
        bulk: bool = False,
    ) -> PutReport:
        """Store conversations as they come, in batches; `each` is told (id, outcome) once stored.

        One whose content is already there is left as it is, with the signature of the version
        that read it first. With `bulk`, a transaction holds eight times as many, and PostgreSQL
        is sent them by COPY: faster for many, while others wait longer for their turn.
        """
        return writing.put(self._database, CONVERSATIONS, conversations, each=each, bulk=bulk)

    def put_attributes(
        self,
        person: str,
        attributes: Iterable[Attribute],
        *,
        signature: Signature,
        alone: bool = False,
    ) -> PutReport:
        """Make these the attributes that the extractor of this signature found of a person.

        In one transaction, so that a second extraction that yields fewer leaves none of the
        first: what is no longer among them is deleted, or retired where somebody judged it. The
        sets of other signatures stay, or with `alone` go the same way.

        Raises:
            InputError: an attribute is of another person.
        """
        return writing.replace_attributes(
            self._database, person, list(attributes), signature=signature, alone=alone
        )

    def put_found(self, found: Sequence[Found], *, signature: Signature) -> PutReport:
        """Store what an extractor of this signature found of some people, in one transaction.

        Unlike with `put_attributes`, it may have read some of a person's conversations only: of
        what this signature found before, that goes, or is retired where somebody judged it, which
        rests on conversations read now alone. Evidence in a conversation that was deleted is left
        out, and an attribute that has no other is refused.
        """
        return loading.replace_found(self._database, found, signature=signature)

    def put_wordings(
        self, wordings: Sequence[Attribute], judgments: Sequence[Judgment], *, used: str
    ) -> PutReport:
        """Store the wordings of one attribute, the stored one first, with the verdicts on them.

        In one transaction: they join the set that the first belongs to, and all but the one with
        the id `used` are retired. One that was deleted before is refused, and the first is used.
        """
        return writing.put_wordings(self._database, wordings, judgments, used=used)

    def put_judgments(self, judgments: Iterable[Judgment]) -> PutReport:
        """Store judgments. One that names no person is filed under that of its subject, and
        refused where the subject is not stored: nobody could ever ask to forget it.
        """
        return writing.put(self._database, JUDGMENTS, judgments)

    def put_query(self, query: Query) -> Outcome:
        """Store a query."""
        return self._put_one(QUERIES, query)

    def put_selection(self, selection: Selection) -> Outcome:
        """Store a selection."""
        return self._put_one(SELECTIONS, selection)

    def put_reply(self, reply: Reply) -> Outcome:
        """Store a reply."""
        return self._put_one(REPLIES, reply)

    def put_references(self, references: Iterable[Reference]) -> PutReport:
        """Store what benchmarks say of people; refused where the person, or the conversation that
        it was planted in, was removed.
        """
        return writing.put(self._database, REFERENCES, references)

    def put_run(self, run: Run) -> None:
        """Store the manifest of a run, at its start and again at its end."""
        runs.put_run(self._database, run)

    # Reading

    def people(self) -> Iterator[str]:
        """Yield the ids of all who are remembered, in order."""
        after = ""
        while rows := self._database.rows("people_page", after=after, size=_PAGE * 16):
            yield from (id for (id,) in rows)
            (after,) = rows[-1]

    def knows(self, person: str) -> bool:
        """Tell whether anything is remembered of a person."""
        return bool(self._database.rows("people_known", person=person))

    def conversation(self, id: str) -> Conversation | None:
        """Return a conversation."""
        return self._get(CONVERSATIONS, id)

    def conversations(self, person: str | None = None) -> Iterator[Conversation]:
        """Yield the conversations of a person, oldest first, or of everyone, person by person."""
        for one in self._whom(person):
            at = after = ""
            while rows := self._database.rows(
                "conversations_page", person=one, at=at, after=after, size=_PAGE
            ):
                yield from (CONVERSATIONS.record(record) for _, _, record in rows)
                at, after, _ = rows[-1]

    def attribute(self, id: str) -> Attribute | None:
        """Return an attribute, also a retired one."""
        return self._get(ATTRIBUTES, id)

    def attributes(
        self,
        person: str | None = None,
        *,
        signature: Signature | None = None,
        retired: bool = False,
    ) -> Iterator[Attribute]:
        """Yield the attributes of a person or everyone: of one set or all, current or retired."""
        wanted = None if signature is None else formats.encode(signature)
        for _, current, held, record in self._pages("attributes_page", person):
            if bool(current) is not retired and wanted in (None, held):
                yield ATTRIBUTES.record(record)

    def have_attributes(self, people: Iterable[str]) -> set[str]:
        """Return those of the people of whom there is an attribute, current or retired."""
        rows = self._database.rows("attributes_holders", people=list(people))
        return {person for (person,) in rows}

    def have_conversations(self, ids: Iterable[str]) -> set[str]:
        """Return those of the ids under which a conversation is stored."""
        rows = self._database.rows("conversations_contents", ids=list(ids))
        return {id for id, _ in rows}

    def judgment(self, id: str) -> Judgment | None:
        """Return a judgment."""
        return self._get(JUDGMENTS, id)

    def judgments(
        self, person: str | None = None, *, question: str | None = None
    ) -> Iterator[Judgment]:
        """Yield the judgments that concern a person, or all: on one question, or every one."""
        query = "judgments_all" if person is None else "judgments_page"
        for _, asked, record in self._pages_of(query, person):
            if question is None or clean(question) == asked:
                yield JUDGMENTS.record(record)

    def query(self, id: str) -> Query | None:
        """Return a query."""
        return self._get(QUERIES, id)

    def queries(self, person: str | None = None) -> Iterator[Query]:
        """Yield the queries of a person, or of everyone."""
        for _, record in self._pages("queries_page", person):
            yield QUERIES.record(record)

    def selection(self, id: str) -> Selection | None:
        """Return a selection."""
        return self._get(SELECTIONS, id)

    def selections(
        self, person: str | None = None, *, query: str | None = None
    ) -> Iterator[Selection]:
        """Yield the selections of a person or everyone, of one query or all."""
        for _, of, record in self._pages("selections_page", person):
            if query is None or clean(query) == of:
                yield SELECTIONS.record(record)

    def reply(self, id: str) -> Reply | None:
        """Return a reply."""
        return self._get(REPLIES, id)

    def replies(self, person: str | None = None, *, query: str | None = None) -> Iterator[Reply]:
        """Yield the replies to a person or everyone, to one query or all."""
        for _, of, record in self._pages("replies_page", person):
            if query is None or clean(query) == of:
                yield REPLIES.record(record)

    def references(
        self, person: str | None = None, *, kind: ReferenceKind | None = None
    ) -> Iterator[Reference]:
        """Yield what benchmarks say of a person or everyone, of one kind or all."""
        for _, held, record in self._pages("person_references_page", person):
            if kind in (None, held):
                yield REFERENCES.record(record)

    def run(self, id: str) -> Run | None:
        """Return the manifest of a run."""
        return runs.get_run(self._database, id)

    def runs(self) -> Iterator[Run]:
        """Yield the manifests of all runs, oldest first."""
        return runs.list_runs(self._database)

    def counts(self) -> Mapping[str, int]:
        """Return how much there is of everything."""
        return {name: int(count) for name, count in self._database.rows("counts")}

    # Removing

    def forget(self, person: str, *, erase: bool = True) -> ForgetReport:
        """Remove everything about a person and refuse what comes of them later.

        Only the pseudonym stays, as the tombstone that later imports are checked against. To
        forget many, pass `erase=False` and call `erase` once at the end.
        """
        return removal.forget(self._database, person, erase=erase)

    def erase(self) -> bool:
        """Overwrite on disk what deleted rows left: the file, or each table, is written anew.

        False where another process reads or writes just now; the rows are gone all the same.
        """
        return self._database.erase()

    def is_unerased(self) -> bool:
        """Tell whether something was deleted since the freed space was overwritten: `erase` was
        put off or prevented, or its process ended before it.
        """
        return self._database.is_unerased()

    def is_forgotten(self, person: str) -> bool:
        """Tell whether a person was forgotten and is refused."""
        return bool(self._database.rows("people_forgotten", ids=[person]))

    def lift(self, person: str) -> bool:
        """Let a forgotten person be remembered again; False where they were not forgotten."""
        return removal.lift(self._database, person)

    def delete_conversation(self, id: str, *, erase: bool = True) -> ForgetReport | None:
        """Remove a conversation and every word of it elsewhere; None where there is none.

        Attributes lose the evidence that stood in it, and go where they have no other.
        """
        return removal.delete_conversation(self._database, id, erase=erase)

    def delete_attribute(self, id: str, *, erase: bool = True) -> ForgetReport | None:
        """Remove an attribute, what was judged of it, and replies that used it."""
        return removal.delete_attribute(self._database, id, erase=erase)

    def restore(self, id: str) -> bool:
        """Let a deleted conversation or attribute come back with the next import or extraction."""
        return removal.restore(self._database, id)

    def _put_one(self, table: Table[R], record: R) -> Outcome:
        outcomes: list[Outcome] = []
        writing.put(self._database, table, [record], each=lambda _, got: outcomes.append(got))
        return outcomes[0]

    def _get(self, table: Table[R], id: str) -> R | None:
        rows = self._database.rows(f"{table.name}_get", id=id)
        return table.record(rows[0][0]) if rows else None

    def _whom(self, person: str | None) -> Iterable[str]:
        return self.people() if person is None else (person,)

    def _pages(self, query: str, person: str | None) -> Iterator[Row]:
        for one in self._whom(person):
            yield from self._pages_of(query, one)

    def _pages_of(self, query: str, person: str | None) -> Iterator[Row]:
        values: dict[str, Any] = {} if person is None else {"person": person}
        after = ""
        while rows := self._database.rows(query, after=after, size=_PAGE, **values):
            yield from rows
            after = rows[-1][0]
