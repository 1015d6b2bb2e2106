"""Reads a corpus with extractor and verifier, person by person, and goes on where it was stopped.

A work folder holds the normalised conversations and what was found in them, by a name that depends
on both and on the models: what is there is not computed again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from recenter.batch.contract import Result, Row, run_batch
from recenter.compare.folds import Readers
from recenter.compare.records import Corpus, Talk, talk_of
from recenter.compare.units import units_of
from recenter.errors import UnreadableAnswerError
from recenter.formats import convert, decode
from recenter.importers.normalise import write_conversations
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.provenance import digest
from recenter.records import Attribute, Conversation, Judgment, Reference
from recenter.stages.merge import merge, merged_signature
from recenter.stages.verify import Verifier
from recenter.train.sources import DataFile

CONVERSATIONS = "conversations.jsonl"
THRESHOLD = 0.7
"""Cosine from which two attributes of a person are one, as in the study."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A line of what was found: of each person's first line, all of theirs."""

    conversation: str | None = None
    attributes: tuple[Attribute, ...] = ()
    judgments: tuple[Judgment, ...] = ()
    error: str | None = None
    """Set where no usable answer was had, in the place of everything else."""


class Reading(NamedTuple):
    """How corpora are read: the same for each."""

    readers: Readers
    embedder: Embedder
    threshold: float = THRESHOLD

    @property
    def signature(self) -> str:
        """Digest of all that the result depends on beside the conversations."""
        merged = merged_signature(self.readers.signature, self.embedder, self.threshold)
        return digest(merged)

    def answer(self, rows: Sequence[Row]) -> list[Result]:
        """Answer all rows of one person: the first that could be read holds what was found."""
        talks = [convert(row, Conversation) for row in rows]
        person = talks[0].person
        extractor, verifier = self.readers.of(person, talks)
        try:
            found = extractor.extract(person, talks)
            attributes = merge(found.attributes, self.embedder, threshold=self.threshold)
        except UnreadableAnswerError as error:
            return [error for _ in rows]
        judgments = [made for one in attributes if (made := _judged(verifier, one, talks))]
        failed = {failure.conversation: failure.error for failure in found.failures}
        results: list[Result] = []
        whole: dict[str, Any] = {"attributes": attributes, "judgments": judgments}
        for talk in talks:
            if talk.id in failed:
                results.append(UnreadableAnswerError(failed[talk.id]))
                continue
            results.append({"conversation": talk.id, **whole})
            whole = {}
        return results


def _judged(
    verifier: Verifier, attribute: Attribute, talks: Sequence[Conversation]
) -> Judgment | None:
    """Return the verdict on an attribute; None where the answer could not be read."""
    try:
        return verifier.verify(attribute, _cited(attribute, talks))
    except UnreadableAnswerError:
        return None


def _cited(attribute: Attribute, talks: Sequence[Conversation]) -> list[Conversation]:
    names = {evidence.conversation for evidence in attribute.evidence}
    return [talk for talk in talks if talk.id in names]


def read_corpus(
    name: str,
    conversations: Iterable[Conversation],
    reading: Reading,
    *,
    work: Path,
    planted: Sequence[Reference] = (),
    progress: Progress,
) -> Corpus:
    """Return a corpus with what is found in it; `work` is a folder for it alone, closed to others.

    `planted` may be filled while the conversations are read.

    Raises:
        InputError: conversations of a person are in several folds.
        ModelError: a model could not be asked; what is done is kept.
        StoreError: the folder cannot be written.
    """
    work.mkdir(parents=True, exist_ok=True)
    work.chmod(0o700)  # It holds what people said.
    progress.start(f"reading {name}", None)
    source = work / CONVERSATIONS
    count = write_conversations(_by_person(conversations), source, progress=progress)
    sha256 = _sha256(source)
    target = work / f"found-{digest(sha256, reading.signature)}.jsonl"
    if not target.exists():
        run_batch(
            source,
            target,
            reading.answer,
            settings=reading.signature,
            by_person=True,
            block=1,
            progress=_Named(progress, f"extracting and verifying {name}"),
        )
    found = [decode(line, Found) for line in _lines(target)]
    read = {one.conversation for one in found if one.error is None}
    talks = tuple(talk for talk in map(talk_of, stored(source)) if talk.id in read)
    said = _of(planted, talks)
    return Corpus(
        name=name,
        file=DataFile(name=name, rows=count, sha256=sha256),
        talks=talks,
        attributes=tuple(attribute for one in found for attribute in one.attributes),
        units=units_of(talks, said),
        judgments={j.subject.attribute or "": j for one in found for j in one.judgments},
        planted=said,
        unread=count - len(talks),
    )


def _by_person(conversations: Iterable[Conversation]) -> Iterator[Conversation]:
    """Yield the conversations of a person one after the other: what is stopped is then within one
    person, and no other is read twice.
    """
    of: dict[str, list[Conversation]] = {}
    for one in conversations:
        of.setdefault(one.person, []).append(one)
    for some in of.values():
        yield from some


def stored(source: Path) -> Iterator[Conversation]:
    """Yield the conversations of a work folder's file."""
    for line in _lines(source):
        yield decode(line, Conversation)


def _of(planted: Sequence[Reference], talks: Sequence[Talk]) -> tuple[Reference, ...]:
    """Return what is said of people who are there, each once: it may be planted in several."""
    people = {talk.person for talk in talks}
    there = (one for one in planted if one.person in people)
    return tuple({(one.person, one.kind, one.text): one for one in there}.values())


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        yield from lines


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _Named(NamedTuple):
    """Progress that calls the rows of a batch what they are here."""

    told: Progress
    name: str

    def start(self, what: str, total: int | None) -> None:  # noqa: ARG002
        """Begin the work under its own name."""
        self.told.start(self.name, total)

    def advance(self, steps: int = 1) -> None:
        """Say that some steps are done."""
        self.told.advance(steps)
