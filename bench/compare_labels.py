"""The trained selector on people's labels and on made ones, people never met by their own model.

Trains the selector five times, each time without a fifth of the people, and compares as `recenter
compare-labels` does; made labels go to the packaged selector, which saw none of them. Prints no
text.

usage: python -m bench.compare_labels [DIR]
"""

from __future__ import annotations

import sys

from bench.common import SHARED_DATA, print_signature, tell_report
from recenter.compare.labels.build import Judging, compare_labels
from recenter.compare.labels.read import read_labels
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.stages.select import Selector
from recenter.stages.select_trained import TrainedSelector
from recenter.train.examples import read_relevant
from recenter.train.selector import cross_validate, prepare

PEOPLE = "people"
FILES = {
    PEOPLE: "selection_human.jsonl",
    "planted": "synthetic_conversations.jsonl",
    "chinese": "rpeval_zh.jsonl",
}
TRAINED_ON = ("selection_human.jsonl", "selection_llm.jsonl")
SEED = 0


def main(folder: str | None = None) -> None:
    """Print what the report says, and write it to a folder."""
    embedder = Minilm()
    labelled = read_relevant([SHARED_DATA / name for name in TRAINED_ON])
    trained = prepare(labelled, embedder, seed=SEED)
    folds = {
        group: TrainedSelector(embedder, held.model)
        for held in cross_validate(trained)
        for group in held.left_out
        if group.startswith("person:")
    }
    packaged = TrainedSelector(embedder)

    def selector(corpus: str, person: str) -> Selector:
        if corpus != PEOPLE or person not in trained.folds.people:
            return packaged
        return folds[f"person:{trained.folds.people[person]}"]

    corpora = [read_labels(SHARED_DATA / name, key, seed=SEED) for key, name in FILES.items()]
    report = compare_labels(corpora, Judging(selector, embedder, SEED), Silent())
    print_signature("compare_labels", data=", ".join(FILES.values()), seed=SEED)
    tell_report(report, folder)


if __name__ == "__main__":
    main(*sys.argv[1:2])
