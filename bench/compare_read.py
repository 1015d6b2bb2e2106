"""What a blind reader does not accept of 100 attributes of each of the study's corpora.

`python -m bench.compare_read` prints shares and difference from `compare_read.csv` (corpus, digest
of the conversation's turns, place, verdict), by the independent units of `recenter compare`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from bench.common import SHARED_DATA, print_signature
from recenter.compare.measure import BY_READERS, Rows, apart, one
from recenter.compare.records import talk_of
from recenter.compare.units import units_of
from recenter.importers.reading import read_records
from recenter.questions import SUPPORTED
from recenter.records import Conversation, Reference

READ = Path(__file__).with_suffix(".csv")
FILES = {"real": "alps_sessions.jsonl", "synthetic": "synthetic_conversations.jsonl"}
KEY = bytes(32)
"""Of pseudonyms, which are not shown."""


def main() -> None:
    with READ.open(encoding="utf-8", newline="") as file:
        said = list(csv.DictReader(file))
    print_signature("compare_read", data=", ".join(FILES.values()), n=len(said))
    sides = [rows_of(name, [row for row in said if row["corpus"] == name]) for name in FILES]
    for name, side in zip(FILES, sides, strict=True):
        found = one(side)
        print(f"{name}: {found}, {found.n} attributes of {found.clusters} units")
    print(f"difference: {apart(*sides)}")


def rows_of(name: str, said: list[dict[str, str]]) -> Rows:
    """Return whether each attribute is problematic, with the unit that it is of."""
    read = list(read_records(SHARED_DATA / FILES[name], key=KEY))
    talks = [row for row in read if isinstance(row, Conversation)]
    planted = [row for row in read if isinstance(row, Reference)]
    units = units_of(map(talk_of, talks), planted)
    of = {talk.content: units[talk.person] for talk in talks}
    bad = [row["verdict"] not in SUPPORTED.positive for row in said]
    return Rows(
        BY_READERS,
        "share",
        np.asarray(bad, np.float64),
        np.ones(len(bad)),
        tuple(of[row["conversation"]] for row in said),
    )


if __name__ == "__main__":
    main()
