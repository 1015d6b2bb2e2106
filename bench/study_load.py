"""A study under load: many annotators save at once, and the server is killed in the middle.

Run as `python -m bench.study_load [--annotators N] [--seconds S] [--every S] [--workers N]
[--postgres]`. The real `recenter study serve` runs in a process of its own; annotators come by
their links, take their work and save an answer every `--every` seconds over HTTP. Half-way the
server and its workers are killed (SIGKILL) and started again. Then what is stored is held against
what was acknowledged. Exits with status 1 if an acknowledged answer is lost or doubled, if an item
has more answers than its overlap, or if the 95th percentile of a save passes 150 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.servers import postgres_database, postgres_server

from bench.common import print_signature
from recenter.store import open_store
from recenter.study.ledger import joining, reading, running
from recenter.study.ledger.desk import Desk, load_desk
from recenter.web.sessions import invitation

OVERLAP, PAGE, PAGES = 3, 20, 2
LIMIT_MS = 150
STUDY = """\
study: load
title: Load
contact: nobody
consent: text.md
tasks:
  - name: pages
    question: relevant
    items: items.jsonl
    guidelines: text.md
    overlap: {overlap}
    per_annotator: {pages}
    page: {page}
scan: {{review: review.jsonl, signed_off: {hash}, by: bench, on: "2026-01-01", consent: invented}}
"""


class Client:
    """One annotator: what they sent, what was acknowledged, how long it took."""

    def __init__(self, http: httpx.AsyncClient, link: str, number: int) -> None:
        self.http, self.link = http, link
        self.draw = random.Random(number)
        self.root = link.split("/?")[0]
        self.milliseconds: list[float] = []
        self.answers: dict[str, str] = {}
        """The last acknowledged answer to each part of the page."""
        self.events: set[str] = set()
        self.ids = (f"{number:06}-{count:06}" for count in itertools.count())
        self.seq = 100

    async def come(self) -> None:
        """Agree, begin, and read the page as the script does."""
        page = await self.http.get(self.link)
        page = await self.http.post(
            f"{self.root}/consent", data=self.hidden(page) | {"agree": "yes"}
        )
        page = await self.http.post(f"{self.root}/begin", data=self.hidden(page))
        self.form = re.search(r'data-form="([^"]+)"', page.text)[1]  # type: ignore[index]
        self.slot = re.search(r'data-slot="([^"]+)"', page.text)[1]  # type: ignore[index]
        self.parts = re.findall(r'data-part="([^"]+)"', page.text)

    @staticmethod
    def hidden(page: httpx.Response) -> dict[str, str]:
        """Return the hidden fields of a form."""
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))

    async def work(self, until: float, every: float) -> None:
        """Save an answer every few seconds; what is not acknowledged is sent again."""
        await asyncio.sleep(self.draw.random() * every)
        while time.monotonic() < until:
            self.seq += 1
            part, answer = self.draw.choice(self.parts), self.draw.choice(("yes", "no"))
            event = {
                "id": next(self.ids), "position": 0, "kind": "answer",
                "part": part, "seq": self.seq, "answer": answer,
            }  # fmt: skip
            await self.send(event)
            self.answers[part] = answer
            self.events.add(str(event["id"]))
            # People do not click in step, also not after all of them waited for the server.
            await asyncio.sleep(every * self.draw.uniform(0.5, 1.5))

    async def send(self, event: dict[str, Any]) -> None:
        """Send an event until the server says that it has it."""
        body = {"slot": self.slot, "events": [event]}
        while True:
            begun = time.perf_counter()
            try:
                answer = await self.http.post(
                    f"{self.root}/events", json=body, headers={"x-form": self.form}
                )
            except httpx.TransportError:
                await asyncio.sleep(self.draw.uniform(0.5, 1.5))
                continue
            answer.raise_for_status()
            self.milliseconds.append((time.perf_counter() - begun) * 1000)
            if answer.json()["saved"] != [event["id"]]:
                raise RuntimeError(f"not saved: {answer.text}")
            return


class Server:
    """The real command in a process group of its own."""

    def __init__(self, folder: Path, store: str, port: int, workers: int) -> None:
        self.command = [
            sys.executable, "-m", "recenter", "study", "serve", str(folder / "study.yaml"),
            "--store", store, "--port", str(port), "--workers", str(workers),
        ]  # fmt: skip
        self.port = port
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, start_new_session=True, stderr=subprocess.DEVNULL
        )
        for _ in range(600):
            try:
                httpx.get(f"http://127.0.0.1:{self.port}/healthz").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError("the server does not start")

    def kill(self) -> None:
        """Kill it and its workers where they stand."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def write_study(folder: Path, annotators: int, hash: str) -> None:
    """Write a study with work for so many annotators."""
    pairs = annotators * PAGES // OVERLAP + 1
    rows = [
        {
            "person": f"p{number % 50}",
            "query": {"prompt": f"What about topic {number}?"},
            "attributes": [{"text": f"Likes thing {number}-{n}."} for n in range(PAGE)],
        }
        for number in range(pairs)
    ]
    (folder / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "text.md").write_text("Read closely.")
    (folder / "review.jsonl").write_text("")
    text = STUDY.format(overlap=OVERLAP, pages=PAGES, page=PAGE, hash=hash)
    (folder / "study.yaml").write_text(text)


def prepare(folder: Path, annotators: int, store: str) -> None:
    """Write the study, signed off by what its scan says."""
    write_study(folder, annotators, "0" * 24)
    told = subprocess.run(
        [sys.executable, "-m", "recenter", "study", "scan", str(folder / "study.yaml"),
         "--store", store],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    write_study(folder, annotators, re.search(r"signed_off: (\w+)", told.stdout)[1])  # type: ignore[index]


async def run(desk: Desk, server: Server, options: argparse.Namespace) -> list[Client]:
    """Let everybody work, and kill the server half-way."""
    root = f"http://127.0.0.1:{server.port}/s/load"
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=50)
    async with AsyncExitStack() as stack:
        clients = []
        for number in range(options.annotators):
            http = await stack.enter_async_context(
                httpx.AsyncClient(follow_redirects=True, timeout=30, limits=limits)
            )
            link = f"{root}/?link={invitation(desk, str(number))}"
            clients.append(Client(http, link, number))
        begun = time.monotonic()
        for first in range(0, len(clients), 10):
            await asyncio.gather(*(client.come() for client in clients[first : first + 10]))
        print(f"{len(clients)} came and took their work in {time.monotonic() - begun:.1f} s")
        until = time.monotonic() + options.seconds
        working = asyncio.gather(*(client.work(until, options.every) for client in clients))
        await asyncio.sleep(options.seconds / 2)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await working
    return clients


def check(desk: Desk, clients: list[Client]) -> list[str]:
    """Return what is wrong with what is stored, beside what was acknowledged."""
    wrong = []
    stored: dict[str, dict[str, str]] = {}
    given: Counter[tuple[str, str]] = Counter()
    for row in reading.answers(desk):
        stored.setdefault(row.annotator, {})[row.part] = row.answer
        given[row.item, row.part] += 1
    for number, client in enumerate(clients):
        kept = stored.pop(joining.join(desk, {"id": f"link/{number}"}).id, {})
        # What was sent and not acknowledged when the time was over may be there or not.
        if any(kept.get(part) != answer for part, answer in client.answers.items()):
            wrong.append(f"annotator {number}: {len(client.answers)} answers, {len(kept)} kept")
    if stored:
        wrong.append(f"answers of {len(stored)} who never came")
    sent = sum(len(client.events) for client in clients)
    stored_clicks = running.clicks(desk)
    if stored_clicks != sent:
        wrong.append(f"{sent} clicks were acknowledged, {stored_clicks} are stored")
    if max(given.values(), default=0) > OVERLAP:
        wrong.append(f"an item has {max(given.values())} answers")
    return wrong


def main() -> None:
    """Run the load, print the figures, and fail where a promise was broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--annotators", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=2)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    print_signature("study_load", **vars(options))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["RECENTER_HOME"] = str(folder / "home")
        url = f"sqlite:///{folder / 'store.db'}"
        if options.postgres:
            url = stack.enter_context(postgres_database(stack.enter_context(postgres_server())))
        prepare(folder, options.annotators, url)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = Server(folder, url, port, options.workers)
        stack.callback(server.kill)
        desk = load_desk(stack.enter_context(open_store(url)).database, "load")
        clients = asyncio.run(run(desk, server, options))
        wrong = check(desk, clients)
    times = np.array([ms for client in clients for ms in client.milliseconds])
    p50, p95, p99 = np.quantile(times, [0.5, 0.95, 0.99])
    print(f"{len(times):,} saves acknowledged, the server killed once half-way")
    print(f"a save: p50 {p50:.1f} ms, p95 {p95:.1f} ms (limit {LIMIT_MS}), p99 {p99:.1f} ms")
    if p95 > LIMIT_MS:
        wrong.append(f"p95 is {p95:.0f} ms")
    print("\n".join(wrong) or "nothing lost, nothing doubled, never above the overlap")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
