"""Phone numbers: what is written like one and is one in the numbering plan of some country."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException

from recenter.scan.record import Finding, finding

REGIONS = ("US", "GB", "DE", "FR", "ES", "IT", "NL", "AU", "IN", "BR", "PL", "CH")
"""Countries whose national formats are known; numbers with `+` are read for every country."""

_MARK = r"[ \t\u00a0./()\u2010-\u2015-]"
_RUN = re.compile(
    # At most three marks stand together, and a run has at most twenty digits.
    rf"(?<![\w#+@&/\\$€£¥.,-])(?<!\d:)(?:\+[ \t]?)?\(?\d(?:{_MARK}{{0,3}}\d){{5,19}}"
    r"(?P<extension>[ \t]?(?:,|;|x|ext\.?|extension|Durchwahl)[ \t]?\d{1,5}(?!\d))?"
    r"(?![\w@%°€£$]|[.,:/-]\d|-\w|[ \t]?(?:USD|EUR|GBP|%|°))"
)
_CUE = re.compile(
    r"(?:\b(?:phone|tel|telephone|cell|cellphone|mobile|mob|handy|telefon|fax|whatsapp|sms|dial"
    r"|landline|hotline|signal|viber|teléfono|telefono|téléphone|móvil|portable|celular|rufnummer"
    r"|call(?:ed|ing)?|ring|rang|text(?:ed)?)\b|☎|📞|📱)[^\n\d]{0,25}$",
    re.IGNORECASE,
)
_WEAK_CUE = re.compile(r"\b(?:numbers?|reach|contact|nummer)\b[^\n\d]{0,25}$", re.IGNORECASE)
_NOT_A_PHONE = re.compile(
    r"\b(?:order|invoice|isbn|issn|doi|tracking|serial|part|model|sku|ean|gtin|upc|version|case"
    r"|ticket|id|po|ref|reference|bill|patent|article|item|product|account|card|iban|ssn|passport"
    r"|lotto|row|sequence|array|data|code|zip)\b[^\n\d]{0,25}$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./ ]\d{1,2}[-./ ](?:19|20)\d\d|(?:19|20)\d\d-\d{6,}"
    r"|(?:\d{1,2}[-./ ])?(?:19|20)\d\d[ ]?[\u2010-\u2015-][ ]?(?:\d{1,2}[-./ ])?(?:19|20)\d\d"
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[ .\u00a0]\d{3})+")
_LONGER = re.compile(r"[-./]?\d")
_TRUNK = re.compile(r"\(?0\d")
_AMERICAN = re.compile(
    r"(?<!\d)(?:1[ .-])?(?:\([2-9]\d\d\)[ -]?|[2-9]\d\d[ .\u2010-\u2015-])"
    r"\d{3}[ .\u2010-\u2015-]\d{4}"
)
_LOCAL = re.compile(r"[2-9]\d\d[-. ]\d{4}")
_SPOKEN_DIGIT = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|(?:double|triple)\s\w{2,5})"
)
_SPOKEN = re.compile(rf"(?<!\w){_SPOKEN_DIGIT}(?:[ ,-]{{1,2}}{_SPOKEN_DIGIT}){{6,14}}(?!\w)", re.I)
_BESIDE = re.compile(r"[ \t,;/]{0,3}(?:or|and|oder|ou|o)?[ \t]{0,2}")
_COUNTED = re.compile(r"one\W{1,2}two\W{1,2}three\W{1,2}four", re.IGNORECASE)
_CUE_REACHES = 45
_WITH_TRUNK = (10, 11, 12)
_LEAST, _MOST = 7, 15


def find_phones(text: str) -> Iterator[Finding]:
    """Yield phone numbers. Without `+`, a word such as "call" or the form has to tell one."""
    last = -1
    for match in _RUN.finditer(text):
        start = match.start()
        beside = last >= 0 and _BESIDE.fullmatch(text, last, start)
        if _is_phone(match.group(), text[max(0, start - _CUE_REACHES) : start], cued=bool(beside)):
            yield finding("phone", text, start, match.end())
            last = match.end()
        else:
            yield from _several(text, match.start(), match.end())
    for match in _SPOKEN.finditer(text):
        if not _COUNTED.search(match.group()):
            yield finding("phone", text, match.start(), match.end())


def _several(text: str, start: int, end: int) -> Iterator[Finding]:
    """Yield the American numbers in a run that is none itself, such as one of two numbers."""
    for match in _AMERICAN.finditer(text, start, end):
        if not _LONGER.match(text, match.end()):
            yield finding("phone", text, match.start(), match.end())


def _is_phone(written: str, before: str, *, cued: bool) -> bool:
    number = re.split(r"[,;xeED]", written)[0].strip()
    digits = sum(map(str.isdigit, number))
    if not _LEAST <= digits <= _MOST or _DATE.fullmatch(number) or _counts(number):
        return False
    if number.startswith("+"):
        return _possible(number, None)
    cued = cued or bool(_CUE.search(before))
    if not cued and (_NOT_A_PHONE.search(before) or _THOUSANDS.fullmatch(number)):
        return False
    if number.startswith("00") and _possible("+" + number[2:].strip(), None):
        return True
    if cued or _WEAK_CUE.search(before):
        return bool(_LOCAL.fullmatch(number)) or _possible(number, *REGIONS)
    if number.isdigit():
        return False
    if _TRUNK.match(number):
        return digits in _WITH_TRUNK and _possible(number, *REGIONS)
    return bool(_AMERICAN.fullmatch(number)) and _possible(number, "US")


def _counts(number: str) -> bool:
    """Tell whether these are numbers beside each other rather than the groups of one."""
    groups = re.findall(r"\d+", number)
    single = sum(len(group) == 1 for group in groups)
    return single > len(groups) // 2 or bool(re.fullmatch(r"\d{1,5}\.\d+", number))


def _possible(number: str, *regions: str | None) -> bool:
    """Tell whether the numbering plan of a country has numbers of this length and beginning."""
    for region in regions:
        try:
            parsed = phonenumbers.parse(number, region)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return True
    return False
