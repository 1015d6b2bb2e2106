"""The only network code for Prolific: one request, its answer's bytes or a typed error back.

What may be asked twice is asked again after a rate limit or a fault; anything else never is.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import msgspec
import tenacity

from recenter import __version__
from recenter.errors import ConfigError, OutcomeUnknownError, PlatformError
from recenter.models.transport import retry_after_seconds

PROLIFIC = "https://api.prolific.com"

_LOOK = "Look at the platform before anything is asked again."
_SHOWN = 300
_HERE = frozenset({"127.0.0.1", "::1", "localhost"})
# Answers after which it is not known whether the request was carried out.
_UNCLEAR = frozenset({408, 409, 425})
_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class Waits(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait, in seconds, how often to try and how much to read."""

    connect: float = 10
    read: float = 60
    """Longest silence within an answer."""
    total: float = 120
    """For one answer from first to last byte."""
    attempts: int = 4
    longest: float = 120
    """Between two attempts; where Retry-After asks for more, it is not tried again."""
    largest: int = 16 * 2**20
    """Bytes of one answer, unpacked."""


class _PassingError(Exception):
    def __init__(self, error: PlatformError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after


class Transport:
    """Speaks to one address. The token is in no message, log line or `repr`."""

    def __init__(
        self,
        base_url: str = PROLIFIC,
        *,
        token: str | None = None,
        waits: Waits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take an address and a token.

        Raises:
            ConfigError: the address is neither https nor this machine, the token cannot be one,
                or the proxy that the environment names cannot be used.
        """
        self.base_url = base_url.rstrip("/")
        self._waits = waits or Waits()
        self._sleep = sleep
        self._secret = "" if token is None else _checked(token)
        here = _check_address(self.base_url)
        headers = {"Authorization": f"Token {self._secret}"} if self._secret else {}
        try:
            self._client = httpx.Client(
                headers={"User-Agent": f"recenter/{__version__}", **headers},
                timeout=httpx.Timeout(self._waits.read, connect=self._waits.connect),
                # The token is not carried elsewhere.
                follow_redirects=False,
                trust_env=not here,
            )
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"the proxy for {self.base_url} cannot be used: {error}.",
                cure="Set HTTPS_PROXY, HTTP_PROXY or ALL_PROXY to an http(s) address, or unset it.",
            ) from None
        weakref.finalize(self, self._client.close)

    def __repr__(self) -> str:
        return f"Transport({self.base_url!r})"

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeatable: bool,
    ) -> bytes:
        """Return the body of a 2xx answer.

        Args:
            repeatable: asking twice has the effect of asking once.

        Raises:
            OutcomeUnknownError: it is not repeatable and may have been carried out.
            PlatformError: it was not carried out, or, where repeatable, gave no answer in time.
        """

        def attempt() -> bytes:
            return self._once(method, path, body, query, repeatable=repeatable)

        backoff = tenacity.wait_random_exponential(max=self._waits.longest)

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after if isinstance(error, _PassingError) else None
            return backoff(state) if asked is None else asked

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._waits.attempts if repeatable else 1),
            wait=wait,
            retry=tenacity.retry_if_exception(self._worth_waiting),
            sleep=self._sleep,
            reraise=True,
        )
        try:
            return retrying(attempt)
        except _PassingError as error:
            raise error.error from None

    def _worth_waiting(self, error: BaseException) -> bool:
        return isinstance(error, _PassingError) and (
            error.retry_after is None or error.retry_after <= self._waits.longest
        )

    def _once(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        *,
        repeatable: bool,
    ) -> bytes:
        what = f"{method} {self.base_url}{path}"
        data = None if body is None else msgspec.json.encode(body)
        headers = {} if data is None else {"Content-Type": "application/json"}
        try:
            with self._client.stream(
                method, self.base_url + path, content=data, params=query, headers=headers
            ) as response:
                content = self._read(response, what)
        except _NOT_SENT as error:
            raise _PassingError(
                PlatformError(
                    f"{what}: no connection ({type(error).__name__}); nothing was sent.",
                    cure="Is this machine online?",
                )
            ) from None
        except httpx.RequestError as error:
            message = f"{what}: the answer did not come whole ({type(error).__name__})."
            raise _PassingError(_unclear(message, None, repeatable)) from None
        except PlatformError as error:
            raise _PassingError(_unclear(str(error), error.status, repeatable)) from None
        if response.is_success:
            return content
        raise self._refusal(what, response, content, repeatable=repeatable)

    def _read(self, response: httpx.Response, what: str) -> bytes:
        deadline = time.monotonic() + self._waits.total
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > self._waits.largest:
                raise PlatformError(f"{what} gave more than {self._waits.largest} bytes.")
            if time.monotonic() > deadline:
                raise PlatformError(f"{what} was not done after {self._waits.total:g} s.")
        return bytes(content)

    def _refusal(
        self, what: str, response: httpx.Response, content: bytes, *, repeatable: bool
    ) -> Exception:
        status = response.status_code
        told = _told(content, self._secret)
        message = f"{what} answered {status}: {told or 'nothing more'}"
        if status == httpx.codes.TOO_MANY_REQUESTS:
            after = retry_after_seconds(response.headers.get("retry-after"))
            cure = (
                "Nothing was done. Wait" + (f" {after:g} s" if after else "") + ", then ask again."
            )
            return _PassingError(PlatformError(message, status=status, cure=cure), after)
        if status in _UNCLEAR or status >= 500:
            after = retry_after_seconds(response.headers.get("retry-after"))
            return _PassingError(_unclear(message, status, repeatable), after)
        if status < 400:
            return _unclear(f"{what} redirects, which is not followed.", status, repeatable)
        cures = {
            401: "Check the API token.",
            403: "The API token may not do this; check it and its workspace.",
            404: "Check the id.",
        }
        return PlatformError(message, status=status, cure=cures.get(status))


def _unclear(message: str, status: int | None, repeatable: bool) -> PlatformError:
    if repeatable:
        return PlatformError(message, status=status)
    return OutcomeUnknownError(
        f"{message} Whether it was carried out is unknown.", status=status, cure=_LOOK
    )


def _check_address(url: str) -> bool:
    """Return whether the address is of this machine."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ConfigError(f"the address of Prolific's API cannot be read: {error}.") from None
    here = address.host in _HERE
    if address.scheme != "https" and not (address.scheme == "http" and here):
        raise ConfigError(
            f"the address of Prolific's API is {url!r}; the token goes over https only.",
            cure=f"Use {PROLIFIC}.",
        )
    return here


def _checked(token: str) -> str:
    if not token.strip():
        raise ConfigError("the API token of Prolific is empty.", cure="Make one in its settings.")
    token = token.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError(
            "the API token of Prolific holds a space or a character that no token has.",
            cure="Copy it again, without the word Token.",
        )
    return token


def _told(content: bytes, secret: str) -> str:
    """Return what an error's body says, short and printable, without the token."""
    text = content.decode("utf-8", "replace")
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        error = body.get("error", body)
        fields = error if isinstance(error, dict) else {"detail": error}
        parts = (fields.get(name) for name in ("title", "detail", "error_code"))
        text = " | ".join(
            part if isinstance(part, str) else json.dumps(part) for part in parts if part
        )
    if secret:
        text = text.replace(secret, "***")
    printable = "".join(c if c.isprintable() else " " for c in text[: 4 * _SHOWN])
    return " ".join(printable.split())[:_SHOWN]
