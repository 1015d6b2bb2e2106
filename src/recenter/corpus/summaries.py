"""What the filters need to know of a conversation, in a few hundred bytes and without its text."""

from __future__ import annotations

import datetime
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from recenter.corpus.language import LanguageOf
from recenter.errors import MissingExtraError
from recenter.records import Conversation

PERMUTATIONS = 64

_OPENING = 80
_SKETCHED = 2000
_SHINGLE = 3
# Words; in scripts that do not part them by spaces, characters.
_TOKEN = re.compile(r"[぀-ヿ㐀-鿿가-힯]|\w+")


class Summary(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One conversation, as far as filters look at it."""

    id: str
    person: str
    turns: int
    user_turns: int
    at: int | None
    """When it began, in seconds since 1970."""
    other_language: int | None
    """Turns of the person in another language; None where nothing tells."""
    told_language: int
    """Turns of the person whose language was told at all."""
    opening: bytes
    """Hash of the first 80 characters of the first prompt, digits made equal; empty where the
    prompt is shorter."""
    sketch: bytes
    """MinHash of the person's words (first 2,000 characters, shingles of three)."""


def summarise(
    conversations: Iterable[Conversation],
    *,
    language: str = "en",
    detect: LanguageOf | None = None,
    trust_named: bool = False,
) -> Iterator[Summary]:
    """Yield a summary of each conversation.

    Without `detect` the language field of the source is trusted for all turns of a conversation;
    with it, the field stands in only where no turn is long enough to tell. With `trust_named` too,
    only conversations whose source names no language are looked at.

    Raises:
        MissingExtraError: datasketch is not installed.
    """
    try:
        from datasketch import MinHash
    except ImportError:
        raise MissingExtraError("A corpus filter", "corpus") from None
    blank = MinHash(num_perm=PERMUTATIONS, hashfunc=zlib.crc32)
    for conversation in conversations:
        prompts = [turn.text for turn in conversation.turns if turn.role == "user"]
        other, told = _languages(
            conversation,
            prompts,
            language,
            None if trust_named and conversation.language else detect,
        )
        yield Summary(
            id=conversation.id,
            person=conversation.person,
            turns=len(conversation.turns),
            user_turns=len(prompts),
            at=_seconds(conversation.at),
            other_language=other,
            told_language=told,
            opening=_opening(prompts),
            sketch=_sketch(" ".join(prompts), blank),
        )


def _languages(
    conversation: Conversation, prompts: list[str], language: str, detect: LanguageOf | None
) -> tuple[int | None, int]:
    """Return how many prompts are in another language, and of how many that could be told."""
    if detect is not None:
        told = [found for prompt in prompts if (found := detect(prompt)) is not None]
        if told:
            return sum(found != language for found in told), len(told)
    if conversation.language is None:
        return None, 0
    return (0 if conversation.language == language else len(prompts)), len(prompts)


def _seconds(at: str | None) -> int | None:
    return None if at is None else int(datetime.datetime.fromisoformat(at).timestamp())


def _opening(prompts: list[str]) -> bytes:
    first = " ".join(prompts[0].lower().split()) if prompts else ""
    if len(first) < _OPENING:
        return b""
    alike = re.sub(r"\d+", "0", first)[:_OPENING]
    return hashlib.blake2b(alike.encode("utf-8", "replace"), digest_size=8).digest()


def _sketch(text: str, blank: Any) -> bytes:
    tokens = _TOKEN.findall(text[:_SKETCHED].lower())
    count = max(1, len(tokens) - _SHINGLE + 1)
    shingles = {" ".join(tokens[i : i + _SHINGLE]) for i in range(count)}
    made = blank.copy()
    made.update_batch([shingle.encode("utf-8", "replace") for shingle in sorted(shingles)])
    sketch: bytes = made.hashvalues.astype("<u4").tobytes()
    return sketch
