"""Reasons, times and reports in words for the person they are about."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from recenter.memory.queue import MASK
from recenter.memory.records import Deleted, Happened, Outcome

UNLIKELY = "unlikely to matter"
_REASONS = {
    "Unlikely to change the answer.": UNLIKELY,
    "A model saw no use.": UNLIKELY,
    "This kind of message has the same answer for everyone.": (
        "a message like this has the same answer for everyone"
    ),
    "People let what is like this change such an answer.": "likely to matter here",
    "A model found that it should change the answer.": "likely to matter here",
    "On the topic of the message.": "on the topic of your message",
    "Near to the message in meaning.": "close to your message",
    "Far from the message in meaning.": "little to do with your message",
    "Shares no word with the message.": "nothing in common with your message",
    "Might change the answer; asking costs less than a mistake.": "may matter, so you are asked",
    "You said that this is not for messages like this one.": (
        "you said that it is not for messages like this one"
    ),
    "You said that this should be used for messages like this one.": (
        "you said that it should be used for messages like this one"
    ),
}
QUIET = frozenset(
    (
        UNLIKELY,
        _REASONS["This kind of message has the same answer for everyone."],
        _REASONS["Far from the message in meaning."],
        _REASONS["Shares no word with the message."],
    )
)
"""Reasons of what nobody would look for in an answer."""
_NOTES = {
    "This kind of message has the same answer for everyone.": (
        "A message like this has the same answer for everyone."
    ),
    "Nothing known of the person is likely enough to change this answer.": (
        "Nothing that is known of you seemed to matter for it."
    ),
    "What would be used is withheld by the person's policy.": (
        "What might have helped is on topics that you have not allowed."
    ),
}
_CLOSED = re.compile(
    r"Would be used, but touches (?P<topics>.+), which the person has not allowed\."
)
_TOPICS = {
    "minors": "children",
    "third parties": "other people",
    "finances": "money",
    "ethnicity": "origin",
}
_NO_ROOM = re.compile(r"Would be used, but does not fit into \d+ tokens\.")
_OTHERS_FIRST = re.compile(r"Would be used, but at most \d+ may be, and others stand before it\.")
_PERSON = re.compile(r"\b([Tt])he person(’s|'s| was| is| has| agrees)?\b")
_YOU = {
    "'s": "your",
    "’s": "your",
    " was": "you were",
    " is": "you are",
    " has": "you have",
    " agrees": "you agree",
}
_MASKED = re.compile(f"{MASK}[{MASK}\\s]*")
_RUN = re.compile(r"(?P<where>.*) \((?P<what>[^()]*), (?P<at>\d{4}-\d\d-\d\d)[^()]*\)")
_COUNTS = {
    "attributes": ("memory", "memories"),
    "conversations": ("conversation, removed whole", "conversations, removed whole"),
    "conversations_masked": (
        "conversation in which the words were blacked out",
        "conversations in which the words were blacked out",
    ),
    "queries": ("message that an answer was given to", "messages that answers were given to"),
    "queries_masked": (
        "message in which the words were blacked out",
        "messages in which the words were blacked out",
    ),
    "memory_receipts": ("account of an answer", "accounts of answers"),
    "receipts_trimmed": (
        "account of an answer that mentioned it",
        "accounts of answers that mentioned it",
    ),
    "judgments": ("verdict on it", "verdicts on memories"),
    "replies": ("stored reply", "stored replies"),
    "person_references": ("thing that a benchmark says", "things that a benchmark says"),
    "attributes_trimmed": (
        "other memory that lost these words, and rests on others",
        "other memories that lost these words, and rest on others",
    ),
    "memory_events": ("entry of the history", "entries of the history"),
    "memory_keys": ("key of an application to your memory", "keys of applications to your memory"),
    "memory_choices": ("set of choices", "sets of choices"),
}


def plain(reason: str) -> str:
    """Return why something was used or not, to stand after a colon."""
    closed = _CLOSED.fullmatch(reason)
    if closed:
        topics = (_TOPICS.get(topic, topic) for topic in closed["topics"].split(" and "))
        return f"it touches {' and '.join(topics)}, which you have not allowed"
    if _NO_ROOM.fullmatch(reason):
        return "there was no room left for it"
    if _OTHERS_FIRST.fullmatch(reason):
        return "other things mattered more"
    known = _REASONS.get(reason)
    if known:
        return known
    said = addressed(reason).rstrip(".")
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


def is_closed(reason: str) -> bool:
    """Tell whether a sensitive topic kept something from being used."""
    return _CLOSED.fullmatch(reason) is not None


def noted(note: str | None) -> str:
    """Return why nothing was used, as a sentence."""
    return "" if note is None else _NOTES.get(note, addressed(note))


def addressed(text: str) -> str:
    """Return what is said of the person, said to them."""

    def you(match: re.Match[str]) -> str:
        word = _YOU.get(match[2] or "", "you")
        return word.capitalize() if match[1] == "T" else word

    return _PERSON.sub(you, text)


def sentence(text: str) -> str:
    """Return a reason with a capital in front."""
    return text[:1].upper() + text[1:]


def outcome(of: Outcome, used: int) -> str:
    """Return what was decided for an answer that used so many memories."""
    if used:
        return f"{used} {'thing' if used == 1 else 'things'} used"
    return "You were asked" if of == "ask" else "Nothing used"


def moment(seconds: float) -> str:
    """Return a time as people write it, in UTC."""
    return f"{day(seconds)}, {time.strftime('%H:%M', time.gmtime(seconds))} UTC"


def day(when: float | str | None) -> str:
    """Return the day of seconds since 1970 or of an ISO time; empty where there is none."""
    if not when:
        return ""
    try:
        made = datetime.fromisoformat(when) if isinstance(when, str) else _utc(when)
    except ValueError:
        return ""
    return f"{made.day} {made.strftime('%B %Y')}"


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def unmasked(text: str) -> str:
    """Return a text in which forgotten words are named as such."""
    return _MASKED.sub("[forgotten] ", text).strip()


def happened(event: Happened) -> str:
    """Return one event in the life of a memory."""
    if event.event == "REVIEW":
        said = {"approve": "You said that it is right", "decline": "You said that it is not true"}
        return said.get(event.why or "", "You took back what you had said")
    who = {"person": "You put", "application": "The application put"}.get(event.by, "It was put")
    named = {
        "ADD": "Learned",
        "UPDATE": f"{who} it in other words",
        "SUPERSEDE": "Replaced by something newer",
        "RESTORE": "Brought back",
    }
    return named.get(event.event, "Removed")


def counted(done: Deleted) -> list[str]:
    """Return what a removal did, most telling first."""
    lines = [
        f"{done.counts[name]} {one if done.counts[name] == 1 else many}"
        for name, (one, many) in _COUNTS.items()
        if done.counts.get(name)
    ]
    rest = sum(n for name, n in done.counts.items() if name not in _COUNTS)
    if rest:
        lines.append(f"{rest} {'technical trace' if rest == 1 else 'technical traces'}")
    return lines


def copies(found: Iterable[str]) -> list[str]:
    """Return copies that were made before, without the places of the server's files."""
    return [_copy(each) for each in found]


def _copy(each: str) -> str:
    match = _RUN.fullmatch(each)
    if match is None:
        return each
    kinds = {"train": "A model that was trained", "study export": "A study's data"}
    return f"{kinds.get(match['what'], 'A file')}, made on {day(match['at'])}"
