"""What the own-words rules refuse on real turns, and how fast. Run: python -m bench.own_words.

The labels are silver: memories that a model drafted and people are said to have checked, with a
quote each. A refused quote of a kept memory is either a miss or a fault of the label: many were
taken from pasted letters, texts to correct, or games.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.common import SHARED_DATA, cluster_interval, print_signature, read_jsonl
from bench.extract_replay import conversations
from recenter.records import Conversation
from recenter.stages.ground import Ground, Grounded
from recenter.text.locate import Locator
from recenter.text.own_words import refusal_of, refused_in_turns

Values = NDArray[np.float64]


def _print_speed(sources: list[Conversation]) -> None:
    start = time.process_time()
    refused = [refused_in_turns(source.turns) for source in sources]
    seconds = time.process_time() - start
    turns = characters = 0
    cut: Counter[str] = Counter()
    for source, found in zip(sources, refused, strict=True):
        for turn, spans in zip(source.turns, found, strict=True):
            if turn.role == "user":
                turns += 1
                characters += len(turn.text)
                for (begin, end), reason in spans:
                    cut[reason] += end - begin
    size = f"{turns} user turns of {characters / 1e6:.2f} M characters"
    print(f"{size} in {seconds:.2f} s of one core: {turns / seconds:.0f} turns/s")
    shares = ", ".join(f"{name} {count / characters:.3f}" for name, count in cut.most_common())
    print(f"share of characters refused: {shares}")


def _reason(ground: Ground, source: Conversation, quote: str) -> str:
    found = ground.find(quote)
    if isinstance(found, Grounded) or found != "not_own_words":
        return "own words" if isinstance(found, Grounded) else found
    reasons = [
        reason
        for turn, refused in zip(source.turns, ground.refused, strict=True)
        if turn.role == "user"
        for span in Locator(turn.text).parts(quote)
        if (reason := refusal_of(span, refused)) is not None
    ]
    return reasons[0]


def _mean_of(values: Values) -> Callable[[np.ndarray[Any, np.dtype[np.intp]]], float]:
    return lambda rows: float(values[rows].mean())


def main() -> None:
    """Print speed, what is cut, and what becomes of the quotes of silver memories."""
    sources = conversations()
    print_signature("own_words", data="alps_sessions, alps_memories (dev)", unit="dialogue")
    _print_speed(list(sources.values()))
    grounds = {name: Ground(source) for name, source in sources.items()}
    groups: dict[str, list[tuple[str, str]]] = {}
    for row in read_jsonl(SHARED_DATA / "alps_memories.jsonl"):
        session = row["session"]
        result = _reason(grounds[session], sources[session], row["evidence_text"] or "")
        groups.setdefault(f"{row['verdict']} {row['kind']}", []).append((session, result))
    for name, rows in sorted(groups.items()):
        own = np.array([result == "own words" for _, result in rows], dtype=float)
        low, high = cluster_interval([s for s, _ in rows], _mean_of(own))
        kinds = ", ".join(f"{k} {n}" for k, n in Counter(r for _, r in rows).most_common())
        print(
            f"{name} (n {len(rows)}): own words {own.mean():.3f} [{low:.3f}, {high:.3f}]; {kinds}"
        )


if __name__ == "__main__":
    main()
