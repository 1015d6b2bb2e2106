"""The tokenizer of uncased BERT: text to the ids of word pieces, without a dependency."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_UNKNOWN, _START, _END = "[UNK]", "[CLS]", "[SEP]"
_CONTROL = ("Cc", "Cf", "Cs", "Co")
_NO_SPACE = "\x0b\x0c\x1c\x1d\x1e\x1f\x85"
_LONGEST_WORD = 100
_CACHED_WORDS = 50_000
_CHARACTERS_PER_PIECE = 16
# The Chinese, Japanese and Korean blocks whose characters BERT reads as words of their own.
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class _Fold(dict[int, str]):
    """Translation to lower case without accents or control characters, with spaces around
    punctuation and ideographs.

    Each character by itself: in `str.lower` a final sigma depends on what follows, and putting a
    long run of accents in order, as normalising a whole text does, takes the square of its length.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if code in (0, 0xFFFD):
            result = ""
        elif character in "\t\n\r" or (character.isspace() and character not in _NO_SPACE):
            result = " "
        else:
            result = "".join(map(_folded, unicodedata.normalize("NFD", character)))
        if any(low <= code <= high for low, high in _IDEOGRAPHS):
            result = f" {result} "
        self[code] = result
        return result


def _folded(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn" or category in _CONTROL:
        return ""
    if category[0] == "P" or (" " < character < "\x7f" and not character.isalnum()):
        return f" {character} "
    return character.lower()


class WordPiece:
    """Splits text as `BertTokenizer` does, but never reads `[SEP]` in a text as a command.

    Greedy longest match; see Wu et al., "Google's Neural Machine Translation System" (2016).
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._ids = {token: number for number, token in enumerate(vocabulary)}
        self._longest = max(map(len, vocabulary))
        self._unknown = self._ids[_UNKNOWN]
        self._start, self._end = self._ids[_START], self._ids[_END]
        self._known: dict[str, tuple[int, ...]] = {}
        self._fold = _Fold()

    def encode(self, text: str, *, limit: int = 256) -> list[int]:
        """Return the ids of the pieces between a start and an end, at most `limit` in all."""
        room = limit - 2
        head = text[: room * _CHARACTERS_PER_PIECE]
        words = self.words(head)
        if len(head) < len(text):
            # The last word may be cut; without it, the head reads as it does in the whole text.
            pieces = self._pieces(words[:-1], room)
            if len(pieces) < room:
                pieces = self._pieces(self.words(text), room)
        else:
            pieces = self._pieces(words, room)
        return [self._start, *pieces, self._end]

    def words(self, text: str) -> list[str]:
        """Return the words and punctuation marks of a text, in lower case without accents."""
        return text.translate(self._fold).split()

    def _pieces(self, words: Sequence[str], room: int) -> list[int]:
        pieces: list[int] = []
        for word in words:
            pieces += self._of_word(word)
            if len(pieces) >= room:
                break
        return pieces[:room]

    def _of_word(self, word: str) -> tuple[int, ...]:
        known = self._known.get(word)
        if known is None:
            known = self._split(word) if len(word) <= _LONGEST_WORD else (self._unknown,)
            if len(self._known) < _CACHED_WORDS:
                self._known[word] = known
        return known

    def _split(self, word: str) -> tuple[int, ...]:
        pieces = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                piece = self._ids.get(prefix + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(pieces)
