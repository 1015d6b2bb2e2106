"""What is known of a corpus once it has been read: figures and attributes, no conversations."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from recenter.compare.units import marks
from recenter.records import Attribute, Conversation, Judgment, Reference
from recenter.text.locate import fold_words
from recenter.train.sources import DataFile

_RUN_ON = 3
"""Signs for each word that white space parts, from which a script does without it."""


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """The size of one conversation."""

    id: str
    person: str
    turns: int
    own_turns: int
    """Turns of the person."""
    own_words: int
    """Words in them, parted by white space."""
    own_signs: int = 0
    """The same, where each character of a script without spaces is one."""
    holds: tuple[str, ...] = ()
    """Digests of what it holds, by which it is known where another person has it too."""


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """One corpus as the extractor and the verifier read it."""

    name: str
    file: DataFile
    """Its normalised conversations, by checksum."""
    talks: tuple[Talk, ...]
    attributes: tuple[Attribute, ...]
    """Merged per person, as `recenter extract` stores them."""
    units: Mapping[str, str]
    """The independent unit of each person, see `units.units_of`: what intervals are by."""
    judgments: Mapping[str, Judgment]
    """The verifier's, by attribute; one whose answer could not be read is not there."""
    planted: tuple[Reference, ...] = ()
    """What the source says of its people: to look for, never to be learned from."""
    unread: int = 0
    """Conversations of which no usable answer was had: in no figure."""

    @property
    def people(self) -> tuple[str, ...]:
        """Everybody of whom there is a conversation, in order of appearance."""
        return tuple(dict.fromkeys(talk.person for talk in self.talks))

    @property
    def unspaced(self) -> bool:
        """Whether most of what its people wrote is in scripts without spaces between words."""
        words = sum(talk.own_words for talk in self.talks)
        return sum(talk.own_signs for talk in self.talks) > _RUN_ON * words

    @property
    def independent(self) -> int:
        """How many units these people are."""
        return len({self.units[person] for person in self.people})


def talk_of(conversation: Conversation) -> Talk:
    """Return the size of a conversation."""
    own = [turn.text for turn in conversation.turns if turn.role == "user"]
    return Talk(
        id=conversation.id,
        person=conversation.person,
        turns=len(conversation.turns),
        own_turns=len(own),
        own_words=sum(len(text.split()) for text in own),
        own_signs=sum(len(fold_words(text)) for text in own),
        holds=marks(conversation),
    )
