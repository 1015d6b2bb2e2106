"""LoCoMo: two people talk to each other over many sessions, so each session is read twice.

From each one's side their own words are the user's, and the other's stand where an assistant's
would: in sight as context, never evidence, so that nobody gets what the other said. Captions of
pictures are a machine's words, and summaries of sessions retell: neither is read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from recenter.errors import InputError
from recenter.importers.base import Format, Made, conversation_of
from recenter.importers.benchmarks.told import Told, planted_in
from recenter.importers.fields import iso_utc
from recenter.importers.pseudonym import Pseudonyms
from recenter.records import Reference, Turn

_NAME = "locomo"
_SESSION = re.compile(r"session_(\d{1,6})\Z", re.ASCII)
_PLACE = re.compile(r"D(\d{1,6}):\d{1,6}", re.ASCII)
_CLOCK = "%I:%M %p on %d %B, %Y"


class _Said(msgspec.Struct):
    speaker: str
    dia_id: str | None = None
    text: str | None = None


class _Question(msgspec.Struct):
    question: str | None = None
    answer: str | float | int | None = None
    evidence: list[str] | None = None


class _Row(msgspec.Struct):
    conversation: dict[str, str | list[_Said] | None]
    sample_id: str | int | None = None
    qa: list[_Question] | None = None
    observation: dict[str, dict[str, list[Any]]] | None = None
    """Of `session_1_observation` and so on, by speaker: [what is said of them, place or places]."""


class _Sample(msgspec.Struct):
    """A row, with the people and the sessions by name."""

    row: _Row
    door: Pseudonyms
    key: str
    stored: dict[tuple[str, str], str | None] = msgspec.field(default_factory=dict)
    """Ids of the conversations, by speaker and number of the session."""
    said_by: dict[str, str] = msgspec.field(default_factory=dict)
    """Who speaks at each place."""

    def person(self, speaker: str) -> str:
        return self.door.person(f"{self.key}:{speaker}", source=_NAME)

    def told(self, speaker: str) -> Told:
        return Told(self.door, person=self.person(speaker), source=_NAME)


def _fits(row: Any) -> bool:
    talk = row.get("conversation") if isinstance(row, dict) else None
    names = isinstance(talk, dict) and {"speaker_a", "speaker_b"} <= talk.keys()
    return names or (isinstance(row, dict) and {"sample_id", "conversation"} <= row.keys())


def _speakers(row: _Row) -> tuple[str, str]:
    names = row.conversation.get("speaker_a"), row.conversation.get("speaker_b")
    for field, name in zip(("speaker_a", "speaker_b"), names, strict=True):
        if not isinstance(name, str) or not name:
            raise InputError("expected a name.", field=f"conversation.{field}")
    if names[0] == names[1]:
        raise InputError("both speakers have one name.", field="conversation.speaker_b")
    return str(names[0]), str(names[1])


def _moment(text: object, *, field: str) -> str | None:
    """Return a time written as 1:56 pm on 8 May, 2023, or as any format may write it.

    Raises:
        InputError: it is not a time.
    """
    if isinstance(text, str):
        try:
            return iso_utc(datetime.datetime.strptime(text.strip(), _CLOCK), field=field)
        except ValueError:
            pass
    return iso_utc(text, field=field)


def _sessions(row: _Row) -> Iterator[tuple[str, list[_Said], str | None]]:
    """Yield number, turns and time of each session, first to last."""
    numbers = [found[1] for name in row.conversation if (found := _SESSION.match(name))]
    for number in sorted(numbers, key=int):
        turns = row.conversation[f"session_{number}"]
        if isinstance(turns, str):
            raise InputError("expected an array.", field=f"conversation.session_{number}")
        time = f"session_{number}_date_time"
        at = _moment(row.conversation.get(time), field=f"conversation.{time}")
        yield number, turns or [], at


def _convert(row: _Row, door: Pseudonyms, _account: str) -> tuple[Made, ...]:
    speakers = _speakers(row)
    if door.given is not None:
        raise InputError("two people talk here, and --person names one: leave it out.")
    key = ":".join(speakers) if row.sample_id in (None, "") else str(row.sample_id)
    sample = _Sample(row, door, key)
    made: list[Made] = []
    for number, said, at in _sessions(row):
        for i, one in enumerate(said):
            if one.speaker not in speakers:
                raise InputError(
                    "is neither of the two.", field=f"conversation.session_{number}[{i}].speaker"
                )
            sample.said_by[one.dia_id or ""] = one.speaker
        for speaker in speakers:
            talk = conversation_of(
                _turns(said, speaker, at),
                door,
                person=sample.person(speaker),
                source=_NAME,
                raw_id=f"{key}:{number}",
                at=at,
            )
            sample.stored[speaker, number] = planted_in(talk)
            made.append(talk)
    return (*made, *_observed(sample, speakers), *_asked(sample, speakers))


def _turns(said: list[_Said], speaker: str, at: str | None) -> tuple[Turn, ...]:
    return tuple(
        Turn(role="user" if one.speaker == speaker else "assistant", text=one.text, at=at)
        for one in said
        if one.text
    )


def _observed(sample: _Sample, speakers: tuple[str, str]) -> Iterator[Reference]:
    for name, by_speaker in (sample.row.observation or {}).items():
        number = name.removeprefix("session_").removesuffix("_observation")
        for speaker in speakers:
            for fact in by_speaker.get(speaker, ()):
                text = fact[0] if isinstance(fact, list) and fact else fact
                if not isinstance(text, str):
                    raise InputError("expected text and its place.", field=f"observation.{name}")
                where = sample.stored.get((speaker, number))
                yield from sample.told(speaker)("fact", text, conversation=where)


def _asked(sample: _Sample, speakers: tuple[str, str]) -> Iterator[Reference]:
    """Yield the answers, each to those who said what it rests on; else to those it names."""
    for asked in sample.row.qa or ():
        if asked.answer is None:
            continue  # Those that nothing answers.
        places = _PLACE.finditer(" ".join(asked.evidence or ()))
        said = dict.fromkeys(
            (sample.said_by[found[0]], found[1]) for found in places if found[0] in sample.said_by
        )
        named = [name for name in speakers if name in (asked.question or "")] or [*speakers]
        for speaker, number in said or [(name, "") for name in named]:
            yield from sample.told(speaker)(
                "question_answer",
                str(asked.answer),
                conversation=sample.stored.get((speaker, number)),
                question=asked.question,
            )


LOCOMO = Format(name=_NAME, mark="sample_id", row=_Row, convert=_convert, fits=_fits)
