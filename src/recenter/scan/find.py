"""Find what may tell who somebody is, with its place in the text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from recenter.errors import MissingExtraError
from recenter.scan.addresses import find_addresses
from recenter.scan.contact import find_emails, find_handles, find_ips, find_urls
from recenter.scan.names import find_headed, find_names
from recenter.scan.numbers import find_numbers
from recenter.scan.record import KINDS, Finding, finding
from recenter.scan.spread import spread


def find(text: str, *, names: Iterable[str] = ()) -> tuple[Finding, ...]:
    """Return what was found, in order and without overlap. `names` are looked for in any case.

    Where findings overlap, the longer one stands, and of two as long the one of the surer kind;
    what the other covers beside it remains a finding of its own.

    Raises:
        MissingExtraError: phonenumbers is not installed.
    """
    try:
        from recenter.scan.phones import find_phones
    except ImportError:
        raise MissingExtraError("Finding phone numbers", "study") from None
    given = tuple(names)
    found = [
        *find_emails(text),
        *find_urls(text),
        *find_numbers(text),
        *find_ips(text),
        *find_phones(text),
        *find_addresses(text),
        *find_handles(text),
    ]
    told = [*find_names(text), *find_headed(text, found)]
    told += spread(text, {name.text for name in told}, given=given)
    return _apart(text, [*found, *told])


def _apart(text: str, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings that do not overlap and together cover the same characters."""
    apart: list[Finding] = []
    cluster: list[Finding] = []
    end = 0
    for one in sorted(set(found), key=lambda one: (one.start, one.end)):
        if cluster and one.start >= end:
            apart += _settled(text, cluster)
            cluster = []
        cluster.append(one)
        end = max(end, one.end)
    return (*apart, *_settled(text, cluster))


def _settled(text: str, cluster: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the findings of a stretch in which each meets another."""
    if len(cluster) < 2:
        yield from cluster
        return
    first = cluster[0].start
    owner: list[int | None] = [None] * (max(one.end for one in cluster) - first)
    ranked = sorted(cluster, key=_rank)
    for number, one in enumerate(ranked):
        for place in range(one.start - first, one.end - first):
            if owner[place] is None:
                owner[place] = number
    start = first
    for mine, places in groupby(owner):
        end = start + len(list(places))
        piece = text[start:end]
        if mine is not None and any(map(str.isalnum, piece)):
            begin = end - len(piece.lstrip())
            yield finding(ranked[mine].kind, text, begin, begin + len(piece.strip()))
        start = end


def _rank(one: Finding) -> tuple[int, int, int]:
    return one.start - one.end, KINDS.index(one.kind), one.start
