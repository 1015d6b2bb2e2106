"""The endpoint behind the proxy, and what is sent to it of a client's request."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import httpx
import msgspec

from recenter.errors import ConfigError

CONNECT_SECONDS, READ_SECONDS = 10.0, 600.0
"""An endpoint that is silent for longer than its official client waits is given up."""

_TIMEOUT = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS, pool=None).as_dict()

_HOP = (
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
    b" transfer-encoding upgrade"
)
_OF_ONE_HOP = frozenset(_HOP.split())
# Who is asked about stays here, and so does the key to what is known of them.
_OURS = (b"authorization", b"x-upstream-authorization", b"x-user-id", b"x-conversation-id")
_NOT_SENT = _OF_ONE_HOP | frozenset((b"host", b"content-length", b"cookie", *_OURS))
_NOT_GIVEN_BACK = _OF_ONE_HOP | frozenset((b"date", b"set-cookie"))
_PREFIX = b"x-recenter-"

RawHeaders = Iterable[tuple[bytes, bytes]]


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

    def request(
        self, method: str, path: str, query: str, headers: RawHeaders, body: bytes
    ) -> httpx.Request:
        """Return what is sent: the client's own headers, less those that are for this server."""
        kept = [(name, value) for name, value in headers if _is_sent(name.lower())]
        given = {name.lower(): value for name, value in headers}
        key = given.get(b"x-upstream-authorization")
        if key is None and self.key is not None:
            key = f"Bearer {self.key}".encode()
        if key is not None:
            kept.append((b"authorization", key))
        url = self.url.rstrip("/") + path
        return httpx.Request(
            method,
            httpx.URL(f"{url}?{query}") if query else _parsed(url),
            headers=kept,
            content=body if method != "GET" else None,
            extensions={"timeout": dict(_TIMEOUT)},
        )


def given_back(headers: RawHeaders, more: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers of an endpoint's answer as the client gets them, with more of our own."""
    kept = [
        (name.lower(), value)
        for name, value in headers
        if name.lower() not in _NOT_GIVEN_BACK and not name.lower().startswith(_PREFIX)
    ]
    return kept + [(name.lower().encode(), value.encode()) for name, value in more.items()]


@functools.lru_cache(maxsize=16)
def _parsed(url: str) -> httpx.URL:
    """Read an address once: that of a server's own endpoint, never one with a client's query."""
    return httpx.URL(url)


def _is_sent(name: bytes) -> bool:
    return name not in _NOT_SENT and not name.startswith(_PREFIX)
