"""Which dialogues of the study's data are held out: fixed by their id, before anything was read."""

from __future__ import annotations

import hashlib

HELD_OUT_PERCENT = 30
_SALT = "recenter-extractor-split-1:"


def held_out(session: str) -> bool:
    """Tell whether a dialogue is in the test part, which nothing is trained or tuned on."""
    hashed = hashlib.sha256((_SALT + session).encode()).hexdigest()
    return int(hashed[:8], 16) % 100 < HELD_OUT_PERCENT
