"""Loading small conversations into the store: rows per second, and memory that stays flat.

Run as `python -m bench.store [CONVERSATIONS] [URL]`.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.common import print_signature
from recenter.records import Conversation, Turn, conversation_id
from recenter.store import Store, open_store

TEXT = "I planted beans along the fence and the bees found them within a day. " * 3


def conversations(size: int) -> Iterator[Conversation]:
    """Yield generated conversations of four turns, twenty of each person."""
    for i in range(size):
        person = f"p_{i // 20:08x}"
        turns = tuple(
            Turn(role="assistant" if turn % 2 else "user", text=f"{i} {turn} {TEXT}")
            for turn in range(4)
        )
        yield Conversation(
            id=conversation_id(person, "bench", str(i)), person=person, turns=turns, source="bench"
        )


def peak() -> float:
    """Return the highest memory use so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed_load(store: Store, size: int) -> None:
    """Load, load again, and read everything back; print the rows per second of each."""
    for what in ("first load", "same again"):
        start = time.perf_counter()
        report = store.put_conversations(conversations(size))
        seconds = time.perf_counter() - start
        print(
            f"{what}: {size / seconds:,.0f} conversations/s ({seconds:.1f} s; new {report.new}, "
            f"same {report.same}), peak memory {peak():.0f} MB"
        )
    start = time.perf_counter()
    read = sum(1 for _ in store.conversations())
    seconds = time.perf_counter() - start
    print(f"read back: {read / seconds:,.0f} conversations/s, peak memory {peak():.0f} MB")


def timed_forget(store: Store) -> None:
    """Forget one person; print what the deletion and the overwriting take."""
    start = time.perf_counter()
    store.forget("p_00000000", erase=False)
    deleted = time.perf_counter() - start
    store.erase()
    erased = time.perf_counter() - start - deleted
    print(
        f"forget one person: {deleted * 1000:.0f} ms; overwrite the file: {erased:.1f} s, "
        f"peak memory {peak():.0f} MB"
    )


def main() -> None:
    """Load a tenth of the conversations first: the peak must not grow with the rest."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        made = sum(1 for _ in conversations(size))
        alone = time.perf_counter() - start
        for count in (size // 10, size):
            url = sys.argv[2] if len(sys.argv) > 2 else f"{folder}/{count}.db"
            print_signature(
                "store", data="generated, 4 turns of 210 characters", n=count, url=url.split("@")[0]
            )
            with open_store(url) as store:
                timed_load(store, count)
                timed_forget(store)
            if Path(url).is_file():
                print(f"file: {Path(url).stat().st_size / 1e6:.0f} MB")
        print(f"making the {made} conversations alone takes {alone:.1f} s of each load")


if __name__ == "__main__":
    main()
