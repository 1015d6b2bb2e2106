"""All checks on an export, in the order in which they need one another."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from recenter.audit.checks.duplicates import NEAR_IN_WORDS, duplicates, key_of, word_vectors
from recenter.audit.checks.self_quoted import self_quoted
from recenter.audit.checks.stale import stale_by_date, superseded
from recenter.audit.checks.subjects import about_other, names_of_person
from recenter.audit.checks.support import Heard, listen, unsupported
from recenter.audit.record import DROPPED, Audit, Entry, Export, Finding
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.records import Conversation
from recenter.stages.merge import Vectors
from recenter.stages.sensitive import sensitive_topics
from recenter.text.instructions import instruction_like

LONGEST = 600
"""Characters of an entry that are read for its meaning."""
_STEP = 256
_OF_THE_SYSTEM = ("self_quoted", "instruction_like")
"""What has one of these faults says nothing of the person: nobody is asked whether they said it,
and it is compared with its like by its words, which is quicker than by its meaning."""

IsOf = Callable[[str, Conversation], bool]
"""Whether a conversation is of this owner, as the store names them."""


def audit(
    export: Export,
    embedder: Embedder,
    progress: Progress,
    *,
    as_of: datetime.date,
    conversations: Sequence[Conversation] | None = None,
    is_of: IsOf | None = None,
) -> Audit:
    """Return what is wrong with the entries of an export.

    Args:
        as_of: the day on which dates are judged.
        conversations: what the remembered people said; None where it is not known, so that
            support is not checked but for entries that bring their own messages.
        is_of: by which the conversations of an owner are told from those of others. Where there
            is none of an owner, all conversations are theirs if they are the only one; else their
            entries are not checked for support.
    """
    entries = export.entries
    findings = [*_by_text(entries, as_of)]
    system = {finding.entry for finding in findings if finding.fault in _OF_THE_SYSTEM}
    about = [place for place in range(len(entries)) if place not in system]
    vectors = _embedded([entries[place] for place in about], embedder, progress)
    support = _Support(embedder, conversations, is_of)
    found, checked = support.of(entries, about, vectors)
    findings += found
    faults: dict[int, int] = {}
    for finding in findings:
        faults[finding.entry] = faults.get(finding.entry, 0) + (finding.fault in DROPPED)

    def better(place: int) -> tuple[object, ...]:
        """Fewest faults, then latest, then first."""
        return -faults.get(place, 0), entries[place].at or "", -place

    words = sorted(system)
    by_word = word_vectors([entries[place].text[:LONGEST] for place in words])
    doubled = [
        *duplicates(entries, about, vectors, better=better),
        *duplicates(entries, words, by_word, better=better, near=NEAR_IN_WORDS),
    ]
    gone = {finding.entry for finding in doubled}
    others = {finding.entry for finding in findings if finding.fault == "third_party"}
    among = [n for n in about if not (n in gone or n in others or faults.get(n))]
    findings += [*doubled, *superseded(entries, among)]
    return Audit(
        export=export,
        findings=tuple(sorted(findings, key=lambda finding: (finding.entry, finding.fault))),
        checked=tuple(checked),
        as_of=as_of.isoformat(),
        conversations=None if conversations is None else len(conversations),
        embedder=embedder.name,
    )


def _by_text(entries: Sequence[Entry], as_of: datetime.date) -> Iterator[Finding]:
    """Yield what the words of each entry show by themselves."""
    names = names_of_person(entries)
    known: dict[str, list[Finding]] = {}
    for place, entry in enumerate(entries):
        if entry.text not in known:
            known[entry.text] = [*_of_text(entry.text, names)]
        for finding in known[entry.text]:
            yield Finding(
                entry=place, fault=finding.fault, reason=finding.reason, topics=finding.topics
            )
        late = stale_by_date(entry, as_of)
        if late is not None:
            yield Finding(entry=place, fault="stale", reason=late)


def _of_text(text: str, names: frozenset[str]) -> Iterator[Finding]:
    order = instruction_like(text)
    if order is not None:
        yield Finding(entry=0, fault="instruction_like", reason=order)
    own = self_quoted(text)
    if own is not None:
        yield Finding(entry=0, fault="self_quoted", reason=own)
        # What the system says of itself is about no person.
        return
    other = about_other(text, names)
    if other is not None:
        yield Finding(entry=0, fault="third_party", reason=other)
    topics = tuple(topic for topic in sensitive_topics(text) if topic != "third_parties")
    if topics:
        told = ", ".join(topics)
        yield Finding(entry=0, fault="sensitive", reason=f"touches {told}", topics=topics)


def _embedded(entries: Sequence[Entry], embedder: Embedder, progress: Progress) -> Vectors:
    """Return a unit vector for each entry; those in the same words are read once."""
    keys = [key_of(entry)[1] for entry in entries]
    first = {
        key: entry.text[:LONGEST]
        for key, entry in zip(reversed(keys), reversed(entries), strict=True)
    }
    row = {key: place for place, key in enumerate(first)}
    texts = list(first.values())
    progress.start("texts read", len(texts))
    parts = []
    # By length, so that a step holds texts of one size.
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(texts), _STEP):
        parts.append(embedder.embed([texts[n] for n in order[start : start + _STEP]]))
        progress.advance(len(parts[-1]))
    sorted_vectors = np.concatenate(parts) if parts else embedder.embed([])
    vectors = np.empty_like(sorted_vectors)
    vectors[order] = sorted_vectors
    return vectors[[row[key] for key in keys]]


class _Support:
    """What was said by whom, listened to once."""

    def __init__(
        self,
        embedder: Embedder,
        conversations: Sequence[Conversation] | None,
        is_of: IsOf | None,
    ) -> None:
        self._embedder = embedder
        self._given = conversations or ()
        self._asked = conversations is not None
        self._is_of = is_of

    def of(
        self, entries: Sequence[Entry], about: Sequence[int], vectors: Vectors
    ) -> tuple[list[Finding], list[bool]]:
        """Return the unsupported entries, and for each entry whether it was checked.

        `about` are the positions of those to check, `vectors` the rows of their vectors.
        """
        owners: dict[str | None, list[int]] = {}
        for place in about:
            owners.setdefault(entries[place].owner, []).append(place)
        alone = len({entry.owner for entry in entries}) == 1
        row = {place: number for number, place in enumerate(about)}
        checked = [False] * len(entries)
        found: list[Finding] = []
        for owner, places in owners.items():
            own = [n for n in places if entries[n].turns]
            given = self._of_owner(owner, alone=alone)
            looked = places if given is not None else own
            if not looked:
                continue
            told = [*(given or ()), *(_own(entries[n]) for n in own)]
            heard = listen(told, self._embedder)
            rows = vectors[[row[place] for place in looked]]
            found += _unsupported(entries, looked, rows, heard)
            for place in looked:
                checked[place] = True
        return found, checked

    def _of_owner(self, owner: str | None, *, alone: bool) -> list[Conversation] | None:
        """Return the conversations of an owner; None where it is not known which they are."""
        if not self._asked:
            return None
        if owner is not None and self._is_of is not None:
            theirs = [talk for talk in self._given if self._is_of(owner, talk)]
            if theirs:
                return theirs
        return list(self._given) if alone else None


def _unsupported(
    entries: Sequence[Entry], places: Sequence[int], vectors: Vectors, heard: Heard
) -> Iterator[Finding]:
    """Yield those of these entries that nothing supports; each text is looked for once."""
    rows: dict[str, int] = {}
    for number, place in enumerate(places):
        rows.setdefault(entries[place].text, number)
    told = unsupported(list(rows), vectors[list(rows.values())], heard)
    reasons = dict(zip(rows, told, strict=True))
    for place in places:
        reason = reasons[entries[place].text]
        if reason is not None:
            yield Finding(entry=place, fault="unsupported", reason=reason)


def _own(entry: Entry) -> Conversation:
    return Conversation(
        id=f"of {entry.id}", person=entry.owner or "", turns=entry.turns, source="export"
    )
