"""Pseudonyms: raw ids are hashed with a secret key at the door and kept nowhere."""

from __future__ import annotations

import functools
import hashlib
import re

_ID_BYTES = 12
_OWN_PERSON = re.compile(r"per_[0-9a-f]{24}\Z")


def pseudonym(key: bytes, *parts: str) -> str:
    """Return 24 hex digits that only the holder of the key can compute from the parts.

    Keyed BLAKE2b (RFC 7693); parts are length-prefixed, so `("ab", "c")` and `("a", "bc")` differ.
    """
    state = hashlib.blake2b(key=key[:64], digest_size=_ID_BYTES)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()


def person_id(key: bytes, raw: str, *, source: str = "") -> str:
    """Return the id of a person, `per_...`, from the id or name that the source uses.

    `source` keeps apart ids of services that know nothing of each other. It is empty for names
    that the user of Recenter gives (`--person`, `user_id`, the `person` of an own row), so that
    one name means one person wherever it is given. A pseudonym made earlier is returned as it is.
    """
    if not source and _OWN_PERSON.match(raw):
        return raw
    return f"per_{pseudonym(key, 'person', source, raw)}"


class Pseudonyms:
    """The door of one import: turns raw ids into pseudonyms, remembering only recent ones."""

    def __init__(self, key: bytes, *, person: str | None = None) -> None:
        """`person` is whose conversations all of these are, where the user says so."""
        self._key = key
        self._seen: set[str] = set()
        self.given = None if person is None else person_id(key, person)
        # A corpus repeats its people; the bound keeps memory flat.
        self._person = functools.lru_cache(maxsize=65_536)(
            lambda raw, source: person_id(key, raw, source=source)
        )

    def person(self, raw: str, *, source: str = "") -> str:
        """Return the person given for the whole import, else the pseudonym of the raw id."""
        return self.given or self._person(raw, source)

    def conversation(self, raw: str) -> str:
        """Return the pseudonym of a conversation's id in its source."""
        return pseudonym(self._key, "conversation", raw)

    def reference(self, *said: str) -> str:
        """Return the pseudonym of all that a reference says."""
        return pseudonym(self._key, "reference", *said)

    def repeats(self, id: str) -> bool:
        """Tell whether this record came through before, in a format that repeats them."""
        if id in self._seen:
            return True
        self._seen.add(id)
        return False
