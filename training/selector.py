"""Trains the selector that ships and writes its weights.

Run from the repository: `python -m training.selector`. Reads what people and, a little, language
models said in the study's data, and the made-up sentences of `src/recenter/train/texts`. Needs the
`train` extra. Seeded throughout. The left-out figures are those of `bench.select_trained`.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from bench.common import SHARED_DATA, print_signature

import recenter.models
from recenter.models.embedded import Minilm
from recenter.train.examples import read_relevant
from recenter.train.selector import prepare, save_selector

WEIGHTS = Path(str(recenter.models.__file__)).parent / "weights" / "selector.safetensors"
FILES = ("selection_human.jsonl", "selection_llm.jsonl")
SEED = 0


def main() -> None:
    """Train on everybody and write the weights."""
    labelled = read_relevant([SHARED_DATA / name for name in FILES])
    print_signature("training.selector", data=", ".join(FILES), pairs=len(labelled), seed=SEED)
    embedder = Minilm()
    trained = prepare(labelled, embedder, seed=SEED)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else WEIGHTS
    saved = save_selector(trained, target)
    print(saved.name, saved.about.settings["settings"])
    print(f"checksum {saved.about.checksum}; {target.stat().st_size} bytes")
    print(f"sha256 {hashlib.sha256(target.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
