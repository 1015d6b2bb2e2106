"""Text of people and models, as a terminal may be given it."""

from __future__ import annotations

import io
import re
import sys

from rich.markup import escape

# What a terminal would obey, turn round, or not encode.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Return the text with control characters, which a terminal would obey, made visible."""
    return _OBEYED.sub(lambda found: repr(found[0])[1:-1], text)


def plain(text: str) -> str:
    """Return the text so that neither a terminal nor rich's markup takes any of it for orders."""
    return escape(printable(text))


def tolerate_any_terminal() -> None:
    """Have characters that the terminal's encoding lacks written as escapes, not raised."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
