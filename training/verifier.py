"""Trains the verifier that ships and writes its weights.

Run from the repository: `python -m training.verifier`. Reads the memories and dialogues of
AlpsBench in the study's data, the reader's verdicts of `labels.csv` and the written turns of
`verifier_cases.txt`, and makes wrong statements of the kept memories. Needs the `train` extra.
Seeded throughout. The left-out figures are those of `bench.verify_trained`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bench.common import SHARED_DATA, print_signature, read_jsonl

import recenter.models
from recenter.models.embedded import Minilm
from recenter.models.saved import save_model
from recenter.train.verifier import fit
from recenter.train.verifier_examples import Example, examples, sessions_of
from recenter.train.verifier_fit import inputs_of
from recenter.train.verifier_negatives import constructed
from training.verifier_cases import written
from training.verifier_read import read_clauses

WEIGHTS = Path(str(recenter.models.__file__)).parent / "weights" / "verifier.safetensors"


def load() -> list[Example]:
    """Return all examples: judged memories first, then what was read, made and written."""
    sessions = sessions_of(read_jsonl(SHARED_DATA / "alps_sessions.jsonl"))
    judged = examples(read_jsonl(SHARED_DATA / "alps_memories.jsonl"), sessions)
    wrong = constructed([example for example in judged if not example.rejected], seed=0)
    return [*judged, *read_clauses(), *wrong, *written()]


def main() -> None:
    """Train on everything and write the weights."""
    found = load()
    embedder = Minilm()
    print_signature("training.verifier", data="alps_memories, alps_sessions", n=len(found), seed=0)
    fitted = fit(inputs_of(found, embedder))
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else WEIGHTS
    saved = save_model(
        target, "verifier", fitted.arrays, settings=fitted.settings, encoder=embedder.name
    )
    print(saved.name, fitted.settings["thresholds"])
    print(f"checksum {saved.about.checksum}; {target.stat().st_size} bytes")
    print(f"sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
