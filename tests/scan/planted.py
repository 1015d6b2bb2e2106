"""Invented personal data planted into sentences, with the place of each. Written before the rules.

The names were drawn once from lists of common names of twelve countries and paired at random; the
numbers are reserved for fiction, published for tests, or made here with their check digits.
Carriers and negatives on odd lines were looked at while the rules were written, even ones not.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
_SLOT = re.compile(r"\{([a-z]+?)2?\}")

Make = Callable[[random.Random], str]


class Plant(NamedTuple):
    """A planted value: `text[start:end]`."""

    kind: str
    form: str
    start: int
    end: int


class Planted(NamedTuple):
    """A sentence with what was planted into it."""

    text: str
    plants: tuple[Plant, ...]


def lines(name: str, *, seen: bool) -> list[str]:
    """Return the odd lines of a data file, or the even ones."""
    all_lines = (DATA / name).read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n") for line in all_lines[0 if seen else 1 :: 2]]


NAMES = [tuple(line.split(" ", 1)) for line in (DATA / "names.txt").read_text("utf-8").splitlines()]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _filled(pattern: str) -> Make:
    """Return a maker that puts a digit for `#`, a hash for `♯`, a name for `@g` and `@f`."""

    def make(rng: random.Random) -> str:
        given, family = rng.choice(NAMES)
        user = re.sub(r"[^a-z]", "", given.lower()) or "sam"
        last = re.sub(r"[^a-z]", "", family.lower()) or "poe"
        text = pattern.replace("@g", user).replace("@f", last)
        return re.sub("#", lambda _: rng.choice("0123456789"), text).replace("♯", "#")

    return make


def _luhn(prefix: str, length: int, groups: tuple[int, ...], mark: str) -> Make:
    def make(rng: random.Random) -> str:
        body = prefix + _digits(rng, length - len(prefix) - 1)
        total = sum(
            sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(body[::-1])
        )
        number, parts = body + str(-total % 10), []
        for size in groups:
            parts.append(number[:size])
            number = number[size:]
        return mark.join(parts)

    return make


def _iban(country: str, pattern: str, *, spaced: bool) -> Make:
    def make(rng: random.Random) -> str:
        body = re.sub("#", lambda _: rng.choice("0123456789"), pattern)
        value = int("".join(str(int(c, 36)) for c in f"{body}{country}00"))
        whole = f"{country}{98 - value % 97:02d}{body}"
        return re.sub("(....)(?=.)", r"\1 ", whole) if spaced else whole

    return make


FORMS: dict[str, dict[str, Make]] = {
    "email": {
        "plain": _filled("@g.@f@example.com"),
        "tagged": _filled("@g+shop@mail.example.org"),
        "digits": _filled("@g##@example.net"),
        "capitals": _filled("INFO.@g@EXAMPLE.COM"),
        "underscore": _filled("@g_@f@example.co.uk"),
        "mailto": _filled("mailto:@g@example.com"),
        "angle": _filled("<@g.@f@example.com>"),
        "at dot": _filled("@g at example dot com"),
        "at dot dot": _filled("@g dot @f at example dot org"),
        "(at) (dot)": _filled("@g(at)example(dot)com"),
        "[at]": _filled("@g.@f [at] example.com"),
        "AT DOT": _filled("@g AT example DOT net"),
        "spaced": _filled("@g @ example.com"),
        "international": _filled("@g@bücher.example"),
    },
    "phone": {
        "US +": _filled("+1 202 555 01##"),
        "US brackets": _filled("(312) 555-01##"),
        "US dashes": _filled("415-555-01##"),
        "US dots": _filled("646.555.01##"),
        "US bare": _filled("20255501##"),
        "US extension": _filled("202-555-01## ext. ##"),
        "US toll-free": _filled("1-800-555-01##"),
        "US local": _filled("555-01##"),
        "GB +": _filled("+44 20 7946 0###"),
        "GB mobile": _filled("07700 900###"),
        "GB (0)": _filled("+44 (0)161 496 0###"),
        "DE +": _filled("+49 30 23125 ###"),
        "DE 00": _filled("0049 30 23125 ###"),
        "DE slash": _filled("030/23125###"),
        "DE mobile": _filled("0171 39200##"),
        "FR": _filled("06 39 98 ## ##"),
        "AU": _filled("0491 570 ###"),
        "IN +": _filled("+91 98765 4####"),
        "no spaces": _filled("+4915139200##"),
        "words": _filled("two oh two, five five five, oh one nine nine"),
    },
    "address": {
        "US street": _filled("12## Maple Avenue"),
        "US full": _filled("4#2# Oak St, Apt 3B, Springfield, IL 627##"),
        "US numbered": _filled("16## W 42nd St"),
        "US lower": _filled("1## cedar lane"),
        "PO box": _filled("P.O. Box 1##7"),
        "PO full": _filled("PO Box 3##, Smallville, KS 660##"),
        "GB full": _filled("Flat 2, 1# Queen's Road, Bristol BS8 1QU"),
        "GB letter": _filled("22#B Bakery Street, London NW1 6XE"),
        "GB named": _filled("Rose Cottage, Mill Lane, Little Snoring NR21 #QU"),
        "terrace": _filled("74# Evergreen Terrace"),
        "DE full": _filled("Lindenstraße 1#, 109## Berlin"),
        "DE short": _filled("Hauptstr. #5a, 803## München"),
        "DE two": _filled("Am Alten Markt #, 509## Köln"),
        "FR": _filled("1# rue des Lilas, 690## Lyon"),
        "ES": _filled("Calle Mayor 2#, 280## Madrid"),
        "IT": _filled("Via Garibaldi 1#, 001## Roma"),
        "CA": _filled("8## King Street West, Toronto, ON M5V 2T6"),
        "IN": _filled("12/# MG Road, Bengaluru 5600##"),
        "JP": _filled("1-2-# Nishi-Shinjuku, Tokyo"),
    },
    "url": {
        "https": _filled("https://www.example.com/u/@g?id=#"),
        "http": _filled("http://@f.example.org"),
        "www": _filled("www.@g-@f.example.com"),
        "bare": _filled("made-up-@g-@f.com"),
        "bare path": _filled("example.net/~@g"),
        "profile": _filled("linkedin.com/in/@g-@f-##"),
        "country": _filled("made-up-@f.co.uk"),
        "dev": _filled("made-up-@g.github.io"),
        "brackets": _filled("hxxps://@g[.]example[.]com"),
        "dot": _filled("made-up-@g-@f dot com"),
        "ftp": _filled("ftp://files.example.org/@g"),
    },
    "ip": {
        "v4": _filled("203.0.113.1#"),
        "v4 port": _filled("198.51.100.2#:8080"),
        "v6": _filled("2001:db8::8a2e:370:73##"),
        "v6 full": _filled("2001:0db8:85a3:0000:0000:8a2e:0370:73##"),
    },
    "handle": {
        "plain": _filled("@@g_##"),
        "long": _filled("@the_real_@f"),
        "dotted": _filled("@@g.@f"),
        "reddit": _filled("u/@g_reads"),
        "fediverse": _filled("@@g@social.example"),
        "discord": _filled("@g♯12##"),
    },
    "number": {
        "visa": _luhn("4", 16, (4, 4, 4, 4), " "),
        "visa bare": _luhn("4", 16, (16,), ""),
        "mastercard": _luhn("52", 16, (4, 4, 4, 4), "-"),
        "amex": _luhn("37", 15, (4, 6, 5), " "),
        "IBAN DE": _iban("DE", "##################", spaced=True),
        "IBAN GB": _iban("GB", "TEST##############", spaced=True),
        "IBAN bare": _iban("NL", "TEST##########", spaced=False),
        "SSN": _filled("9##-65-4###"),
        "SSN told": _filled("SSN 9##654###"),
        "NI number": _filled("QQ 12 34 5# C"),
        "passport": _filled("passport no. X12345##"),
        "sort code": _filled("sort code 00-00-0#, account number 123456##"),
        "licence": _filled("driving licence TESTE 7531## AB9IJ"),
    },
}


def _slot(name: str, rng: random.Random) -> tuple[str, str, str]:
    """Return kind, form and value for a slot of a carrier."""
    given, family = rng.choice(NAMES)
    told = {"full": f"{given} {family}", "given": given, "family": family}
    told["lower"] = told["full"].lower()
    if name in told:
        return "name", name, told[name]
    form = rng.choice(list(FORMS[name]))
    return name, form, FORMS[name][form](rng)


def plant(carrier: str, rng: random.Random) -> Planted:
    """Return a carrier with every slot filled."""
    text, plants, last = "", [], 0
    for match in _SLOT.finditer(carrier):
        text += carrier[last : match.start()]
        kind, form, value = _slot(match[1], rng)
        plants.append(Plant(kind, form, len(text), len(text) + len(value)))
        text, last = text + value, match.end()
    return Planted(text + carrier[last:], tuple(plants))


def sentences(*, seen: bool, rounds: int = 40, seed: int = 0) -> Iterator[Planted]:
    """Yield every carrier of one half, `rounds` times with other values."""
    rng = random.Random(f"{seed} {seen}")
    for _ in range(rounds):
        for carrier in lines("carriers.txt", seen=seen):
            yield plant(carrier, rng)
