"""Vectors of memories: kept in the store beside them, so that no answer waits for them."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from recenter.models.base import Embedder
from recenter.models.calls import vector_key
from recenter.store import Store
from recenter.store.cache import file_values
from recenter.store.database import Transaction
from recenter.store.tables import ATTRIBUTES
from recenter.store.writing import hold_people
from recenter.text.by_hash import mark

_AT_ONCE = 8
_MOST = 8192
"""Vectors that are held in memory: 13 MB of those of the embedder in the package."""
_BEGINNING, _END = 280, 120
"""Characters of a long message that a decision reads: what it takes grows with their number."""


class Vectors:
    """An embedder that knows the vectors it lately saw or fetched. Threads may share it."""

    def __init__(self, embedder: Embedder, *, most: int = _MOST) -> None:
        self._embedder, self._most = embedder, most
        # By hash, so that the words of who was forgotten are not held on to.
        self._held: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self._wait: Callable[[], None] | None = None

    def waiting(self, wait: Callable[[], None]) -> Vectors:
        """Return the same for who has time: of new texts a few at once, each after `wait`."""
        other = copy.copy(self)
        other._wait = wait
        return other

    @property
    def name(self) -> str:
        """Name of the embedder behind it."""
        return self._embedder.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit-length row per text; see `Embedder.embed`."""
        marks = [mark(text) for text in texts]
        with self._lock:
            found = {key: self._held[key] for key in marks if key in self._held}
            for key in found:
                self._held.move_to_end(key)
        new = {key: text for key, text in zip(marks, texts, strict=True) if key not in found}
        if new or not texts:
            made = dict(zip(new, self._made(list(new.values())), strict=True))
            self._hold(made)
            found |= made
        return np.stack([found[key] for key in marks]) if texts else self._embedder.embed([])

    def read(self, message: str) -> None:
        """Take up the vector of a message for a decision: of a long one, that of its beginning
        and its end. See `bench/long_messages.py` for what that changes.
        """
        key = mark(message)
        with self._lock:
            if key in self._held:
                return
        self._hold({key: self._embedder.embed([shortened(message)])[0]})

    def _made(self, texts: list[str]) -> NDArray[np.float32]:
        if self._wait is None:
            return self._embedder.embed(texts)
        rows = []
        for start in range(0, len(texts), _AT_ONCE):
            self._wait()
            rows.append(self._embedder.embed(texts[start : start + _AT_ONCE]))
        return np.concatenate(rows) if rows else self._embedder.embed([])

    def fetch(self, store: Store, person: str, texts: Sequence[str]) -> tuple[str, ...]:
        """Take up what the store has of a person's texts, in one read; return what it has not."""
        keys = {vector_key(self._embedder, person, text): text for text in texts}
        marks = {key: mark(text) for key, text in keys.items()}
        if self._has(marks.values()):
            # Of what is here already it is enough to know that the store has it too.
            sizes = store.cache.sizes(list(keys))
            return tuple(text for key, text in keys.items() if not _is_whole(sizes.get(key, 0)))
        kept = {
            key: np.frombuffer(value, "<f4").astype(np.float32)
            for key, value in store.cache.get_many(list(keys)).items()
            if _is_whole(len(value))
        }
        self._hold({marks[key]: vector for key, vector in kept.items()})
        return tuple(text for key, text in keys.items() if key not in kept)

    def _has(self, marks: Collection[bytes]) -> bool:
        """Tell whether all of these are held; then they are now the last to be let go of."""
        with self._lock:
            if not all(key in self._held for key in marks):
                return False
            for key in marks:
                self._held.move_to_end(key)
            return True

    def values(self, person: str, texts: Sequence[str]) -> dict[str, bytes]:
        """Return what the store is to keep of a person's texts, by key.

        Raises:
            ModelError: the embedder failed.
        """
        keys = [vector_key(self._embedder, person, text) for text in texts]
        return dict(zip(keys, (v.astype("<f4").tobytes() for v in self.embed(texts)), strict=True))

    def keep(self, store: Store, person: str, texts: Sequence[str]) -> None:
        """Have the store keep the vectors of what is still known of a person."""
        made = self.values(person, texts)

        def work(transaction: Transaction) -> None:
            if hold_people(transaction, [person]):
                return
            # What was forgotten meanwhile leaves nothing behind.
            rows = transaction.rows("memories_profile", person=person)
            known = {ATTRIBUTES.record(row[0]).text for row in rows}
            left = [key for key, text in zip(made, texts, strict=True) if text in known]
            file_values(transaction, {key: made[key] for key in left}, person)

        store.database.transact(work)

    def _hold(self, made: Mapping[bytes, NDArray[np.float32]]) -> None:
        with self._lock:
            for key, vector in made.items():
                self._held[key] = vector
                self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)


def shortened(message: str) -> str:
    """Return the beginning and the end of a long message, cut between words."""
    words = " ".join(message.split())
    if len(words) <= _BEGINNING + _END:
        return message
    return f"{words[:_BEGINNING].rsplit(' ', 1)[0]}\n{words[-_END:].split(' ', 1)[-1]}"


def _is_whole(size: int) -> bool:
    return size > 0 and size % 4 == 0
