"""Fields that many formats have: roles, times and languages, brought to one form."""

from __future__ import annotations

import datetime

from recenter.errors import InputError
from recenter.records import Role

_ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "model": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
}

# Names as language detectors of chat corpora write them, to ISO 639-1.
_LANGUAGES = {
    "afrikaans": "af", "albanian": "sq", "arabic": "ar", "armenian": "hy", "azerbaijani": "az",
    "basque": "eu", "belarusian": "be", "bengali": "bn", "bokmal": "nb", "bosnian": "bs",
    "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs",
    "danish": "da", "dutch": "nl", "english": "en", "esperanto": "eo", "estonian": "et",
    "finnish": "fi", "french": "fr", "ganda": "lg", "georgian": "ka", "german": "de",
    "greek": "el", "gujarati": "gu", "hebrew": "he", "hindi": "hi", "hungarian": "hu",
    "icelandic": "is", "indonesian": "id", "irish": "ga", "italian": "it", "japanese": "ja",
    "kazakh": "kk", "korean": "ko", "latin": "la", "latvian": "lv", "lithuanian": "lt",
    "macedonian": "mk", "malay": "ms", "maori": "mi", "marathi": "mr", "mongolian": "mn",
    "nynorsk": "nn", "persian": "fa", "polish": "pl", "portuguese": "pt", "punjabi": "pa",
    "romanian": "ro", "russian": "ru", "serbian": "sr", "shona": "sn", "slovak": "sk",
    "slovene": "sl", "slovenian": "sl", "somali": "so", "sotho": "st", "spanish": "es",
    "swahili": "sw", "swedish": "sv", "tagalog": "tl", "tamil": "ta", "telugu": "te",
    "thai": "th", "tsonga": "ts", "tswana": "tn", "turkish": "tr", "ukrainian": "uk",
    "urdu": "ur", "vietnamese": "vi", "welsh": "cy", "xhosa": "xh", "yoruba": "yo", "zulu": "zu",
}  # fmt: skip


def role_of(value: str, *, field: str) -> Role:
    """Return the role that a source's word for a speaker means.

    Raises:
        InputError: the word is not known.
    """
    role = _ROLES.get(value) or _ROLES.get(value.lower())
    if role is None:
        # Not quoted: where it is none of these it may be somebody's name.
        raise InputError(f"not a known speaker; expected one of {', '.join(_ROLES)}.", field=field)
    return role


def iso_utc(value: object, *, field: str) -> str | None:
    """Return a time as `YYYY-MM-DDTHH:MM:SSZ`, from ISO 8601 text, seconds since 1970 or a
    datetime. Without an offset it is taken as UTC. None stays None.

    Raises:
        InputError: it is not a time.
    """
    if value is None or value == "":
        return None
    try:
        moment = _moment(value)
        if moment.tzinfo is not None:
            moment = moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(
            "not a time; expected ISO 8601 or seconds since 1970.", field=field
        ) from None
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _moment(value: object) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.datetime.fromtimestamp(value, datetime.UTC)
    raise ValueError(value)


def language_of(value: str | None) -> str | None:
    """Return the ISO 639-1 code of a language name, the name itself where it is not known."""
    if not value:
        return None
    return _LANGUAGES.get(value) or _LANGUAGES.get(value.lower(), value)
