"""The endpoint behind the proxy, and what is sent to it of a client's request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import msgspec
from yarl import URL

from recenter.errors import ConfigError
from recenter.pages.address import is_loopback

CONNECT_SECONDS, READ_SECONDS = 10.0, 600.0
"""An endpoint that is silent for longer than its official client waits is given up."""

LARGEST_LINE, MOST_HEADERS = 262_144, 1000
"""Bytes of a header of an answer, and how many headers it may have."""

_HOP = (
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade"
)
# What the client waited for before it sent its body, it has been told by this server.
_SETTLED = (b"expect",)
_OF_ONE_HOP = frozenset(_HOP.split())
# Who is asked about stays here, and so does the key to what is known of them.
_OURS = (b"authorization", b"x-upstream-authorization", b"x-user-id", b"x-conversation-id")
_NOT_SENT = _OF_ONE_HOP | frozenset((b"host", b"content-length", b"cookie", *_SETTLED, *_OURS))
_NOT_GIVEN_BACK = _OF_ONE_HOP | frozenset((b"date", b"set-cookie"))
_PREFIX = b"x-recenter-"

RawHeaders = Iterable[tuple[bytes, bytes]]


class Sent(NamedTuple):
    """A request as it is sent."""

    method: str
    url: URL
    headers: list[tuple[str, str]]
    body: bytes | None


class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """Where requests go."""

    url: str
    """Up to the version, as clients write it: `https://api.example.com/v1`."""
    key: str | None = None
    """Sent where a client gives none of its own in `X-Upstream-Authorization`."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ConfigError(
                f"{self.url!r} is no address of an endpoint.",
                cure="Write it up to the version: https://api.example.com/v1.",
            )
        if "@" in parts.netloc:
            raise ConfigError(
                "the address of an endpoint may not hold a name and a password.",
                cure="Give the key in the environment: see `recenter serve --help`.",
            )

    def request(self, method: str, path: str, query: str, headers: RawHeaders, body: bytes) -> Sent:
        """Return what is sent: the client's own headers, less those that are for this server."""
        kept = [(_text(name), _text(value)) for name, value in headers if _is_sent(name.lower())]
        given = {name.lower(): value for name, value in headers}
        key = given.get(b"x-upstream-authorization")
        if key is None and self.key is not None:
            key = f"Bearer {self.key}".encode()
        if key is not None:
            kept.append(("Authorization", _text(key)))
        url = self.url.rstrip("/") + path
        # Written as the client wrote it.
        where = URL(f"{url}?{query}" if query else url, encoded=True)
        return Sent(method, where, kept, body if method != "GET" else None)


def open_session(upstream: Upstream) -> aiohttp.ClientSession:
    """Return what asks the endpoint; in an event loop, whose it is until it is closed.

    Raises:
        ConfigError: the environment names a proxy that cannot be used.
    """
    return aiohttp.ClientSession(
        # No connection is kept from a client because others are open. Who is trusted to be the
        # endpoint is the same as for all other models.
        connector=aiohttp.TCPConnector(limit=0, ssl=httpx.create_ssl_context()),
        timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS),
        # Bytes and headers are the client's and the endpoint's: nothing is added or taken apart.
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        cookie_jar=aiohttp.DummyCookieJar(),
        max_line_size=LARGEST_LINE,
        max_field_size=LARGEST_LINE,
        max_headers=MOST_HEADERS,
        # Not `trust_env`, which takes passwords from ~/.netrc, and passes some proxies by.
        proxy=proxy_to(upstream.url),
    )


def proxy_to(url: str) -> str | None:
    """Return the proxy of the environment that stands before an address, as `http://...`.

    Raises:
        ConfigError: it is of another kind.
    """
    parts, proxies = urlsplit(url), getproxies()
    proxy, host = proxies.get(parts.scheme) or proxies.get("all"), parts.hostname or ""
    if not proxy or is_loopback(host) or proxy_bypass(parts.netloc) or proxy_bypass(host):
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if urlsplit(proxy).scheme != "http":
        raise ConfigError(
            f"the environment names a proxy of the kind {urlsplit(proxy).scheme}:// for the "
            "endpoint; only http:// ones can be used, also before https:// addresses.",
            cure="Change HTTPS_PROXY or ALL_PROXY, or name the endpoint's host in NO_PROXY.",
        )
    return proxy


def given_back(headers: RawHeaders, more: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an endpoint's answer as the client gets them, with more of our own."""
    kept = [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in _NOT_GIVEN_BACK and not name.lower().startswith(_PREFIX)
    ]
    return kept + [(name.lower().encode(), value.encode()) for name, value in more.items()]


def _text(header: bytes) -> str:
    """Return a header as text that is sent as the same bytes, but for bytes that are no UTF-8."""
    try:
        return header.decode()
    except UnicodeDecodeError:
        return header.decode("latin-1")


def _is_sent(name: bytes) -> bool:
    return name not in _NOT_SENT and not name.startswith(_PREFIX)
