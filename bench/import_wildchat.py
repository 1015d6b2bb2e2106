"""Import of WildChat-shaped Parquet against pandas and datasets, and memory at ten times the rows.

Every contender writes the same normalised, pseudonymised JSON lines from the same file, in a
process of its own that is timed as a whole but for start-up and imports.

    python -m bench.import_wildchat [--rows 200000] [--times 10] [--folder DIR]
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import importlib.util
import json
import math
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from bench.common import print_signature
from recenter.importers.normalise import normalise
from recenter.importers.pseudonym import Pseudonyms
from recenter.importers.wildchat import WILDCHAT, tags_of, wildchat_conversation
from recenter.records import Conversation, Turn

KEY = b"a key for the benchmark"
SEED = 0
CONTENDERS = ("recenter", "pandas", "datasets", "datasets-streaming")
NEEDS = "pandas and datasets are not installed; run: pip install --group bench"

_TEXT = (
    "the of and a to in is you that it he was for on are as with his they at be this have from or "
    "one had by word but not what all were we when your can said there use an each which she do "
    "how their if will up other about out many then them these so some her would make like him "
    "into time has look two more write go see number no way could people my than first water been "
    "call who oil its now find long down day did get come made may part résumé naïve 数据 模型 "
    "привет мир código función 🐝 🚀 “quoted” \n\n 3.14 {json} <tag>"
)
_WORDS = [word for word in _TEXT.split(" ") if word]
_LANGUAGES = ("English",) * 11 + ("Chinese", "Russian", "Spanish", "French")

_TURN = pa.struct(
    [
        ("content", pa.string()), ("country", pa.string()), ("hashed_ip", pa.string()),
        ("header", pa.struct([("accept-language", pa.string()), ("user-agent", pa.string())])),
        ("language", pa.string()), ("redacted", pa.bool_()), ("role", pa.string()),
        ("state", pa.string()), ("timestamp", pa.timestamp("us", tz="UTC")), ("toxic", pa.bool_()),
        ("turn_identifier", pa.int64()),
    ]
)  # fmt: skip
_CATEGORIES = ("harassment", "hate", "self-harm", "sexual", "violence")
_SCHEMA = pa.schema(
    [
        ("conversation_hash", pa.string()), ("model", pa.string()),
        ("timestamp", pa.timestamp("us", tz="UTC")), ("conversation", pa.list_(_TURN)),
        ("turn", pa.int64()), ("language", pa.string()),
        ("openai_moderation", pa.list_(pa.struct([
            ("categories", pa.struct([(name, pa.bool_()) for name in _CATEGORIES])),
            ("category_scores", pa.struct([(name, pa.float64()) for name in _CATEGORIES])),
            ("flagged", pa.bool_()),
        ]))),
        ("detoxify_moderation", pa.list_(pa.struct([(n, pa.float64()) for n in _CATEGORIES]))),
        ("toxic", pa.bool_()), ("redacted", pa.bool_()), ("state", pa.string()),
        ("country", pa.string()), ("hashed_ip", pa.string()),
        ("header", pa.struct([("accept-language", pa.string()), ("user-agent", pa.string())])),
    ]
)  # fmt: skip


def _rows(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield rows with all columns of WildChat: 1 to 10 exchanges, heavy-tailed lengths."""
    rng = random.Random(seed)
    text = " ".join(rng.choices(_WORDS, k=200_000))
    begin = datetime.datetime(2023, 4, 9, tzinfo=datetime.UTC)
    for i in range(count):
        user = hashlib.sha256(str(int(rng.paretovariate(0.7)) % 50_000).encode()).hexdigest()
        begin += datetime.timedelta(seconds=rng.expovariate(0.05))
        language = rng.choice(_LANGUAGES)
        header = {"accept-language": "en-US,en;q=0.9", "user-agent": f"Mozilla/5.0 ({i % 97})"}
        toxic = rng.random() < 0.05
        exchanges = min(10, int(rng.paretovariate(1.1)))
        turns = []
        for j in range(2 * exchanges):
            length = 12 + min(12_000, int(rng.lognormvariate(4.6 if j % 2 == 0 else 6.6, 1.1)))
            at = rng.randrange(len(text) - 13_000)
            turns.append(
                {
                    "content": text[at : at + length],
                    "country": "Erewhon", "hashed_ip": user, "header": header,
                    "language": language, "redacted": False,
                    "role": "assistant" if j % 2 else "user", "state": "Utopia",
                    "timestamp": begin, "toxic": toxic, "turn_identifier": 1000 + i,
                }
            )  # fmt: skip
        scores = {name: rng.random() for name in _CATEGORIES}
        flags = dict.fromkeys(_CATEGORIES, False)
        moderation = {"categories": flags, "category_scores": scores, "flagged": toxic}
        yield {
            "conversation_hash": hashlib.md5(str(i).encode()).hexdigest(),
            "model": "gpt-9", "timestamp": begin, "conversation": turns, "turn": exchanges,
            "language": language, "openai_moderation": [moderation] * len(turns),
            "detoxify_moderation": [scores] * len(turns), "toxic": toxic,
            "redacted": rng.random() < 0.03, "state": "Utopia", "country": "Erewhon",
            "hashed_ip": user, "header": header,
        }  # fmt: skip


def generate(path: Path, count: int, *, times: int = 1, seed: int = SEED) -> None:
    """Write `count` rows, `times` over with other ids, as Parquet in row groups of 10,000."""
    group: list[dict[str, Any]] = []
    tables = []
    for row in _rows(count, seed):
        group.append(row)
        if len(group) == 10_000:
            tables.append(pa.Table.from_pylist(group, schema=_SCHEMA))
            group = []
    if group:
        tables.append(pa.Table.from_pylist(group, schema=_SCHEMA))
    at = _SCHEMA.get_field_index("conversation_hash")
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        for repeat in range(times):
            for table in tables:
                ids = [f"{name}{repeat:02}" for name in table.column(at).to_pylist()]
                writer.write_table(table.set_column(at, _SCHEMA.field(at), pa.array(ids)))


def _write(rows: Iterable[Conversation], out: Path) -> None:
    """Write records as a user of pandas or datasets would who knows msgspec."""
    encoder = msgspec.json.Encoder()
    with out.open("wb") as file:
        for row in rows:
            file.write(encoder.encode(row) + b"\n")


def _record(row: dict[str, Any], door: Pseudonyms) -> Conversation:
    """Make the record of a row; the same code for pandas and datasets."""
    made = wildchat_conversation(
        tuple(Turn(role=turn["role"], text=turn["content"]) for turn in row["conversation"]),
        door,
        user=row["hashed_ip"],
        raw_id=row["conversation_hash"],
        at=row["timestamp"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        language=row["language"],
        tags=tags_of(row["toxic"], row["redacted"]),
    )
    if not isinstance(made, Conversation):
        raise TypeError(made)
    return made


_COLUMNS = [field.encode_name for field in msgspec.structs.fields(WILDCHAT.row)]


def by_pandas(path: Path, out: Path) -> None:
    import pandas as pd

    frame = pd.read_parquet(path, columns=_COLUMNS)
    door = Pseudonyms(KEY)
    columns = [frame[name] for name in _COLUMNS]
    _write(
        (
            _record(dict(zip(_COLUMNS, row, strict=True)), door)
            for row in zip(*columns, strict=True)
        ),
        out,
    )


def by_datasets(path: Path, out: Path, *, streaming: bool = False) -> None:
    import datasets

    cache = str(out.with_suffix(".cache"))
    rows = datasets.load_dataset(
        "parquet",
        data_files=str(path),
        split="train",
        columns=_COLUMNS,
        streaming=streaming,
        cache_dir=cache,
    )
    door = Pseudonyms(KEY)
    _write((_record(row, door) for row in rows), out)


def run_one(name: str, path: Path, out: Path) -> None:
    """Run a contender and print seconds and peak memory as JSON."""
    if name.startswith("datasets"):
        import datasets

        datasets.disable_progress_bars()
    elif name == "pandas":
        import pandas as _  # noqa: F401
    begin, begin_cpu = time.perf_counter(), time.process_time()
    if name == "recenter":
        normalise(path, out, key=KEY)
    elif name == "pandas":
        by_pandas(path, out)
    else:
        by_datasets(path, out, streaming=name.endswith("streaming"))
    seconds = time.perf_counter() - begin
    used = time.process_time() - begin_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpu": used, "peak_mib": peak}))


def _generate_apart(path: Path, rows: int, times: int) -> None:
    """Generate in a process of its own: a child's peak counts what its parent held at the fork."""
    task = multiprocessing.get_context("spawn").Process(
        target=generate, args=(path, rows), kwargs={"times": times}
    )
    task.start()
    task.join()
    if task.exitcode:
        raise SystemExit("the file could not be generated")


def _measure(name: str, path: Path, out: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.import_wildchat", "--one", name, "--file", str(path)]
    environ = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(out.with_suffix(".home"))}
    done = subprocess.run(
        [*command, "--out", str(out)], capture_output=True, text=True, env=environ, check=False
    )
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{done.stderr[-2000:]}")
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:16]


def compare(folder: Path, rows: int, repeats: int) -> None:
    """Print conversations per second and peak memory of each contender, and the ratios."""
    path = folder / "wildchat.parquet"
    _generate_apart(path, rows, 1)
    print_signature("import_wildchat", rows=rows, seed=SEED, file_mib=path.stat().st_size >> 20)
    seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    cpu: dict[str, float] = {}
    peaks: dict[str, float] = {}
    digests = set()
    for _ in range(repeats):
        # In turns, so that a slow moment of the machine falls on all of them.
        for name in CONTENDERS:
            out = folder / f"{name}.jsonl"
            told = _measure(name, path, out)
            seconds[name].append(told["seconds"])
            # Beside the time on the clock, since other work on the machine does not change it.
            cpu[name] = min(cpu.get(name, math.inf), told["cpu"])
            peaks[name] = max(peaks.get(name, 0.0), told["peak_mib"])
            digests.add(_digest(out))
            out.unlink()
    ours = min(seconds["recenter"])
    for name in CONTENDERS:
        best = min(seconds[name])
        print(
            f"{name:20} {rows / best:9.0f} conversations/s (best of {repeats}: "
            f"{', '.join(f'{s:.1f}' for s in seconds[name])} s), CPU {cpu[name]:.1f} s, "
            f"peak {peaks[name]:6.0f} MiB, recenter is {best / ours:.2f} x as fast "
            f"({cpu[name] / cpu['recenter']:.2f} x by CPU)"
        )
    print(f"outputs byte-identical: {len(digests) == 1}")


def grow(folder: Path, rows: int, times: int) -> None:
    """Print Recenter's peak memory and speed as the file grows."""
    path = folder / "grown.parquet"
    for factor in (1, times):
        _generate_apart(path, rows, factor)
        out = folder / "grown.jsonl"
        told = _measure("recenter", path, out)
        print(
            f"recenter, {rows * factor} rows ({path.stat().st_size >> 20} MiB): "
            f"{rows * factor / told['seconds']:.0f} conversations/s, "
            f"peak {told['peak_mib']:.0f} MiB"
        )
        out.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to write; needs several GB")
    parser.add_argument("--one", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        run_one(given.one, given.file, given.out)
        return
    if not all(map(importlib.util.find_spec, ("pandas", "datasets"))):
        raise SystemExit(NEEDS)
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        compare(Path(folder), given.rows, given.repeats)
        grow(Path(folder), given.rows, given.times)


if __name__ == "__main__":
    main()
