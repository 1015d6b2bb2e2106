"""Signed links at the door: asked for, checked, or passed over, as the study says."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from recenter.store import Store
from recenter.study.ledger import running
from recenter.study.ledger.desk import Desk, annotators
from recenter.study.prolific.tokens import Keys
from tests.study.ledger.test_ledger import contents
from tests.study.prolific.test_tokens import public, signed
from tests.study.prolific_server import Fault, Played
from tests.web.prolific.conftest import IDS
from tests.web.serving import Visitor, served

URL = "https://study.example.com"
Recruiting = Callable[..., Desk]


def token(ids: dict[str, str] = IDS, **claims: Any) -> str:
    made = {
        "aud": f"{URL}/s/demo/?{httpx.QueryParams(ids)}",
        "sub": ids["SESSION_ID"],
        "prolific": {**ids, "workspace_id": "work1"},
    }
    return signed(**{**made, **claims})


def come(root: str, **more: str) -> Visitor:
    return Visitor(root, f"?{httpx.QueryParams({**IDS, **more})}")


@pytest.fixture
def site(played: Played) -> dict[str, Any]:
    played.keys = [public("one")]
    return {"url": URL, "keys": Keys(base_url=played.url)}


@pytest.mark.parametrize("how", ["required", "checked"])
def test_whom_prolific_sent_comes_in_and_can_come_back(
    recruiting: Recruiting, site: dict[str, Any], played: Played, how: str
) -> None:
    desk = recruiting(signed=how)
    with served(desk, **site) as root:
        ann = come(root, prolific_token=token())
        assert "Taking part" in ann.page.text
        assert ann.open("").status_code == 200
        assert come(root, prolific_token=token()).page.status_code == 200
    assert len(annotators(desk)) == 1
    assert len(played.exchanges) == 1


OTHER = {**IDS, "PROLIFIC_PID": "8" * 24}


@pytest.mark.parametrize("how", ["required", "checked"])
@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda: token(OTHER), "its PROLIFIC_PID is not the one of the address"),
        (lambda: token({**IDS, "SESSION_ID": "8" * 24}), "its SESSION_ID is not"),
        (lambda: token(aud="https://evil.example.com/s/demo/"), "another address"),
        (lambda: token(iat=1, exp=int(time.time()) - 60), "expired"),
        (lambda: token(by="other"), "signature is not Prolific's"),
        (lambda: token(kid="other", by="other"), "key is not one of Prolific's"),
        (lambda: "x.y.z", "not a token"),
        (lambda: "", "not signed by Prolific"),
    ],
)
def test_what_does_not_fit_is_refused_and_written_down_without_the_token(
    recruiting: Recruiting, site: dict[str, Any], store: Store, how: str, made: Any, why: str
) -> None:
    desk = recruiting(signed=how)
    forged = made()
    with served(desk, **site) as root:
        visitor = come(root, prolific_token=forged)
        assert visitor.page.status_code == 403
        assert why in visitor.page.text.replace("&#39;", "'")
        assert not visitor.http.cookies
    assert annotators(desk) == []
    ((reason, count),) = running.refusals(desk).items()
    assert why in reason
    assert count == 1
    kept = str(contents(store, "study_refusals"))
    assert not any(part in kept for part in forged.split(".") if len(part) > 3)
    assert IDS["PROLIFIC_PID"] not in kept


def test_a_link_without_a_token_is_refused_only_where_one_has_to_come(
    recruiting: Recruiting, site: dict[str, Any]
) -> None:
    for how, status in (("required", 403), ("checked", 200), ("ignored", 200)):
        with served(recruiting(signed=how), **site) as root:
            assert come(root).page.status_code == status


def test_where_tokens_are_ignored_nobody_asks_for_keys(
    recruiting: Recruiting, site: dict[str, Any], played: Played
) -> None:
    with served(recruiting(signed="ignored"), **site) as root:
        assert come(root, prolific_token="x").page.status_code == 200
    assert played.exchanges == []


def test_without_keys_nobody_is_believed_and_the_visitor_is_told_to_come_again(
    recruiting: Recruiting, site: dict[str, Any], played: Played
) -> None:
    desk = recruiting(signed="required")
    played.fail("get_study_jwks", Fault(status=500))
    with served(desk, **site) as root:
        visitor = come(root, prolific_token=token())
        assert visitor.page.status_code == 503
        assert "Open the study at Prolific again" in visitor.page.text
        assert played.url not in visitor.page.text
    with served(desk, url=URL) as root:
        assert come(root, prolific_token=token()).page.status_code == 503
    assert annotators(desk) == []
    assert any("answered 500" in reason for reason in running.refusals(desk))


def test_tokens_are_made_for_the_public_address_and_no_other(
    recruiting: Recruiting, site: dict[str, Any]
) -> None:
    desk = recruiting(signed="required")
    with served(desk, keys=site["keys"]) as root:
        assert come(root, prolific_token=token()).page.status_code == 403
        assert come(root, prolific_token=token(aud=root)).page.status_code == 403
