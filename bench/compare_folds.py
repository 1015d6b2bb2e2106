"""Trains extractors and verifiers that saw nothing of one fold of the alps dialogues each.

`python -m bench.compare_folds DIR [FOLDS]`, for `recenter compare --folds DIR`: the shipped models
were trained on these dialogues. Weights, calibration and thresholds are out of fold; the features
and the strengths of the fits were chosen once, on all training dialogues. Nothing of it ships.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
import numpy as np
from training.extractor import conversation_of, general_model, trained, without
from training.extractor import load as load_clauses
from training.verifier import load as load_statements

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.compare.folds import FILE, FoldsFile, names
from recenter.models.embedded import Minilm
from recenter.models.saved import save_model
from recenter.train.verifier import fit, folds_of
from recenter.train.verifier_fit import Inputs, inputs_of, rows_of

SEED = 0


def main() -> None:
    folder = Path(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    talks = [conversation_of(row) for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")]
    fold = folds_of(np.asarray([talk.id for talk in talks]), count, SEED)
    of = {talk.id: int(at) for talk, at in zip(talks, fold, strict=True)}
    print_signature("compare_folds", data=f"{len(talks)} dialogues", folds=count, seed=SEED)
    folder.mkdir(parents=True, exist_ok=True)
    embedder = Minilm()
    clauses, general = load_clauses(), general_model()
    statements = inputs_of(load_statements(), embedder)
    for held in range(count):
        began = time.perf_counter()
        left = {name for name, at in of.items() if at == held}
        extractor, verifier = (folder / name for name in names(held))
        with extractor.open("wb") as file:
            np.savez(file, **trained(without(clauses, left), general))  # type: ignore[arg-type]
        fitted = fit(part(statements, left), seed=SEED)
        save_model(
            verifier, "verifier", fitted.arrays, settings=fitted.settings, encoder=embedder.name
        )
        print(f"fold {held}: {len(left)} dialogues left out, {time.perf_counter() - began:.0f} s")
    told = FoldsFile(folds=count, conversations={talk.content: of[talk.id] for talk in talks})
    (folder / FILE).write_bytes(msgspec.json.encode(told))


def part(inputs: Inputs, left: set[str]) -> Inputs:
    """Return the statements that hold nothing of some dialogues."""
    names_left = list(left)
    kept = ~np.isin(inputs.groups, names_left) & ~np.isin(inputs.borrowed, names_left)
    rows = np.flatnonzero(kept)
    return Inputs(
        rows_of(inputs.described, rows),
        inputs.rejected[rows],
        inputs.groups[rows],
        inputs.borrowed[rows],
        inputs.labelled[rows],
        tuple(inputs.failures[row] for row in rows),
    )


if __name__ == "__main__":
    main()
