"""Nobody reaches another's memory; what is written stays text; nothing is done without a form."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from recenter.errors import InputError
from recenter.memory import Memory
from recenter.server.page import routes
from recenter.server.page.links import page_link
from recenter.store.removal import rewrite
from recenter.store.tables import ATTRIBUTES
from tests.memory.conftest import Clock
from tests.server.page.conftest import NURSE, SLEEP, Person, id_of, link, serving

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
RTL = "\u202eThe user \u05d0\u05d5\u05d4\u05d1 books\u202c"
LONG = "The user likes " + "w" * 350
EMOJI = "The user likes 👩‍👩‍👧‍👦🏳️‍🌈 \u0000 and ﷽."


def filled(path: str, id: str) -> str:
    return path.replace("{id:str}", id).lstrip("/")


def of_bob(memory: Memory) -> dict[str, str]:
    memory.context("Which chess opening should I learn?", user_id="bob")
    (receipt,) = memory.receipts("bob")
    (known,) = memory.memories("bob")
    return {"memory": known.attribute.id, "answers": receipt.id}


def state(memory: Memory) -> str:
    return str(memory.export("bob"))


def test_no_route_reaches_what_is_another_persons(memory: Memory, ada: Person) -> None:
    ids = of_bob(memory)
    before = state(memory)
    for path in routes._SHOWN:
        if "{id" in path:
            text = ada.open(filled(path, ids[path.split("/")[1]]))
            assert ada.page.status_code == 404, path
            assert "chess" not in text
    fields = {"text": "Mine.", "memory": ids["memory"], "conversations": "yes"}
    for path in routes._SENT:
        if "{id" in path:
            for said in ("approve", "decline", "undo", "yes", "no", "not_for_this", "should_have"):
                ada.send(filled(path, ids[path.split("/")[1]]), said=said, **fields)
                assert ada.page.status_code in (404, 422), (path, said)
                assert "chess" not in ada.page.text
    # Nor by a receipt of one's own that names another's memory, nor by the notice.
    receipt = memory.context(SLEEP, user_id="ada").receipt_id
    for said in ("decline", "undo", "not_for_this", "should_have"):
        ada.send(f"answers/{receipt}/correct", said=said, memory=ids["memory"])
        assert ada.page.status_code == 404
    ada.open(f"?done=decline&of={ids['memory']}")
    assert "chess" not in ada.page.text
    assert state(memory) == before


def test_what_is_anothers_is_answered_like_what_does_not_exist(memory: Memory, ada: Person) -> None:
    ids = of_bob(memory)
    for path in (f"memory/{ids['memory']}", f"answers/{ids['answers']}"):
        theirs, none = ada.open(path), ada.open(path[:-6] + "000000")
        assert theirs == none


def test_nothing_is_done_without_a_form_of_the_session(
    memory: Memory, ada: Person, bob: Person
) -> None:
    receipt = memory.context(SLEEP, user_id="ada").receipt_id
    before = str(memory.export("ada"))
    for path in routes._SENT:
        for csrf in ("", "x", "é", bob.csrf):
            where = filled(path, receipt if "answers" in path else id_of(memory, NURSE))
            sure = {"csrf": csrf, "sure": "yes", "said": "decline", "paused": "yes", "text": "No."}
            answer = ada.http.post(f"{ada.root}/{where}", data=sure)
            assert answer.status_code == 403, path
            assert ada.http.get(f"{ada.root}/{where}").status_code in (200, 404)
    assert str(memory.export("ada")) == before


def test_every_route_needs_a_cookie_in_time(
    memory: Memory, ada: Person, address: str, clock: Clock
) -> None:
    id = id_of(memory, NURSE)
    paths = ["", *(filled(path, id) for path in routes._SHOWN)]
    sent = [filled(path, id) for path in routes._SENT]

    def refused(http: httpx.Client) -> None:
        for path in paths:
            answer = http.get(f"{address}/me/{path}")
            assert (answer.status_code, "nurse" in answer.text) == (403, False), path
        for path in sent:
            answer = http.post(f"{address}/me/{path}", data={"csrf": "x"})
            assert (answer.status_code, "nurse" in answer.text) == (403, False), path

    value = ada.http.cookies["recenter_me"]
    for forged in ("", "x", value[:-2] + "xx", value.replace(".", "", 1)):
        with httpx.Client(cookies={"recenter_me": forged}) as http:
            refused(http)
    clock.now += 3601
    refused(ada.http)


def test_a_link_is_exchanged_for_a_cookie_at_once(memory: Memory, address: str) -> None:
    with httpx.Client() as http:
        answer = http.get(link(memory, "ada", address))
        assert answer.status_code == 303
        assert answer.headers["location"] == "/me/"
        cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/me" in cookie
    assert "Secure" not in cookie
    assert 3590 <= int(re.findall(r"Max-Age=(\d+)", cookie)[0]) <= 3600
    with serving(memory, secure=True) as safe, httpx.Client() as http:
        assert "Secure" in http.get(link(memory, "ada", safe)).headers["set-cookie"]


def test_a_link_tells_nobody_whose_it_is(memory: Memory, address: str) -> None:
    import base64

    token = parse_qs(urlsplit(link(memory, "ada@example.com", address)).query)["link"][0]
    body = token.split(".")[0]
    assert b"example" not in base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))


def _longer(memory: Memory, token: str) -> str:
    body, *rest = token.split(".")
    return ".".join([body[:-4] + "AAAA", *rest])


def _other_key(memory: Memory, token: str) -> str:
    made, _ = page_link(b"k" * 32, memory.person("ada"), "", url="", now=time.time() * 2, ended=0)
    return parse_qs(urlsplit(made).query)["link"][0]


@pytest.mark.parametrize(
    "forge",
    [_longer, _other_key, lambda _, token: token[:-1], lambda *_: "", lambda *_: "W10.x.y"],
)
def test_forged_links_open_nothing(
    memory: Memory, address: str, forge: Callable[[Memory, str], str]
) -> None:
    token = parse_qs(urlsplit(link(memory, "ada", address)).query)["link"][0]
    with httpx.Client(follow_redirects=True) as http:
        answer = http.get(f"{address}/me/", params={"link": forge(memory, token)})
        assert answer.status_code == 403
        assert not http.cookies
        assert "nurse" not in answer.text


def test_a_link_is_good_for_its_hours_and_no_more(
    memory: Memory, address: str, clock: Clock
) -> None:
    made = link(memory, "ada", address, hours=2)
    clock.now += 2 * 3600 - 1
    assert httpx.get(made).status_code == 303
    clock.now += 1
    answer = httpx.get(made)
    assert answer.status_code == 403
    assert "The time of this link is over." in answer.text
    for hours in (0, -1, 721, float("nan")):
        with pytest.raises(InputError, match="hours"):
            link(memory, "ada", address, hours=hours)


def test_guessing_links_is_slowed(memory: Memory, address: str) -> None:
    with httpx.Client() as http:
        codes = [http.get(f"{address}/me/?link=x").status_code for _ in range(25)]
    assert codes[0] == 403
    assert codes[-1] == 429
    assert httpx.get(link(memory, "ada", address)).status_code == 429


def test_who_asks_too_often_waits_and_others_do_not(memory: Memory) -> None:
    with serving(memory, per_minute=10) as address:
        ada, bob = Person(memory, "ada", address), Person(memory, "bob", address)
        codes = []
        for _ in range(12):
            ada.open()
            codes.append(ada.page.status_code)
        assert codes[0] == 200
        assert codes[-1] == 429
        assert ada.page.headers["retry-after"]
        bob.open()
        assert bob.page.status_code == 200
        for person in (ada, bob):
            person.http.close()


def planted(memory: Memory, words: str) -> str:
    """Put a memory of these words into the store. What reads as an order is not kept when it is
    said; a page must not trust to that.
    """
    known = {m.attribute.id for m in memory.memories("ada")}
    memory.add(f"The user likes tea {len(known)}.", user_id="ada", infer=False)
    tea = next(m.attribute for m in memory.memories("ada") if m.attribute.id not in known)
    made = msgspec.structs.replace(tea, text=words)
    memory.engine.store.database.transact(lambda t: rewrite(t, ATTRIBUTES, made))
    return tea.id


@pytest.mark.parametrize("words", [SCRIPT, RTL, LONG, EMOJI, "{{ 7*7 }} {% raw %}", "' onx='\""])
def test_texts_stay_text_on_every_page(memory: Memory, ada: Person, words: str) -> None:
    id = planted(memory, words)
    memory.context(f"{words} How do I sleep better after work?", user_id="ada")
    (receipt,) = memory.receipts("ada")
    pages = [ada.open(), ada.open(f"memory/{id}"), ada.open(f"memory/{id}/forget")]
    pages += [ada.open("answers"), ada.open(f"answers/{receipt.id}")]
    pages += [ada.send(f"memory/{id}/review", said="decline")]
    pages += [ada.send(f"memory/{id}/words", text=words + "!"), ada.open()]
    pages += [ada.send(f"memory/{id}/words", text=words + "x" * 400)]
    pages += [ada.http.get(f"{ada.root}/", params={"q": words, "show": words}).text]
    pages += [ada.http.get(f"{ada.root}/", params={"done": words, "of": words}).text]
    for text in pages:
        assert "<script>alert" not in text
        assert "<img" not in text
        assert " onx='" not in text
        assert "49 {% raw" not in text


def test_answers_are_kept_by_nobody_and_load_nothing_from_elsewhere(
    memory: Memory, ada: Person
) -> None:
    for path in ("", "answers", "choices", "none", "static/person.css"):
        ada.open(path)
        headers = ada.page.headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["referrer-policy"] == "no-referrer"
        assert headers.get("cache-control") == (None if "static" in path else "no-store")
        assert not re.search(r"https?://", ada.page.text)
        assert "<style" not in ada.page.text
        assert not re.search(r"<script(?! src=)|style=|\son\w+=", ada.page.text)


def test_no_id_stands_on_a_page_to_be_read(memory: Memory, ada: Person) -> None:
    receipt = memory.context(SLEEP, user_id="ada").receipt_id
    id = id_of(memory, NURSE)
    pages = [ada.open(path) for path in ("", "answers", "choices", "forget-me", f"memory/{id}")]
    pages += [ada.open(f"answers/{receipt}"), ada.open(f"memory/{id}/forget")]
    for text in pages:
        read = re.sub(r"<[^>]*>", " ", text)
        assert not re.search(r"\b(?:att|per|rcp|con|qry)_[0-9a-f]", read)


def test_large_and_odd_requests_are_refused(memory: Memory, ada: Person) -> None:
    id = id_of(memory, NURSE)
    where = f"{ada.root}/memory/{id}/words"
    assert ada.http.post(where, data={"text": "x" * 300_000}).status_code == 413

    def pieces() -> Iterator[bytes]:
        for _ in range(60):
            yield b"x" * 10_000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert ada.http.post(where, content=pieces(), headers=kind).status_code == 413
    broken = ada.http.post(
        where, content=b"--x", headers={"content-type": "multipart/form-data; boundary=y"}
    )
    assert broken.status_code in (400, 403)
    assert ada.http.get(f"{ada.root}/{'x' * 600}").status_code == 404
    assert ada.http.get(f"{ada.root}/static/../routes.py").status_code == 404
    assert ada.http.get(f"{ada.root}/static/%2e%2e/routes.py").status_code == 404
    assert id_of(memory, NURSE) == id


def test_a_fault_of_ours_says_nothing_of_itself(
    memory: Memory, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from recenter.errors import StoreError
    from recenter.memory.mine import Mine

    def broken(*_: object, **__: object) -> None:
        raise StoreError("the secret is 42")

    monkeypatch.setattr(Mine, "receipts", broken)
    text = ada.open("answers")
    assert ada.page.status_code == 500
    assert "wrong on our side" in text
    assert "secret" not in text
