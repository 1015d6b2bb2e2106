"""Where a record came from: its signature, and the ids derived from what it is about."""

from __future__ import annotations

import hashlib
import json

import msgspec

from recenter import __version__

_ID_BYTES = 12
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What produced a record: enough to produce it again, and nothing that changes by the clock.

    Encoded in full: an omitted version would be read as that of whoever reads it later.
    """

    code: str = __version__
    """Version of Recenter."""
    model: str | None = None
    """Model as `provider:name`, or the name and hash of embedded weights."""
    prompt: str | None = None
    """Hash of the prompt text, where a prompt was used."""
    seed: int | None = None
    """Seed of whatever was random."""
    settings: str | None = None
    """Hash of the settings that change the result, where there are any."""


def digest(*parts: object) -> str:
    """Return 24 hex digits that depend on the parts, their order and nothing else.

    Parts are encoded as canonical JSON, so `("a", "b")` and `("ab",)` differ.
    """
    # A text is its own: most parts are, and ids are made by the hundred.
    plain = [part if type(part) is str else msgspec.to_builtins(part) for part in parts]
    canonical = _CANONICAL.encode(plain)
    data = canonical.encode("utf-8", errors="surrogatepass")
    return hashlib.blake2b(data, digest_size=_ID_BYTES).hexdigest()


def make_id(kind: str, *parts: object) -> str:
    """Return the id of a record of this kind, such as `att_3f...`, from what it is about."""
    return f"{kind}_{digest(kind, *parts)}"
