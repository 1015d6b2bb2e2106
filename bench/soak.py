"""Imports and extractions killed again and again, several at once; memory over many answers.

Run as `just soak` or `python -m bench.soak [--minutes M] [--seed N]`. Real processes import and
extract one made-up corpus into a fresh store, SQLite and PostgreSQL in turn, and are killed
(SIGKILL) at random moments. What they leave is finished by one more run of each and compared, line
by line of its export, with a store where nothing was killed. Exits with status 1 if anything is
lost, doubled or left over, or if memory grows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.servers import postgres_database, postgres_server

from bench.common import print_signature
from recenter.config import load_settings
from recenter.models.load import load_embedder
from recenter.models.scripted import ScriptedChat
from recenter.stages.select_embedding import EmbeddingSelector
from recenter.stages.verify_rules import RulesVerifier
from recenter.store import open_store
from recenter.workspace import Workspace

PEOPLE = 60
CONVERSATIONS = 80
WAVES = 4
AT_ONCE = 3
ANSWERS = 200
WARM = 100
MAY_GROW = 8.0
"""MB between answer 100 and answer 200, for what allocators keep."""

STATEMENTS = (
    "I work as a nurse in {place}",
    "I live in {place} with my sister",
    "I love {thing}",
    "My daughter plays {thing}",
    "I am allergic to {thing}",
    "I have a dog called {place}",
)
PLACES = ("Leeds", "Turin", "Porto", "Ghent", "Bergen", "Graz")
THINGS = ("jazz", "chess", "walnuts", "the cello", "pears", "football")
PROMPTS = ("What should I cook?", "Plan my weekend in {place}.", "Is {thing} hard?", "17 * {n}?")


class Tally(NamedTuple):
    """What happened to one store."""

    processes: int
    killed: int
    unfinished: int
    """Waves after which the store was not complete yet."""
    lost: int
    doubled: int
    left_over: int

    @property
    def whole(self) -> bool:
        """Whether the store ended as one where nothing was killed."""
        return not (self.lost or self.doubled or self.left_over)


def write_corpus(path: Path, rng: random.Random) -> None:
    """Write conversations of which few say something about their person."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(PEOPLE * CONVERSATIONS):
            person, session = number % PEOPLE, number // PEOPLE
            words = {"place": rng.choice(PLACES), "thing": rng.choice(THINGS), "n": number}
            chosen = STATEMENTS if session % 16 == 0 else PROMPTS
            text = f"{rng.choice(chosen).format(**words)}."
            turns = [{"role": "user", "text": text}, {"role": "assistant", "text": "Noted."}]
            row = {"person": f"p{person}", "session": f"s{session}", "turns": turns}
            out.write(json.dumps(row) + "\n")


def command(*words: str) -> list[str]:
    """Return the command line of a real `recenter`."""
    return [sys.executable, "-m", "recenter", *words]


def export(url: str) -> Counter[str]:
    """Return the lines of what a store holds."""
    done = subprocess.run(
        command("export", "--store", url), check=True, capture_output=True, text=True
    )
    return Counter(done.stdout.splitlines())


def finish(corpus: Path, url: str) -> str:
    """Import and extract without being killed; return what the extraction says."""
    quiet = {"check": True, "capture_output": True, "text": True}
    subprocess.run(command("import", str(corpus), "--store", url), **quiet)  # type: ignore[call-overload]
    done = subprocess.run(command("extract", "--store", url), **quiet)  # type: ignore[call-overload]
    return str(done.stdout)


def wave(corpus: Path, url: str, rng: random.Random) -> int:
    """Start several processes, kill each at a moment of its own; return how many it hit."""
    deadlines = []
    for _ in range(AT_ONCE):
        verb = rng.choice([("import", str(corpus)), ("extract",)])
        process = subprocess.Popen(
            command(*verb, "--store", url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadlines.append((time.monotonic() + rng.uniform(0.5, 6.0), process))
    killed = 0
    for moment, process in sorted(deadlines, key=lambda pair: pair[0]):
        try:
            process.wait(timeout=max(0.0, moment - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
    return killed


def soak(corpus: Path, url: str, wanted: Counter[str], rng: random.Random) -> Tally:
    """Fill one store through kills, finish it, and compare."""
    killed = unfinished = 0
    for _ in range(WAVES):
        killed += wave(corpus, url, rng)
        unfinished += export(url) != wanted
    finish(corpus, url)
    told = finish(corpus, url)
    got = export(url)
    return Tally(
        processes=WAVES * AT_ONCE,
        killed=killed,
        unfinished=unfinished,
        lost=(wanted - got).total(),
        doubled=sum(count - 1 for count in got.values()),
        left_over=(got - wanted).total() + (f"{PEOPLE} people unchanged" not in told),
    )


def resident() -> float:
    """Return the memory in use now, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def answer_many(url: str) -> bool:
    """Select and respond many times in one process; tell whether its memory stays flat."""
    settings = load_settings()
    selector = EmbeddingSelector(load_embedder(settings.embedder, settings))
    model = ScriptedChat(lambda _: "Noted.")
    used = {}
    with open_store(url) as store:
        workspace = Workspace(store)
        workspace.verify(RulesVerifier())
        people = list(store.people())
        for number in range(1, ANSWERS + 1):
            words = {"place": PLACES[number % 6], "thing": THINGS[number % 5], "n": number}
            prompt = PROMPTS[number % len(PROMPTS)].format(**words)
            query = workspace.query(people[number % len(people)], prompt)
            workspace.respond(query, workspace.select(query, selector), model=model)
            model.requests.clear()
            if number in (1, WARM, ANSWERS):
                used[number] = resident()
    grown = used[ANSWERS] - used[WARM]
    shown = ", ".join(f"{mb:.1f} MB after {number}" for number, mb in used.items())
    print(f"memory of one process over {ANSWERS} selections and replies: {shown}")
    return grown <= MAY_GROW


@contextmanager
def stores(folder: Path, server: str) -> Iterator[Iterator[tuple[str, str]]]:
    """Yield the kinds and URLs of fresh stores, SQLite and PostgreSQL in turn, without end."""
    with ExitStack() as stack:

        def fresh() -> Iterator[tuple[str, str]]:
            number = 0
            while True:
                yield "sqlite", f"sqlite:///{folder / f'{number}.db'}"
                yield "postgresql", stack.enter_context(postgres_database(server))
                number += 1

        yield fresh()


def main() -> None:
    """Soak until the time is up; print the counts of every store and of all."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed = random.randrange(10**6) if given.seed is None else given.seed
    rng = random.Random(seed)
    deadline = time.monotonic() + 60 * given.minutes
    print_signature(
        "soak", data="generated", people=PEOPLE, conversations=PEOPLE * CONVERSATIONS, seed=seed
    )
    with tempfile.TemporaryDirectory() as home, postgres_server() as server:
        os.environ["RECENTER_HOME"] = home
        folder = Path(home)
        corpus = folder / "corpus.jsonl"
        write_corpus(corpus, rng)
        whole = f"sqlite:///{folder / 'whole.db'}"
        finish(corpus, whole)
        wanted = export(whole)
        kinds = Counter(json.loads(line)["kind"] for line in wanted)
        print(f"uninterrupted: {dict(kinds)}")
        flat = answer_many(whole)
        tallies: list[Tally] = []
        with stores(folder, server) as fresh:
            while time.monotonic() < deadline or len(tallies) < 2:
                kind, url = next(fresh)
                tallies.append(soak(corpus, url, wanted, rng))
                print(f"{kind:>10}: {tallies[-1]._asdict()}", flush=True)
    total = {field: sum(getattr(t, field) for t in tallies) for field in Tally._fields}
    print(f"{len(tallies)} stores: {total}; memory {'flat' if flat else 'GROWS'}")
    if not (flat and all(tally.whole for tally in tallies)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
