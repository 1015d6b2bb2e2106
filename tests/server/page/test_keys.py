"""The host application lets a person in by a key that it sends along."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from recenter.memory import Memory
from recenter.memory.keys import keys, new_key, revoke_key
from recenter.pages.throttle import FREE_OF_ADDRESS
from tests.memory.conftest import Clock
from tests.server.page.conftest import NURSE, link

CHESS = "plays chess"


def key_of(memory: Memory, user_id: str | None) -> str:
    person = None if user_id is None else memory.person(user_id)
    database = memory.engine.store.database
    return new_key(database, memory.application, person=person, now=memory.engine.clock())


@pytest.fixture
def browser(address: str) -> Iterator[httpx.Client]:
    """A browser behind a proxy of the host application."""
    with httpx.Client(base_url=f"{address}/me/", follow_redirects=True) as client:
        yield client


def by(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def pause(browser: httpx.Client, page: httpx.Response, **headers: str) -> httpx.Response:
    csrf = re.search(r'name="csrf" value="([^"]*)"', page.text)
    assert csrf is not None
    form = {"csrf": csrf[1], "paused": "yes"}
    return browser.post("choices/pause", data=form, headers=headers)


def test_a_key_of_the_person_opens_every_page_and_takes_forms(
    memory: Memory, browser: httpx.Client
) -> None:
    sent = by(key_of(memory, "ada"))
    assert NURSE in browser.get("", headers=sent).text
    choices = browser.get("choices", headers=sent)
    assert "Memory is paused" in pause(browser, choices, **sent).text
    assert memory.choices("ada").paused
    assert browser.get("nowhere", headers=sent).status_code == 404


def test_a_form_without_the_session_that_it_was_shown_in_does_nothing(
    memory: Memory, browser: httpx.Client
) -> None:
    sent = by(key_of(memory, "ada"))
    choices = browser.get("choices", headers=sent)
    browser.cookies.clear()
    assert pause(browser, choices, **sent).status_code == 403
    assert not memory.choices("ada").paused


def test_the_key_counts_and_not_a_cookie_of_who_was_here_before(
    memory: Memory, browser: httpx.Client, address: str
) -> None:
    assert NURSE in browser.get(link(memory, "ada", address)).text
    page = browser.get("", headers=by(key_of(memory, "bob"))).text
    assert CHESS in page
    assert NURSE not in page
    assert CHESS in browser.get("").text


def test_the_session_of_a_key_lasts_an_hour_and_is_begun_again_with_the_key(
    memory: Memory, browser: httpx.Client, clock: Clock
) -> None:
    sent = by(key_of(memory, "ada"))
    browser.get("", headers=sent)
    clock.now += 3599
    assert browser.get("").status_code == 200
    clock.now += 2
    assert browser.get("").status_code == 403
    assert NURSE in browser.get("", headers=sent).text


def test_ending_links_ends_what_a_key_began_until_it_comes_again(
    memory: Memory, browser: httpx.Client
) -> None:
    sent = by(key_of(memory, "ada"))
    browser.get("", headers=sent)
    memory.end_links("ada")
    assert browser.get("").status_code == 403
    assert NURSE in browser.get("", headers=sent).text


def test_a_key_that_was_revoked_opens_nothing(memory: Memory, browser: httpx.Client) -> None:
    sent = by(key_of(memory, "ada"))
    (key,) = keys(memory.engine.store.database)
    revoke_key(memory.engine.store.database, key.id, now=memory.engine.clock())
    for path in ("", "choices", "nowhere"):
        page = browser.get(path, headers=sent)
        assert page.status_code in (401, 404)
        assert NURSE not in page.text


def test_a_key_of_the_whole_application_opens_nobodys_page(
    memory: Memory, browser: httpx.Client
) -> None:
    page = browser.get("", headers=by(key_of(memory, None)))
    assert page.status_code == 403
    assert "a key of this person" in page.text


def test_other_tokens_of_servers_between_change_nothing(
    memory: Memory, browser: httpx.Client, address: str
) -> None:
    browser.get(link(memory, "ada", address))
    for token in ("Bearer eyJhbGciOi", "Basic YWRhOng=", "Bearer"):
        assert NURSE in browser.get("", headers={"Authorization": token}).text


def test_guessing_keys_is_slowed(browser: httpx.Client) -> None:
    statuses = [
        browser.get("", headers=by(f"rk_{n}")).status_code for n in range(FREE_OF_ADDRESS + 2)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
