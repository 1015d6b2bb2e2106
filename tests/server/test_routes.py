"""What the routes do, asked over HTTP as an application would."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from recenter.memory import Memory
from recenter.memory.queue import LEARN, SIGNATURE
from recenter.store import Item
from tests.memory.conftest import Clock
from tests.server.serving import ASK, MEAT, NURSE, SAID, asking, key_of, served


def add(shop: httpx.Client, text: str = SAID, **more: Any) -> dict[str, str]:
    """Have something learned; return ids by text."""
    body = {"user_id": "ada", "messages": [{"role": "user", "content": text}], **more}
    made = shop.post("/memories", json=body)
    assert made.status_code == 200, made.text
    return {r["memory"]: r["id"] for r in made.json()["results"]}


def known(shop: httpx.Client, **more: str) -> set[str]:
    found = shop.get("/memories", params={"user_id": "ada", **more}).json()["results"]
    return {r["memory"] for r in found}


def problem(answer: httpx.Response, status: int) -> dict[str, str]:
    """Return a refusal, which has one shape."""
    assert answer.status_code == status, answer.text
    told: dict[str, str] = answer.json()
    assert set(told) == {"what", "field", "cure"}
    return told


def test_what_is_said_is_learned_and_seen_with_its_evidence(shop: httpx.Client) -> None:
    ids = add(shop, run_id="r1", metadata={"room": 1})
    assert set(ids) == {NURSE, MEAT}
    one = shop.get(f"/memories/{ids[NURSE]}").json()
    assert (one["status"], one["source"], one["run_id"]) == ("verified", "stated", "r1")
    (evidence,) = one["evidence"]
    assert SAID[evidence["start"] : evidence["end"]] == evidence["quote"]
    assert known(shop, run_id="r1") == {NURSE, MEAT}
    assert known(shop, run_id="r2") == set()
    (event,) = shop.get(f"/memories/{ids[NURSE]}/history").json()
    assert (event["event"], event["new_memory"]) == ("ADD", NURSE)


def test_both_ways_of_naming_the_person_and_never_two_people(shop: httpx.Client) -> None:
    add(shop)
    found = shop.post("/search", json={"query": ASK, "filters": {"user_id": "ada"}}).json()
    assert [r["memory"] for r in found["results"]] == [NURSE]
    both = {"query": ASK, "user_id": "ada", "filters": {"user_id": "bob"}}
    assert problem(shop.post("/search", json=both), 422)["field"] == "filters"
    told = problem(shop.post("/search", json={"query": ASK}), 422)
    assert (told["field"], "user_id" in told["cure"]) == ("user_id", True)


def test_a_ranking_with_a_threshold_says_why_each_is_not_used(shop: httpx.Client) -> None:
    add(shop)
    body = {"query": "What is 17 * 23?", "user_id": "ada"}
    assert shop.post("/search", json=body).json() == {"results": [], "reason": "nothing"}
    ranked = shop.post("/search", json=body | {"threshold": 0, "explain": True}).json()["results"]
    assert {r["memory"] for r in ranked} == {NURSE, MEAT}
    assert all(r["decision"] == "withhold" and r["explanation"] for r in ranked)


def test_other_words_are_put_in_place_and_forgetting_takes_them(shop: httpx.Client) -> None:
    id = add(shop)[NURSE]
    patched = shop.patch(f"/memories/{id}", json={"text": "The user was a nurse until 2020."})
    assert patched.status_code == 200
    assert "The user was a nurse until 2020." in known(shop)
    assert problem(shop.patch(f"/memories/{id}", json={}), 422)["field"] == "text"
    gone = shop.delete(f"/memories/{id}").json()["deleted"]
    assert gone["counts"]["attributes"] == 1
    assert problem(shop.get(f"/memories/{id}"), 404)["what"] == "there is no such memory."
    assert known(shop) == {MEAT}


def test_a_dry_run_of_learning_stores_nothing(memory: Memory, shop: httpx.Client) -> None:
    store = memory.engine.store
    add(shop, "I work nights as a nurse, and I live in Berlin.")
    before = store.counts(), memory.of_application("shop").export("ada")
    body = {"user_id": "ada", "messages": SAID + " I live in Paris now."}
    made = shop.post("/memories/dry-run", json=body).json()
    events = {r["memory"]: r["event"] for r in made["results"]}
    assert events[MEAT] == "ADD"
    assert events[NURSE] == "UPDATE"
    assert events["The user lives in Paris now."] == "ADD"
    assert events["The user lives in Berlin."] == "SUPERSEDE"
    stranger = shop.post("/memories/dry-run", json=body | {"user_id": "nobody"}).json()
    assert {r["event"] for r in stranger["results"]} == {"ADD"}
    assert (store.counts(), memory.of_application("shop").export("ada")) == before


def test_a_dry_run_of_removal_says_what_would_go(shop: httpx.Client) -> None:
    ids = add(shop)
    asked = {"user_id": "ada", "dry_run": "true"}
    would = shop.delete("/memories", params=asked).json()["would_delete"]
    assert sorted(would) == sorted(ids.values())
    kept = shop.delete("/people/ada", params={"dry_run": "true"}).json()["would_delete"]
    assert (kept["memories"], kept["conversations"]) == (2, 1)
    assert known(shop) == {NURSE, MEAT}
    done = shop.delete("/memories", params={"user_id": "ada"}).json()
    assert done["deleted"]["counts"]["attributes"] == 2
    assert known(shop) == set()


def test_a_person_is_forgotten_altogether(shop: httpx.Client) -> None:
    add(shop)
    done = shop.delete("/people/ada").json()
    assert done["deleted"]["counts"]["attributes"] == 2
    assert add(shop) == {}
    assert shop.get("/people/ada/export").json()["conversations"] == []
    told = problem(shop.put("/people/ada/choices", json={"paused": True}), 409)
    assert "nothing is kept of them" in told["what"]
    assert shop.get("/people/ada/choices").json()["paused"] is False


def test_reviews_decide_what_is_a_proposal(shop: httpx.Client) -> None:
    id = add(shop)[MEAT]
    assert shop.get("/inferred", params={"user_id": "ada"}).json() == {"results": []}
    declined = shop.post(f"/memories/{id}/review", json={"review": "decline"}).json()
    assert declined["status"] == "rejected"
    assert known(shop, status="rejected") == {MEAT}
    assert shop.post(f"/memories/{id}/review", json={"review": "undo"}).json()["status"] == (
        "verified"
    )
    told = problem(shop.post(f"/memories/{id}/review", json={"review": "maybe"}), 422)
    assert told["field"] == "review"


def test_what_resembles_something_forgotten_is_a_proposal(shop: httpx.Client) -> None:
    shop.delete(f"/memories/{add(shop)[NURSE]}")
    add(shop, "As a nurse on nights I sleep by day.", run_id="2")
    add(shop, "I work as a nurse in Bremen.", run_id="3")
    proposals = shop.get("/inferred", params={"user_id": "ada"}).json()["results"]
    assert any("nurse" in r["memory"] for r in proposals)
    assert {r["status"] for r in proposals} == {"proposed"}
    assert all(r["reason"] for r in proposals)


def test_an_answer_gets_memory_its_receipt_and_corrections(shop: httpx.Client) -> None:
    id = add(shop)[NURSE]
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": ASK}]
    body = {"user_id": "ada", "messages": messages}
    made = shop.post("/context", json=body).json()
    assert made["decision"] == "use"
    assert [line["memory_id"] for line in made["selected"]] == [id]
    assert [line["memory"] for line in made["withheld"]] == [MEAT]
    assert made["messages"][0] == messages[0]
    assert NURSE in made["messages"][1]["content"]
    (kept,) = shop.get("/receipts", params={"user_id": "ada"}).json()["results"]
    assert kept == shop.get(f"/receipts/{made['receipt_id']}").json()
    assert kept["used"] == made["selected"]
    path = f"/receipts/{made['receipt_id']}/not-for-this"
    assert shop.post(path, json={"memory_id": id}).status_code == 200
    again = shop.post("/context", json=body).json()
    assert (again["decision"], again["messages"]) == ("nothing", messages)
    path = f"/receipts/{again['receipt_id']}/should-have-used"
    assert shop.post(path, json={"memory_id": id}).status_code == 200
    assert shop.post("/context", json=body).json()["decision"] == "use"
    told = problem(shop.post(path, json={"memory_id": "att_x"}), 422)
    assert told["field"] == "memory_id"


def test_nothing_is_kept_of_an_answer_without_memory(shop: httpx.Client) -> None:
    add(shop)
    body = {"user_id": "ada", "messages": ASK, "incognito": True}
    made = shop.post("/context", json=body).json()
    assert (made["decision"], made["receipt_id"]) == ("incognito", None)
    assert made["messages"] == [{"role": "user", "content": ASK}]
    nobody = shop.post("/context", json={"user_id": "bob", "messages": ASK}).json()
    assert (nobody["decision"], nobody["receipt_id"]) == ("unknown", None)
    assert shop.get("/receipts", params={"user_id": "ada"}).json() == {"results": []}


def test_a_question_is_answered(shop: httpx.Client, memory: Memory) -> None:
    add(shop)
    made = shop.post("/context", json={"user_id": "ada", "messages": ASK}).json()
    path = f"/receipts/{made['receipt_id']}/answer"
    assert "asked nothing" in problem(shop.post(path, json={"yes": True}), 422)["what"]


def test_choices_hold_before_anything_is_learned_and_for_the_right_application(
    shop: httpx.Client,
) -> None:
    assert shop.get("/people/ada/choices").json() == {
        "paused": False,
        "allowed": [],
        "allowed_local": [],
        "cloud": True,
        "keep_days": None,
    }
    shop.put("/people/ada/choices", json={"paused": True, "keep_days": 30})
    assert add(shop) == {}
    asked = {"paused": False, "allowed": ["health"], "allowed_local": ["religion"], "cloud": False}
    made = shop.put("/people/ada/choices", json=asked).json()
    assert made == asked | {"keep_days": 30}
    id = add(shop)[NURSE]
    assert shop.get(f"/memories/{id}").status_code == 200
    told = problem(shop.put("/people/ada/choices", json={"allowed": ["wealth"]}), 422)
    assert told["field"] == "allowed.0"


def test_an_export_holds_everything_of_the_person(shop: httpx.Client) -> None:
    add(shop)
    shop.post("/context", json={"user_id": "ada", "messages": ASK})
    held = shop.get("/people/ada/export").json()
    assert {m["memory"] for m in held["memories"]} == {NURSE, MEAT}
    assert held["conversations"][0]["turns"][0]["text"] == SAID
    assert held["receipts"][0]["prompt"] == ASK


@pytest.mark.parametrize("name", ["a/b", "günther", "a b", "x?y#z", "choices"])
def test_ids_of_people_may_be_what_the_application_likes(shop: httpx.Client, name: str) -> None:
    path = f"/people/{httpx.QueryParams({'': name})}".replace("=", "").replace("+", "%20")
    shop.put(f"{path}/choices", json={"keep_days": 5})
    assert shop.get(f"{path}/export").json()["user_id"] == name
    assert shop.get(f"{path}/choices").json()["keep_days"] == 5


def test_what_could_not_be_learned_is_told_to_its_application_alone(memory: Memory) -> None:
    with served(memory, living=False) as address, asking(address, key_of(memory, "shop")) as shop:
        add(shop)
        person = memory.of_application("shop").person("ada")
        work = memory.engine.store.work
        for whose in (person, memory.of_application("bank").person("bob")):
            item = Item(item=f"con_{whose}", person=whose, content="1")
            work.add(LEARN, [item], signature=SIGNATURE)
            (task,) = work.claim(LEARN, signature=SIGNATURE)
            work.fail(task, "ModelError")
        (failed,) = shop.get("/failures").json()["results"]
        assert (failed["person"], failed["error"]) == (person, "ModelError")


def test_a_memory_lapses_while_the_server_runs(memory: Memory, clock: Clock) -> None:
    with (
        served(memory, lapse_every=0.05) as address,
        asking(address, key_of(memory, "shop")) as shop,
    ):
        add(shop, expiration_date="2027-02-01")
        assert known(shop) == {NURSE, MEAT}
        clock.now += 30 * 86_400
        for _ in range(200):
            if not known(shop):
                break
        assert known(shop) == set()


def test_a_round_that_fails_is_followed_by_others(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = threading.Semaphore(0)

    def failing() -> dict[str, int]:
        rounds.release()
        raise ValueError("not foreseen")

    monkeypatch.setattr(memory, "lapse", failing)
    with served(memory, lapse_every=0.01):
        assert all(rounds.acquire(timeout=5) for _ in range(2))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"messages": 7}, "messages"),
        ({"messages": [{"role": "king", "content": "x"}]}, "messages[0].role"),
        ({"messages": "x", "metadata": {"a": 10**30}}, "metadata"),
        ({"messages": "x", "expiration_date": "soon"}, "expiration_date"),
        ({"messages": "x", "infre": False}, "infre"),
        ({"messages": "x", "user_id": " "}, "user_id"),
    ],
)
def test_a_body_of_another_shape_is_told_which_field(
    shop: httpx.Client, body: dict[str, Any], field: str
) -> None:
    assert problem(shop.post("/memories", json={"user_id": "ada"} | body), 422)["field"] == field


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_sent_as_json_is_told_what_to_send(
    shop: httpx.Client, kind: str | None
) -> None:
    headers = {} if kind is None else {"content-type": kind}
    body = json.dumps({"user_id": "ada", "messages": SAID})
    told = problem(shop.post("/memories", content=body, headers=headers), 415)
    assert "`Content-Type: application/json`" in told["cure"]


@pytest.mark.parametrize(
    ("method", "path", "wrong"),
    [
        ("GET", "/memories?user_id=ada&limt=1", "limt"),
        ("DELETE", "/memories?user_id=ada&dryrun=true", "dryrun"),
        ("DELETE", "/people/ada?dry-run=1", "dry-run"),
        ("GET", "/receipts?user_id=ada&size=1", "size"),
        ("GET", "/people/ada/export?full=1", "full"),
        ("DELETE", "/memories?user_id=ada&dry_run=true&dry_run=false", "dry_run"),
        ("GET", "/memories?user_id=ada&user_id=bob", "user_id"),
    ],
)
def test_a_parameter_that_a_route_does_not_take_or_that_is_said_twice_is_refused_by_name(
    shop: httpx.Client, method: str, path: str, wrong: str
) -> None:
    add(shop)
    assert problem(shop.request(method, path), 422)["field"] == wrong
    assert known(shop) == {NURSE, MEAT}
    assert httpx.request(method, f"{shop.base_url}".rstrip("/") + path).status_code == 401


def test_what_is_refused_is_told_in_words(shop: httpx.Client) -> None:
    told = problem(shop.get("/memories?user_id=%20"), 422)
    assert (told["field"], told["what"]) == ("user_id", "must hold more than spaces.")
    told = problem(shop.get("/memories?user_id=ada&status=verifed"), 422)
    assert told["field"] == "status"
    assert "^" not in told["what"]


def test_a_memory_is_given_with_its_person_where_that_is_said(shop: httpx.Client) -> None:
    id = add(shop)[NURSE]
    assert shop.get(f"/memories/{id}?user_id=ada").json()["user_id"] == "ada"
    assert shop.get(f"/memories/{id}").json()["user_id"] is None
    problem(shop.get(f"/memories/{id}?user_id=bob"), 404)


@pytest.mark.parametrize("raw", [b'{"user_id": "ada", "messages": "\\ud800"}', b"[" * 100_000])
def test_half_characters_and_deep_nests_are_refused(shop: httpx.Client, raw: bytes) -> None:
    answer = shop.post("/memories", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code)
