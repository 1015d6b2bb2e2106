"""Guessing passwords is slowed: failures of a name, and of an address, cost ever longer waits."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Mapping

FREE = 5
"""Failures of one name that cost no wait."""
FREE_OF_ADDRESS = 20
"""The same of one address, behind which several people may be."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 900.0
"""Seconds; each further failure doubles the wait."""
_FORGET = 3600.0
"""Seconds after the last failure, and beyond any wait, when they count no more."""
_MOST = 10_000


class Throttle:
    """Counts failures, in the memory of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def admit(self, keys: Mapping[str, int], now: float) -> float:
        """Count a failure of each key and return 0, or count nothing and return seconds to wait.

        `keys` are given with their free failures. A failure is counted before the password is
        looked at, so that a hundred guesses at once are not a hundred free ones.
        """
        with self._lock:
            wait = max(self._wait(key, free, now) for key, free in keys.items())
            if wait > 0:
                return wait
            for key in keys:
                self._failed[key] = (self._count(key, now) + 1, now)
                self._failed.move_to_end(key)
            while len(self._failed) > _MOST:
                self._failed.popitem(last=False)
            return 0.0

    def wait(self, keys: Mapping[str, int], now: float) -> float:
        """Return the seconds until these keys are let in again."""
        with self._lock:
            return max(self._wait(key, free, now) for key, free in keys.items())

    def succeeded(self, name: str, address: str | None) -> None:
        """Take back what `admit` counted: all failures of the name, and one of the address.

        Whoever has one account cannot try others for free by logging in between; without an
        address, none was counted.
        """
        with self._lock:
            self._failed.pop(name, None)
            if address is not None and address in self._failed:
                count, at = self._failed[address]
                self._failed[address] = (count - 1, at)

    def _count(self, key: str, now: float) -> int:
        count, at = self._failed.get(key, (0, now))
        return count if now - at < _FORGET else 0

    def _wait(self, key: str, free: int, now: float) -> float:
        count = self._count(key, now)
        if count < free:
            return 0.0
        at = self._failed[key][1]
        return max(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(count - free, 30)) - (now - at))


def name_key(name: str) -> str:
    """Return what failures of an account are counted under; of a known browser, its own."""
    return f"name/{name}"


def address_key(host: str) -> str:
    """Return what failures of a client are counted under: of IPv6, the network of one household."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"address/{host}"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return f"address/{ipaddress.ip_network((address, 64), strict=False)}"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return f"address/{mapped or address}"
