"""The packaged selector on real first messages, each against the attributes of somebody else.

Nobody was asked what is relevant here, so this counts and does not judge. Prints no text.
"""

from __future__ import annotations

import numpy as np

from bench.common import SHARED_DATA, print_signature, read_jsonl
from bench.select_trained import is_manner
from recenter.models.embedded import Minilm
from recenter.records import Attribute, Query
from recenter.stages.select_trained import TrainedSelector
from recenter.stats.classification import share
from recenter.stats.estimate import estimate

SEED = 20261126


def main() -> None:
    rng = np.random.default_rng(SEED)
    selector = TrainedSelector(Minilm())
    profiles = list(read_jsonl(SHARED_DATA / "selection_profiles.jsonl"))
    turns = [row["turns"][0] for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")]
    messages = [turn["text"] for turn in turns if turn["role"] == "user"]
    counts, manner = [], []
    for message in messages:
        listed = profiles[rng.integers(len(profiles))]["attributes"]
        known = [_attribute(str(at), item["text"]) for at, item in enumerate(listed)]
        used = selector.select(Query(id="q", person="p", prompt=message), known).used
        counts.append(len(used))
        manner += [is_manner(known[int(name)].text) for name in used]
    print_signature(
        "select_first_turns",
        data="first turns of alps_sessions.jsonl, selection_profiles.jsonl",
        n=len(messages),
        model=selector.signature.model,
        seed=SEED,
    )
    quiet = np.asarray(counts) == 0
    print(f"nothing used: {estimate(share, range(len(quiet)), quiet)} (messages resampled)")
    print(f"used at the mean: {np.mean(counts):.2f}; of these how to answer: {np.mean(manner):.3f}")


def _attribute(name: str, text: str) -> Attribute:
    return Attribute(id=name, person="p", text=text, source="stated", confidence=1.0, evidence=())


if __name__ == "__main__":
    main()
