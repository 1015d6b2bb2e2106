"""Text as an eye reads it: look-alike letters, invisible characters and spaced letters undone.

The letters of Cyrillic and Greek that look like Latin ones, after Unicode's list of confusables
(UTS 39); only those that are drawn alike in ordinary type.
"""

from __future__ import annotations

import re
import unicodedata

_PAIRS = (
    "аa ԁd еe ѐe ёe һh іi їi јj кk ӏl мm пn оo рp ԛq сc ѕs тt уy ѵv ԝw хx вb нh"
    " αa βb εe γy ηn ιi κk νv οo ρp τt υu χx ωw ϲc ϳj"
    " ᴀa ɑa ɡg ոn սu ցg աw ɩi ıi łl øo đd ’' ‘' “\" ”\""
)
_ALIKE = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
_MARKS = frozenset(map(chr, range(0x300, 0x370)))
_TAG = range(0xE0020, 0xE007F)
"""Characters of Unicode's tag block: a second, invisible ASCII."""
_SPACED = re.compile(r"(?<!\w)\w(?:[ .\-_*]\w){4,60}(?!\w)")
_INSIDE = re.compile(r"[ .\-_*]")


def visible(text: str) -> str:
    """Return the text in compatibility form and lower case, without characters nobody sees."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not _unseen(char))


def _unseen(char: str) -> bool:
    """Whether a character is invisible, or a mark over a letter that has no letter with it."""
    return char > "\x7f" and (char in _MARKS or unicodedata.category(char) in ("Cf", "Co"))


def look_alike(text: str) -> str:
    """Return visible text with letters that look Latin made Latin, and spaced letters joined.

    Text in Cyrillic or Greek comes out as nonsense: it is for looking for words, not for reading.
    """
    latin = text.translate(_ALIKE)
    return _SPACED.sub(lambda found: _INSIDE.sub("", found[0]), latin)


def hidden(text: str) -> str:
    """Return what stands in a text as invisible tag characters, in ASCII; often nothing."""
    return "".join(chr(ord(char) - 0xE0000) for char in text if ord(char) in _TAG)
