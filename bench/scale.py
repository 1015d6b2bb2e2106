"""Times a step over shards: on Ray against in one process, memory as shards grow, a long person.

    python -m bench.scale engines [--conversations N]
    python -m bench.scale memory [--conversations N]
    python -m bench.scale person [--turns N ...]
    python -m bench.scale candidates [--attributes N ...]

`engines` extracts from the same generated conversations in one process, with one Ray worker and
with two, and compares the sorted rows byte for byte. `memory` reads four shards, and four of ten
times the size. `person` extracts from one person with many turns; `candidates` merges many
attributes of one. Each measure runs in a process of its own: seconds of wall, of processor (without
what Ray's workers take), and the most memory it held.
"""

from __future__ import annotations

import argparse
import functools
import json
import multiprocessing
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recenter.batch.contract import Handler, Result, Row
from recenter.batch.extract import ExtractHandler
from recenter.config import load_settings
from recenter.formats import encode
from recenter.models.load import load_embedder
from recenter.records import Attribute
from recenter.scale.columns import COLUMNS
from recenter.scale.engine import Local, ray_engine
from recenter.scale.run import run_people, run_rows
from recenter.scale.shards import Answers
from recenter.scale.work import Job
from recenter.stages.extract_embedded import EmbeddedExtractor
from recenter.stages.merge import merge

_SAID = (
    "I work as a {job} in {town}.",
    "I have been a {job} for {n} years and I live in {town}.",
    "My daughter is {n} and plays chess.",
    "I am allergic to {food}.",
    "Can you explain how {topic} works?",
    "Write a short poem about {topic}.",
    "I don't eat {food} and I train for a marathon in {town}.",
    "What is the difference between {topic} and {food}?",
)
_WORDS = {
    "job": ("nurse", "teacher", "welder", "clerk", "pilot", "baker", "farmer", "librarian"),
    "town": ("Leeds", "Turin", "Oslo", "Porto", "Graz", "Lyon", "Ghent", "Cork"),
    "food": ("peanuts", "rye bread", "shellfish", "tofu", "mushrooms", "celery"),
    "topic": (
        "a heat pump",
        "compound interest",
        "the tide",
        "a sourdough starter",
        "photosynthesis",
    ),
}


def _turns(rng: random.Random, count: int) -> list[dict[str, str]]:
    turns = []
    for n in range(count):
        words = {name: rng.choice(some) for name, some in _WORDS.items()}
        said = rng.choice(_SAID).format(n=rng.randrange(2, 60), **words)
        turns.append(
            {"role": "assistant", "text": "Of course."} if n % 2 else {"role": "user", "text": said}
        )
    return turns


def conversations(count: int, *, people: int, turns: int) -> Iterator[Row]:
    """Yield generated conversations, of so many people and turns each."""
    rng = random.Random(0)
    for n in range(count):
        person = f"p{rng.randrange(people)}"
        yield {"session": f"s{n}", "person": person, "turns": _turns(rng, turns)}


def write(folder: Path, rows: Sequence[Row], *, shards: int) -> None:
    """Write rows as Parquet shards."""
    folder.mkdir(parents=True)
    size = -(-len(rows) // shards)
    for n in range(shards):
        some = pa.Table.from_pylist(rows[n * size : (n + 1) * size])
        pq.write_table(some, folder / f"{n:03d}.parquet", row_group_size=5000)


def extracting() -> Handler:
    """Return the handler of `recenter extract`."""
    settings = load_settings()
    embedder = load_embedder(settings.embedder, settings)
    return ExtractHandler(EmbeddedExtractor(embedder), embedder, threshold=0.7)


def counting() -> Handler:
    """Return a handler that takes no time."""

    def handle(some: Sequence[Row]) -> list[Result]:
        return [row | {"count": len(row["turns"])} for row in some]

    return handle


def job(folder: Path, out: str, answers: Answers, *, people: bool) -> Job:
    """Return the job from `in` to an output."""
    return Job(
        step="extract",
        source=str(folder / "in"),
        target=str(folder / out),
        signature="bench",
        kind="parquet",
        answers=answers,
        two_passes=people,
    )


def extract(folder: Path, out: str, workers: int) -> int:
    """Extract in one process, or on so many Ray workers; return the rows written."""
    engine = ray_engine(workers=workers) if workers else Local()
    made = job(folder, out, COLUMNS["extract"].answers, people=True)
    return run_people(made, extracting, engine).manifest.written


def count(folder: Path, out: str, people: bool) -> int:
    """Do a step that takes no time, in one process."""
    made = job(folder, out, Answers({"count": pa.int64()}), people=people)
    return (run_people if people else run_rows)(made, counting, Local()).manifest.written


def measured(what: str, work: Callable[[], int]) -> float:
    """Print what some work takes in a process of its own; return the seconds of wall."""
    queue: Any = multiprocessing.get_context("spawn").Queue()
    process = multiprocessing.get_context("spawn").Process(target=_measure, args=(work, queue))
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(f"{what} failed")
    found = queue.get()
    print(json.dumps({"what": what} | found), flush=True)
    return float(found["wall_s"])


def _measure(work: Callable[[], int], queue: Any) -> None:
    begun = time.monotonic()
    written = work()
    used = resource.getrusage(resource.RUSAGE_SELF)
    queue.put(
        {
            "rows": written,
            "wall_s": round(time.monotonic() - begun, 2),
            "processor_s": round(used.ru_utime + used.ru_stime, 1),
            "peak_mb": _peak(),
        }
    )


def _peak() -> int:
    """Return the most memory of this process in MB; `getrusage` would count the parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def engines(folder: Path, conversations_: int) -> None:
    """Extract by each engine, and compare."""
    rows = list(conversations(conversations_, people=max(1, conversations_ // 10), turns=2))
    write(folder / "in", rows, shards=8)
    took = [
        measured(name, functools.partial(extract, folder, name, workers))
        for name, workers in (("local", 0), ("ray-1", 1), ("ray-2", 2))
    ]
    outputs = [_lines(folder / name) for name in ("local", "ray-1", "ray-2")]
    print(
        json.dumps(
            {
                "rows": len(outputs[0]),
                "same sorted bytes": outputs[0] == outputs[1] == outputs[2],
                "overhead of ray-1_s": round(took[1] - took[0], 1),
                "speed-up of ray-2 over ray-1": round(took[1] / took[2], 2),
                "speed-up of ray-2 over local": round(took[0] / took[2], 2),
            }
        )
    )


def _lines(folder: Path) -> list[str]:
    """Return all rows of an output as sorted lines of JSON."""
    tables = [pq.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    return sorted(encode(row) for table in tables for row in table.to_pylist())


def memory(folder: Path, conversations_: int) -> None:
    """Read four shards, then four of ten times the size."""
    for times in (1, 10):
        place = folder / str(times)
        size = conversations_ * times
        write(place / "in", list(conversations(size, people=2000, turns=6)), shards=4)
        for people in (False, True):
            what = f"{size} conversations in 4 shards, {'people' if people else 'rows'}"
            measured(what, functools.partial(count, place, f"out{people}", people))


def person(folder: Path, lengths: Sequence[int]) -> None:
    """Extract from one person with so many turns, ten to a conversation."""
    for turns in lengths:
        place = folder / str(turns)
        write(place / "in", list(conversations(turns // 10, people=1, turns=10)), shards=4)
        measured(f"a person of {turns} turns", functools.partial(extract, place, "out", 0))


def candidates(counts: Sequence[int]) -> None:
    """Merge so many attributes of one person, of which some are the same in other words."""
    for count in counts:
        measured(f"{count} candidates of a person", functools.partial(_merge, count))


def _merge(count: int) -> int:
    settings = load_settings()
    rng = random.Random(0)
    places = [(job, town) for job in _WORDS["job"] for town in _WORDS["town"]]
    texts: set[str] = set()
    while len(texts) < count:
        (job, town), n = rng.choice(places), rng.randrange(10 * count)
        texts.add(f"The user has been a {job} in {town} for {n} days.")
    some = [
        Attribute(id=text, person="p", text=text, source="stated", confidence=1.0, evidence=())
        for text in sorted(texts)
    ]
    return len(merge(some, load_embedder(settings.embedder, settings)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["engines", "memory", "person", "candidates"])
    parser.add_argument("--conversations", type=int, help="50,000; for memory 8,000 and ten times")
    parser.add_argument("--attributes", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--turns", type=int, nargs="+", default=[5000, 50_000])
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="recenter-scale-"))
    try:
        if given.what == "engines":
            engines(folder, given.conversations or 50_000)
        elif given.what == "memory":
            memory(folder, given.conversations or 8000)
        elif given.what == "candidates":
            candidates(given.attributes)
        else:
            person(folder, given.turns)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    # By its name, under which Ray's workers find what they are to call.
    from bench.scale import main as named

    named()
