"""Start the server of a study, in one process or several that share the store."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec
import uvicorn
from starlette.applications import Starlette

from recenter.errors import ConfigError
from recenter.pages.address import check_free, is_loopback
from recenter.pages.logs import log_to_stderr
from recenter.store import open_store
from recenter.study.ledger.desk import load_desk
from recenter.study.prolific.environment import api_address, hook_secret
from recenter.study.prolific.tokens import Keys
from recenter.web.app import create_app
from recenter.web.site import Site

_VARIABLE = "RECENTER_STUDY_SERVER"


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How a study is served."""

    store: str
    """URL of the store."""
    study: str
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    url: str | None = None
    """How annotators reach the server, where it is behind another: `https://...`."""

    @property
    def public(self) -> str:
        """Where the study is reached."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.url or f"http://{host}:{self.port}").rstrip("/")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names that the server answers to: others may be of a page that means harm."""
        named = (urlsplit(self.public).hostname or "", self.host, "127.0.0.1", "localhost")
        return tuple(dict.fromkeys(name for name in named if name))


def serve(serving: Serving) -> None:
    """Serve a study until the process is told to stop; requests in hand are ended first.

    Raises:
        ConfigError: it would be open to other machines without https.
    """
    check(serving)
    os.environ[_VARIABLE] = msgspec.json.encode(serving).decode()
    uvicorn.run(
        "recenter.web.serve:of_process",
        factory=True,
        host=serving.host,
        port=serving.port,
        workers=serving.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=serving.url is not None,
        timeout_graceful_shutdown=10,
    )


def check(serving: Serving) -> None:
    """Refuse what would send answers and cookies over the network in clear.

    Raises:
        ConfigError: the address is not of this machine alone, and no https URL is given; or
            somebody else listens there.
    """
    parts = urlsplit(serving.url or "")
    if serving.url is not None and (parts.scheme != "https" or not parts.hostname):
        raise ConfigError(
            f"{serving.url!r} is not an https URL.", cure="Give the address that annotators open."
        )
    if serving.url is None and not is_loopback(serving.host):
        raise ConfigError(
            f"{serving.host} can be reached from other machines.",
            cure="Put a server with https before it and name it: --url https://...",
        )
    check_free(serving.host, serving.port)


def of_process() -> Starlette:
    """Return the server for a process of its own, whose log quotes nobody."""
    log_to_stderr()
    return from_environment()


def from_environment(environ: Mapping[str, str] = os.environ) -> Starlette:
    """Return the server that `serve` described: each worker process makes its own."""
    serving = msgspec.json.decode(environ[_VARIABLE], type=Serving)
    store = open_store(serving.store)
    desk = load_desk(store.database, serving.study)
    recruitment = desk.study.recruitment
    signed = recruitment.kind == "prolific" and recruitment.signed != "ignored"
    site = Site(
        desk=desk,
        secure=serving.public.startswith("https://"),
        url=serving.public,
        keys=Keys(base_url=api_address(environ)) if signed else None,
        hook_secret=hook_secret(environ) if recruitment.kind == "prolific" else None,
    )
    return create_app(site, hosts=serving.hosts)
