"""E-mail addresses, web addresses, addresses of machines and handles.

Every pattern repeats over one class of characters or is bounded, and a run is entered at its
start only, so that time grows with the length of the text and not faster.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from recenter.scan.record import Finding, finding
from recenter.scan.words import read_words, word_set

_LETTER = r"[^\W_]"
_LABEL = rf"{_LETTER}(?:[\w-]{{0,61}}{_LETTER})?"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|\.)\s?[\])}]\s?)"
_DOMAIN = rf"{_LABEL}(?:{_DOT}{_LABEL}){{1,6}}"
_LOCAL = re.compile(r"[A-Za-z0-9\u00c0-\u052f_.+%'’-]")
_LONGEST_LOCAL = 64

_AT = re.compile(rf"@(?={_LETTER})(?P<domain>{_DOMAIN})")
_USER = r"(?<![\w.+-])(?P<user>[\w+-]{1,64}(?:(?:\.|\s(?i:dot)\s)[\w+-]{1,64}){0,3})"
_WRITTEN = (
    re.compile(
        rf"{_USER}\s?(?:[\[({{<]\s?(?i:at|@)\s?[\])}}>]|\s@(?=\s))\s?"
        rf"(?P<domain>{_LABEL}(?:(?:{_DOT}|\s(?i:dot)\s){_LABEL}){{1,6}})"
    ),
    re.compile(rf"{_USER}\s(?i:at)\s(?P<domain>{_LABEL}(?:\s(?i:dot)\s{_LABEL}){{1,4}})(?!\w)"),
)
_SPOKEN = re.compile(r"\s?[\[({]?\s?\b(?:dot|\.)\b\s?[\])}]?\s?|[\s\[\](){}]+", re.IGNORECASE)

_SCHEME = re.compile(r"(?<![^\W_])(?:https?|hxxps?|ftp|sftp)\[?:\]?//[^\s<>\"“”]+", re.IGNORECASE)
_WWW = re.compile(r"(?<![\w.@/-])www\.[^\s<>\"“”]+", re.IGNORECASE)
_BARE = re.compile(
    rf"(?<![\w.@/\\-])(?P<domain>{_LABEL}(?:\.{_LABEL}){{1,6}})"
    r"(?P<rest>(?::\d{1,5})?(?:[/?#][^\s<>\"“”]*)?)(?![\w(@-])"
)
_DOTTED = re.compile(rf"(?<![\w.@-])(?P<domain>{_LABEL}(?:\s(?i:dot)\s{_LABEL}){{1,4}})(?!\w)")
_NO_NAME_OF_A_SITE = word_set("the a an this that my your our his her their")
_CLOSING = {")": "(", "]": "[", "}": "{"}
_SECOND_LEVEL = word_set("co com org net ac gov edu github gitlab blogspot wordpress")

_IPV4 = re.compile(r"(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)(?::\d{1,5}\b)?")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f:]{6,39}(?![\w:])")
_NOT_A_HOST = re.compile(
    r"(?:\bv|version|release|chapter|section|paragraph|netmask|mask)s?\W{0,3}(?:to\s|is\s|of\s)?$",
    re.IGNORECASE,
)
_LEAST_GROUPS = 3

_HANDLE = re.compile(r"(?<![\w@/.`+\\])@[^\W\d][\w.]{1,29}(?![\w(/])(?<!\.)")
_REDDIT = re.compile(r"(?<![\w/])/?u/[A-Za-z0-9_-]{3,20}(?![\w/])")
_DISCORD = re.compile(r"(?<![\w#])[a-z][a-z0-9_.]{1,31}#\d{4}(?!\w)")
_CUED_HANDLE = re.compile(
    r"\b(?:instagram|insta|ig|twitter|telegram|tiktok|snapchat|snap|discord|skype|github|steam|psn"
    r"|gamertag)(?:\s(?:handle|username|user|name|id|account|tag))?\s?(?:\bis\b|:|=)\s?"
    r"[\"'“]?(?P<handle>(?=[\w.-]{0,29}[\d._])[A-Za-z][\w.-]{1,29}\w)",
    re.IGNORECASE,
)
_NO_HANDLE = word_set(
    """
    property staticmethod classmethod dataclass dataclasses override overload abstractmethod cached
    cache lru_cache wraps contextmanager pytest app api media import keyframes font page supports
    charset include extend mixin layer apply tailwind container test before after beforeeach
    autowired component service controller repository bean entity table column id getmapping
    postmapping requestmapping requestbody pathvariable param params return returns throws author
    deprecated see since version link todo example type typedef private public protected state
    published main mainactor binding observedobject stateobject environment objc escaping
    suppresswarnings functionalinterface nullable notnull nonnull inject input output injectable
    ngmodule directive pipe hostlistener echo everyone here channel all
    """
)
_NO_DISCORD = word_set(
    "order issue issues invoice ticket pr bug case room no number item id part model ref line step "
    "page gate episode ep unit suite apt lot batch commit fix fixes closes color colour"
)


_plain, _WEAK_ENDS = read_words("domains")
_SURE_ENDS = _plain - _WEAK_ENDS


def find_emails(text: str) -> Iterator[Finding]:
    """Yield e-mail addresses, also those written as `name at example dot com`."""
    for match in _AT.finditer(text):
        start = match.start()
        least = max(0, start - _LONGEST_LOCAL)
        while start > least and _LOCAL.match(text, start - 1):
            start -= 1
        while start < match.start() and text[start] in ".'’-":
            start += 1
        last = match["domain"].rpartition(".")[2]
        if start < match.start() and len(last) > 1 and last.isalpha():
            scheme = start - len("mailto:")
            is_link = scheme >= 0 and text[scheme:start].lower() == "mailto:"
            yield finding("email", text, scheme if is_link else start, match.end())
    for pattern in _WRITTEN:
        written = pattern.search(text)
        while written:
            domain = _SPOKEN.sub(".", written["domain"]).strip(".")
            fits = _is_domain(domain, weak=True) and re.search(r"[^\W\d_]", written["user"])
            if fits:
                yield finding("email", text, written.start(), written.end())
            # In "me at ann dot lee at example dot com", the user is what was no domain.
            written = pattern.search(text, written.end() if fits else written.start("domain"))


def find_urls(text: str) -> Iterator[Finding]:
    """Yield web addresses: with a scheme, with `www.`, or a bare domain with a known ending."""
    for pattern in (_SCHEME, _WWW):
        for match in pattern.finditer(text):
            yield finding("url", text, match.start(), _trimmed(text, match.start(), match.end()))
    for match in _BARE.finditer(text):
        weak = match["rest"].startswith("/") and len(match["rest"]) > 1
        if _is_domain(match["domain"], weak=weak):
            yield finding("url", text, match.start(), _trimmed(text, match.start(), match.end()))
    for match in _DOTTED.finditer(text):
        domain = _SPOKEN.sub(".", match["domain"])
        first = domain.partition(".")[0].lower()
        named = first not in _NO_NAME_OF_A_SITE and re.search(r"[^\W\d_]", first)
        if named and _is_domain(domain, weak=False):
            yield finding("url", text, match.start(), match.end())


def _is_domain(domain: str, *, weak: bool) -> bool:
    """Tell whether a name ends as domains do; with `weak`, as those that are words too."""
    labels = domain.split(".")
    last = labels[-1]
    if not (last.islower() or domain.isupper()):
        return False  # "tired.But" is a sentence without its space, "ASP.NET" is a product.
    last = last.lower()
    if last in _SURE_ENDS:
        return True
    if last not in _WEAK_ENDS:
        return False
    return weak or labels[-2] in _SECOND_LEVEL or "-" in domain


def _trimmed(text: str, start: int, end: int) -> int:
    """Return where a web address ends once the punctuation of the sentence is taken off."""
    depth = {opening: text.count(opening, start, end) for opening in _CLOSING.values()}
    closed = {closing: text.count(closing, start, end) for closing in _CLOSING}
    while end > start:
        last = text[end - 1]
        if last in _CLOSING:
            if closed[last] <= depth[_CLOSING[last]]:
                break
            closed[last] -= 1
        elif last not in ".,;:!?'’*_`|…。，":
            break
        end -= 1
    return end


def find_ips(text: str) -> Iterator[Finding]:
    """Yield addresses of machines that stand in public networks; versions and masks are left."""
    for match in _IPV4.finditer(text):
        if _is_public(match.group().partition(":")[0]) and not _NOT_A_HOST.search(
            text, max(0, match.start() - 20), match.start()
        ):
            yield finding("ip", text, match.start(), match.end())
    for match in _IPV6.finditer(text):
        address = match.group()
        groups = [group for group in address.split(":") if group]
        if len(groups) >= _LEAST_GROUPS and re.search(r"\d", address) and _is_public(address):
            yield finding("ip", text, match.start(), match.end())


_HOME = tuple(
    ipaddress.ip_network(network)
    for network in sorted(
        word_set(
            "0.0.0.0/8 10.0.0.0/8 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16"
            " 224.0.0.0/3 ::/127 fe80::/10 ff00::/8"
        )
    )
)


def _is_public(address: str) -> bool:
    """Tell whether it is an address, and not one that every home network uses."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    # The first octet of a version number is small; 1.2.3.4 is nobody's example of a host.
    small = ip.version == 4 and max(ip.packed) < 20
    return not small and not any(
        ip in network for network in _HOME if network.version == ip.version
    )


def find_handles(text: str) -> Iterator[Finding]:
    """Yield names of accounts: `@name`, `u/name`, `name#1234`, and those told as such."""
    for match in _HANDLE.finditer(text):
        if match.group()[1:].partition(".")[0].lower() not in _NO_HANDLE:
            yield finding("handle", text, match.start(), match.end())
    for match in _REDDIT.finditer(text):
        yield finding("handle", text, match.start(), match.end())
    for match in _DISCORD.finditer(text):
        if match.group().partition("#")[0] not in _NO_DISCORD:
            yield finding("handle", text, match.start(), match.end())
    for match in _CUED_HANDLE.finditer(text):
        yield finding("handle", text, match.start("handle"), match.end("handle"))
