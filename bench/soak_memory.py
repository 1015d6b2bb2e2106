"""Memory under trouble: an endpoint that fails, hangs and answers rubbish, a database that is
locked or drops its connections, a server that is killed twice.

Run as `just soak-memory` or `python -m bench.soak_memory [--minutes M] [--seed N]`, on SQLite and
PostgreSQL in turn. Invented people go on with their conversations through `recenter serve
--upstream`. Exits with status 1 if an answer is another than the endpoint gave, if anything is
learned twice or not at all, or if a word of one person reaches another.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, NamedTuple

import httpx
from tests.servers import postgres_database, postgres_server

from bench.common import print_signature
from recenter.memory import Memory
from recenter.memory.keys import new_key

# Not from 1 on: the packaged extractor takes "Town1" for no place.
PEOPLE = range(10, 30)
CLIENTS, HANG_SECONDS, PATIENCE_SECONDS = 6, 4.0, 2.0
APPLICATION = "soak"
FACTS = (
    "I live in Town{n}.",
    "I play chess every Sunday at Club{n}.",
    "I hate olives from Farm{n}.",
)
ASK = "Where near me could I play chess on Sunday?"
MARK = re.compile(r"(?:Town|Club|Farm)(\d+)\b")
GOOD = b'{"id":"1","object":"chat.completion","choices":[{"index":0,"finish_reason":"stop",' + (
    b'"message":{"role":"assistant","content":"Fine."}}]}'
)
ANSWERS: dict[str, tuple[int, bytes]] = {
    "good": (200, GOOD),
    "failing": (500, b'{"error":{"message":"it failed"}}'),
    "busy": (429, b'{"error":{"message":"slow down"}}'),
    "rubbish": (200, b"<html>{]"),
}


class Endpoint(BaseHTTPRequestHandler):
    """Answers by the name of the model, and looks at whose words it was sent."""

    protocol_version = "HTTP/1.1"
    leaks: ClassVar[Counter[str]] = Counter()
    helped = 0

    def do_POST(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        model = re.search(r'"model": ?"(\w+)-(\d+)"', body)
        kind, who = (model[1], model[2]) if model else ("good", "")
        others = {number for number in MARK.findall(body) if number != who}
        if others:
            Endpoint.leaks[f"{who} was sent words of {sorted(others)}"] += 1
        Endpoint.helped += "recenter_memory" in body
        if kind == "hanging":
            time.sleep(HANG_SECONDS)
        status, answer = ANSWERS.get(kind, ANSWERS["good"])
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Quiet(ThreadingHTTPServer):
    """Clients that hang up are what this is about."""

    def handle_error(self, *_: Any) -> None:
        """Say nothing."""


class Server:
    """`recenter serve` in a process of its own, which can be killed and comes back."""

    def __init__(self, store: str, home: str, upstream: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.away = threading.Event()
        self._command = [sys.executable, "-m", "recenter", "serve", "--upstream", upstream]
        self._command += ["--port", str(port), "--per-minute", "0", "--store", store]
        self._environment = os.environ | {"RECENTER_HOME": home}
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"{self.url}/healthz")
                return process
            time.sleep(0.1)
        raise RuntimeError("the server does not come up")

    def kill(self) -> None:
        """End it without warning, and start it again."""
        self.away.set()
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = self._start()
        self.away.clear()

    def stop(self) -> None:
        """End it as an operator does."""
        self._process.terminate()
        self._process.wait(60)


class Found(NamedTuple):
    """What went wrong, and how much was tried."""

    answers: Counter[str]
    wrong: Counter[str]


def messages(person: int, fact: int, turns: int) -> list[dict[str, str]]:
    """Return the first `turns` messages of a conversation in which a fact is told."""
    said = [{"role": "user", "content": FACTS[fact].format(n=person)}]
    for number in range(turns - 1):
        said += [
            {"role": "assistant", "content": "Fine."},
            {"role": "user", "content": f"{ASK} ({number})"},
        ]
    return said


def ask(
    client: httpx.Client, server: Server, key: str, person: int, kind: str, fact: int, turns: int
) -> str:
    """Ask once; return what came back, in a word: `right`, `away`, or what was wrong."""
    headers = {
        "Authorization": f"Bearer {key}",
        "X-User-Id": f"person-{person}",
        "X-Conversation-Id": f"{person}-{fact}",
    }
    body = {"model": f"{kind}-{person}", "messages": messages(person, fact, turns)}
    was_away = server.away.is_set()
    try:
        got = client.post(f"{server.url}/v1/chat/completions", json=body, headers=headers)
    except httpx.ReadTimeout:
        return "right" if kind == "hanging" else f"{kind}: no answer in time"
    except httpx.HTTPError as error:
        # Whoever talks to a process that is killed hears nothing, with memory or without.
        time.sleep(0.2)
        gone = was_away or server.away.is_set()
        return "away" if gone else f"{kind}: {type(error).__name__}"
    if kind == "hanging":
        return "hanging: answered"
    expected = ANSWERS[kind]
    return "right" if (got.status_code, got.content) == expected else f"{kind}: {got.status_code}"


def load(server: Server, key: str, until: float, seed: int) -> Found:
    """Have clients go on with conversations until the time is over."""
    found = Found(Counter(), Counter())
    lock = threading.Lock()

    def run(number: int) -> None:
        rng = random.Random(seed * 1000 + number)
        kinds = ["good"] * 6 + ["failing", "busy", "rubbish", "hanging"]
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            while time.monotonic() < until:
                person, fact = rng.choice(PEOPLE), rng.randrange(len(FACTS))
                kind, turns = rng.choice(kinds), rng.randrange(1, 5)
                got = ask(client, server, key, person, kind, fact, turns)
                with lock:
                    (found.answers if got in ("right", "away") else found.wrong)[got] += 1
                time.sleep(rng.random() * 0.2)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def trouble(store: str) -> None:
    """Lock the file for a while, or drop all connections to the server."""
    if store.startswith("sqlite"):
        with contextlib.closing(
            sqlite3.connect(store.removeprefix("sqlite:///"), timeout=30)
        ) as file:
            file.execute("BEGIN EXCLUSIVE")
            time.sleep(3)
            file.rollback()
        return
    import psycopg

    with psycopg.connect(store, autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def chaos(server: Server, store: str, seconds: float) -> None:
    """Trouble the database four times and kill the server twice, spread over the time."""
    steps: list[Callable[[], None]] = [lambda: trouble(store), server.kill] * 2
    steps += [lambda: trouble(store)] * 2
    for step in steps:
        time.sleep(seconds / (len(steps) + 1))
        step()


def learned(memory: Memory) -> Counter[str]:
    """Return what is wrong with what was learned, once nothing waits."""
    wrong: Counter[str] = Counter()
    if not memory.engine.wait(300):
        wrong["something still waits to be learned"] += 1
    for person in PEOPLE:
        known = memory.get_all(user_id=f"person-{person}")["results"]
        texts = Counter(r["memory"] for r in known)
        wrong["learned twice"] += sum(count - 1 for count in texts.values())
        places = Counter(
            (e["conversation"], e["turn"], e["start"]) for r in known for e in r["evidence"]
        )
        wrong["evidence twice"] += sum(count - 1 for count in places.values())
        for fact in FACTS:
            mark = re.search(r"\w+\{n\}", fact)
            said = mark[0].format(n=person) if mark else ""
            wrong["not learned"] += not any(said in text for text in texts)
        whole = str(known)
        wrong["words of another"] += any(n != str(person) for n in MARK.findall(whole))
    return +wrong


def soak(store: str, home: str, *, minutes: float, seed: int, port: int) -> Counter[str]:
    """Run the load with its troubles on one store; print and return what is wrong."""
    listening = Quiet(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    Endpoint.leaks.clear()
    config = {"store": store, "home": home, "application": APPLICATION}
    with Memory(config) as memory:
        key = new_key(memory.engine.store.database, APPLICATION, now=time.time())
    server = Server(store, home, f"http://127.0.0.1:{listening.server_port}/v1", port)
    seconds = minutes * 60
    stirring = threading.Thread(target=chaos, args=(server, store, seconds))
    stirring.start()
    found = load(server, key, time.monotonic() + seconds, seed)
    stirring.join()
    # Each conversation once more: what a kill took before it was on the list is told again.
    with httpx.Client(timeout=30) as client:
        for person in PEOPLE:
            for fact in range(len(FACTS)):
                found.answers[ask(client, server, key, person, "good", fact, 4)] += 1
    server.stop()
    listening.shutdown()
    with Memory(config) as memory:
        wrong = found.wrong + learned(memory) + Endpoint.leaks
    print(f"answers: {dict(found.answers)}; with memory in front: {Endpoint.helped}")
    print(f"wrong: {dict(wrong) or 'nothing'}")
    return wrong


@contextlib.contextmanager
def stores() -> Iterator[list[str]]:
    """Give an empty store of each kind."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() as server,
        postgres_database(server) as postgres,
    ):
        yield [f"sqlite:///{folder}/store.db", postgres]


def main() -> None:
    """Soak both databases; exit with status 1 if anything is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0, help="in all; half for each")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    wrong: Counter[str] = Counter()
    with stores() as urls, tempfile.TemporaryDirectory() as home:
        for place, url in enumerate(urls):
            print(url.partition(":")[0])
            half = given.minutes / len(urls)
            wrong += soak(url, home, minutes=half, seed=given.seed, port=18790 + place)
    print_signature("soak_memory", minutes=given.minutes, seed=given.seed, people=len(PEOPLE))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
