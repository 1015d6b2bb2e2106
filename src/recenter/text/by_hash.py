"""Remember what was found in a text, and not the text: its person may be forgotten."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def mark(text: str) -> bytes:
    """Return 16 bytes by which a text is known again."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def by_hash(most: int) -> Callable[[Callable[[str], Found]], Callable[[str], Found]]:
    """Have a function of a text remember what it returned of the `most` texts it saw last.

    As `functools.lru_cache`, which would hold the texts themselves. For functions whose result
    holds no words. Threads may share it.
    """

    def remembering(function: Callable[[str], Found]) -> Callable[[str], Found]:
        held: OrderedDict[bytes, Found] = OrderedDict()
        lock = threading.Lock()

        @functools.wraps(function)
        def remembered(text: str) -> Found:
            key = mark(text)
            with lock:
                if key in held:
                    held.move_to_end(key)
                    return held[key]
            found = function(text)
            with lock:
                held[key] = found
                if len(held) > most:
                    held.popitem(last=False)
            return found

        return remembered

    return remembering
