"""What does not belong is refused, written down, and changes nothing."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from recenter.store import Store
from recenter.study.design import Recruitment
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Desk, annotators, refused
from recenter.study.plan import TaskItems
from tests.study.samples import Clock, better, opened, relevant, supported, task, written
from tests.web.serving import Visitor, guest, served
from tests.web.test_annotate import practise

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def event(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"event-{number:06}",
        "position": 0,
        "kind": "answer",
        "part": "1",
        "seq": number,
        "answer": "accept",
    } | more


@pytest.fixture
def ann(desk: Desk, root: str) -> Visitor:
    visitor = guest(desk, root, "ann")
    practise(visitor)
    visitor.send("begin")
    return visitor


def untouched(desk: Desk) -> bool:
    return not reading.answers(desk)


@pytest.mark.parametrize(
    "query",
    [
        "?link=forged",
        "?link=",
        "?link=WyJhbm4iLCAiIl0.c2lnbmF0dXJl",
        "?PROLIFIC_PID=admin",
        "?PROLIFIC_PID=admin&STUDY_ID=x&SESSION_ID=y",
        "?participant=admin",
        "?annotator=ann_0123",
    ],
)
def test_forged_ids_do_not_come_in(desk: Desk, root: str, query: str) -> None:
    visitor = Visitor(root, query)
    assert visitor.page.status_code == 403
    assert not visitor.http.cookies
    assert annotators(desk) == []


def test_prolific_ids_have_to_look_like_them(store: Store, clock: Clock) -> None:
    file = written(task(), recruitment=Recruitment(kind="prolific"))
    items = {"quality": TaskItems(work=(supported("a"), supported("b"), supported("c")))}
    desk = opened(store.database, file, items, clock)
    good = {"PROLIFIC_PID": "5" * 24, "STUDY_ID": "6" * 24, "SESSION_ID": "7" * 24}
    with served(desk) as root:
        for bad in ("admin", "5" * 23, "5" * 24 + "'--", "", "../" * 8):
            query = str(httpx.QueryParams(good | {"PROLIFIC_PID": bad}))
            assert Visitor(root, f"?{query}").page.status_code == 403
        assert annotators(desk) == []
        query = str(httpx.QueryParams(good))
        assert Visitor(root, f"?{query}").page.status_code == 200
        assert Visitor(root, f"?{query}").page.status_code == 200
    (who,) = annotators(desk)
    assert "5" * 24 not in str(who)
    identity = running.identity(desk, who.id)
    assert identity is not None
    assert identity["SESSION_ID"] == "7" * 24
    assert any("not an id of Prolific" in reason for reason in running.refusals(desk))


def test_any_platform_comes_in_by_its_parameter(store: Store, clock: Clock) -> None:
    recruitment = Recruitment(
        kind="platform", parameter="pid", return_to="https://example.org/done?c={code}"
    )
    items = {"quality": TaskItems(work=(supported("a"), supported("b"), supported("c")))}
    desk = opened(store.database, written(task(), recruitment=recruitment), items, clock)
    with served(desk) as root:
        assert Visitor(root, "?pid=<script>").page.status_code == 403
        visitor = Visitor(root, "?pid=abc-123")
        visitor.send("consent", agree="no")
        assert f"https://example.org/done?c={desk.code('no_consent')}" in visitor.page.text


def test_a_slot_of_another_cannot_be_written_to(desk: Desk, root: str, ann: Visitor) -> None:
    slot = ann.hidden()["slot"]
    bea = guest(desk, root, "bea")
    practise(bea)
    bea.send("begin")
    answer = bea.events(event(), slot=slot)
    assert answer.status_code == 403
    assert "not among what you were given" in answer.json()["refused"]["event-000001"]
    bea.send("work/0", answer__1="accept", slot=slot)
    assert bea.page.status_code == 403
    assert bea.open(f"feedback/{slot}/0").status_code == 403
    assert untouched(desk)
    assert any("not among what you were given" in reason for reason in running.refusals(desk))


@pytest.mark.parametrize(
    "more",
    [
        {"answer": "yes"},
        {"answer": SCRIPT[:40]},
        {"part": "9"},
        {"part": "../../etc/passwd"},
        {"position": 99},
        {"kind": "unblind"},
    ],
)
def test_events_that_are_not_asked_for_are_refused(
    desk: Desk, ann: Visitor, more: dict[str, Any]
) -> None:
    answer = ann.events(event(**more))
    assert answer.status_code in (403, 409, 422)
    assert answer.json()["saved"] == []
    assert untouched(desk)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"slot": "x", "events": []}',
        b'{"slot": "x", "events": [{}], "admin": true}',
        b'{"slot": 1e400, "events": [[[[[[]]]]]]}',
        b"\xff\xfe\x00",
        b'{"slot": "' + b"[" * 100_000 + b'"}',
    ],
)
def test_bodies_that_are_no_events_are_refused(desk: Desk, ann: Visitor, body: bytes) -> None:
    form = re.search(r'data-form="([^"]+)"', ann.page.text)
    assert form
    headers = {"x-form": form[1], "content-type": "application/json"}
    answer = ann.http.post(f"{ann.root}/events", content=body, headers=headers)
    assert answer.status_code == 422
    assert "error" in answer.json()
    assert untouched(desk)


@pytest.mark.parametrize(
    "bad",
    [
        {"idle_ms": 86_400_001},
        {"active_ms": -1},
        {"admin": True},
        {"seq": "9"},
        {"id": "short"},
        {"note": "x" * 4_001},
    ],
)
def test_an_event_that_cannot_be_read_takes_no_other_with_it(
    desk: Desk, ann: Visitor, bad: dict[str, Any]
) -> None:
    second = event(11, kind="time", part=None, answer=None) | bad
    answer = ann.events(event(10), second, {"seq": 12}, event(13, answer="reject"))
    assert answer.status_code == 200
    assert answer.json()["saved"] == ["event-000010", "event-000013"]
    assert list(answer.json()["refused"]) == [second["id"]]
    assert [row.answer for row in reading.answers(desk)] == ["reject"]
    alone = ann.events(second)
    assert alone.status_code == 422
    assert list(alone.json()["refused"]) == [second["id"]]


def test_replays_and_late_events_change_nothing(desk: Desk, ann: Visitor) -> None:
    ann.events(event(10, answer="accept"))
    assert ann.events(event(10, answer="accept")).json()["saved"] == ["event-000010"]
    forged = ann.events(event(10, answer="reject"))
    assert forged.status_code == 409
    ann.events(event(5, answer="reject"))
    assert [row.answer for row in reading.answers(desk)] == ["accept"]


def test_a_form_of_another_session_is_refused(desk: Desk, root: str, ann: Visitor) -> None:
    bea = guest(desk, root, "bea")
    practise(bea)
    bea.send("begin")
    ann.send("work/0", answer__1="accept", csrf=bea.hidden()["csrf"])
    assert ann.page.status_code == 403
    answer = ann.http.post(f"{ann.root}/events", json={"slot": "x", "events": [event()]})
    assert answer.status_code == 403
    assert untouched(desk)


def test_a_cookie_is_of_one_study_and_one_kind(desk: Desk, root: str, ann: Visitor) -> None:
    (name,) = ann.http.cookies.keys()
    value = ann.http.cookies[name]
    for forged in (value[:-2] + "xx", value.replace(".", ""), "x", ""):
        with httpx.Client(cookies={name: forged}) as http:
            assert http.get(f"{root}/next").status_code == 403
    with httpx.Client(cookies={name.replace("annotator", "desk"): value}) as http:
        assert http.get(f"{root}/next").status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(desk: Desk, root: str) -> None:
    from recenter.web.sessions import invitation

    for secure in (False, True):
        with served(desk, secure=secure) as address, httpx.Client() as http:
            cookie = http.get(f"{address}/?link={invitation(desk, 'x')}").headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert ("Secure" in cookie) is secure


def test_large_bodies_are_refused_whatever_their_header_says(desk: Desk, ann: Visitor) -> None:
    large = b"x" * 300_000
    assert ann.http.post(f"{ann.root}/events", content=large).status_code == 413

    def pieces() -> Any:
        for _ in range(60):
            yield b"x" * 10_000

    assert ann.http.post(f"{ann.root}/events", content=pieces()).status_code == 413
    assert untouched(desk)


@pytest.mark.parametrize(
    "path",
    [
        "../static/../../app.py",
        "..%2f..%2fapp.py",
        "work/-1",
        "work/1e9",
        "work/999999999999999999999",
        "work/0/../../desk",
        "training/0",
        "admin",
        "feedback/slt_x/0",
        "work/%00",
    ],
)
def test_paths_that_lead_nowhere_lead_nowhere(desk: Desk, ann: Visitor, path: str) -> None:
    answer = ann.http.get(f"{ann.root}/{path}")
    assert answer.status_code in (200, 403, 404)
    assert "import annotations" not in answer.text
    host = ann.root.split("/s/")[0]
    for trick in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        assert ann.http.get(host + trick).status_code == 404


def test_a_fault_of_ours_says_so_and_nothing_of_itself(
    desk: Desk, root: str, ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret is 42")

    # After a fault the connection is closed; each of these requests has its own.
    ann.http.headers["Connection"] = "close"
    monkeypatch.setattr(reading, "places", broken)
    monkeypatch.setattr(saving, "save", broken)
    page = ann.open("next")
    assert page.status_code == 500
    assert "wrong on our side" in page.text
    answer = ann.events(event(), slot="slt_x")
    assert answer.status_code in (403, 500)
    assert "secret" not in page.text + answer.text


def test_script_in_every_text_stays_text(store: Store, clock: Clock) -> None:
    file = written(
        task(training={"items": "t"}),
        task("pages", "relevant"),
        task("pairs", "better"),
        title=SCRIPT,
        contact=SCRIPT,
    )
    bad = [supported(SCRIPT), relevant(SCRIPT), better(SCRIPT)]
    lesson = supported(f"t{SCRIPT}", key=("reject",))
    items = {
        "quality": TaskItems(work=(bad[0],), training=(lesson,)),
        "pages": TaskItems(work=(bad[1],)),
        "pairs": TaskItems(work=(bad[2],)),
    }
    file = written(*file.study.tasks, title=SCRIPT, contact=SCRIPT)
    desk = opened(store.database, file, items, clock)
    pages = []
    with served(desk) as root:
        ann = guest(desk, root, "ann")
        pages += [ann.page.text, ann.send("consent", agree="yes").text, ann.send("begin").text]
        pages += [ann.send("training/0", answer__1="reject").text, ann.open("next").text]
        pages += [ann.send("begin").text]
        pages += [ann.send("work/0", answer__1="reject", note__1=SCRIPT).text]
        pages += [ann.send("begin").text, ann.send("work/0", answer__1="yes", answer__2="no").text]
        pages += [ann.send("begin").text]
        pages += [ann.send("work/0", answer__1="1", answer__overall="3").text]
        pages += [ann.send("sides", side__0="first").text]
    assert "You have done everything" in pages[-1]
    for text in pages:
        assert "<script>" not in text
        assert "<img" not in text
    assert any("&lt;script&gt;" in text for text in pages)
    assert any(row.note == SCRIPT for row in reading.answers(desk))


def test_nothing_on_a_page_tells_which_reply_is_which(desk: Desk, root: str) -> None:
    seen: dict[str, set[str]] = {}
    for name in ("ann", "bea"):
        visitor = guest(desk, root, name)
        practise(visitor)
        visitor.send("begin")
        for _ in range(2):
            visitor.send(f"work/{visitor.position}", answer__1="accept")
        visitor.send("begin")
        visitor.send("work/0", **{f"answer__{part}": "yes" for part in "1234"})
        visitor.send("begin")
        for _ in range(2):
            page = visitor.page
            whole = page.text + str(page.headers) + str(page.url) + str(visitor.http.cookies)
            for word in ("selected", "generic", "personalised", "rep_", "bet_", "att_", "per_a"):
                assert word not in whole.replace("selected answer", "")
            order = page.text.index("Since you bake") < page.text.index("Rest on")
            shown = re.search(r"Plan my week, (\w)", page.text)
            assert shown
            seen.setdefault(shown[1], set()).add(f"{name}{order}")
            again = visitor.open(f"work/{visitor.position}").text
            assert (again.index("Since you bake") < again.index("Rest on")) is order
            visitor.send(f"work/{visitor.position}", answer__1="3", answer__overall="3")
    for name in ("ann", "bea"):
        orders = {one for some in seen.values() for one in some if one.startswith(name)}
        assert orders == {f"{name}True", f"{name}False"}


def test_what_models_said_is_on_no_page(store: Store, clock: Clock) -> None:
    item = supported("a")
    item = type(item)(
        **{f: getattr(item, f) for f in item.__struct_fields__ if f != "reason"},
        reason="The extractor believes it.",
    )
    for show in (False, True):
        file = written(task(reason=show), study=f"reason-{show}".lower())
        desk = opened(store.database, file, {"quality": TaskItems(work=(item,))}, clock)
        with served(desk) as root:
            ann = guest(desk, root, "ann")
            ann.send("consent", agree="yes")
            ann.send("begin")
        assert ("The extractor believes it." in ann.page.text) is show
        assert "confidence" not in ann.page.text
    who = annotators(desk)[0]
    assert joining.find(desk, who.id) == who


def test_refusals_keep_no_text_and_grow_with_nothing_that_is_sent(
    desk: Desk, root: str, ann: Visitor
) -> None:
    for number in range(5):
        Visitor(root, f"?link=words-{number}")
        httpx.get(f"{root}/work/{number}?words-{number}")
        httpx.post(f"{root}/events", json={"slot": f"words-{number}", "events": []})
        ann.events(event(number, answer=f"words' \" ` {number}"))
        ann.http.get(f"{root}/feedback/words-{number}/0")
        body = {"slot": "x", f" - at `words {number}` words": "words"}
        headers = {"x-form": ann.hidden()["csrf"]}
        assert ann.http.post(f"{root}/events", json=body, headers=headers).status_code == 422
    found = running.refusals(desk)
    assert "words" not in str(found)
    assert sorted(found.values()) == [5, 5, 5, 5]
    assert max(map(len, found)) <= 120
    assert not any("logged in" in reason for reason in found)


def test_reasons_beyond_the_most_are_counted_together(desk: Desk, clock: Clock) -> None:
    for number in range(103):
        refused(desk, f"reason {number}")
    refused(desk, "reason 7")
    found = running.refusals(desk)
    assert len(found) == 101
    assert (found["other reasons"], found["reason 7"]) == (3, 2)


def test_a_path_longer_than_any_page_has_leads_nowhere(root: str, ann: Visitor) -> None:
    assert ann.http.get(f"{root}/work/{'1' * 5_000}").status_code == 404
    assert ann.http.get(f"{root}/work/{'1' * 400}").status_code in (200, 403, 404)
