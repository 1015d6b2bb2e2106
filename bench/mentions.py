"""Whether an embedder would find mentions that words miss: persona use, and replies of assistants.

Run as `python -m bench.mentions`. Nobody said which attributes a reply of an assistant names, so
two things near that are measured. First, short replies of which three people said whether they use
a persona (judge_usr): the highest cosine of a sentence to a statement, with a threshold chosen on
other contexts, beside the words of `stages.reply_checks.shows`. Then, with the threshold of all
contexts, how often both find an attribute in replies that knew it and in generic ones, which can
name it by chance alone (responses). Intervals are 95 %, resampling contexts or people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.models.embedded import Minilm
from recenter.stages.reply_checks import shows
from recenter.stats.classification import auc, best_threshold
from recenter.stats.clustered import clustered_share
from recenter.stats.estimate import estimate
from recenter.train.deal import deal

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

FOLDS, SEED = 5, 0
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


class Used(NamedTuple):
    """Replies of which people said whether they use a persona."""

    contexts: list[str]
    truth: Bools
    words: Bools
    near: Floats


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text, or the text where it has none."""
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()] or [text]


def vectors(texts: Iterable[str]) -> dict[str, Floats]:
    """A unit vector for each text."""
    unique = list(dict.fromkeys(texts))
    found = Minilm().embed(unique)
    return {text: np.asarray(one) for text, one in zip(unique, found, strict=True)}


def used() -> Used:
    """Persona use by the majority of three people, by words, and the highest cosine."""
    rows = [
        (row["context_id"], reply["text"], row["persona"], np.mean(reply["uses_persona"]) > 1 / 2)
        for row in read_jsonl(SHARED_DATA / "judge_usr.jsonl")
        for reply in row["responses"]
    ]
    of = vectors(t for _, text, known, _ in rows for t in (*sentences(text), *known))
    return Used(
        [context for context, *_ in rows],
        np.asarray([truth for *_, truth in rows], np.bool_),
        np.asarray([any(shows(t, k, given="") for k in known) for _, t, known, _ in rows]),
        np.asarray([max(highest(of, t, k) for k in known) for _, t, known, _ in rows]),
    )


def highest(of: dict[str, Floats], text: str, known: str) -> float:
    """The highest cosine of a sentence of the text to a statement."""
    return max(float(of[part] @ of[known]) for part in sentences(text))


def tuned(found: Used) -> Bools:
    """Whether each reply is at or above the threshold of best F1 on other contexts."""
    folds = deal(found.contexts, np.random.default_rng(SEED), FOLDS)
    fold = np.asarray([folds[context] for context in found.contexts])
    said = np.zeros(len(fold), np.bool_)
    for number in range(FOLDS):
        held = fold == number
        least = best_threshold(found.truth[~held], found.near[~held])
        said[held] = found.near[held] >= least
    return said


def against(found: Used, said: Bools) -> list[str]:
    """F1, precision and recall."""
    truth, who = found.truth, found.contexts
    both = (truth & said).astype(float)
    return [
        str(clustered_share(2 * both, who, of=truth.astype(float) + said)),
        str(clustered_share(both, who, of=said)),
        str(clustered_share(both, who, of=truth)),
    ]


def named(least: float) -> dict[str, tuple[list[str], list[bool], list[bool]]]:
    """By mode: person, and whether words and cosine find each attribute that a reply was given."""
    pairs = {row["pair"]: row for row in read_jsonl(SHARED_DATA / "selection_human.jsonl")}
    replies = [r for r in read_jsonl(SHARED_DATA / "responses.jsonl") if r["pair"] in pairs]
    texts = [part for row in replies for part in sentences(row["response"])]
    of = vectors([*texts, *(a["text"] for row in pairs.values() for a in row["attributes"])])
    found: dict[str, tuple[list[str], list[bool], list[bool]]] = {}
    for row in replies:
        pair, mode = pairs[row["pair"]], row["mode"]
        people, words, near = found.setdefault(mode, ([], [], []))
        shown = np.stack([of[part] for part in sentences(row["response"])])
        for one in pair["attributes"]:
            if mode != "human_relevant_attributes" or one["relevant"]:
                people.append(pair["user"])
                words.append(bool(shows(row["response"], one["text"], given=pair["prompt"])))
                near.append(bool((shown @ of[one["text"]]).max() >= least))
    return found


def share(people: Sequence[str], said: Sequence[bool]) -> str:
    """A share with its interval."""
    return str(clustered_share(np.asarray(said, np.float64), people))


def main() -> None:
    found = used()
    least = best_threshold(found.truth, found.near)
    print_signature(
        "mentions",
        data="judge_usr.jsonl, responses.jsonl, selection_human.jsonl",
        embedder=Minilm().name,
        replies=len(found.truth),
        contexts=len(set(found.contexts)),
        seed=SEED,
    )
    area = estimate(auc, found.contexts, found.truth, found.near, seed=SEED)
    print(f"Persona used: {found.truth.mean():.3f}; AUC of the cosine {area}.\n")
    print("| persona use | F1 | precision | recall |")
    print("|---|---|---|---|")
    for name, said in (
        ("words", found.words),
        ("cosine, threshold of other contexts", tuned(found)),
        ("always yes", np.ones(len(found.truth), np.bool_)),
    ):
        print("|", " | ".join([name, *against(found, said)]), "|")
    print(f"\n| attributes found, cosine from {least:.3f} | n | words | cosine | cosine alone |")
    print("|---|---|---|---|---|")
    for mode, (people, words, near) in named(least).items():
        alone = [one and not other for one, other in zip(near, words, strict=True)]
        shares = (share(people, said) for said in (words, near, alone))
        print("|", " | ".join([mode, str(len(people)), *shares]), "|")


if __name__ == "__main__":
    main()
