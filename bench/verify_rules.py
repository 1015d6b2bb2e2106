"""The rules of verification held against silver labels of memories.

Run as `python -m bench.verify_rules`. The labels were drafted by a model and kept or rejected, for
the most part without a human hand; intervals are 95 %, resampling dialogues.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from bench.common import SHARED_DATA, cluster_interval, print_signature, read_jsonl
from recenter.batch.verify import verify_row
from recenter.stages.verify_rules import RulesVerifier


def read_rows() -> list[dict[str, Any]]:
    """Memories with evidence, with the turns of their dialogue; no label reaches the verifier."""
    turns = {
        row["session"]: [{"role": t["role"], "text": t["text"]} for t in row["turns"]]
        for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")
    }
    return [
        row | {"turns": turns[row["session"]]}
        for row in read_jsonl(SHARED_DATA / "alps_memories.jsonl")
        if row["session"] in turns and row["evidence_text"]
    ]


def main() -> None:
    rows = read_rows()
    verifier = RulesVerifier()
    said = [
        verify_row({k: row[k] for k in ("text", "evidence_text", "turns")}, verifier)
        for row in rows
    ]
    kept = np.array([row["verdict"] == "kept" for row in rows])
    accepted = np.array([one["verdict"] == "accept" for one in said])
    scores = np.array([one["probability"] for one in said])
    sessions = [row["session"] for row in rows]
    print_signature(
        "verify_rules",
        data="alps_memories.jsonl, alps_sessions.jsonl",
        n=len(rows),
        dialogues=len(set(sessions)),
        judge=verifier.signature.model,
        seed=0,
    )
    for name, mask in (("kept", kept), ("rejected", ~kept)):
        own = np.flatnonzero(mask)
        groups = [sessions[i] for i in own]
        share = accepted[own].mean()
        values = accepted[own]
        low, high = cluster_interval(groups, lambda i, v=values: float(v[i].mean()))  # type: ignore[misc]
        print(f"{name} by the labels: n {len(own)}, accepted {share:.3f} [{low:.3f}, {high:.3f}]")
        for failure, count in Counter(said[i]["failure"] for i in own).most_common():
            print(f"    {failure or 'accepted'}: {count}")
    low, high = cluster_interval(sessions, lambda i: float(roc_auc_score(kept[i], scores[i])))
    print(f"AUC of the probability: {roc_auc_score(kept, scores):.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
