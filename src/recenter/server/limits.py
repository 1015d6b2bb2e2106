"""How often a key may ask: a bucket for each, refilled steadily."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class RateLimit:
    """Lets each key ask `per_minute` times a minute, and as often at once; 0 sets no limit."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._most, self._clock = per_minute / 60, float(per_minute), clock
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def admits(self, key: str) -> bool:
        """Count one request of a key; False where it asked too often."""
        if not self._most:
            return True
        with self._lock:
            now = self._clock()
            left, at = self._left.get(key, (self._most, now))
            left = min(self._most, left + (now - at) * self._rate)
            self._left[key] = (left - 1 if left >= 1 else left, now)
            return left >= 1

    @property
    def pause(self) -> int:
        """Seconds after which a key that asked too often may ask again."""
        return math.ceil(1 / self._rate) if self._rate else 0
