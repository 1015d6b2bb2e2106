"""Pass a request to an endpoint and its answer back, byte for byte, as it comes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

import aiohttp
import anyio.to_thread
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from recenter.server.proxy.upstream import Sent, given_back

LARGEST_HEARD = 2_000_000
"""Bytes of an answer that are kept to learn from; a longer one is passed on and not read."""

_LONG = 2**20


class Whole(NamedTuple):
    """An answer as it came, packed where the endpoint packed it."""

    headers: Sequence[tuple[bytes, bytes]]
    body: bytes


Hear = Callable[[Whole | None], None]
"""Takes the whole answer; None where its end was not reached, or it was too long."""


class Passing(Response):
    """The answer of an endpoint, asked while it is sent, and left when the client leaves."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        request: Sent,
        *,
        headers: Mapping[str, str],
        heard: Hear | None,
    ) -> None:
        super().__init__()
        self._session, self._request, self._more = session, request, headers
        self._heard = heard
        self._kept: list[bytes] | None = [] if heard else None
        self._size = 0
        self._answer: aiohttp.ClientResponse | None = None
        self._whole = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask, and send what comes; closing the endpoint's connection where the client is gone."""
        passing = asyncio.create_task(self._pass(scope, receive, send))
        leaving = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait((passing, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (passing, leaving):
                task.cancel()
            # Both end before the answer is read: what is cancelled still closes its connection.
            await asyncio.gather(passing, leaving, return_exceptions=True)
        if not passing.cancelled():
            passing.result()
        if self._heard is not None and self._answer is not None and _is_well(self._answer):
            await anyio.to_thread.run_sync(self._heard, self._read())

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = self._request
        try:
            answer = await self._session.request(
                asked.method,
                asked.url,
                headers=asked.headers,
                data=_in_pieces(asked.body),
                allow_redirects=False,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            refusal = JSONResponse(*_failed(error), headers=dict(self._more))
            await refusal(scope, receive, send)
            return
        if answer.status < HTTPStatus.OK:  # It changes to a protocol that nobody asked for.
            answer.close()
            refusal = JSONResponse(*_failed(ValueError()), headers=dict(self._more))
            await refusal(scope, receive, send)
            return
        self._answer = answer
        try:
            headers = given_back(answer.raw_headers, self._more)
            start = {"type": "http.response.start", "status": answer.status}
            await send({**start, "headers": headers})
            async for data in answer.content.iter_any():
                self._keep(data)
                # Waits while the client does not read, and then the endpoint waits too.
                await send({"type": "http.response.body", "body": data, "more_body": True})
        except (aiohttp.ClientError, OSError):
            return  # Unfinished, so that the client sees that it broke off.
        finally:
            answer.close()  # One whose end was read has given its connection back by itself.
        self._whole = True
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > LARGEST_HEARD:
            self._kept = None
        if self._kept is not None:
            self._kept.append(data)

    def _read(self) -> Whole | None:
        if not self._whole or self._kept is None or self._answer is None:
            return None
        return Whole(self._answer.raw_headers, b"".join(self._kept))


def _in_pieces(body: bytes | None) -> bytes | io.BytesIO | None:
    """Return a body that is sent piece by piece where it is long: whole, it would hold up others,
    and aiohttp warns of that.
    """
    return io.BytesIO(body) if body is not None and len(body) > _LONG else body


def _is_well(answer: aiohttp.ClientResponse) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _failed(error: Exception) -> tuple[Any, int]:
    """Return what a client of this interface is told, and the status."""
    if isinstance(error, TimeoutError):
        return _error("the endpoint behind this server did not answer in time.", "timeout"), 504
    if isinstance(error, aiohttp.ClientResponseError | ValueError):
        said = "what was asked, or the endpoint's answer, is not of a form that can be passed on."
        return _error(said, "unpassable"), 502
    return _error("the endpoint behind this server cannot be reached.", "unreachable"), 502


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "upstream_error", "param": None, "code": code}}
