"""What is known of a person: whence, since when, whether it is used; and what they make of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from starlette.responses import Response

from recenter.errors import InputError
from recenter.memory.corrections import check_review
from recenter.memory.mine import Mine, Opinions
from recenter.memory.records import Choices, Deleted, Happened, Memorised
from recenter.records import Evidence
from recenter.server.page import words
from recenter.server.page.site import Asked
from recenter.stages.extract import LONGEST_TEXT
from recenter.stages.sensitive import Topic

Kind = Literal["used", "waiting", "unused", "replaced"]

_SIZE = 40
_QUOTES = 2
_KINDS: Sequence[tuple[str, str]] = (
    ("", "All"),
    ("used", "Used"),
    ("waiting", "Waiting for you"),
    ("unused", "Not used"),
    ("replaced", "Replaced"),
)
TOPICS: Mapping[Topic, str] = {
    "health": "health",
    "religion": "religion",
    "politics": "politics",
    "sexuality": "sexuality",
    "minors": "children",
    "third_parties": "other people",
    "finances": "money",
    "crime": "crime",
    "ethnicity": "origin",
}
"""Sensitive topics, as they stand in a sentence."""


class State(NamedTuple):
    """Whether a memory is used, in words."""

    kind: Kind
    label: str
    words: str
    declined: bool = False
    """By the person."""
    confirmed: bool = False
    """By the person."""
    closed: bool = False
    """Whether a sensitive topic that is not allowed keeps it from being used."""


class Quote(NamedTuple):
    """Words of the person."""

    text: str
    when: str


class Card(NamedTuple):
    """A memory as its person sees it."""

    id: str
    text: str
    source: str
    since: str
    """Since when it is known; empty where its first quote says so."""
    state: State
    quotes: tuple[Quote, ...]
    more: int = 0
    """Quotes that are not shown here."""
    instead: str = ""
    """What took its place."""
    replaces: tuple[str, ...] = ()
    """What it takes the place of, once the person approves it."""


class Tab(NamedTuple):
    """One choice among what is shown."""

    name: str
    label: str
    n: int


class Event(NamedTuple):
    """One line of a history."""

    when: str
    words: str
    old: str
    new: str


class Reader:
    """Reads memories for their person; each conversation once."""

    def __init__(self, mine: Mine, *, now: float) -> None:
        self._mine, self._now = mine, now
        self._choices: Choices = mine.choices()
        self._opinions: Opinions = mine.opinions()
        mine.fetch()
        self._times: dict[str, Mapping[int, str]] = {}
        self.replaced: Mapping[str, tuple[float, Happened]] = mine.replaced()

    def state(self, memory: Memorised) -> State:
        """Return whether a memory is used."""
        id, verdict = memory.attribute.id, self._opinions.verdicts.get(memory.attribute.id)
        if id in self.replaced:
            return State("replaced", "Replaced", "Something newer took its place. It is not used.")
        if verdict == "reject":
            said = "You said that this is not true. It is not used."
            return State("unused", "Not true", said, declined=True)
        if memory.status == "rejected":
            why = words.addressed(memory.reason or "it did not pass the check.")
            return State("unused", "Not used", f"It did not pass the check: {why}")
        if memory.status != "accepted":
            return State("waiting", "Waiting for you", _waiting(memory.reason))
        return self._accepted(memory, confirmed=verdict == "accept")

    def _accepted(self, memory: Memorised, *, confirmed: bool) -> State:
        expires = memory.note.expires
        if expires is not None and expires <= self._now:
            return State("unused", "Not used", f"Its time ended on {words.day(expires)}.")
        closed = [t for t in self._mine.touched(memory) if t not in self._choices.allowed]
        named = " and ".join(TOPICS[topic] for topic in closed)
        if closed and set(closed) <= set(self._choices.allowed_local):
            where = "where the model runs on a machine of this application"
            said = f"It touches {named}: used only {where}, as you allowed."
            return State("used", "Used in part", said, confirmed=confirmed)
        if closed:
            said = f"It touches {named}, which you have not allowed."
            return State("unused", "Not used", said, closed=True, confirmed=confirmed)
        said = "Used where it matters for an answer."
        return State("used", "Used", said, confirmed=confirmed)

    def card(self, memory: Memorised, *, quotes: int | None = _QUOTES) -> Card:
        """Return a memory with up to so many of the words it came from; all without a number."""
        attribute = memory.attribute
        evidence = attribute.evidence[:quotes]
        gone = self.replaced.get(attribute.id)
        since = words.day(memory.note.created or attribute.at)
        state = self.state(memory)
        shown = tuple(Quote(e.quote, self._when(e)) for e in evidence)
        return Card(
            id=attribute.id,
            text=attribute.text,
            source="You said so" if attribute.source == "stated" else "Inferred from what you said",
            since="" if shown and shown[0].when == since else since,
            state=state,
            quotes=shown,
            more=len(attribute.evidence) - len(evidence),
            instead=(gone[1].new or "") if gone else "",
            replaces=self._mine.would_replace(memory) if state.kind == "waiting" else (),
        )

    def _when(self, evidence: Evidence) -> str:
        id = evidence.conversation
        if id not in self._times:
            found = self._mine.conversation(id)
            turns = enumerate(found.turns) if found else ()
            at = (found.at if found else None) or ""
            self._times[id] = {place: words.day(turn.at or at) for place, turn in turns}
        return self._times[id].get(evidence.turn, "")


def _waiting(reason: str | None) -> str:
    why = f" {words.sentence(words.addressed(reason))}" if reason else ""
    return f"Not used until you say that it is right.{why}"


def overview(asked: Asked) -> Response:
    """Show what is known."""
    mine, given = asked.mine, asked.request.query_params
    if mine.is_forgotten:
        return asked.page("forgotten", report=None)
    reader = Reader(mine, now=asked.site.engine.clock())
    every = [*mine.memories(), *(mine.need(id) for id in reader.replaced)]
    wanted = given.get("q", "").strip()[:200]
    found = [(m, reader.state(m)) for m in every if _matches(m, wanted)]
    counts: Counter[str] = Counter(state.kind for _, state in found)
    # What was replaced is history, and shown to who asks for it.
    counts[""] = len(found) - counts["replaced"]
    show = given.get("show", "")
    show = show if show in dict(_KINDS) else ""
    chosen = [m for m, s in found if (s.kind == show if show else s.kind != "replaced")]
    first = _first(given.get("from", ""), len(chosen))
    return asked.page(
        "known",
        cards=[reader.card(memory) for memory in chosen[first : first + _SIZE]],
        tabs=[Tab(name, label, counts[name]) for name, label in _KINDS],
        show=show,
        wanted=wanted,
        any=bool(every),
        waiting=counts["waiting"] if show != "waiting" else 0,
        notice=notice(asked),
        before=None if first == 0 else max(0, first - _SIZE),
        after=first + _SIZE if first + _SIZE < len(chosen) else None,
    )


def _first(given: str, n: int) -> int:
    return min(int(given), max(n - 1, 0)) if given.isascii() and given.isdigit() else 0


def _matches(memory: Memorised, wanted: str) -> bool:
    texts = (memory.attribute.text, *(e.quote for e in memory.attribute.evidence))
    text = " ".join(texts).casefold()
    return all(word in text for word in wanted.casefold().split())


def one(asked: Asked, *, error: str = "", tried: str | None = None) -> Response:
    """Show one memory with all its words and its history."""
    mine, id = asked.mine, asked.request.path_params["id"]
    reader = Reader(mine, now=asked.site.engine.clock())
    memory = mine.need(id)
    return asked.page(
        "memory",
        status=422 if error else 200,
        card=reader.card(memory, quotes=None),
        history=list(_events(mine.history(id))),
        longest=LONGEST_TEXT,
        tried=memory.attribute.text if tried is None else tried,
        error=error,
        notice=notice(asked),
    )


def _events(happened: Sequence[tuple[float, Happened]]) -> Iterator[Event]:
    for at, each in reversed(happened):
        new = each.new or ""
        reviewed = each.event == "REVIEW"
        yield Event(words.day(at), words.happened(each), each.old or "", "" if reviewed else new)


def reword(asked: Asked) -> Response:
    """Take other words for a memory."""
    id, text = asked.request.path_params["id"], asked.said("text")
    try:
        asked.mine.reword(id, text)
    except InputError as error:
        told = words.sentence(" ".join(filter(None, (error.reason, error.cure))))
        return one(asked, error=told, tried=text)
    return asked.go(f"memory/{id}", done="reworded")


def review(asked: Asked) -> Response:
    """Take what the person says of a memory, and send them back to where they were."""
    id, said = asked.request.path_params["id"], check_review(asked.said("said"), field="said")
    asked.mine.review(id, said)
    if asked.said("back") == "memory":
        return asked.go(f"memory/{id}", done=said, of=id)
    return asked.go("", done=said, of=id, **_place(asked))


def _place(asked: Asked) -> dict[str, str]:
    """Return what was shown and searched for when the form was sent."""
    return {name: asked.said(name) for name in ("show", "q", "from") if asked.said(name)}


class Notice(NamedTuple):
    """What was just done, and what takes it back."""

    words: str
    text: str = ""
    id: str = ""
    undo: bool = False


_DONE = {
    "approve": "You said that this is right. It is used where it matters, in the place of what "
    "it contradicts.",
    "decline": "You said that this is not true. It is not used any more.",
    "undo": "Taken back.",
    "reworded": "Saved in your words.",
    "not_for_this": "Remembered: true, but not for messages like this one.",
    "should_have": "Remembered: to be used for messages like this one.",
    "yes": "Remembered: yes, for messages like this one.",
    "no": "Remembered: no.",
    "paused": "Memory is paused.",
    "going": "Memory goes on.",
    "topics": "Your topics are saved.",
    "cloud": "Saved where memory may go.",
    "keep": "Saved how long things are kept.",
    "links": "All earlier links to this page are ended. It stays open here.",
}


def notice(asked: Asked) -> Notice | None:
    """Return what was just done, by the address of the page; never words of the address itself."""
    done, of = asked.request.query_params.get("done", ""), asked.request.query_params.get("of", "")
    if done not in _DONE:
        return None
    if not of:
        return Notice(_DONE[done])
    memory = asked.mine.need(of)
    return Notice(_DONE[done], memory.attribute.text, of, undo=done in ("approve", "decline"))


def before_forgetting(asked: Asked) -> Response:
    """Say what goes with a memory, and ask."""
    mine, id = asked.mine, asked.request.path_params["id"]
    reader = Reader(mine, now=asked.site.engine.clock())
    return asked.page(
        "forget",
        card=reader.card(mine.need(id), quotes=None),
        others=[attribute.text for attribute in mine.goes_with(id)],
    )


def forget(asked: Asked) -> Response:
    """Forget a memory, and say what was removed."""
    whole = asked.said("conversations") == "yes"
    done = asked.mine.forget_one(asked.request.path_params["id"], conversations=whole)
    return asked.page("gone", report=report(done))


class Report(NamedTuple):
    """What a removal did."""

    lines: list[str]
    erased: bool
    copies: list[str]
    models: list[str]


def report(done: Deleted) -> Report:
    """Return what a removal did, in words."""
    return Report(
        words.counted(done), done.erased, words.copies(done.unreachable), words.copies(done.models)
    )
