"""What a report is made of: answers of people and models, one record each, and what they are about.

A reader makes these of one kind of file; no section knows which file an answer came from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

import msgspec

from recenter.questions import BETTER
from recenter.records import Turn

RECOGNISED = "recognised"
"""Not a question of its own: whether an annotator told the reply that knows the person from the
other, 1 or 0; None where they said that they can't tell."""

Kind = Literal["person", "majority", "model", "score"]
"""Who answered: one person, several of whom only the majority is known, a model, or a model that
gives a number on a scale of its own, such as a reward model."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one judge said of one item."""

    question: str
    group: str
    """Answers of one group may be compared; items of two groups have nothing to do with another."""
    item: str
    judge: str
    kind: Kind
    value: float | None
    """Place on the scale of the question, or how much higher the reply that is rated scores; None
    where the answer could not be read."""
    again: bool = False
    """The judge was asked before: this answer tells of their consistency, and of nothing else."""
    probability: float | None = None
    """Of the positive answer, where the judge gives one."""
    failure: str | None = None
    position: Literal["first", "second"] | None = None
    """In comparisons, where the reply that is rated was shown."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an item beside the answers."""

    person: str
    """The remembered person, who is the unit of independence."""
    prompt: str = ""
    """Id of the prompt that it is judged for, or a digest of its words; never the words."""
    text: str = ""
    message: str = ""
    """Words of the prompt."""
    source: str = ""
    """Corpus that it was made from, or system that made it."""
    longer: float | None = None
    """In comparisons, by how many characters the reply that is rated is longer."""
    mentions: bool | None = None
    """In comparisons, whether the reply that is rated names an attribute outright."""
    refines: str | None = None
    """Item whose wording this one replaced."""
    replies: tuple[str, str] | None = None
    """Words of two replies, for systems alone: in preferences of the chosen one and of the other,
    in comparisons of the one that is rated and of the other."""
    reply_ids: tuple[str, str] | None = None
    """Their ids, where the file gives them."""
    statements: tuple[str, ...] = ()
    """In comparisons, what judges are told of the person; for systems alone."""
    evidence: str | None = None
    """Words that a statement came from; empty where there are none, None where no file says."""
    turns: tuple[Turn, ...] = ()
    """The conversation of a statement, or those it cites, where the file holds them."""


class ReplyText(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that a model wrote under one arm."""

    group: str
    pair: str
    """Person and prompt that it was written for."""
    generator: str
    arm: str
    text: str


class ReplyScore(msgspec.Struct, frozen=True, kw_only=True):
    """What a reward model gives a reply, on a scale of its own."""

    reply: str
    """Id of the reply."""
    judge: str
    score: float


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the data that was left out, or that weakens what is said."""

    what: str
    count: int
    example: str = ""
    """Where the first of them stands."""


Items = Mapping[tuple[str, str], Item]
"""By group and item."""


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read."""

    answers: tuple[Answer, ...] = ()
    items: Items = {}
    replies: tuple[ReplyText, ...] = ()
    scores: tuple[ReplyScore, ...] = ()
    """Of replies that may stand in another file; `joined` makes answers of them."""
    problems: tuple[Problem, ...] = ()


class Problems:
    """Counts what is left out by what it is, with the place of the first."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def add(self, what: str, place: str = "", count: int = 1) -> None:
        """Count one more of a kind."""
        self._counts[what] += count
        self._first.setdefault(what, place)

    @property
    def found(self) -> tuple[Problem, ...]:
        """All kinds, most frequent first."""
        return tuple(
            Problem(what=what, count=count, example=self._first[what])
            for what, count in self._counts.most_common()
        )


RESERVED = ("people", "always yes", "always accept", "always reject")
"""Names of rows that no model may take."""


def plain(name: str) -> str:
    """Return a name in one line, with what would not show, or turn the text, made visible."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in name)


def joined(parts: Iterable[Material]) -> Material:
    """Return the material of several files as one, with scores of replies as answers.

    The second answer of a judge to the same item is left out and counted: which of two is meant,
    nobody can tell. So are answers on items that no file describes: whose they are is not known.
    """
    problems = Problems()
    texts: dict[tuple[str, str, str], ReplyText] = {}
    answers: dict[tuple[object, ...], Answer] = {}
    items: dict[tuple[str, str], Item] = {}
    scores: list[ReplyScore] = []
    for part in parts:
        scores += part.scores
        for place, item in part.items.items():
            if items.setdefault(place, item) != item:
                problems.add("an item that was described otherwise before", place[1])
        for reply in part.replies:
            if texts.setdefault((reply.pair, reply.generator, reply.arm), reply) is not reply:
                problems.add("a reply of the same model, pair and arm was there before", reply.pair)
        for problem in part.problems:
            problems.add(problem.what, problem.example, problem.count)
        for one in map(_named, part.answers):
            key = (one.question, one.group, one.item, one.judge, one.position, one.again)
            if key in answers:
                problems.add("a judge answered the same item before", f"{one.judge} on {one.item}")
            else:
                answers[key] = one
    named = {one.judge for one in answers.values()}
    described = [one for one in answers.values() if (one.group, one.item) in items]
    described += map(_named, _of_scores(scores, items, named, problems))
    lost = [one for one in answers.values() if (one.group, one.item) not in items]
    if lost:
        first = f"{lost[0].judge} on {lost[0].item}"
        problems.add("an answer on an item that no file describes", first, len(lost))
    return Material(
        answers=tuple(described),
        items=items,
        replies=tuple(texts.values()),
        problems=problems.found,
    )


def _of_scores(
    scores: Sequence[ReplyScore], items: Items, taken: AbstractSet[str], problems: Problems
) -> Iterator[Answer]:
    """Yield by how much the reply that is rated scores higher, for each comparison and model."""
    of: dict[str, dict[str, float]] = {}
    for one in scores:
        mine = of.setdefault(f"{one.judge} (scores)" if one.judge in taken else one.judge, {})
        if one.reply in mine:
            problems.add("a model scored the same reply before", f"{one.judge} on {one.reply}")
        mine.setdefault(one.reply, one.score)
    compared = {place: item.reply_ids for place, item in items.items() if item.reply_ids}
    known = {name for both in compared.values() for name in both}
    for judge, mine in of.items():
        for (group, name), (rated, other) in compared.items():
            if rated in mine and other in mine:
                yield Answer(
                    question=BETTER.name,
                    group=group,
                    item=name,
                    judge=judge,
                    kind="score",
                    value=mine[rated] - mine[other],
                )
            elif rated in mine or other in mine:
                problems.add("a model scored one reply of a comparison alone", f"{judge} on {name}")
        strange = [name for name in mine if name not in known]
        if strange:
            example = f"{judge} on {strange[0]}"
            problems.add("a score of a reply that is in no comparison", example, len(strange))


def _named(one: Answer) -> Answer:
    """Give a model's name another form where it would pass for people, or for a baseline."""
    name = plain(one.judge)
    if one.kind in ("model", "score") and name in RESERVED:
        name = f"{name} (a model)"
    return one if name == one.judge else msgspec.structs.replace(one, judge=name)
