"""The embedded extractor on real dialogues: speed, memory, quotes, and where its evidence stands.

`python -m bench.extract_embedded`. Evidence turns are compared with those of the kept direct
memories of AlpsBench (silver: an LLM's draft) and with those of seven LLMs, beside the LLMs
themselves and trivial baselines; on the held-out dialogues and on all. Intervals resample
dialogues. What is right or wrong in the end is for readers: see `bench.extract_sample`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from training.split import held_out

from bench.common import cluster_interval, print_signature
from bench.extract_common import (
    OURS,
    Found,
    baselines,
    by_embedded,
    by_llms,
    dialogues,
    gold_turns,
)
from recenter.models.clause_model import load_clause_model
from recenter.models.embedded import Minilm
from recenter.records import Conversation
from recenter.stages.extract_embedded import EmbeddedExtractor

SEED = 0
Turns = set[tuple[str, int]]


def main() -> None:
    if "--measure" in sys.argv:
        print(json.dumps(measure()))
        return
    model = load_clause_model()
    print_signature(
        "extract_embedded", data="alps_sessions (379 dialogues)", model=model.name, seed=SEED
    )
    # A process of its own, so that nothing of the comparison below counts as its memory.
    run = subprocess.run(
        [sys.executable, "-m", "bench.extract_embedded", "--measure"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name, value in json.loads(run.stdout).items():
        print(f"{name}: {value}")
    everything = dialogues()
    compare("held-out dialogues", [each for each in everything if held_out(each.id)])
    compare("all dialogues (70 % of them trained on)", everything)


def measure() -> dict[str, Any]:
    """Extract from every dialogue and return what it took."""
    everything = dialogues()
    turns = sum(turn.role == "user" for each in everything for turn in each.turns)
    extractor = EmbeddedExtractor(Minilm())
    started, computed = time.perf_counter(), time.process_time()
    found = [extractor.extract(each.person, [each]).attributes for each in everything]
    seconds = time.perf_counter() - started
    computed = time.process_time() - computed
    verbatim = [
        each.turns[e.turn].role == "user" and each.turns[e.turn].text[e.start : e.end] == e.quote
        for each, attributes in zip(everything, found, strict=True)
        for attribute in attributes
        for e in attribute.evidence
    ]
    return {
        "dialogues": len(everything),
        "user turns": turns,
        "seconds": round(seconds, 1),
        "seconds of processor time": round(computed, 1),
        "user turns per second": round(turns / seconds),
        "peak memory in MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "attributes": sum(map(len, found)),
        "quotes verbatim at their offsets": f"{sum(verbatim)} of {len(verbatim)}",
    }


def compare(name: str, conversations: Sequence[Conversation]) -> None:
    """Print what each extractor's evidence turns share with the silver memories and the LLMs'."""
    sessions = [each.id for each in conversations]
    gold = gold_turns(sessions)
    ours = by_embedded(conversations)
    llms, given = by_llms(conversations)
    clauses = baselines(conversations, rate=1.0, seed=SEED)["random clauses"]
    rate = len({f[:4] for f in ours}) / len(clauses)
    systems = {OURS: ours, **llms, **baselines(conversations, rate=rate, seed=SEED)}
    with_memory = {session for session, _ in gold}
    print(f"\n## {name}: {len(sessions)}, of which {len(with_memory)} hold a kept direct memory "
          f"(in {len(gold)} turns)")  # fmt: skip
    print("Evidence turns against those of kept direct memories:")
    for system, found in systems.items():
        _row(system, found, gold, sessions, with_memory)
    print("Located of all items given:", "; ".join(
        f"{model} {len(llms[model])}/{given[model]}" for model in sorted(llms)))  # fmt: skip
    print("Our evidence turns against each LLM's own:")
    for model, found in sorted(llms.items()):
        theirs = _turns(found)
        p, r = _scores(_turns(ours), theirs, sessions)
        print(f"  {model:28s} precision {p}  recall {r}")


def _row(
    system: str, found: Sequence[Found], gold: Turns, sessions: Sequence[str], held: set[str]
) -> None:
    precision, recall = _scores(_turns(found), gold, sessions)
    items = len({(f.session, f.text) for f in found})
    has = {f.session for f in found}
    covered = _ratio([s in has for s in sessions if s in held], [s for s in sessions if s in held])
    print(
        f"  {system:28s} precision {precision}  recall {recall}  per dialogue "
        f"{items / len(sessions):5.2f}  something in {covered} of those with a memory"
    )


def _turns(found: Sequence[Found]) -> Turns:
    return {(f.session, f.turn) for f in found}


def _scores(taken: Turns, gold: Turns, sessions: Sequence[str]) -> tuple[str, str]:
    both = taken & gold
    counts = np.asarray(
        [
            [sum(session == s for s, _ in turns) for turns in (both, taken, gold)]
            for session in sessions
        ],
        float,
    )
    return _quotient(counts[:, 0], counts[:, 1]), _quotient(counts[:, 0], counts[:, 2])


def _ratio(values: Sequence[bool], clusters: Sequence[str]) -> str:
    assert len(values) == len(clusters)
    return _quotient(np.asarray(values, float), np.ones(len(values)))


def _quotient(part: np.ndarray[Any, Any], whole: np.ndarray[Any, Any]) -> str:
    if not whole.sum():
        return "not estimable (nothing extracted)"
    low, high = cluster_interval(
        [str(row) for row in range(len(part))],
        lambda rows: float(part[rows].sum() / whole[rows].sum()) if whole[rows].sum() else np.nan,
        seed=SEED,
    )
    return f"{part.sum() / whole.sum():.2f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()
