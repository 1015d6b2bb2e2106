"""What it changes that a decision reads of a long message only its beginning and its end.

The packaged selector on the pairs that people judged, once with the vector of the whole prompt and
once with that of the shortened one. It was trained on these pairs with whole prompts, so that both
scores are too good, and the comparison leans towards the whole. Prints no text.

usage: python -m bench.long_messages
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.common import SHARED_DATA, cluster_interval, print_signature, read_jsonl
from recenter.memory.vectors import Vectors, shortened
from recenter.models.embedded import Minilm
from recenter.records import Attribute, Query
from recenter.stages.select_trained import TrainedSelector

Row = Mapping[str, Any]


def judged(row: Row) -> Row:
    """Return a pair with the attributes alone of which people agreed."""
    return {**row, "attributes": [a for a in row["attributes"] if a["relevant"] is not None]}


def used(rows: list[Row], vectors: Vectors, *, short: bool) -> list[bool]:
    """Return whether each judged attribute is used, in the order of the rows."""
    selector, found = TrainedSelector(vectors), []
    for row in rows:
        if short:
            vectors.read(row["prompt"])
        attributes = [
            Attribute(
                id=f"att_{item['id']}",
                person=row["user"],
                text=item["text"],
                source="inferred",
                confidence=1.0,
                evidence=(),
            )
            for item in row["attributes"]
        ]
        query = Query(id=row["pair"], person=row["user"], prompt=row["prompt"])
        made = selector.select(query, attributes)
        found += [attribute.id in made.used for attribute in attributes]
    return found


def f1(chosen: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> float:
    """Return F1 over all judged attributes."""
    both = float((chosen & right).sum())
    return 2 * both / float(chosen.sum() + right.sum())


def main() -> None:
    """Print both scores, their difference, and how many decisions change."""
    rows = [judged(row) for row in read_jsonl(SHARED_DATA / "selection_human.jsonl")]
    prompts = {row["prompt"] for row in rows}
    cut = {prompt for prompt in prompts if shortened(prompt) != prompt}
    embedder = Minilm()
    whole = np.asarray(used(rows, Vectors(embedder), short=False))
    short = np.asarray(used(rows, Vectors(embedder), short=True))
    right = np.asarray([item["relevant"] for row in rows for item in row["attributes"]])
    people = [row["user"] for row in rows for _ in row["attributes"]]
    low, high = cluster_interval(
        people, lambda at: f1(short[at], right[at]) - f1(whole[at], right[at])
    )
    print_signature(
        "long_messages", data="selection_human.jsonl", pairs=len(rows), people=len(set(people))
    )
    print(f"prompts that are cut: {len(cut)} of {len(prompts)}")
    result = {
        "f1_whole": round(f1(whole, right), 3),
        "f1_shortened": round(f1(short, right), 3),
        "difference": [round(low, 3), round(high, 3)],
        "decisions": len(right),
        "changed": int((whole != short).sum()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
