"""Planted preferences of the synthetic conversations: what a reader finds of 50, and what the code.

`python -m bench.compare_planted WORK` prints a sheet of 50 people drawn with a seed: what was
planted and all attributes of the person, not whether the code calls it found. WORK is the folder of
the corpus that `recenter compare` read. It holds texts: keep it outside the repository. With
`compare_planted.csv` (person's number and whether an attribute says what was planted) it prints
how code and reader agree: `python -m bench.compare_planted WORK --grade`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np

from bench.common import SHARED_DATA, print_signature, wilson
from recenter.compare.planted import Looked, look_for
from recenter.compare.read import CONVERSATIONS, Found, stored
from recenter.compare.records import Corpus, talk_of
from recenter.compare.units import units_of
from recenter.config import load_settings, pseudonym_key
from recenter.formats import decode
from recenter.importers.reading import read_references
from recenter.models.embedded import Minilm
from recenter.records import Reference
from recenter.train.sources import DataFile

SAMPLE, SEED = 50, 20261126
GRADED = Path(__file__).with_name("compare_planted.csv")


def main() -> None:
    corpus = corpus_of(Path(sys.argv[1]))
    embedder = Minilm()
    vectors = embedder.embed([one.text for one in corpus.attributes])
    looked = look_for(corpus, vectors, embedder)
    order = np.random.default_rng(SEED).permutation(len(looked))[:SAMPLE]
    drawn = [looked[place] for place in order.tolist()]
    print_signature("compare_planted", data="synthetic_conversations", n=len(drawn), seed=SEED)
    if "--grade" in sys.argv:
        grade(drawn)
        return
    for number, one in enumerate(drawn, 1):
        print(f"\n{number}. PLANTED: {one.planted.text}")
        for made in corpus.attributes:
            if made.person == one.planted.person:
                print(f"   - {made.text}")


def corpus_of(work: Path) -> Corpus:
    """Return the corpus of a work folder, with what was planted in it.

    The ids are those of the settings that `recenter compare` ran with.
    """
    (found,) = work.glob("found-*.jsonl")
    attributes = [a for line in found.open() for a in decode(line, Found).attributes]
    talks = tuple(map(talk_of, stored(work / CONVERSATIONS)))
    said = tuple(planted({talk.id: talk.person for talk in talks}))
    return Corpus(
        name="synthetic",
        file=DataFile(name="synthetic", rows=len(talks), sha256=""),
        talks=talks,
        attributes=tuple(attributes),
        judgments={},
        planted=said,
        units=units_of(talks, said),
    )


def planted(people: dict[str, str]) -> list[Reference]:
    """Return the preferences, of the people whose conversations were read."""
    key = pseudonym_key(load_settings())
    rows = read_references(SHARED_DATA / "synthetic_conversations.jsonl", key=key)
    return [
        row
        for row in rows
        if isinstance(row, Reference) and row.kind == "preference" and row.conversation in people
    ]


def grade(drawn: list[Looked]) -> None:
    with GRADED.open(encoding="utf-8", newline="") as file:
        said = [row["found"] == "yes" for row in csv.DictReader(file)]
    code = [one.found for one in drawn]
    both = [a and b for a, b in zip(code, said, strict=True)]
    for name, part, of in (
        ("found by the reader", sum(said), len(said)),
        ("found by the code", sum(code), len(code)),
        ("of those the code finds, the reader too", sum(both), sum(code)),
        ("of those the reader finds, the code too", sum(both), sum(said)),
        ("the same", sum(a == b for a, b in zip(code, said, strict=True)), len(said)),
    ):
        low, high = wilson(part, of)
        print(f"{name}: {part} of {of}, {part / of:.2f} [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
