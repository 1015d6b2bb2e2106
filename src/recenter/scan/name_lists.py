"""Words that tell a name from other capitalised words, read from the lists beside this file.

The given names are facts written down for this purpose: about 1,300 that are common in English,
in other languages of Europe, and romanised from Asia and Africa. A package would be heavier than
what is needed of it (names-dataset, mimesis, Faker), is under the GPL (gender-guesser) or is no
longer kept (names). Surnames are not listed; they are known by what stands before them.
"""

from __future__ import annotations

import re
import unicodedata

from recenter.scan.words import read_words, word_set

PART = r"(?:[^\W\d_][\u0300-\u036f]*)+"
WORD = re.compile(rf"{PART}(?:[-'’]{PART})*")
"""A word with its combining marks, hyphens and apostrophes."""


def folded(word: str) -> str:
    """Return a word as it is compared: without case and accents, apostrophes straight."""
    if word.isascii():
        return word.casefold()
    apart = unicodedata.normalize("NFD", word.casefold().replace("’", "'"))
    return "".join(char for char in apart if not unicodedata.combining(char))


def _folded_all(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(folded, words))


_listed = _folded_all(read_words("given_names")[0])
_common, DOUBTFUL = map(_folded_all, read_words("common_words"))
GIVEN = _listed | DOUBTFUL
"""Given names, among them `DOUBTFUL`, which are words or places too."""
COMMON = _common - GIVEN
"""Words that begin no name, and end what is read as one."""
SURE = _listed - DOUBTFUL - _common
"""Given names that hardly mean anything else."""
NEVER_ALONE = _common | DOUBTFUL
"""Words that are not looked for by themselves although they were part of a name."""
PARTICLES = word_set(
    "van von der den de del della di da dos das du la le al el bin ibn ben ter ten zu y e af"
)
"""Words in lower case inside a name."""
