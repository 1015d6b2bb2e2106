"""The signed address: whether it was Prolific that sent this person, to this study, just now.

Prolific adds `prolific_token` to the address of a study that asks for it. Without it, whoever
knows the address can come as anybody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import httpx
import msgspec

from recenter.errors import InputError, MissingExtraError, PlatformError
from recenter.records import Record
from recenter.study.prolific.draft import PARAMETERS
from recenter.study.prolific.transport import PROLIFIC, Transport, Waits

try:
    import jwt
except ImportError:
    raise MissingExtraError("Checking Prolific's signed links", "study") from None

ISSUER = "https://www.prolific.com"
PARAMETER = "prolific_token"
"""The part of the address that holds the token."""

_KEYS = "/.well-known/study/jwks.json"
_FRESH = 12 * 3600
# Prolific asks for a look at least daily; a key that it has taken back is not used for longer.
_OLDEST = 24 * 3600
_BETWEEN = 60
_LEEWAY = 10
_LONGEST = 8192

_FAULTS: tuple[tuple[type[jwt.InvalidTokenError], str], ...] = (
    (jwt.ExpiredSignatureError, "it has expired; the person has to open the study again"),
    (jwt.ImmatureSignatureError, "it is from the future; is the clock of this machine right?"),
    (jwt.InvalidIssuerError, f"its issuer is not {ISSUER}"),
    (jwt.MissingRequiredClaimError, "a claim is missing"),
    (jwt.InvalidSignatureError, "its signature is not Prolific's"),
    (jwt.InvalidAlgorithmError, "its algorithm is not RS256"),
)


class Arrival(Record, frozen=True):
    """Somebody whom Prolific sent. The ids are Prolific's own and name a person to it."""

    participant: str
    study: str
    submission: str
    workspace: str


class _KeySet(msgspec.Struct):
    keys: list[dict[str, Any]]


class Keys:
    """Prolific's public keys, fetched when needed and kept. May be used from several threads."""

    def __init__(
        self,
        *,
        base_url: str = PROLIFIC,
        waits: Waits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        patience = waits or Waits(read=5, total=10, attempts=1)
        self._transport = Transport(base_url, waits=patience)
        self._clock = clock
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._tried: float | None = None

    def find(self, kid: str) -> jwt.PyJWK | None:
        """Return the key of this id, or None where Prolific has none.

        A key that is not known is looked for again, at most once a minute whoever asks.

        Raises:
            PlatformError: the keys are needed and cannot be fetched.
        """
        with self._lock:
            age = self._since(self._fetched)
            if age > _OLDEST:
                self._keys, self._fetched = {}, None
            if (kid not in self._keys or age > _FRESH) and self._since(self._tried) >= _BETWEEN:
                self._fetch(needed=kid not in self._keys)
            elif self._fetched is None:
                raise PlatformError(
                    "Prolific's keys could not be fetched.", cure=f"Try again in {_BETWEEN} s."
                )
            return self._keys.get(kid)

    def _since(self, then: float | None) -> float:
        return float("inf") if then is None else self._clock() - then

    def _fetch(self, *, needed: bool) -> None:
        self._tried = self._clock()
        try:
            self._keys = _read_keys(self._transport.call("GET", _KEYS, repeatable=True))
        except PlatformError:
            if needed:
                raise
            return  # What is kept is still young enough.
        self._fetched = self._tried


def verify_arrival(
    token: str,
    parameters: Mapping[str, str],
    *,
    keys: Keys,
    audience: str,
    workspace: str | None = None,
) -> Arrival:
    """Return who has come, where Prolific says so.

    A token can be used again until it expires, two minutes after it was made: let a submission
    begin once.

    Args:
        token: value of `prolific_token` in the address.
        parameters: the other parameters of the address.
        audience: any address of the study's server; scheme, host and port are compared.
        workspace: id of the workspace that the study is of; not compared without one.

    Raises:
        InputError: it cannot be believed; the message says which check failed and never holds
            the token.
        PlatformError: the keys cannot be fetched.
    """
    claims = _claims(token, keys)
    if not _same_place(claims["aud"], audience):
        _refuse("it was made for another address")
    told = claims.get("prolific")
    if not isinstance(told, dict):
        _refuse("it does not say who was sent")
    for name in PARAMETERS:
        value = told.get(name)
        if not isinstance(value, str) or not value:
            _refuse(f"it has no {name}")
        if parameters.get(name) != value:
            _refuse(f"its {name} is not the one of the address")
    if claims["sub"] != told["SESSION_ID"]:
        _refuse("its subject is not its SESSION_ID")
    place = told.get("workspace_id")
    if not isinstance(place, str) or (workspace is not None and place != workspace):
        _refuse("it is of another workspace")
    participant, study, submission = (told[name] for name in PARAMETERS)
    return Arrival(participant=participant, study=study, submission=submission, workspace=place)


def _claims(token: str, keys: Keys) -> dict[str, Any]:
    if len(token) > _LONGEST:
        _refuse("it is too long")
    if not token.isascii():
        _refuse("it is not a token")
    try:
        header = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        _refuse("it is not a token")
    # The algorithm is Prolific's to document, never the token's to choose.
    if header.get("alg") != "RS256":
        _refuse("its algorithm is not RS256")
    kid = header.get("kid")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        _refuse("its key is not one of Prolific's")
    try:
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            issuer=ISSUER,
            leeway=_LEEWAY,
            # The audience is the whole address with its values: only its origin is compared.
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "verify_aud": False},
        )
    except jwt.InvalidTokenError as error:
        for kind, fault in _FAULTS:
            if isinstance(error, kind):
                _refuse(fault)
        _refuse("it cannot be read")


def _read_keys(data: bytes) -> dict[str, jwt.PyJWK]:
    """Return the keys that sign links; keys of other kinds and uses are passed over."""
    wanted = {"kty": "RSA", "use": "sig", "alg": "RS256"}
    try:
        found = [
            # Only the public part is read: what else the object holds is not trusted.
            jwt.PyJWK({name: raw[name] for name in ("kty", "kid", "n", "e")}, algorithm="RS256")
            for raw in msgspec.json.decode(data, type=_KeySet).keys
            if all(raw.get(name) == value for name, value in wanted.items())
        ]
    except (msgspec.DecodeError, jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
        raise PlatformError(f"Prolific's keys cannot be read ({type(error).__name__}).") from None
    return {str(key.key_id): key for key in found}


def _same_place(found: object, expected: str) -> bool:
    if not isinstance(found, str):
        return False
    try:
        one, other = httpx.URL(found), httpx.URL(expected)
    except httpx.InvalidURL:
        return False
    return bool(one.host) and (one.scheme, one.host, one.port) == (
        other.scheme,
        other.host,
        other.port,
    )


def _refuse(why: str) -> NoReturn:
    raise InputError(f"the signed link is not accepted: {why}.", field=PARAMETER) from None
