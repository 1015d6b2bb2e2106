"""What the proxy adds to an answer, beside the same call without it, and the memory it takes.

A scripted endpoint and `recenter serve --upstream` in processes of their own, 1,000 people of whom
50 attributes each are known, 50 streams that stay open, and 10 new requests a second, each also
made directly. The time is that until the first byte of the answer. Prints no text.

usage: python -m bench.proxy_overhead [SECONDS [sqlite|postgres]]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from tests.servers import postgres_database, postgres_server

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.memory import Memory
from recenter.memory.corrections import judged
from recenter.memory.keys import new_key
from recenter.models.embedded import LONGEST, _tokenizer
from recenter.questions import SUPPORTED
from recenter.records import Attribute, Subject
from recenter.store.database import Transaction
from recenter.store.tables import ATTRIBUTES, JUDGMENTS
from recenter.store.writing import hold_people, put_batch

PEOPLE, ATTRIBUTES_EACH, OPEN, A_SECOND, SEED = 1000, 50, 50, 10, 20261126
PAUSED = 50
KINDS = ("known", "known", "known", "unknown", "paused")
"""Whom a request is about, in turn."""


def texts() -> tuple[list[str], list[str], str]:
    """Return attributes, first messages cut at what the embedder reads, and where they are from."""
    if not SHARED_DATA.is_dir():
        things = [f"The user has a {c} {t}." for c in "ABCDEFGHIJ" for t in range(70)]
        return things, [f"How do I mend a fence of {n} metres?" for n in range(300)], "invented"
    profiles = read_jsonl(SHARED_DATA / "selection_profiles.jsonl")
    known = sorted({item["text"] for row in profiles for item in row["attributes"]})
    turns = [row["turns"][0] for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")]
    messages = [cut(turn["text"]) for turn in turns if turn["role"] == "user"]
    return known, messages, "selection_profiles.jsonl, first turns of alps_sessions.jsonl"


def cut(text: str) -> str:
    """Return the beginning of a text that has at most 256 word pieces."""
    words = text.split(" ")
    while len(_tokenizer().encode(" ".join(words), limit=LONGEST + 1)) > LONGEST:
        words = words[: len(words) * 9 // 10]
    return " ".join(words)


def fill(memory: Memory, known: list[str]) -> None:
    """Store the people, as if they had been learned of."""
    rng = random.Random(SEED)
    vectors, store = memory.engine.decider.embedder, memory.engine.store
    vectors.embed(known)
    for number in range(PEOPLE):
        person = memory.person(f"known-{number}")
        made = [
            Attribute(
                id=f"att_{number}_{place}",
                person=person,
                text=text,
                source="stated",
                confidence=1.0,
                evidence=(),
            )
            for place, text in enumerate(rng.sample(known, ATTRIBUTES_EACH))
        ]
        verdicts = [
            judged(SUPPORTED.name, Subject(attribute=a.id), "accept", person=person) for a in made
        ]

        def work(
            t: Transaction, person: str = person, made: Any = made, said: Any = verdicts
        ) -> None:
            hold_people(t, [person])
            put_batch(t, table=ATTRIBUTES, rows=[ATTRIBUTES.row(a) for a in made])
            put_batch(t, table=JUDGMENTS, rows=[JUDGMENTS.row(v) for v in said])

        store.database.transact(work)
        vectors.keep(store, person, [a.text for a in made])
    for number in range(PAUSED):
        memory.choose(f"paused-{number}", paused=True)


async def answer(request: Request) -> StreamingResponse:
    """Answer as an endpoint does: a few pieces at once, or one each second for ever."""
    asked = await request.json()

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(10**9 if asked["model"] == "open" else 5):
            delta = {"choices": [{"index": 0, "delta": {"content": f"word {number} "}}]}
            yield f"data: {json.dumps(delta)}\n\n".encode()
            await asyncio.sleep(1 if asked["model"] == "open" else 0)
        yield b"data: [DONE]\n\n"

    return StreamingResponse(pieces(), media_type="text/event-stream")


def endpoint(port: int) -> None:
    """Run the endpoint until the process is ended."""
    app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
    uvicorn.run(app, port=port, log_level="critical")


@contextlib.contextmanager
def running(command: list[str], url: str, **environment: str) -> Iterator[int]:
    """Run a command until something answers at an address; yield its process id, end it."""
    with subprocess.Popen(
        [sys.executable, "-m", *command],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(httpx.HTTPError):
                    httpx.get(url)
                    break
                time.sleep(0.1)
            yield process.pid
        finally:
            process.terminate()


class Load:
    """Asks directly and through the proxy, and keeps the times."""

    def __init__(self, direct: str, through: str, key: str, messages: list[str]) -> None:
        self.direct, self.through, self.key = direct, through, key
        self.messages = messages
        self.times: dict[str, list[float]] = defaultdict(list)
        self.decisions: dict[str, int] = defaultdict(int)
        self.client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None))

    def body(self, number: int, model: str = "m") -> dict[str, Any]:
        """Return a request; none is twice the same."""
        said = f"{self.messages[number % len(self.messages)]} ({number})"
        return {"model": model, "stream": True, "messages": [{"role": "user", "content": said}]}

    async def open(self, number: int) -> None:
        """Hold a stream open."""
        headers = {"Authorization": f"Bearer {self.key}", "X-User-Id": f"known-{number}"}
        asked = self.body(number, "open")
        url = f"{self.through}/chat/completions"
        async with self.client.stream("POST", url, json=asked, headers=headers) as answer:
            async for _ in answer.aiter_raw():
                pass

    async def ask(self, number: int, *, keep: bool) -> None:
        """Ask once directly and once through the proxy."""
        kind = KINDS[number % len(KINDS)]
        name = f"{kind}-{number % PAUSED if kind == 'paused' else number * 7 % PEOPLE}"
        if kind == "unknown":
            name = f"unknown-{number}"
        headers = {"Authorization": f"Bearer {self.key}", "X-User-Id": name}
        for what, url in (("direct", self.direct), (kind, self.through)):
            began = time.perf_counter()
            async with self.client.stream(
                "POST", f"{url}/chat/completions", json=self.body(number), headers=headers
            ) as answer:
                async for _ in answer.aiter_raw():
                    if keep:
                        self.times[what].append((time.perf_counter() - began) * 1000)
                        self.decisions[answer.headers.get("x-recenter-decision", "-")] += 1
                    break

    async def run(self, seconds: float) -> None:
        """Hold streams open and ask steadily; the first five seconds are not counted."""
        held = [asyncio.create_task(self.open(number)) for number in range(OPEN)]
        await asyncio.sleep(5)
        asked: list[asyncio.Task[None]] = []
        began = time.perf_counter()
        for number in range(int((seconds + 5) * A_SECOND)):
            await asyncio.sleep(max(0, began + number / A_SECOND - time.perf_counter()))
            keep = number >= 5 * A_SECOND
            asked.append(asyncio.create_task(self.ask(number, keep=keep)))
        await asyncio.gather(*asked)
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        await self.client.aclose()


def taken(pid: int) -> tuple[float, float, float, float]:
    """Return the memory of a process in MB, now, with pages that processes share divided among them
    (PSS), and at most, and the seconds it computed.
    """
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    computed = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
    shared = int(rolled.partition("\nPss:")[2].split()[0])
    return int(found["VmRSS"]) / 1024, shared / 1024, int(found["VmHWM"]) / 1024, computed


def processes(pid: int) -> dict[str, int]:
    """Return the process ids of the proxy and of what learns for it."""
    # A child is that of the thread that started it.
    learning = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    return {"the proxy": pid, **{f"what learns ({child})": child for child in learning}}


def table(load: Load) -> None:
    """Print the times of each kind, and what they are more than those of the direct call."""
    direct = load.times["direct"]
    print("| call | n | p50 ms | p99 ms | p50 more | p99 more |")
    print("|---|---|---|---|---|---|")
    base = np.percentile(direct, [50, 99])
    for kind in ("direct", "known", "unknown", "paused"):
        found = np.percentile(load.times[kind], [50, 99])
        more = found - base
        figures = " | ".join(f"{value:.1f}" for value in (*found, *more))
        print(f"| {kind} | {len(load.times[kind])} | {figures} |")


@contextlib.contextmanager
def store(kind: str, folder: str) -> Iterator[str]:
    """Give an empty store of a kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/store.db"
    else:
        with postgres_server() as server, postgres_database(server) as url:
            yield url


@contextlib.contextmanager
def proxy(url: str, folder: str, known: list[str], port: int) -> Iterator[tuple[str, int]]:
    """Fill a store and serve it in front of the endpoint; yield a key and the process id."""
    with Memory({"store": url, "home": folder, "application": "bench"}) as memory:
        fill(memory, known)
        key = new_key(memory.engine.store.database, "bench", now=time.time())
    upstream = f"http://127.0.0.1:{port + 1}/v1"
    serve = ["recenter", "serve", "--upstream", upstream, "--port", str(port)]
    serve += ["--per-minute", "0", "--store", url]
    behind = ["bench.proxy_overhead", "endpoint", str(port + 1)]
    health = f"http://127.0.0.1:{port}/healthz"
    with running(behind, upstream), running(serve, health, RECENTER_HOME=folder) as pid:
        yield key, pid


def main(seconds: float = 60.0, kind: str = "sqlite", *, port: int = 18765) -> None:
    """Print the table, the decisions, what the proxy took, and the load of the machine."""
    known, messages, source = texts()
    with tempfile.TemporaryDirectory() as folder, store(kind, folder) as url:
        before = os.getloadavg()[0]
        with proxy(url, folder, known, port) as (key, pid):
            through = f"http://127.0.0.1:{port}/v1"
            load = Load(f"http://127.0.0.1:{port + 1}/v1", through, key, messages)
            asyncio.run(load.run(seconds))
            taking = {name: taken(process) for name, process in processes(pid).items()}
            headers = {"Authorization": f"Bearer {key}"}
            told = httpx.get(f"http://127.0.0.1:{port}/metrics", headers=headers).text
    print_signature(
        "proxy_overhead", data=source, store=kind, people=PEOPLE, each=ATTRIBUTES_EACH, seed=SEED
    )
    table(load)
    print(f"decisions: {dict(load.decisions)}")
    for name, (now, shared, most, computed) in taking.items():
        print(
            f"{name}: {now:.0f} MB, {shared:.0f} MB with what is shared divided, at most "
            f"{most:.0f} MB; {computed:.0f} s of a processor"
        )
    print(f"load of the machine: {before:.1f} before, {os.getloadavg()[0]:.1f} after")
    print(*(line for line in told.splitlines() if line.startswith("recenter_conv")), sep="\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["endpoint"]:
        endpoint(int(sys.argv[2]))
    else:
        asked = dict(enumerate(sys.argv[1:3]))
        main(float(asked.get(0, 60)), asked.get(1, "sqlite"))
