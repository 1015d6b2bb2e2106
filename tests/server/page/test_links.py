"""Links that were ended open nothing, and neither do pages that were opened with one."""

from __future__ import annotations

import httpx
from itsdangerous import URLSafeTimedSerializer

from recenter.memory import Memory
from recenter.server.page.links import page_secret
from tests.memory.conftest import Clock
from tests.server.page.conftest import NURSE, Person, link


def test_the_application_ends_all_links_of_a_person_and_of_nobody_else(
    memory: Memory, ada: Person, bob: Person, address: str
) -> None:
    old = link(memory, "ada", address)
    memory.end_links("ada")
    assert httpx.get(old, follow_redirects=True).status_code == 403
    assert NURSE not in ada.open()
    assert ada.page.status_code == 403
    assert ada.send("choices/pause", paused="yes") != ""
    assert not memory.choices("ada").paused
    assert bob.open() != ""
    assert bob.page.status_code == 200


def test_a_link_made_afterwards_is_good_at_once(memory: Memory, address: str) -> None:
    memory.end_links("ada")
    person = Person(memory, "ada", address)
    assert NURSE in person.open()
    memory.end_links("ada")
    assert person.http.get(f"{person.root}/").status_code == 403
    person.http.close()


def test_the_person_ends_all_links_and_stays_in_here(
    memory: Memory, ada: Person, address: str
) -> None:
    elsewhere = Person(memory, "ada", address)
    old = link(memory, "ada", address)
    assert "End all links" in ada.open("choices")
    text = ada.send("choices/links")
    assert ada.page.status_code == 200
    assert "All earlier links to this page are ended." in text
    assert NURSE in ada.open()
    assert "Memory is paused" in ada.send("choices/pause", paused="yes")
    elsewhere.open()
    assert elsewhere.page.status_code == 403
    assert httpx.get(old, follow_redirects=True).status_code == 403
    elsewhere.http.close()


def test_what_ends_links_is_a_form_of_the_session(memory: Memory, ada: Person) -> None:
    ada.page = ada.http.post(f"{ada.root}/choices/links", data={"csrf": "of another"})
    assert ada.page.status_code == 403
    assert memory.links_ended("ada") == 0


def test_the_page_closes_when_the_time_of_its_link_is_over_also_after_ending_others(
    ada: Person, clock: Clock
) -> None:
    ada.send("choices/links")
    clock.now += 3601
    ada.open()
    assert ada.page.status_code == 403


def test_a_link_of_an_earlier_version_is_good_until_links_are_ended(
    memory: Memory, clock: Clock, address: str
) -> None:
    signer = URLSafeTimedSerializer(page_secret(memory.engine.key), salt="link")
    held = [memory.person("ada"), memory.application, clock.now + 3600]
    old = f"{address}/me/?link={signer.dumps(held)}"
    assert NURSE in httpx.get(old, follow_redirects=True).text
    memory.end_links("ada")
    assert httpx.get(old, follow_redirects=True).status_code == 403


def test_links_that_were_ended_stay_so_when_the_person_is_remembered_again(
    memory: Memory, address: str
) -> None:
    old = link(memory, "ada", address)
    memory.end_links("ada")
    memory.forget("ada")
    memory.end_links("ada")
    assert memory.links_ended("ada") == 1
    assert memory.engine.store.lift(memory.person("ada"))
    memory.add("I work nights as a nurse.", user_id="ada")
    assert httpx.get(old, follow_redirects=True).status_code == 403
