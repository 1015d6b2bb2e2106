"""How often the scan finds what, on planted data and per 1,000 turns of real ones, and how fast.

Run: python -m bench.scan_rate. Counts only; nothing that was found is printed. The study's data
had e-mail addresses, phone numbers, URLs and self-introduced names taken out before.
"""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from tests.scan.measure import measure, show

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.scan.find import find
from recenter.scan.record import KINDS

_ROUNDS = 3
_PLAIN = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+|https?://\S+|\+?\d[\d ().-]{7,}\d|(?:Mr|Mrs|Ms|Dr)\.? [A-Z]\w+"
)


def main() -> None:
    print_signature("scan_rate", data="planted, then alps_sessions.jsonl")
    for seen in (True, False):
        print(f"\nplanted, the half {'' if seen else 'not '}looked at\n{show(measure(seen=seen))}")
    path = SHARED_DATA / "alps_sessions.jsonl"
    if not path.is_file():
        print(f"\n{path} is not here: no rates on real turns")
        return
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for row in read_jsonl(path):
        for turn in row["turns"]:
            texts[turn["role"]].append(turn["text"])
    for role, turns in texts.items():
        _rates(role, turns)
    _speed(texts["user"])


def _rates(role: str, turns: Sequence[str]) -> None:
    found = [find(text) for text in turns]
    counts = Counter(one.kind for each in found for one in each)
    rates = ", ".join(f"{kind} {1000 * counts[kind] / len(turns):.1f}" for kind in KINDS)
    print(f"\n{len(turns)} turns, {role}: per 1,000 turns {rates}")
    print(f"turns with any finding: {100 * sum(map(bool, found)) / len(turns):.1f} %")


def _speed(turns: Sequence[str]) -> None:
    size = sum(len(text.encode()) for text in turns) / 1e6
    ours = _seconds(lambda: [find(text) for text in turns])
    plain = _seconds(lambda: [list(_PLAIN.finditer(text)) for text in turns])
    print(
        f"\n{size:.1f} MB of turns, processor's time, median of {_ROUNDS}: {size / ours:.2f} MB/s; "
        f"one plain regular expression {size / plain:.2f} MB/s; {ours / plain:.0f} times as long"
    )


def _seconds(run: Callable[[], object]) -> float:
    took = []
    for _ in range(_ROUNDS):
        began = time.process_time()
        run()
        took.append(time.process_time() - began)
    return float(np.median(took))


if __name__ == "__main__":
    main()
