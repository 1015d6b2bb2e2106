"""Numbers that stand for one person: of cards, accounts, insurance and papers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recenter.scan.record import Finding, finding

_CARD = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){12,18}(?![\w]|[.,-]\d)")
_CARD_STARTS = re.compile(r"4|5[1-5]|2[2-7]|3[4-7]|30[0-5]|6(?:011|4|5|2)|35|8[16]")
_CARD_LENGTHS = (14, 15, 16, 19)
_IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE)
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
}
_IBAN_LENGTHS = {
    country: length
    for length, countries in _IBAN_COUNTRIES.items()
    for country in countries.split()
}
_SSN = re.compile(r"(?<![\w.,/-])\d{3}([- ])\d{2}\1\d{4}(?![\w]|[-.,/]\d)")
_NINO = re.compile(r"(?<!\w)[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")
_SORT_CODE = re.compile(
    r"\bsort\scode\W{0,3}(?:is\s)?(?P<id>\d\d-?\d\d-?\d\d)(?!\w)", re.IGNORECASE
)
_TOLD = re.compile(
    r"\b(?:passport|driv(?:er['’]?s?|ing)\slicen[cs]e|licen[cs]e|account|acct|ssn|social\ssecurity"
    r"|national\sinsurance|tax(?:payer)?\sid|tin|steuer-?id|personalausweis|reisepass|konto"
    r"|identity\scard|id\scard|dni|nie|curp|cpf|aadhaar|pan\scard|medicare|nhs|insurance|policy"
    r"|membership|patient|student\sid|employee\sid|routing)"
    r"(?:[\s-](?:number|num|no|nr|id|code|card))?\b"
    r"[.:#]{0,2}\s?(?:is\s|was\s|[:=#]\s?)?(?P<id>[A-Z0-9](?:[ -]?[A-Z0-9]){4,24})(?!\w)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?<![A-Z0-9])[A-Za-z]*[a-z][A-Za-z]*")
_LEAST_DIGITS = 4


def find_numbers(text: str) -> Iterator[Finding]:
    """Yield card numbers and IBANs with right check digits, and numbers that are told as such."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in _CARD_LENGTHS and _CARD_STARTS.match(digits) and _luhn(digits):
            yield finding("number", text, match.start(), match.end())
    for match in _IBAN.finditer(text):
        end = _iban_end(match.group())
        if end:
            yield finding("number", text, match.start(), match.start() + end)
    for pattern in (_SSN, _NINO):
        for match in pattern.finditer(text):
            yield finding("number", text, match.start(), match.end())
    for match in _SORT_CODE.finditer(text):
        yield finding("number", text, match.start("id"), match.end("id"))
    for match in _TOLD.finditer(text):
        end = _told_end(match["id"])
        if end:
            yield finding("number", text, match.start("id"), match.start("id") + end)


def _luhn(digits: str) -> bool:
    """Tell whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _iban_end(written: str) -> int:
    """Return where the IBAN at the start ends, or 0 if there is none (ISO 13616-1)."""
    length = _IBAN_LENGTHS.get(written[:2].upper(), 0)
    places = [place for place, char in enumerate(written) if char.isalnum()][:length]
    if not length or len(places) < length:
        return 0
    compact = "".join(written[place] for place in places)
    value = "".join(str(int(char, 36)) for char in compact[4:] + compact[:4])
    return places[-1] + 1 if int(value) % 97 == 1 else 0


def _told_end(written: str) -> int:
    """Return where the words after a number begin, or 0 if too little of a number is left."""
    word = _WORDS.search(written)
    kept = written[: word.start()] if word else written
    return len(kept.rstrip(" -")) if sum(map(str.isdigit, kept)) >= _LEAST_DIGITS else 0
