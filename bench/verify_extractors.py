"""The seven LLM extractors of AlpsBench under the shipped verifier.

`python -m bench.verify_extractors [VERDICTS.csv]` verifies every extraction, prints what share of
each extractor's would be accepted, held and rejected, by failure, and writes the verdicts of a
seeded sample of 100 (ids and verdicts, no texts). The verifier was trained on memories of the same
dialogues, not on these extractions. Intervals are 95 %, resampling dialogues.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.models.embedded import Minilm
from recenter.records import Judgment, Turn
from recenter.stages.statement import statement
from recenter.stages.verify_trained import TrainedVerifier
from recenter.stats.classification import share
from recenter.stats.estimate import estimate
from recenter.train.verifier_examples import sessions_of

SAMPLE, SEED = 100, 20261126


class Item(NamedTuple):
    """An extraction, by place: no text."""

    model: str
    session: str
    number: int


def main() -> None:
    sessions = sessions_of(read_jsonl(SHARED_DATA / "alps_sessions.jsonl"))
    verifier = TrainedVerifier(Minilm(threads=1))
    items: list[Item] = []
    said: list[Judgment] = []
    # By dialogue, so that its turns are read once.
    rows = sorted(
        read_jsonl(SHARED_DATA / "alps_llm_extractions.jsonl"), key=lambda r: r["session"]
    )
    for row in rows:
        for number, item in enumerate(row["items"]):
            items.append(Item(row["model"], row["session"], number))
            said.append(judged(verifier, item, sessions[row["session"]]))
    print_signature(
        "verify_extractors", data="alps_llm_extractions.jsonl", n=len(items),
        dialogues=len({item.session for item in items}), judge=verifier.signature.model,
    )  # fmt: skip
    for model in sorted({item.model for item in items}):
        table(model, items, said)
    if len(sys.argv) > 1:
        write_sample(Path(sys.argv[1]), items, said)


def judged(verifier: TrainedVerifier, item: dict[str, Any], turns: tuple[Turn, ...]) -> Judgment:
    """Return the verdict on an extraction."""
    attribute, talk = statement(item["text"], item.get("evidence_text") or "", turns)
    return verifier.verify(attribute, [talk])


def table(model: str, items: list[Item], said: list[Judgment]) -> None:
    own = [i for i, item in enumerate(items) if item.model == model]
    groups = [items[i].session for i in own]
    print(f"\n{model}: {len(own)} extractions of {len(set(groups))} dialogues")
    for answer in ("accept", "uncertain", "reject"):
        hits = np.asarray([said[i].answer == answer for i in own])
        print(f"    {answer:9s} {estimate(share, groups, hits)}")
    failures = Counter(said[i].failure for i in own if said[i].answer == "reject")
    for failure, _ in failures.most_common():
        hits = np.asarray([said[i].answer == "reject" and said[i].failure == failure for i in own])
        print(f"        {failure} {estimate(share, groups, hits)}")


def write_sample(path: Path, items: list[Item], said: list[Judgment]) -> None:
    """Write a seeded sample of verdicts, without texts."""
    order = np.random.default_rng(SEED).permutation(len(items))[:SAMPLE]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*Item._fields, "verdict", "failure"])
        for i in sorted(order.tolist()):
            writer.writerow([*items[i], said[i].answer, said[i].failure or ""])


if __name__ == "__main__":
    main()
