"""Start the server of memory in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
import uvicorn
from fastapi import FastAPI
from threadpoolctl import threadpool_limits

from recenter.errors import ConfigError
from recenter.memory import Memory
from recenter.memory.keys import keys, new_key
from recenter.pages.address import check_free, is_loopback
from recenter.pages.logs import log_to_stderr
from recenter.server.app import LARGEST_BODY, PER_MINUTE, ROUTERS, make_app
from recenter.server.proxy import Proxy, Upstream

_SWITCH_SECONDS = 0.0005
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How memory is served."""

    host: str = "127.0.0.1"
    port: int = 8765
    url: str | None = None
    """How it is reached, where it is behind a server with https: `https://...`."""
    per_minute: int = PER_MINUTE
    """How often a key may ask; 0 sets no limit."""
    largest_body: int = LARGEST_BODY
    """Bytes of a request."""
    upstream: Upstream | None = None
    """Endpoint that chats are passed on to; None serves none."""

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names that it answers to: another may be of a page that means harm."""
        named = (urlsplit(self.url).hostname or "",) if self.url else ()
        return (*_LOOPBACK, self.host, *named) if self.is_local or named else ("*",)


def serve(memory: Memory, serving: Serving, *, say: Callable[[str], None]) -> None:
    """Serve until the process is told to stop; requests in hand are answered first.

    Where nobody has a key yet, one is made and said once.

    Raises:
        ConfigError: other machines could reach it and there is no key, the address of `url` is
            not https, or somebody else listens there.
    """
    check(memory, serving)
    for line in _first_words(memory, serving):
        say(line)
    log_to_stderr()
    memory.engine.learn_apart()
    # Many small decisions at once: each is faster on one processor than shared among all, and
    # none should wait long for its turn.
    sys.setswitchinterval(_SWITCH_SECONDS)
    with threadpool_limits(1, user_api="blas"):
        uvicorn.run(
            app_of(memory, serving),
            host=serving.host,
            port=serving.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=serving.url is not None,
            timeout_graceful_shutdown=30,
        )


def app_of(memory: Memory, serving: Serving) -> FastAPI:
    """Return the server as it is to be served."""
    proxy = None if serving.upstream is None else Proxy(serving.upstream)
    return make_app(
        memory,
        routers=ROUTERS if proxy is None else (*ROUTERS, proxy.router),
        ahead=() if proxy is None else (proxy.ahead,),
        hosts=serving.hosts,
        per_minute=serving.per_minute,
        largest_body=serving.largest_body,
        url=serving.url,
    )


def check(memory: Memory, serving: Serving) -> None:
    """Refuse what `serve` refuses."""
    parts = urlsplit(serving.url or "")
    if serving.url is not None and (parts.scheme != "https" or not parts.hostname):
        raise ConfigError(
            f"{serving.url!r} is not an https URL.", cure="Give the address that others open."
        )
    if not serving.is_local and not _has_key(memory):
        raise ConfigError(
            f"other machines can reach {serving.host}, and there is no key.",
            cure="Make one first: recenter key new.",
        )
    check_free(serving.host, serving.port)


def _first_words(memory: Memory, serving: Serving) -> list[str]:
    host = f"[{serving.host}]" if ":" in serving.host else serving.host
    words = [f"Memory is served at {serving.url or f'http://{host}:{serving.port}'}."]
    if not _has_key(memory):
        made = new_key(
            memory.engine.store.database,
            memory.application,
            label="first start",
            now=memory.engine.clock(),
        )
        words.append(f"Nobody had a key, so here is one; it is not shown again: {made}")
    if not serving.is_local and serving.url is None:
        words.append("Keys and texts cross the network in clear: put a server with https before.")
    return words


def _has_key(memory: Memory) -> bool:
    return any(key.revoked is None for key in keys(memory.engine.store.database))
