"""Put what people judged to a model: every subject of their answers once, in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from recenter.errors import RecenterError
from recenter.models.base import ChatModel
from recenter.models.calls import is_of_one_request, parallel_try
from recenter.progress import Progress, Silent
from recenter.questions import REPLY_CHECKS, Question, get_question
from recenter.records import Attribute, Judgment, Query, Record, Reply, Subject
from recenter.stages.judge import (
    judge_better,
    judge_mentions,
    judge_relevant,
    judge_reply,
    judge_supported,
    prompt_hash,
)
from recenter.stages.verify_stored import cited
from recenter.store import Store

_CHECKS = {question.name: question for question in REPLY_CHECKS}
_BLOCK = 32
"""Answers are stored in blocks, so that what is stopped loses few."""


class Judged(Record, frozen=True):
    """What a model said of what people judged."""

    answers: Mapping[str, int] = {}
    known: int = 0
    """Subjects that this model had judged before."""
    gone: int = 0
    """Subjects of which something is no longer stored."""
    unread: int = 0
    """Subjects on which no answer could be read; asked about again by the next run."""


def judge_stored(
    store: Store,
    question: str,
    model: ChatModel,
    *,
    people: Iterable[str],
    workers: int = 4,
    progress: Progress | None = None,
    keep: bool = True,
) -> Judged:
    """Ask a model what people were asked; comparisons in both orders. Without `keep`, nothing is
    stored.

    What the model has judged before in the same words is passed over.

    Raises:
        InputError: there is no such question.
        ModelError: the model cannot be asked; what is judged stays judged.
    """
    progress = progress or Silent()
    words = prompt_hash(get_question(question))
    total = Judged()
    for person in people:
        judgments = list(store.judgments(person, question=question))
        asked = list(dict.fromkeys(j.subject for j in judgments if j.judge.kind == "person"))
        known = {
            j.subject
            for j in judgments
            if j.judge.name == model.name and j.signature.prompt == words
        }
        new = [subject for subject in asked if subject not in known]
        progress.start(f"{question} by {model.name}", len(asked))
        progress.advance(len(asked) - len(new))
        ready = [one for one in (_put(store, question, subject) for subject in new) if one]
        total = _sum(total, Judged(known=len(asked) - len(new), gone=len(new) - len(ready)))
        for start in range(0, len(ready), _BLOCK):
            block = ready[start : start + _BLOCK]
            found = parallel_try(
                lambda ask: ask(model), block, workers=workers, progress=_Within(progress)
            )
            made = [judgment for one in found for judgment in _read(one)]
            if keep:
                store.put_judgments(made)
            unread = sum(isinstance(one, RecenterError) for one in found)
            answers = dict(Counter(judgment.answer for judgment in made))
            total = _sum(total, Judged(answers=answers, unread=unread))
    return total


R = TypeVar("R", bound=Record)
Ask = Callable[[ChatModel], Sequence[Judgment]]


def _put(store: Store, question: str, subject: Subject) -> Ask | None:
    """Return what asks a model about a subject; None where a part of it is gone."""
    attribute = _found(store.attribute, subject.attribute)
    query = _found(store.query, subject.query)
    reply = _found(store.reply, subject.reply)
    other = _found(store.reply, subject.other_reply)
    if question == "supported" and attribute is not None:
        return _supported(store, attribute)
    if question in ("relevant", "relevant_five") and attribute is not None and query is not None:
        return _relevant(query, attribute, five=question == "relevant_five")
    if question == "mentions" and attribute is not None and reply is not None:
        return lambda model: [judge_mentions(reply, attribute, model=model)]
    if question in _CHECKS and query is not None and reply is not None:
        if _CHECKS[question].subject == "reply_over_generic" and other is None:
            return None
        return _check(store, _CHECKS[question], query, reply, other)
    if question == "better" and query is not None and reply is not None and other is not None:
        return _better(store, query, reply, other, attribute)
    return None


def _found(get: Callable[[str], R | None], name: str | None) -> R | None:
    return None if name is None else get(name)


def _supported(store: Store, attribute: Attribute) -> Ask:
    talks = cited(store, attribute)
    return lambda model: [judge_supported(attribute, talks, model=model)]


def _relevant(query: Query, attribute: Attribute, *, five: bool) -> Ask:
    return lambda model: [judge_relevant(query, attribute, model=model, five=five)]


def _better(
    store: Store, query: Query, reply: Reply, other: Reply, attribute: Attribute | None
) -> Ask:
    """The model is told what people were: the attribute asked about, or all that a reply used."""
    if attribute is None:
        used = [line.attribute for one in (reply, other) for line in one.receipt.used]
        known = [store.attribute(name) for name in dict.fromkeys(used)]
        attributes = [one for one in known if one is not None]
    else:
        attributes = [attribute]
    return lambda model: judge_better(query, reply, other, attributes, model=model)


def _check(
    store: Store, question: Question, query: Query, reply: Reply, generic: Reply | None
) -> Ask:
    """The model is told what was known when the reply was written: all that the receipt lists."""
    listed = [line.attribute for line in reply.receipt.lines]
    attributes = [one for one in map(store.attribute, listed) if one is not None]
    return lambda model: [
        judge_reply(question, query, reply, attributes, model=model, generic=generic)
    ]


def _read(found: Sequence[Judgment] | RecenterError) -> Iterator[Judgment]:
    """Yield what was answered; nothing for what could not be read.

    Raises:
        RecenterError: whatever is asked next would meet the same.
    """
    if isinstance(found, RecenterError):
        if not is_of_one_request(found):
            raise found
        return
    yield from found


class _Within:
    """Progress of a block within that of all: it has no beginning of its own."""

    def __init__(self, whole: Progress) -> None:
        self._whole = whole

    def start(self, what: str, total: int | None) -> None:
        """Begin nothing."""

    def advance(self, steps: int = 1) -> None:
        """Pass on."""
        self._whole.advance(steps)


def _sum(one: Judged, other: Judged) -> Judged:
    return Judged(
        answers=dict(Counter(one.answers) + Counter(other.answers)),
        known=one.known + other.known,
        gone=one.gone + other.gone,
        unread=one.unread + other.unread,
    )
