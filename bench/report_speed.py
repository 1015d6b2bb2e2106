"""How long a whole report takes over many judgments, and how much memory, against its limits.

Run as `python -m bench.report_speed`. The judgments are made up; only their number matters.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.common import print_signature
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.reports.build import Asked, build
from recenter.reports.files import read_files
from recenter.reports.render import write_report

PEOPLE, ATTRIBUTES, RATERS, MODELS = 2000, 10, 3, 2
SECONDS, MEMORY = 60.0, 1500.0
SEED = 0
TEXTS = tuple(
    f"The user {verb} {what}."
    for verb in ("likes", "studies", "sells", "collects", "avoids")
    for what in (
        "bees",
        "maps",
        "soup",
        "chess",
        "trains",
        "poems",
        "stones",
        "wine",
        "cats",
        "salt",
    )
)


def main() -> None:
    print_signature(
        "report_speed",
        data="made up",
        people=PEOPLE,
        judgments=PEOPLE * ATTRIBUTES * (RATERS + MODELS),
        seed=SEED,
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "report").mkdir()
        votes, models = folder / "votes.jsonl", folder / "models.jsonl"
        votes.write_bytes(b"".join(_votes()))
        models.write_bytes(b"".join(_models()))
        start = time.perf_counter()
        material, files = read_files([votes, models])
        read = time.perf_counter()
        report = build(material, files, Asked(Minilm(), SEED, texts=False), Silent())
        built = time.perf_counter()
        write_report(report, folder / "report")
        end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"read {read - start:.1f} s, compared {built - read:.1f} s, written {end - built:.1f} s")
    print(
        f"whole {end - start:.1f} s, {(end - start) / SECONDS:.2f} of the limit of {SECONDS:.0f} s"
    )
    print(f"peak {peak:.0f} MB, {peak / MEMORY:.2f} of the limit of {MEMORY:.0f} MB")


def _votes() -> Iterator[bytes]:
    rng = random.Random(SEED)
    for person in range(PEOPLE):
        for number in range(ATTRIBUTES):
            share = rng.random()
            votes = {f"R{i}": {"relevant": rng.random() < share * 0.5} for i in range(RATERS)}
            row = {"user": f"p{person}", "prompt_id": f"q{person % 50}", "prompt": "What to do?"}
            yield msgspec.json.encode(row | {"text": _text(person, number), "votes": votes}) + b"\n"


def _models() -> Iterator[bytes]:
    rng = random.Random(SEED + 1)
    for model in range(MODELS):
        for person in range(PEOPLE):
            told = [
                {"text": _text(person, number), "relevant": rng.random() < 0.4}
                for number in range(ATTRIBUTES)
            ]
            row = {"user": f"p{person}", "prompt_id": f"q{person % 50}", "model": f"model {model}"}
            yield msgspec.json.encode(row | {"attributes": told}) + b"\n"


def _text(person: int, number: int) -> str:
    return TEXTS[(person * 7 + number) % len(TEXTS)]


if __name__ == "__main__":
    main()
