"""Signed links: what is Prolific's is believed, and nothing else; keys are kept for a day."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from recenter.errors import InputError, PlatformError
from recenter.study.prolific.tokens import ISSUER, Arrival, Keys, verify_arrival
from tests.study.prolific_server import Fault, Played

URL = "https://study.example.com/go"
PARAMETERS = {"PROLIFIC_PID": "person1", "STUDY_ID": "study1", "SESSION_ID": "sub1"}


@cache
def private(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public(name: str) -> dict[str, Any]:
    made = jwt.algorithms.RSAAlgorithm.to_jwk(private(name).public_key(), as_dict=True)
    return {**made, "kid": name, "alg": "RS256", "use": "sig", "key_ops": ["verify"]}


def pem(name: str) -> bytes:
    return (
        private(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def claims(**fields: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {
        "iss": ISSUER,
        "iat": now,
        "exp": now + 120,
        "aud": f"{URL}?PROLIFIC_PID=person1&STUDY_ID=study1&SESSION_ID=sub1",
        "sub": "sub1",
        "prolific": {**PARAMETERS, "workspace_id": "work1"},
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


def signed(kid: str | None = "one", by: str = "one", **fields: Any) -> str:
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode(claims(**fields), private(by), algorithm="RS256", headers=headers)


def by_hand(header: dict[str, Any], sign: bytes | None) -> str:
    parts = [header, claims()]
    text = b".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts)
    made = b"" if sign is None else hmac.new(sign, text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()


@pytest.fixture
def keys(played: Played) -> Keys:
    played.keys = [public("one")]
    return Keys(base_url=played.url)


def verify(token: str, keys: Keys, **options: Any) -> Arrival:
    return verify_arrival(token, PARAMETERS, keys=keys, **{"audience": URL, **options})


def test_a_person_whom_prolific_sent_is_believed(keys: Keys, played: Played) -> None:
    found = verify(signed(), keys, workspace="work1")
    assert found == Arrival(
        participant="person1", study="study1", submission="sub1", workspace="work1"
    )
    verify(signed(), keys, audience="https://study.example.com:443/elsewhere")
    assert len(played.exchanges) == 1


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (lambda: by_hand({"alg": "none", "kid": "one", "typ": "JWT"}, None), "not RS256"),
        (lambda: by_hand({"alg": "NONE", "kid": "one"}, b""), "not RS256"),
        (lambda: by_hand({"alg": "HS256", "kid": "one"}, pem("one")), "not RS256"),
        (lambda: by_hand({"alg": "RS256", "kid": "one"}, pem("one")), "signature is not"),
        (lambda: by_hand({"alg": "RS256", "kid": "one"}, None), "signature is not"),
        (lambda: by_hand({"alg": "RS256", "kid": ["one"]}, None), "not a token|not one of"),
        (lambda: by_hand({"kid": "one"}, None), "not RS256"),
        (lambda: signed(by="other"), "signature is not Prolific's"),
        (lambda: signed(kid=None), "key is not one of Prolific's"),
        (lambda: signed(kid="other", by="other"), "key is not one of Prolific's"),
        (lambda: signed(iat=1, exp=int(time.time()) - 11), "expired"),
        (lambda: signed(iat=int(time.time()) + 60), "from the future"),
        (lambda: signed(exp=None), "claim is missing"),
        (lambda: signed(iss=None), "claim is missing"),
        (lambda: signed(aud=None), "claim is missing"),
        (lambda: signed(sub=None), "claim is missing"),
        (lambda: signed(iss="https://www.example.com"), "issuer"),
        (lambda: signed(aud="https://evil.example.com/go"), "another address"),
        (lambda: signed(aud="http://study.example.com/go"), "another address"),
        (lambda: signed(aud="https://study.example.com.evil.example"), "another address"),
        (lambda: signed(aud="https://study.example.com@evil.example"), "another address"),
        (lambda: signed(aud=[URL]), "another address"),
        (lambda: signed(aud=""), "another address"),
        (lambda: signed(sub="sub2"), "subject"),
        (lambda: signed(prolific=None), "who was sent"),
        (lambda: signed(prolific={"workspace_id": "work1"}), "no PROLIFIC_PID"),
        (lambda: signed(prolific={**PARAMETERS, "SESSION_ID": 1}), "no SESSION_ID"),
        (lambda: signed(prolific={**PARAMETERS, "PROLIFIC_PID": "person2"}), "PROLIFIC_PID is not"),
        (lambda: signed(prolific={**PARAMETERS, "STUDY_ID": "study2"}), "STUDY_ID is not"),
        (lambda: signed(prolific={**PARAMETERS, "workspace_id": "work2"}), "another workspace"),
        (lambda: signed(prolific=PARAMETERS), "another workspace"),
        (lambda: "", "not a token"),
        (lambda: "a.b.c", "not a token"),
        (lambda: signed() + "x" * 9000, "too long"),
        (lambda: "é" + signed(), "not a token"),
        (lambda: "\ud800", "not a token"),
    ],
)
def test_what_is_not_prolifics_is_refused_and_says_why(keys: Keys, token: Any, why: str) -> None:
    made = token()
    with pytest.raises(InputError, match=why) as caught:
        verify(made, keys, workspace="work1")
    parts = [part for part in made.split(".") if len(part) > 3]
    assert not [part for part in parts if part in str(caught.value)]
    assert "person1" not in str(caught.value)


def test_a_token_of_one_person_does_not_serve_another(keys: Keys) -> None:
    for name in PARAMETERS:
        for given in (
            {**PARAMETERS, name: "other"},
            {k: PARAMETERS[k] for k in PARAMETERS if k != name},
        ):
            with pytest.raises(InputError, match=f"its {name} is not the one of the address"):
                verify_arrival(signed(), given, keys=keys, audience=URL)


def test_a_new_key_is_looked_for_once_a_minute(played: Played) -> None:
    clock = [1000.0]
    played.keys = [public("one")]
    keys = Keys(base_url=played.url, clock=lambda: clock[0])
    verify(signed(), keys)
    played.keys = [public("one"), public("two")]
    for _ in range(20):
        with pytest.raises(InputError, match="not one of Prolific's"):
            verify(signed("two", "two"), keys)
    assert len(played.exchanges) == 1
    clock[0] += 61
    verify(signed("two", "two"), keys)
    for _ in range(20):
        with pytest.raises(InputError):
            verify(signed("three", "two"), keys)
    assert len(played.exchanges) == 2


def test_keys_are_kept_through_a_fault_but_not_for_more_than_a_day(played: Played) -> None:
    clock = [0.0]
    played.keys = [public("one")]
    keys = Keys(base_url=played.url, clock=lambda: clock[0])
    verify(signed(), keys)
    played.fail("get_study_jwks", *[Fault(status=500)] * 3)
    clock[0] = 13 * 3600
    verify(signed(), keys)
    clock[0] = 25 * 3600
    for message in ("answered 500", "could not be fetched"):
        with pytest.raises(PlatformError, match=message):
            verify(signed(), keys)
    clock[0] += 61
    with pytest.raises(PlatformError):
        verify(signed(), keys)
    clock[0] += 61
    verify(signed(), keys)


def test_a_key_that_is_taken_back_is_not_used_for_long(played: Played) -> None:
    clock = [0.0]
    played.keys = [public("one")]
    keys = Keys(base_url=played.url, clock=lambda: clock[0])
    verify(signed(), keys)
    played.keys = [public("two")]
    clock[0] = 12 * 3600 + 1
    with pytest.raises(InputError, match="not one of Prolific's"):
        verify(signed(), keys)


def test_only_keys_that_sign_links_count(played: Played) -> None:
    secret = base64.urlsafe_b64encode(b"0" * 32).decode()
    played.keys = [
        {**public("one"), "use": "enc"},
        {"kty": "oct", "kid": "one", "k": secret, "alg": "HS256", "use": "sig"},
    ]
    with pytest.raises(InputError, match="not one of Prolific's"):
        verify(signed(), Keys(base_url=played.url))
    played.exchanges.clear()  # Prolific documents no such keys.


@pytest.mark.parametrize("text", ["", "{}", '{"keys": 5}', '{"keys": [{"kty": "RSA"}]}', "<html>"])
def test_keys_that_cannot_be_read_let_nobody_in(played: Played, text: str) -> None:
    played.fail("get_study_jwks", Fault(text=text))
    with pytest.raises((PlatformError, InputError)):
        verify(signed(), Keys(base_url=played.url))


def test_a_broken_key_is_said_to_be_one(played: Played) -> None:
    played.fail("get_study_jwks", Fault(text=json.dumps({"keys": [{**public("one"), "n": 5}]})))
    with pytest.raises(PlatformError, match="cannot be read"):
        verify(signed(), Keys(base_url=played.url))
