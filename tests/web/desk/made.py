"""A study that some have worked on, and its server: invented people, texts and passwords."""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import uvicorn

from recenter.store.database import Database
from recenter.study.design import Payment
from recenter.study.items import Item
from recenter.study.ledger import joining, reading, running, saving
from recenter.study.ledger.desk import Annotator, Desk
from recenter.study.ledger.events import Event
from recenter.study.plan import TaskItems
from recenter.web.app import create_app
from recenter.web.desk.passwords import hash_password
from recenter.web.site import Site
from tests.study.samples import Clock, better, opened, relevant, supported, task, written

PASSWORD = "four words said once"
RAW = "5f0c1e2d3b4a59687766554a"
"""An id as a platform would know somebody."""
SCRIPT = "<script>alert('note')</script>"

_seq = itertools.count(1)


def study(database: Database, clock: Clock) -> Desk:
    """Three tasks; six annotators, the fifth of them fast and always of one mind."""
    people = [f"per_{number}" for number in range(6)]
    tasks = (
        task(overlap=4, per_annotator=6, gold={"items": "g.jsonl", "needed": 0.75}),
        task("pages", "relevant", overlap=3, per_annotator=2),
        task("pairs", "better", overlap=2, per_annotator=2),
    )
    items = {
        "quality": TaskItems(
            work=tuple(_drawn(supported(f"n{n}", person), n) for n, person in _twice(people)),
            gold=(supported("gold1", key=("accept",)), supported("gold2", key=("reject",))),
        ),
        "pages": TaskItems(work=tuple(relevant(f"p{n}", (people[n],)) for n in range(4))),
        "pairs": TaskItems(work=tuple(better(f"b{n}", people[n]) for n in range(4))),
    }
    payment = Payment(currency="GBP", amount=4.5, least_per_hour=9.0, fee=0.3)
    desk = opened(database, written(*tasks, payment=payment, annotators=8), items, clock)
    for number in range(1, 7):
        annotator = joining.join(desk, {"id": f"prolific/{RAW}{number}", "PROLIFIC_PID": RAW})
        joining.agree(desk, annotator.id)
        for one in desk.study.tasks:
            work(desk, annotator, one.name, clock, fast=number == 5)
        if number < 5:
            joining.end(desk, annotator.id, "completed")
    return desk


def _twice(people: list[str]) -> Iterator[tuple[int, str]]:
    return enumerate(itertools.chain(people, people))


def _drawn(item: Item, number: int) -> Item:
    stratum = "likely" if number % 2 else "unlikely"
    parts = tuple(msgspec.structs.replace(part, stratum=stratum) for part in item.parts)
    return msgspec.structs.replace(item, parts=parts)


def work(desk: Desk, annotator: Annotator, name: str, clock: Clock, *, fast: bool) -> None:
    """Answer all that somebody is given of a task."""
    question = desk.study.task(name).asks
    slot = joining.claim(desk, annotator, desk.study.task(name))
    if slot is None:
        return
    items = reading.items(desk)
    for place in reading.places(desk, slot.id):
        _save(desk, annotator, slot.id, place.position, "shown", None, None)
        parts = items[place.item][0].parts
        clock.now += 5 if fast else 30 * len(parts)
        for number, part in enumerate(parts):
            chosen = (annotator.number * 7 + len(place.item + part.name) + place.position) % 5
            answer = question.values[-1 if fast or chosen < 3 else number % len(question.values)]
            more = {} if answer in question.positive else {"note": f"Hm. {SCRIPT}"}
            _save(desk, annotator, slot.id, place.position, "answer", part.name, answer, **more)
        milliseconds = (1_000 if fast else 20_000) * len(parts)
        _save(desk, annotator, slot.id, place.position, "time", None, None, active_ms=milliseconds)
        saving.submit(desk, annotator.id, slot.id, place.position)
    if question.subject == "reply_pair":
        for place in reading.places(desk, slot.id):
            _save(desk, annotator, slot.id, place.position, "unblind", None, "first")


def _save(
    desk: Desk,
    annotator: Annotator,
    slot: str,
    position: int,
    kind: Any,
    part: str | None,
    answer: str | None,
    **more: Any,
) -> None:
    number = next(_seq)
    event = Event(
        id=f"event-{number:06}", slot=slot, position=position, kind=kind, seq=number,
        part=part, answer=answer, **more,
    )  # fmt: skip
    saving.save(desk, annotator.id, event)


@contextlib.contextmanager
def serving(site: Site) -> Iterator[str]:
    """Serve a study on a loopback port; yield the address of its researcher's side."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(site), lifespan="off", ws="none", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"{address}/s/{site.desk.id}/desk"
        finally:
            server.should_exit = True
            thread.join()


def accounts(desk: Desk) -> None:
    """Store a researcher `ada` and an adjudicator `jo`."""
    for name, role in (("ada", "researcher"), ("jo", "adjudicator")):
        account = running.Account(name=name, role=role, hash=_hashed())  # type: ignore[arg-type]
        running.put_account(desk.database, account)


@functools.cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def token(page: str) -> str:
    """Return the token of the forms of a page."""
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def log_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Send the form of the login page."""
    form = {"csrf": token(client.get("login").text), "name": name, "password": password}
    return client.post("login", data=form)


@contextlib.contextmanager
def entered(address: str, name: str) -> Iterator[httpx.Client]:
    """Yield a client that is logged in."""
    with httpx.Client(base_url=f"{address}/", timeout=60) as client:
        assert log_in(client, name).status_code == 303
        yield client
