"""Caches of what people said: all are emptied when somebody is forgotten."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Cache(Protocol):
    """A function that remembers, as `functools.lru_cache` makes it."""

    def cache_clear(self) -> None:
        """Let go of everything."""


Cached = TypeVar("Cached", bound=Cache)
_CACHES: list[Cache] = []


def until_forgotten(function: Cached) -> Cached:
    """Have `forget_texts` empty the cache of a function. Needed where its keys hold words."""
    _CACHES.append(function)
    return function


def forget_texts() -> None:
    """Let go of all texts that were read before: somebody was forgotten, who must not stand here
    any longer.
    """
    for cache in _CACHES:
        cache.cache_clear()
