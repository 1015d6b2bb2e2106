"""Serve the tools: to one program over its standard streams, or over HTTP behind keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast
from urllib.parse import urlsplit

import uvicorn
from anyio.to_thread import run_sync
from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from recenter import __version__
from recenter.errors import ConfigError, StoreError
from recenter.integrations.mcp.tools import Tools, Whose
from recenter.memory.engine import Engine
from recenter.memory.keys import find_key
from recenter.memory.one_person import OnePerson
from recenter.pages.address import is_loopback
from recenter.pages.logs import log_to_stderr

PATH = "/mcp"
"""Where the tools are, over HTTP."""

_LARGEST_BODY = 2**20
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_STATE = "recenter.person"

_INSTRUCTIONS = (
    "Memory of the person you talk with. Call search_memories with their message before you "
    "answer; it usually finds nothing, and then answer as if you knew nothing of them. Remember "
    "only what they say of themselves. Forget and correct what they ask you to, after showing it."
)


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def url(self) -> str:
        """Where the tools are reached on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{PATH}"


def address_of(text: str) -> Address:
    """Return the address in `HOST:PORT`, or in `PORT`, which means this machine only.

    Raises:
        ConfigError: it is neither.
    """
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ConfigError(
            f"--http takes HOST:PORT, got {text!r}.", cure="Give for example 127.0.0.1:8766."
        )
    return Address(host.strip("[]") or "127.0.0.1", int(port))


def make_server(whose: Whose) -> MCPServer:
    """Return a server of the tools, over the memory of whomever `whose` names."""
    return MCPServer(
        "recenter",
        title="Recenter",
        instructions=_INSTRUCTIONS,
        version=__version__,
        tools=Tools(whose).all(),
        # What is refused may quote what somebody said; it is told to the agent and not logged.
        log_level="ERROR",
    )


def serve_stdio(person: OnePerson) -> None:
    """Serve one person's memory over standard input and output until they are closed."""
    log_to_stderr()
    make_server(lambda _: person).run("stdio")


def make_app(engine: Engine, *, hosts: Sequence[str] = ("*",)) -> ASGIApp:
    """Return the tools as an ASGI app; the key of each request decides whose memory it is.

    `hosts` are the names that it answers to: another may be of a page that means harm.
    """
    server = make_server(_of_request)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        transport_security=_security(hosts),
        # No sessions: a key that was revoked opens nothing from the next request on.
        stateless_http=True,
        json_response=True,
        max_request_body_size=_LARGEST_BODY,
    )
    return _Keyed(app, engine)


def _security(hosts: Sequence[str]) -> TransportSecuritySettings:
    if "*" in hosts:
        return TransportSecuritySettings(enable_dns_rebinding_protection=False)
    named = [name for host in hosts for name in (host, f"{host}:*")]
    origins = [f"{scheme}://{name}" for scheme in ("http", "https") for name in named]
    return TransportSecuritySettings(allowed_hosts=named, allowed_origins=origins)


def serve_http(
    engine: Engine, address: Address, *, url: str | None = None, say: Callable[[str], None]
) -> None:
    """Serve over HTTP until the process is told to stop.

    Args:
        engine: stores and models.
        address: where to listen.
        url: how it is reached, where a server with https stands before it.
        say: told where it is reached.

    Raises:
        ConfigError: `url` is no https URL.
    """
    public = _public(url)
    say(f"Tools are served at {url or address.url}, behind keys of single people.")
    if not address.is_local and public is None:
        say("Keys and texts cross the network in clear: put a server with https before.")
    log_to_stderr()
    uvicorn.run(
        make_app(engine, hosts=_hosts(address, public)),
        host=address.host,
        port=address.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=public is not None,
        timeout_graceful_shutdown=30,
    )


def _public(url: str | None) -> str | None:
    if url is None:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ConfigError(
            f"{url!r} is not an https URL.", cure="Give the address that others open."
        )
    return parts.hostname


def _hosts(address: Address, public: str | None) -> tuple[str, ...]:
    if public is None and not address.is_local:
        return ("*",)
    return (*_LOOPBACK, *((public,) if public else ()))


def _of_request(ctx: Context) -> OnePerson:
    person: OnePerson = cast("Request", ctx.request_context.request).scope[_STATE]
    return person


class _Keyed:
    """Lets a request pass whose key opens the memory of one person, and says whose it is."""

    def __init__(self, app: ASGIApp, engine: Engine) -> None:
        self._app, self._engine = app, engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = await self._admit(scope)
        if refusal is not None:
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> JSONResponse | None:
        kind, _, key = Request(scope).headers.get("authorization", "").partition(" ")
        try:
            opened = await run_sync(find_key, self._engine.store.database, key.strip())
        except StoreError:
            return _refusal(503, "memory cannot be reached now.")
        if opened is None or kind.casefold() != "bearer":
            return _refusal(401, "this needs a key that is known.")
        if opened.person is None:
            return _refusal(
                403, "this key opens a whole application; an agent needs one of a single person."
            )
        scope[_STATE] = OnePerson(self._engine, opened.person, opened.application)
        return None


def _refusal(status: int, why: str) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return JSONResponse({"error": why}, status_code=status, headers=headers)
