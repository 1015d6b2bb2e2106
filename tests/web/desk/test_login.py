"""Logging in and out, and what becomes of those who guess."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from argon2 import PasswordHasher

from recenter.store import Store
from recenter.study.ledger import running
from recenter.study.ledger.desk import Desk
from recenter.study.ledger.running import Account
from recenter.study.plan import TaskItems
from recenter.web.desk import login
from recenter.web.desk.passwords import hash_password
from recenter.web.desk.throttle import FREE
from recenter.web.site import Site
from tests.study.samples import Clock, opened, supported, task, written
from tests.web.desk.made import PASSWORD, accounts, log_in, serving, token


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    items = TaskItems(work=tuple(supported(name) for name in "abc"))
    made = opened(store.database, written(task()), {"quality": items}, clock)
    accounts(made)
    return made


@pytest.fixture
def client(desk: Desk) -> Iterator[httpx.Client]:
    with serving(Site(desk=desk)) as address, httpx.Client(base_url=f"{address}/") as made:
        yield made


def test_each_role_begins_where_it_works_and_logs_out(client: httpx.Client) -> None:
    for name, where in (("ada", "/s/demo/desk/"), ("jo", "/s/demo/desk/disagreements")):
        answer = log_in(client, name)
        assert (answer.status_code, answer.headers["location"]) == (303, where)
        page = client.get(client.base_url.join(where))
        assert page.status_code == 200
        left = client.post("logout", data={"csrf": token(page.text)})
        assert left.headers["location"] == "/s/demo/desk/login"
        assert client.get(client.base_url.join(where)).status_code == 303


def test_a_copy_of_a_cookie_is_nobodys_after_logging_out(desk: Desk, client: httpx.Client) -> None:
    log_in(client, "ada")
    name = "recenter_desk_demo"
    copy = {"cookie": f"{name}={client.cookies[name]}"}
    # Another browser of theirs, and another process of the server.
    with (
        serving(Site(desk=desk)) as address,
        httpx.Client(base_url=f"{address}/") as other,
    ):
        log_in(other, "ada")
        assert httpx.get(f"{address}/", headers=copy).status_code == 200
        client.post("logout", data={"csrf": token(client.get("").text)})
        assert httpx.get(f"{address}/", headers=copy).status_code == 303
        assert httpx.get(client.base_url, headers=copy).status_code == 303
        assert other.get("").status_code == 200


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_kept_from_scripts_and_other_sites(desk: Desk, secure: bool) -> None:
    with serving(Site(desk=desk, secure=secure)) as address:
        first = httpx.get(f"{address}/login")
        cookies = first.headers.get_list("set-cookie")
        # Over http no client sends a secure cookie back, so it is sent by hand.
        sent = {"cookie": cookies[0].partition(";")[0]}
        form = {"csrf": token(first.text), "name": "ada", "password": PASSWORD}
        answer = httpx.post(f"{address}/login", data=form, headers=sent)
    assert answer.status_code == 303
    cookies += answer.headers.get_list("set-cookie")
    assert [cookie.partition("=")[0] for cookie in cookies] == [
        "recenter_desk_login_demo",
        "recenter_desk_demo",
        "recenter_desk_login_demo",
        f"recenter_desk_known_{desk.secret('known', 'ada')[:12]}_demo",
    ]
    for cookie in (*cookies[:2], cookies[3]):
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/s/demo" in cookie
        assert ("Secure" in cookie) is secure
    assert "Max-Age=43200" in cookies[1]
    assert "Max-Age=0" in cookies[2]


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(client: httpx.Client) -> None:
    answers = [log_in(client, name, "not the password") for name in ("ada", "nobody")]
    pages = {answer.text.replace("nobody", "ada") for answer in answers}
    assert [answer.status_code for answer in answers] == [403, 403]
    # The tokens of one session are the same.
    assert len(pages) == 1
    assert "Name or password is wrong." in pages.pop()


def test_guessing_is_slowed_for_known_and_unknown_names_alike(
    client: httpx.Client, clock: Clock
) -> None:
    for name in ("ada", "nobody"):
        answers = [log_in(client, name, f"guess {number}") for number in range(FREE + 1)]
        assert [answer.status_code for answer in answers] == [403] * FREE + [429]
        assert answers[-1].headers["retry-after"] == "5"
        assert "has to wait: 5 seconds" in answers[-2].text
    # The right password waits as well, or its owner could be told from the answer.
    assert log_in(client, "ada").status_code == 429
    clock.now += 5
    assert log_in(client, "ada", "guess").status_code == 403
    assert log_in(client, "ada").headers["retry-after"] == "10"
    clock.now += 10
    assert log_in(client, "ada").status_code == 303


def test_who_guesses_elsewhere_does_not_keep_out_a_browser_that_is_known(
    client: httpx.Client, clock: Clock
) -> None:
    log_in(client, "ada")
    client.post("logout", data={"csrf": token(client.get("").text)})
    with httpx.Client(base_url=client.base_url) as other:
        assert [log_in(other, "ada", "guess").status_code for _ in range(FREE)] == [403] * FREE
        assert log_in(other, "ada").status_code == 429
        assert log_in(client, "ada").status_code == 303
        # Nor does that let the other one go on, or in under a cookie of its own making.
        assert log_in(other, "ada").status_code == 429
        name = next(name for name in client.cookies if "known" in name)
        other.cookies.set(name, client.cookies[name][:-2] + "xx", path="/s/demo")
        assert log_in(other, "ada").status_code == 429
    client.post("logout", data={"csrf": token(client.get("").text)})
    # It is known for one name alone, and is slowed itself.
    assert [log_in(client, "jo", "guess").status_code for _ in range(FREE)] == [403] * FREE
    assert log_in(client, "jo").status_code == 429
    assert [log_in(client, "ada", "guess").status_code for _ in range(FREE)] == [403] * FREE
    assert log_in(client, "ada").status_code == 429


def test_who_guesses_at_the_same_address_does_not_keep_out_a_browser_that_is_known(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in(client, "ada")
    client.post("logout", data={"csrf": token(client.get("").text)})
    monkeypatch.setattr(login, "FREE_OF_ADDRESS", 3)
    with httpx.Client(base_url=client.base_url) as other:
        for number in range(3):
            log_in(other, f"name{number}", "guess")
        # Who logs in there by turns does not let the other one go on.
        for _ in range(2):
            assert log_in(client, "ada").status_code == 303
            client.post("logout", data={"csrf": token(client.get("").text)})
            assert log_in(other, "name4", "guess").status_code == 429
    # It is known for one name alone: at others it waits with its address.
    assert log_in(client, "jo").status_code == 429
    assert [log_in(client, "ada", "guess").status_code for _ in range(FREE)] == [403] * FREE
    assert log_in(client, "ada").status_code == 429


def test_a_burst_of_guesses_gets_no_more_than_a_row_of_them(client: httpx.Client) -> None:
    form = {"csrf": token(client.get("login").text), "name": "ada"}
    with ThreadPoolExecutor(8) as pool:
        statuses = list(
            pool.map(
                lambda number: (
                    client.post(
                        "login", data={**form, "password": f"guess {number}"}, timeout=60
                    ).status_code
                ),
                range(24),
            )
        )
    assert (statuses.count(403), statuses.count(429)) == (FREE, 24 - FREE)


def test_one_address_cannot_try_many_names(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "FREE_OF_ADDRESS", 3)
    statuses = [log_in(client, f"name{number}", "a guess").status_code for number in range(4)]
    assert statuses == [403, 403, 403, 429]


def test_a_hash_of_older_settings_is_renewed_when_its_owner_logs_in(
    client: httpx.Client, desk: Desk
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    running.put_account(desk.database, Account(name="old", role="researcher", hash=weak))
    assert log_in(client, "old", "not the password").status_code == 403
    before = running.account(desk.database, "old")
    assert before is not None
    assert before.hash == weak
    assert log_in(client, "old").status_code == 303
    after = running.account(desk.database, "old")
    assert after is not None
    assert after.hash != weak
    assert client.get("").status_code == 200


def test_a_new_password_or_role_is_felt_at_once(client: httpx.Client, desk: Desk) -> None:
    log_in(client, "ada")
    account = running.account(desk.database, "ada")
    assert account is not None
    lower = Account(name="ada", role="adjudicator", hash=account.hash)
    running.put_account(desk.database, lower)
    assert client.get("").status_code == 403
    other = Account(name="ada", role="researcher", hash=hash_password("another password"))
    running.put_account(desk.database, other)
    assert client.get("").status_code == 303


def test_a_cookie_of_an_annotator_or_a_made_up_one_is_nobodys(client: httpx.Client) -> None:
    for value in ("made-up", "WyJhZGEiLCJ4Il0.aaaa.bbbb", ""):
        client.cookies.set("recenter_desk_demo", value, path="/s/demo")
        assert client.get("").status_code == 303


@pytest.mark.parametrize("name", ["", "x" * 5_000, "\x00", "ada'; --", "<script>"])
def test_odd_names_are_wrong_and_nothing_more(client: httpx.Client, name: str) -> None:
    answer = log_in(client, name, "p" * 5_000)
    assert answer.status_code == 403
    assert "<script>" not in answer.text
