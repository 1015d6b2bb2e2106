"""Where a quote stands in a text, word for word.

A model that is asked for a verbatim quote often changes what carries no words: spaces, case,
quotation marks, dashes, markdown, the stop at the end. Both sides are therefore read as words,
each folded by Unicode's compatibility casefolding (UAX 15, UAX 21), and what separates words is
not compared. Nothing else is forgiven: one word more, fewer, other or half, and the quote is not
there. What is kept as a quote is cut from the text itself.
"""

from __future__ import annotations

import bisect
import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

MIN_LETTERS = 4
"""A shorter quote is not evidence; a character of a script without spaces counts twice."""

_WORDLESS = r"\s!-\"'()*,\-./:;?\[\\\]_`{|}~¡«·»¿\u2010-\u205f\u2e00-\u2e7f\u3000-\u3020\u30fb"
_FULLWIDTH = r"\uff01\uff02\uff07-\uff0a\uff0c-\uff0f\uff1a\uff1b\uff1f\uff3b-\uff3d\uff3f\uff40"
_SEPARATOR = (
    _WORDLESS
    + _FULLWIDTH
    + r"\u060c\u061b\u061f\u06d4\u0964\u0965\uff5b-\uff65\ufe10-\ufe1f\ufe30-\ufe52"
)
_ALONE = (  # scripts written without spaces, arrows, pictographs: each character is a word
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3021-\u30fa\u30fc-\u9fff"
    r"\uf900-\ufaff\uff66-\uff9f\U0001f000-\U0001faff\U00020000-\U0003ffff"
)
_WORD = re.compile(
    rf"&(?:#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z]{{2,8}});"
    rf"|(?<!\S)[-\u2212](?=[0-9])[^{_SEPARATOR}{_ALONE}]+"
    rf"|[{_ALONE}]"
    rf"|[^{_SEPARATOR}{_ALONE}]+"
)
_INSIDE = re.compile(rf"[^{_SEPARATOR}{_ALONE}]")
_NOT_IN_WORD = re.compile(rf"[{_SEPARATOR}\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\ufeff]+")
_SPACELESS = re.compile(rf"[{_ALONE}]")
_GAP = re.compile(r"\s{0,20}[\[(<]?(?:\.{3,}|(?:\.\s){2,}\.|\u2026+)[\])>]?\s{0,20}")
_EXACT_TRIES = 100


class Span(NamedTuple):
    """A stretch of a text: `text[start:end]`, in code points."""

    start: int
    end: int


def fold_words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return [word for match in _WORD.finditer(text) if (word := _fold(match.group()))]


def locate(quote: str, text: str, *, within: Span | None = None) -> Span | None:
    """Return where the words of a quote stand in a text, or None.

    Of a quote with an ellipsis in its middle, the longest part; see `Locator.parts`.
    """
    parts = Locator(text).parts(quote, within=within)
    return max(parts, key=lambda span: span.end - span.start, default=None)


class Locator:
    """A text indexed once for many quotes, in time and memory linear in its length."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._offsets: list[int] = []
        words = []
        offset = 0
        for match in _WORD.finditer(text):
            word = _fold(match.group())
            if word:
                words.append(word)
                self._starts.append(match.start())
                self._ends.append(match.end())
                self._offsets.append(offset)
                offset += len(word) + 1
        self._joined = f" {' '.join(words)} "

    def occurrences(self, quote: str, *, within: Span | None = None) -> Iterator[Span]:
        """Yield where the words of a quote stand without a gap, in the order of the text.

        The quote as it is, where it stands so between word boundaries, comes first.
        """
        window = within or Span(0, len(self.text))
        exact = self._exact(quote.strip(), window)
        if exact is not None and is_long_enough(fold_words(quote)):
            yield exact
        for span in self._folded(fold_words(quote), window):
            if exact is None or span.end <= exact.start or span.start >= exact.end:
                yield span

    def parts(self, quote: str, *, within: Span | None = None) -> tuple[Span, ...]:
        """Return the spans of a quote: one, or the parts around its ellipses, or none.

        The parts must all stand in the text, in the order of the quote and without overlap;
        those too short to be evidence are looked for but not returned.
        """
        whole = next(self.occurrences(quote, within=within), None)
        if whole is not None:
            return (whole,)
        window = within or Span(0, len(self.text))
        pieces = [words for piece in _GAP.split(quote) if (words := fold_words(piece))]
        if len(pieces) < 2:
            return ()
        spans = []
        for words in pieces:
            span = next(self._folded(words, window, short=True), None)
            if span is None:
                return ()
            if is_long_enough(words):
                spans.append(span)
            window = Span(span.end, window.end)
        return tuple(spans)

    def _exact(self, quote: str, window: Span) -> Span | None:
        if not quote:
            return None
        start = window.start - 1
        for _ in range(_EXACT_TRIES):
            start = self.text.find(quote, start + 1, window.end)
            if start < 0:
                return None
            end = start + len(quote)
            if not (self._cuts_a_word(start) or self._cuts_a_word(end)):
                return Span(start, end)
        return None

    def _cuts_a_word(self, place: int) -> bool:
        around = self.text[max(place - 1, 0) : place + 1]
        return 0 < place < len(self.text) and len(_INSIDE.findall(around)) == 2

    def _folded(self, words: list[str], window: Span, *, short: bool = False) -> Iterator[Span]:
        if not words or not (short or is_long_enough(words)):
            return
        needle = f" {' '.join(words)} "
        first = bisect.bisect_left(self._starts, window.start)
        place = self._offsets[first] - 1 if first < len(self._offsets) else len(self._joined)
        while (place := self._joined.find(needle, place + 1)) >= 0:
            index = bisect.bisect_left(self._offsets, place)
            span = Span(self._starts[index], self._ends[index + len(words) - 1])
            if span.end > window.end:
                return
            yield span
            place += len(needle) - 2


def is_long_enough(words: list[str]) -> bool:
    """Say whether folded words are enough to be evidence of anything."""
    letters = (
        2 if _SPACELESS.match(letter) else 1
        for word in words
        for letter in word
        if letter.isalnum()
    )
    return sum(letters) >= MIN_LETTERS


def _fold(word: str) -> str:
    if word.isascii() and word[0] not in "&#-":
        return word.casefold()
    if word[0] == "&" and word[-1] == ";":
        word = html.unescape(word)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    minus = "-" if folded[:1] in {"-", "\u2212"} else ""
    return minus + _NOT_IN_WORD.sub("", folded.replace("\u2212", "-")).lstrip("#")
