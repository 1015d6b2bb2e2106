"""The only network code: JSON sent to one endpoint, its answer or a typed error back."""

from __future__ import annotations

import datetime
import email.utils
import ipaddress
import json
import math
import time
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import msgspec
import tenacity

from recenter import __version__
from recenter.errors import (
    ConfigError,
    ModelError,
    ModelHTTPError,
    ModelTimeoutError,
    ModelUnavailableError,
    RateLimitedError,
    UnreadableAnswerError,
)
from recenter.formats import encode
from recenter.models.providers import Endpoint

_TRANSIENT = frozenset({408, 409, 425, 429})
_SHOWN = 300
_KIND = 60

T = TypeVar("T")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds, how often to try and how much to read."""

    connect: float = 10
    read: float = 120
    """Longest silence within an answer."""
    total: float = 600
    """For one answer from first to last byte; a silence that begins before it may end after."""
    attempts: int = 5
    longest_wait: float = 60
    """Between two attempts, whatever Retry-After says."""
    largest: int = 32 * 2**20
    """Bytes of one answer, unpacked."""


class _TransientError(Exception):
    def __init__(self, error: ModelError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


class Transport:
    """Posts JSON to one endpoint. May be used from several threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take an endpoint.

        Raises:
            ConfigError: the proxy that the environment names cannot be used.
        """
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._sleep = sleep
        key = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        silence = min(self._patience.read, self._patience.total)
        try:
            self._client = httpx.Client(
                headers={"User-Agent": f"recenter/{__version__}", **key},
                timeout=httpx.Timeout(silence, connect=self._patience.connect),
                follow_redirects=False,
                # What is meant for this machine goes through no proxy.
                trust_env=not _is_here(endpoint.base_url),
            )
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"the proxy for {endpoint.base_url} cannot be used: {error}",
                cure="Set HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to an http(s) address, or unset it.",
            ) from None
        weakref.finalize(self, self._client.close)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the JSON object that answers a request.

        Raises:
            ModelError: the kind says what went wrong; the message never holds the key.
        """
        return self._retried(lambda: self._post(path, body))

    def stream(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the events of a streamed answer up to `[DONE]` or the end of the connection.

        Tried again only until the first event. A server that does not stream gives one event.

        Raises:
            ModelError: as `post`.
        """

        def begin() -> tuple[Generator[dict[str, Any]], dict[str, Any] | None]:
            events = self._events(path, body)
            return events, next(events, None)

        events, first = self._retried(begin)
        try:
            if first is not None:
                yield first
                yield from events
        except _TransientError as error:
            raise error.error from None
        finally:
            events.close()

    def _retried(self, attempt: Callable[[], T]) -> T:
        backoff = tenacity.wait_random_exponential(max=self._patience.longest_wait)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, _TransientError) else None
            return min(backoff(state) if asked is None else asked, self._patience.longest_wait)

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._patience.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(_TransientError),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _TransientError as error:
            raise error.error from None

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with self._response(path, body) as response:
            return self._object(b"".join(self._bytes(response)), response)

    def _events(self, path: str, body: Mapping[str, Any]) -> Generator[dict[str, Any]]:
        with self._response(path, body) as response:
            if not response.headers.get("content-type", "").startswith("text/event-stream"):
                yield self._object(b"".join(self._bytes(response)), response)
                return
            for data in _sse(self._bytes(response)):
                if data.strip() == b"[DONE]":
                    yield {"done": True}
                    return
                yield self._object(data, response)

    @contextmanager
    def _response(self, path: str, body: Mapping[str, Any]) -> Iterator[httpx.Response]:
        url = self._endpoint.base_url + path
        headers = {"Content-Type": "application/json"}
        try:
            with self._client.stream(
                "POST", url, content=encode(body), headers=headers
            ) as response:
                if response.status_code != httpx.codes.OK:
                    data = b"".join(self._bytes(response))
                    raise self._refusal(response.status_code, self._told(data), response.headers)
                yield response
        except httpx.ConnectError as error:
            raise _TransientError(
                ModelUnavailableError(
                    f"{self._place} cannot be reached: {error}.",
                    cure="Is it running, and is the base URL right?",
                )
            ) from None
        except httpx.ConnectTimeout:
            raise _TransientError(
                ModelTimeoutError(
                    f"{self._place} took no connection in {self._patience.connect:g} s."
                )
            ) from None
        except httpx.TimeoutException:
            raise ModelTimeoutError(
                f"{self._place} said nothing for {self._patience.read:g} s."
            ) from None
        except httpx.DecodingError:
            raise UnreadableAnswerError(f"{self._place} sent bytes that do not unpack.") from None
        except httpx.RequestError as error:
            raise _TransientError(
                ModelUnavailableError(
                    f"{self._place}: the connection broke before the answer ended "
                    f"({type(error).__name__})."
                )
            ) from None

    @property
    def _place(self) -> str:
        return f"{self._endpoint.name} at {self._endpoint.base_url}"

    def _bytes(self, response: httpx.Response) -> Iterator[bytes]:
        deadline = time.monotonic() + self._patience.total
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self._patience.largest:
                raise UnreadableAnswerError(
                    f"{self._place} sent more than {self._patience.largest} bytes."
                )
            if time.monotonic() > deadline:
                raise ModelTimeoutError(
                    f"{self._place} was not done after {self._patience.total:g} s."
                )
            yield chunk

    def _object(self, data: bytes, response: httpx.Response) -> dict[str, Any]:
        kind = response.headers.get("content-type", "").partition(";")[0][:_KIND]
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, RecursionError):
            value = None
        if not isinstance(value, dict):
            if kind == "text/html":
                raise ModelHTTPError(
                    f"{self._place} answered with a web page.",
                    status=response.status_code,
                    cure="Is the base URL that of the API?",
                )
            raise UnreadableAnswerError(
                f"{self._place} sent {kind or 'something'} that is not a JSON object."
            )
        if value.get("error"):
            # Gateways answer 200, or begin to stream, before they learn that the model failed.
            code = value["error"].get("code") if isinstance(value["error"], dict) else None
            status = code if isinstance(code, int) and 400 <= code < 600 else 500
            raise self._refusal(status, self._told(data), response.headers)
        return value

    def _told(self, data: bytes) -> str:
        """Return what an error's body says, without the key, also where it is cut."""
        key = (self._endpoint.key or "").encode()
        return _told(data.replace(key, b"***") if key else data)

    def _refusal(self, status: int, told: str, headers: httpx.Headers) -> Exception:
        message = f"{self._place} answered {status}: {told or 'nothing more'}"
        if status in (301, 302, 303, 307, 308):
            return ModelHTTPError(
                f"{self._place} redirects elsewhere, which is not followed.",
                status=status,
                cure="Write the address it moved to as base URL.",
            )
        if status in (401, 403):
            variable = self._endpoint.key_env
            cure = f"Check the key in {variable}." if variable else "It may need a key."
            return ModelHTTPError(message, status=status, cure=cure)
        if status == 404:
            cure = f"Check the model's name, {self._endpoint.model!r}, and the base URL."
            return ModelHTTPError(message, status=status, cure=cure)
        if status == 429 and "insufficient_quota" in told:
            return RateLimitedError(message, cure="The account has no credit left.")
        retry_after = retry_after_seconds(headers.get("retry-after"))
        if status == 429:
            return _TransientError(RateLimitedError(message), retry_after)
        if status in _TRANSIENT or status >= 500:
            return _TransientError(ModelHTTPError(message, status=status), retry_after)
        return ModelHTTPError(message, status=status)


def _is_here(url: str) -> bool:
    """Whether an address is of this machine."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _sse(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the data of server-sent events; comments and other fields are passed over.

    Lines end in LF or CR LF only: JSON may hold the other line ends of Unicode as they are.
    """
    buffer = b""
    data: list[bytes] = []
    first = True
    for chunk in chunks:
        *lines, buffer = (buffer + chunk).split(b"\n")
        for line in lines:
            line = line.removesuffix(b"\r")
            line, first = (line.removeprefix(b"\xef\xbb\xbf") if first else line), False
            if line.startswith(b"data:"):
                data.append(line[5:].removeprefix(b" "))
            elif not line:
                if any(data):  # An event without data is none.
                    yield b"\n".join(data)
                data = []


def _told(data: bytes) -> str:
    """Return what an error's body says, short and printable, with its code where it has one."""
    text = data.decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        error = body.get("error", body)
        if isinstance(error, dict):
            parts = (error.get(field) for field in ("message", "detail", "param", "code", "type"))
            text = " | ".join(str(part) for part in parts if part)
        else:
            text = str(error)
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN])
    return " ".join(printable.split())[:_SHOWN]


def retry_after_seconds(value: str | None) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None where it says nothing."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            when = email.utils.parsedate_to_datetime(value)
        except (ValueError, OverflowError):
            return None
        if when.tzinfo is None:  # `-0000` is UTC too.
            when = when.replace(tzinfo=datetime.UTC)
        seconds = (when - datetime.datetime.now(datetime.UTC)).total_seconds()
    return max(seconds, 0.0) if math.isfinite(seconds) else None
