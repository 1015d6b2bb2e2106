"""Postal addresses: a street with its number, a box, and the codes that end an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from recenter.scan.record import Finding, finding

_GAP = r"[ \t]{1,3}"
_COMMA = r"(?:[ \t]?,[ \t]?|[ \t]?\r?\n[ \t]?)"
_CAP = r"(?:[A-ZÀ-ÖØ-Þ][\w'’.-]{0,24})"
_TOWN = r"(?:[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’.-]){0,24}(?!\w))"
_PLACE = (
    rf"{_TOWN}(?:{_GAP}(?:{_TOWN}|(?:upon|on|am|an|der|la|de|del|le|les|sur|in|the)(?!\w))){{0,3}}"
)
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|PR|RI"
    r"|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT|NSW|VIC|QLD|TAS|ACT)"
)
_BRITISH = r"(?:[A-Z]{1,2}\d[A-Z\d]?[ \t]?\d[ABD-HJLNP-UW-Z]{2})"
_CANADIAN = r"(?:[A-CEGHJ-NPR-TVXY]\d[A-Z][ \t-]?\d[A-Z]\d)"
_STREET = (
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Place|Pl|Square|Sq"
    r"|Terrace|Ter|Way|Crescent|Cres|Close|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Row|Mews"
    r"|Gardens|Grove|Hill|Walk|Quay|Broadway|Nagar|Marg|Alley|Plaza|Turnpike|Heights|Mall)"
)
_LOWER_STREET = r"(?:street|avenue|road|lane|drive|boulevard|court|terrace|crescent)"
_NUMBER = r"(?<![\w.,:/$€£#-])\d{1,5}[A-Za-z]?(?:[/-]\d{1,4}[A-Za-z]?)?"
_UNIT = r"(?:(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|Fl|Room|Rm)\b\.?|#)[ \t]?[\w-]{1,6}"
_DIRECTION = rf"(?:(?:[NSEW]{{1,2}}|North|South|East|West)\.?{_GAP})?"

_TAIL = (
    rf"(?:{_COMMA}{_UNIT})?"
    rf"(?:{_COMMA}(?!(?:I|The|We|He|She|It|And|But)\b){_PLACE}(?={_COMMA}|{_GAP}[A-Z\d]|[.;!?)\"]|\s*$))?"
    rf"(?:(?:{_COMMA}|{_GAP})(?:{_STATE}\b|{_PLACE}(?=[ \t,]{{1,2}}\d{{5}})))?"
    rf"(?:(?:{_COMMA}|{_GAP})(?:\d{{5,6}}(?:-\d{{4}})?(?![\w,.-]\d)|{_BRITISH}\b|{_CANADIAN}\b))?"
)
_NOT_A_STREET = (
    r"(?!(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|AM|PM|Am|Pm|Mr|Mrs|Ms|Dr)\b)"
)
_ENGLISH = re.compile(
    rf"(?:{_UNIT}{_COMMA})?{_NUMBER},?{_GAP}{_DIRECTION}{_NOT_A_STREET}"
    rf"(?:(?:{_CAP}|\d{{1,3}}(?:st|nd|rd|th)){_GAP}){{1,3}}?{_STREET}\b(?!['’]|{_GAP}[a-z]{{0,2}}\d)"
    rf"\.?(?:{_GAP}(?:North|South|East|West|[NSEW]{{1,2}})\b)?{_TAIL}"
)
_LOWER = re.compile(
    rf"{_NUMBER}{_GAP}(?!(?:lane|way|the|a|an|of|on|in|to|by|per|more|busy|main|side|different"
    rf"|new|old|other|such|narrow|open|public|single|dirt|one|two|small|big|mile|miles|km)\b)"
    rf"[a-z][a-z'-]{{2,20}}{_GAP}{_LOWER_STREET}\b(?!{_GAP}(?:light|sign|trip|test|race|case|map))",
)
_HOME = re.compile(
    r"\b(?:live|lives|lived|living|moved?|moving|house|home|flat|apartment|office)\s(?:on|in|at|to)\s"
    rf"(?P<street>(?:{_CAP}{_GAP}){{1,3}}?"
    rf"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Terrace|Crescent|Close)\b"
    rf"(?:{_COMMA}{_PLACE})?)"
)
_BOX = re.compile(
    r"\b(?i:P\.?[ \t]?O\.?[ \t]?Box|Post[ \t]Office[ \t]Box|Postfach|Apartado|Boîte[ \t]postale)"
    rf"{_GAP}\d{{1,6}}\b{_TAIL}"
)
_STATED = re.compile(
    rf"(?<![\w'’.-]){_PLACE},{_GAP}{_STATE}{_GAP}\d{{5}}(?:-\d{{4}})?(?![\w-]|[.,]\d)"
)
_COUNTRY_HOUSE = re.compile(
    rf"(?<![\w'’.-])(?:{_PLACE}{_COMMA}){{0,3}}{_PLACE}{_COMMA}?{_GAP}{_BRITISH}\b"
)
_CODE = re.compile(
    rf"(?<!\w)(?:[A-Z]{{1,2}}\d[A-Z\d]?[ \t]\d[ABD-HJLNP-UW-Z]{{2}}|{_CANADIAN})(?!\w)"
)
_JOINED = (
    r"(?:[A-ZÄÖÜ][\w-]{1,24}(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|markt|steig"
    r"|chaussee|straat|laan|gracht|plein|kade|gatan|vägen|vej|gade))"
)
_GERMAN = r"(?:Am|An|Auf|Im|In|Zum|Zur|Unter|Hinter|Vor)\b(?:[ \t](?:der|den|dem))?"
_PREPOSED = (
    r"(?:Calle|C/|Avenida|Avda\.?|Paseo|Plaza|Carrer|Rua|Av\.|Praça|Travessa"
    r"|Via|Viale|Piazza|Corso|Vicolo|ul\.|ulica|aleja|al\.)"
)
_HOUSE = r"\d{1,4}[ \t]?(?:[a-zA-Z](?!\w))?(?:[-/]\d{1,4})?"
_CITY_AFTER = rf"{_COMMA}(?:[A-Z]{{1,2}}-)?\d{{2}}-?\d{{2,3}}(?:[ \t][A-Z]{{2}})?{_GAP}{_PLACE}"
_EUROPEAN = re.compile(
    rf"(?<!\w)(?:{_JOINED}{_GAP}{_HOUSE}(?!\d)(?:{_CITY_AFTER})?"
    rf"|(?:(?:{_GERMAN}|{_PREPOSED})[ \t])?(?:{_CAP}[ \t]){{0,3}}{_CAP},?{_GAP}{_HOUSE}"
    rf"{_CITY_AFTER}"
    rf"|{_PREPOSED}[ \t](?:{_CAP}[ \t]){{0,2}}{_CAP},?{_GAP}{_HOUSE}(?![\w%€$:.,]\d|\d))"
)
_FRENCH = re.compile(
    rf"{_NUMBER}(?:[ \t](?:bis|ter))?,?{_GAP}"
    r"(?i:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|quai|allée|route|cours|passage|square)"
    rf"[ \t](?:(?:de|du|des|la|le|les)[ \t]|[dl]['’]){{0,3}}{_CAP}"
    rf"(?:[ \t](?:(?:de|du|des|la|le|les)[ \t]){{0,2}}{_CAP}){{0,3}}(?:{_CITY_AFTER})?"
)


def find_addresses(text: str) -> Iterator[Finding]:
    """Yield postal addresses in the forms of English-speaking countries and of Europe."""
    for pattern in (_ENGLISH, _LOWER, _BOX, _STATED, _COUNTRY_HOUSE, _CODE, _EUROPEAN, _FRENCH):
        for match in pattern.finditer(text):
            end = match.start() + len(match.group().rstrip(" \t\r\n,"))
            yield finding("address", text, match.start(), end)
    for match in _HOME.finditer(text):
        yield finding("address", text, match.start("street"), match.end("street"))
