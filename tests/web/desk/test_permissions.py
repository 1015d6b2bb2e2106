"""Who may open and send what: every route, for every kind of visitor."""

from __future__ import annotations

import httpx
import pytest
from starlette.routing import Route

from recenter.study.ledger import joining
from recenter.study.ledger.desk import Desk
from recenter.web import sessions
from recenter.web.desk.routes import desk_routes
from tests.web.desk.made import token

PART = "part?item=sup_n1&part=1"
# (method, path, whether an adjudicator may, status for whoever may)
TABLE = [
    ("GET", "", False, 200),
    ("GET", "agreement", False, 200),
    ("GET", "agreement?task=pages", False, 200),
    ("GET", "agreement?task=pairs", False, 200),
    ("GET", "agreement?task=none", False, 404),
    ("GET", "annotators", False, 200),
    ("GET", "annotators/5", False, 200),
    ("GET", "annotators/99", False, 404),
    ("GET", "export", False, 200),
    ("GET", "disagreements", True, 200),
    ("GET", "disagreements?task=pairs&page=2", True, 200),
    ("GET", "disagreements?task=none", True, 404),
    ("GET", PART, True, 200),
    ("GET", "part?item=rel_p1&part=1", True, 200),
    ("GET", "part?item=bet_b1&part=overall", True, 200),
    ("GET", "part?item=sup_n1&part=9", True, 404),
    ("GET", "part?item=sup_gold1&part=1", True, 404),
    ("GET", "part", True, 404),
    ("POST", "annotators/99/exclude", False, 404),
    ("POST", "annotators/1/include", False, 404),
    ("POST", "part", True, 404),
]
IDS = [f"{method} /{path}" for method, path, _, _ in TABLE]
VISITORS = ("anonymous", "annotator", "adjudicator", "researcher")
Clients = dict[str, httpx.Client]


@pytest.fixture(scope="module")
def visitors(clients: Clients, worked: Desk) -> Clients:
    """The annotator has come in by a link, into the study itself."""
    link = sessions.invitation(worked, "zoe")
    study = str(clients["annotator"].base_url.join(".."))
    assert clients["annotator"].get(study, params={"link": link}).status_code == 303
    annotator = joining.join(worked, {"id": "link/zoe"})
    assert annotator.number == 7
    assert clients["annotator"].get(f"{study}consent").status_code == 200
    return clients


def ask(client: httpx.Client, method: str, path: str, form: dict[str, str]) -> httpx.Response:
    return client.get(path) if method == "GET" else client.post(path, data=form)


@pytest.mark.parametrize(("method", "path", "adjudicators", "status"), TABLE, ids=IDS)
@pytest.mark.parametrize("visitor", VISITORS)
def test_everyone_opens_what_is_theirs_and_nothing_else(
    visitors: Clients, visitor: str, method: str, path: str, adjudicators: bool, status: int
) -> None:
    client = visitors[visitor]
    known = visitor in ("adjudicator", "researcher")
    form = {"csrf": token(client.get("disagreements").text)} if known else {}
    answer = ask(client, method, path, form)
    if not known and method == "GET":
        assert answer.status_code == 303
        assert answer.headers["location"].endswith("/desk/login")
    elif not known or (visitor == "adjudicator" and not adjudicators):
        assert answer.status_code == 403
    else:
        assert answer.status_code == status


@pytest.mark.parametrize("visitor", VISITORS)
def test_the_login_is_for_everyone_and_unknown_paths_for_nobody(
    visitors: Clients, visitor: str
) -> None:
    client = visitors[visitor]
    known = visitor in ("adjudicator", "researcher")
    assert client.get("login").status_code == (303 if known else 200)
    for path in ("nothing", "annotators/x", "part/sup_n1/1", "login/more"):
        assert client.get(path).status_code == 404
        assert client.post(path, data={}).status_code == 404


def test_the_table_holds_every_route() -> None:
    routes = [route for route in desk_routes() if isinstance(route, Route)]
    covered = {"/login", "/logout", "/{rest:path}"}
    for method, path, _, _ in TABLE:
        plain = "/" + path.partition("?")[0]
        covered |= {
            route.path
            for route in routes
            if method in (route.methods or ()) and route.path_regex.match(plain)
        }
    assert {route.path for route in routes} == covered


@pytest.mark.parametrize(
    ("visitor", "path"),
    [
        ("researcher", "annotators/1/exclude"),
        ("researcher", "annotators/1/include"),
        ("researcher", "part"),
        ("researcher", "logout"),
        ("adjudicator", "part"),
        ("adjudicator", "logout"),
        ("anonymous", "login"),
    ],
)
def test_a_form_without_the_token_of_its_session_is_refused(
    visitors: Clients, visitor: str, path: str
) -> None:
    client = visitors[visitor]
    other = "adjudicator" if visitor == "researcher" else "researcher"
    foreign = token(visitors[other].get("disagreements").text)
    filled = {"item": "sup_n1", "part": "1", "answer": "accept", "reason": "x", "work": "keep"}
    for form in (filled, {**filled, "csrf": ""}, {**filled, "csrf": foreign}):
        answer = client.post(path, data=form)
        assert answer.status_code == 403
        assert "not of your session" in answer.text
    assert visitors["researcher"].get("annotators").status_code == 200


def test_an_adjudicator_is_not_shown_what_they_cannot_open(visitors: Clients) -> None:
    page = visitors["adjudicator"].get("disagreements").text
    assert "Disagreements" in page
    assert "Overview" not in page
    assert "/annotators" not in page
