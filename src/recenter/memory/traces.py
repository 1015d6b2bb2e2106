"""Keyed hashes by which forgotten words are known again, and which tell nobody what they were.

Without the key, kept in the home and not in the database, a hash can only be compared. Two kinds
refuse: the place in a conversation, and the words of the quote (whole, and in runs of four, so
that a longer or shorter cut of the same sentence is known too). Two only hold back: words that
carry meaning, and the topic; what shares one comes back as a proposal to the person. One is of
whole turns, which a client sends again with every message: they are masked at the door.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Literal

from recenter.importers.pseudonym import pseudonym
from recenter.records import Attribute, Evidence
from recenter.stages.extract_topics import topic_of
from recenter.text.locate import fold_words
from recenter.text.verbs import without_ending

Kind = Literal["place", "quote", "run", "word", "topic", "turn", "settled"]
Traces = Mapping[str, Set[str]]
"""Hashes by kind."""

_RUN = 4
_PLAIN_WORDS = (
    "the user users a an i am is are was be been do does did has have had of to in on at for and or"
    " with their his her my me it its this that very really just also currently now like likes love"
    " loves want wants prefer prefers use uses get got not no you your she they them who whom what"
    " which when where why how than then there here from by about into over under after before"
    " again always never often sometimes usually every each all any some more most less least much"
    " many lot lots bit own new old good bad great big small long short work works working go goes"
    " going went make makes made take takes took say says said think thinks know knows need needs"
    " try tries can can't cannot could would should will may might don't doesn't didn't isn't won't"
    " one two three day days week weeks month months year years time times today people thing"
    " things"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
# Of these a person has few facts, so that a new one is likely to be the forgotten one again.
_TELLING = frozenset(("health", "family", "job", "home"))


class Hasher:
    """Makes the traces of one person."""

    def __init__(self, key: bytes, person: str) -> None:
        self._key, self._person = key, person

    def forgotten(self, attribute: Attribute, *, worded: Iterable[str] = ()) -> dict[str, set[str]]:
        """Return what is left behind when an attribute is forgotten, with all its wordings."""
        made: dict[str, set[str]] = {"place": set(), "quote": set(), "run": set()}
        for evidence in attribute.evidence:
            made["place"].add(self._place(evidence))
            made["quote"].add(self._of("quote", *fold_words(evidence.quote)))
            made["run"] |= self._runs(evidence.quote)
        for text in (attribute.text, *worded):
            made["quote"].add(self._of("quote", *fold_words(text)))
        made["word"] = self._words(attribute)
        made["topic"] = self._topic(attribute)
        return made

    def settled(self, attribute: Attribute) -> dict[str, set[str]]:
        """Return what keeps the words of an attribute that was reworded from coming back as they
        were: the same place and the same quote, and no more.
        """
        quotes = {self._of("settled", *fold_words(e.quote)) for e in attribute.evidence}
        return {"settled": quotes | {self._of("settled", *fold_words(attribute.text))}}

    def is_refused(self, attribute: Attribute, traces: Traces) -> bool:
        """Tell whether all the words it rests on were forgotten, or put right, before."""
        return not self.allowed(attribute, traces)

    def allowed(self, attribute: Attribute, traces: Traces) -> tuple[Evidence, ...]:
        """Return the evidence that was not forgotten; none where the statement itself was."""
        if not traces:
            return attribute.evidence
        own = fold_words(attribute.text)
        if self._of("quote", *own) in traces.get("quote", ()):
            return ()
        if self._of("settled", *own) in traces.get("settled", ()):
            return ()
        return tuple(e for e in attribute.evidence if not self._is_known(e, traces))

    def is_alike(self, attribute: Attribute, traces: Traces) -> bool:
        """Tell whether a statement may say again, in other words, what was forgotten."""
        if self._topic(attribute) & traces.get("topic", set()):
            return True
        return not self._words(attribute).isdisjoint(traces.get("word", ()))

    def turn(self, text: str, *, within: str | None = None) -> str:
        """Return what is left of a turn that held forgotten words, or went with them; `within` a
        conversation of this key alone, of one that was said while memory was paused.
        """
        # No word holds a space.
        scope = () if within is None else (f"in {within}",)
        return self._of("turn", *scope, *text.split())

    def _is_known(self, evidence: Evidence, traces: Traces) -> bool:
        words = fold_words(evidence.quote)
        if self._place(evidence) in traces.get("place", ()):
            return True
        if self._of("quote", *words) in traces.get("quote", ()):
            return True
        if self._of("settled", *words) in traces.get("settled", ()):
            return True
        runs = self._runs(evidence.quote)
        known = len(runs & traces.get("run", set()))
        if not runs or 2 * known < len(runs):
            return False
        # "I'm allergic to" is no sentence: what stands behind it has to be known as well.
        meant = self._stems(words)
        return 2 * len(meant & traces.get("word", set())) > len(meant)

    def _place(self, evidence: Evidence) -> str:
        place = (evidence.conversation, str(evidence.turn), str(evidence.start), str(evidence.end))
        return self._of("place", *place)

    def _runs(self, quote: str) -> set[str]:
        words = fold_words(quote)
        return {
            self._of("run", *words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)
        }

    def _words(self, attribute: Attribute) -> set[str]:
        return self._stems(fold_words(attribute.text))

    def _stems(self, words: Iterable[str]) -> set[str]:
        stems = (without_ending(word) for word in words if word not in _PLAIN)
        return {self._of("word", stem) for stem in stems if len(stem) > 2}

    def _topic(self, attribute: Attribute) -> set[str]:
        topic = attribute.topic or topic_of(attribute.text)
        return {self._of("topic", topic)} if topic in _TELLING else set()

    def _of(self, kind: Kind, *parts: str) -> str:
        return pseudonym(self._key, "trace", kind, self._person, *parts)


def rows_of(person: str, traces: Mapping[str, Iterable[str]]) -> list[dict[str, str]]:
    """Return traces as rows."""
    return [
        {"person": person, "kind": kind, "hash": hash}
        for kind, hashes in sorted(traces.items())
        for hash in sorted(hashes)
    ]
