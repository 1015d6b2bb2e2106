"""Judges of replies, held to whom people preferred and to labels that were made.

usage: python -m bench.compare_replies [DIR]

People: pairs of PRISM, where the person who had asked scored one reply above the other. Made: of
two replies to one message, that which was written with the attributes that people held relevant
(or with all that were known) is taken to serve the person better than the one written without,
which is how synthetic sets label replies; no person preferred it. The judges are a trained
preference model, which never met the person it judges for, and the reply nearer in meaning to what
is known of the person; the same for all pairs. Prints no text.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.common import SHARED_DATA, print_signature, read_jsonl, tell_report
from recenter.compare.labels.build import Judging, compare_labels
from recenter.compare.labels.read import read_labels
from recenter.models.base import Embedder
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.stages.judge_trained import TrainedPreference
from recenter.stages.select import Selector
from recenter.stages.select_trained import TrainedSelector
from recenter.train.preference import fit, read_pairs, save_preference
from recenter.train.preference_check import cross_validate
from recenter.train.preference_examples import examples_of

PEOPLE = "prism_pairs.jsonl"
WITH = {"relevant": "human_relevant_attributes", "all": "all_attributes"}
WITHOUT = "no_context"
SEED = 0

Row = dict[str, Any]


class Replies(NamedTuple):
    """Two replies to one message, the one that is labelled better first."""

    user: str
    occasion: str
    prompt: str
    chosen: str
    rejected: str
    known: tuple[str, ...]
    """What is known of the person."""


def of_people(rows: Sequence[Row]) -> list[Replies]:
    return [
        Replies(
            row["user"],
            row["interaction"],
            row["prompt"],
            row["chosen"],
            row["rejected"],
            (*row["profile"],),
        )
        for row in rows
    ]


def made(mode: str) -> Iterator[Replies]:
    """Yield the pairs of each message and generator of which somebody held something relevant."""
    replies = {
        (row["pair"], row["generator"], row["mode"]): row["response"]
        for row in read_jsonl(SHARED_DATA / "responses.jsonl")
    }
    asked = {row["pair"]: row for row in read_jsonl(SHARED_DATA / "selection_human.jsonl")}
    for (pair, generator, how), reply in replies.items():
        message = asked[pair]
        if how == mode and message["n_relevant"]:
            known = tuple(one["text"] for one in message["attributes"])
            without = replies[pair, generator, WITHOUT]
            yield Replies(message["user"], pair, message["prompt"], reply, without, known)


def nearer(pairs: Sequence[Replies], embedder: Embedder) -> list[float]:
    """Return 1 where the chosen reply is nearer to what is known on the whole, 0 where further."""
    said = []
    for pair in pairs:
        replies = embedder.embed([pair.chosen, pair.rejected])
        near = replies @ embedder.embed(pair.known).sum(axis=0)
        said.append(float((1 + np.sign(near[0] - near[1])) / 2))
    return said


def preferred(chances: Sequence[float]) -> list[float]:
    """Return 1 where the chosen reply is likelier to be preferred, .5 where neither is."""
    return [(1 + float(np.sign(chance - 0.5))) / 2 for chance in chances]


def write(path: Path, pairs: Sequence[Replies], said: dict[str, list[float]]) -> Path:
    """Write pairs as `recenter compare-labels` reads them."""
    verdicts = {1.0: "chosen", 0.0: "rejected", 0.5: "tie"}
    with path.open("w", encoding="utf-8") as out:
        for at, pair in enumerate(pairs):
            row = {
                "user": pair.user,
                "interaction": pair.occasion,
                "prompt": pair.prompt,
                "chosen": pair.chosen,
                "rejected": pair.rejected,
                "llm_judges": [
                    {"judge": judge, "verdict": verdicts[values[at]]}
                    for judge, values in said.items()
                ],
            }
            out.write(json.dumps(row) + "\n")
    return path


def judges(
    rows: Sequence[Row], embedder: Embedder, folder: Path
) -> tuple[list[float], Callable[[Sequence[Replies]], list[float]]]:
    """Return what models say of people they were not trained on, and a model of all of them."""
    pairs = read_pairs(examples_of(rows, file=PEOPLE).pairs, embedder)
    saved = save_preference(fit(pairs, seed=SEED), folder, encoder=embedder.name)
    model = TrainedPreference(saved, embedder)

    def of_made(some: Sequence[Replies]) -> list[float]:
        return preferred([model.preference(p.prompt, p.chosen, p.rejected).value for p in some])

    return preferred(cross_validate(pairs, seed=SEED).chances.tolist()), of_made


def main(report_in: str | None = None) -> None:
    """Print what the report says, and write it to a folder."""
    embedder = Minilm()
    rows = list(read_jsonl(SHARED_DATA / PEOPLE))
    corpora = {"people": of_people(rows)} | {name: list(made(WITH[name])) for name in WITH}

    def nobody(_corpus: str, _person: str) -> Selector:
        return TrainedSelector(embedder)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        left_out, of_made = judges(rows, embedder, folder / "model")
        read = []
        for name, pairs in corpora.items():
            said = {
                "trained preference": left_out if name == "people" else of_made(pairs),
                "nearer to the person": nearer(pairs, embedder),
            }
            read.append(read_labels(write(folder / f"{name}.jsonl", pairs, said), name, seed=SEED))
        report = compare_labels(read, Judging(nobody, embedder, SEED), Silent())
    print_signature(
        "compare_replies",
        data=f"{PEOPLE}, responses.jsonl, selection_human.jsonl",
        pairs=", ".join(f"{name} {len(pairs)}" for name, pairs in corpora.items()),
        people=", ".join(f"{n} {len({p.user for p in pairs})}" for n, pairs in corpora.items()),
        seed=SEED,
        interval="95 %, people resampled",
    )
    tell_report(report, report_in)


if __name__ == "__main__":
    main(*sys.argv[1:2])
