"""Text under a disguise that a model undoes by itself: codes, entities, digits for letters."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator

_BASE64 = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{20,8000}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{2}){12,2000}(?![0-9a-f])", re.IGNORECASE)
_DEEPEST = 2
_TELLING = (
    "ignore",
    "disregard",
    "instruction",
    "system",
    "prompt",
    "always",
    "never",
    "assistant",
)
_DIGITS = str.maketrans("013457@$", "oieastas")
# Only in words that have letters too.
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[013457])[a-z013457]{3,20}\b", re.IGNORECASE)
_SPELLED = re.compile(r"(?<!\w)\w([.\-_*·])\w(?:\1\w){2,60}(?!\w)")


def undisguised(text: str) -> Iterator[tuple[str, str]]:
    """Yield readings of a text, each with where it was found; not the text as it stands."""
    for told in _decoded(text, _DEEPEST):
        yield "base64", told
    for match in _HEX.finditer(text):
        told = bytes.fromhex(match[0]).decode(errors="replace")
        if told.isprintable():
            yield "hexadecimal", told
    plain = html.unescape(text)
    if plain != text:
        yield "entities", plain
    for how, turned in (("rot13", _rot13), ("reversed letters", _reversed)):
        # Cheap to look for beforehand: most text is neither.
        if any(turned(word) in text.casefold() for word in _TELLING):
            yield how, turned(text)
    lettered = _MIXED.sub(lambda found: found[0].translate(_DIGITS), text)
    spelled = _SPELLED.sub(lambda found: found[0].replace(found[1], ""), lettered)
    if spelled != text:
        yield "spelled letters", spelled


def _rot13(text: str) -> str:
    return codecs.decode(text, "rot13")


def _reversed(text: str) -> str:
    return text[::-1]


def _decoded(text: str, deep: int) -> Iterator[str]:
    for match in _BASE64.finditer(text):
        letters = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            told = base64.b64decode(letters + "=" * (-len(letters) % 4)).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if told.isprintable() or "\n" in told:
            yield told
            if deep > 1:
                yield from _decoded(told, deep - 1)
