"""The preference model held against people it has not seen, beside length and LLM judges.

Run as `python -m bench.preference`; about five minutes on one core. Every interval is 95 %,
resampling users. Accuracies average within an interaction first. Weights trained here are not
shipped: the replies of the data are CC BY-NC.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.common import SHARED_DATA, print_signature, read_jsonl
from bench.preference_judges import print_correction, print_length_taste, print_ratings
from recenter.models.embedded import Minilm
from recenter.stages.preference_features import COUNTED, NAMES, OTHER
from recenter.stats.classification import brier, calibration_error, reliability
from recenter.stats.estimate import estimate
from recenter.train.preference import Pairs, fit, read_pairs
from recenter.train.preference_check import (
    LeftOut,
    accuracy,
    cross_validate,
    learning_curve,
    log_loss,
)
from recenter.train.preference_examples import examples_of

SEED = 0
SEEDS = (0, 1, 2, 3, 4)
FORCED = (0.3, 1.0, 3.0)

Floats = NDArray[np.float64]
Row = dict[str, Any]


class Answer(NamedTuple):
    """What a method says: 1 where it prefers what the person preferred, .5 neither; NaN unasked."""

    name: str
    right: Floats
    note: str = ""


def judge_answers(rows: Sequence[Row]) -> list[Answer]:
    """Each LLM judge under each profile and mode. A tie counts half, and so does an answer that
    could not be read: it names neither reply."""
    worth = {"chosen": 1.0, "rejected": 0.0, "tie": 0.5, "invalid": 0.5}
    said: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(rows):
        for one in row["llm_judges"]:
            name = f"{one['judge']}, profile {one['profile']}, {one['mode']}"
            said.setdefault(name, []).append((number, one["verdict"]))
    answers = []
    for name, verdicts in sorted(said.items()):
        right = np.full(len(rows), np.nan)
        for number, verdict in verdicts:
            right[number] = worth[verdict]
        half = [sum(v == kind for _, v in verdicts) for kind in ("tie", "invalid")]
        answers.append(Answer(name, right, f"{half[0]} ties, {half[1]} unread"))
    return answers


def longer(rows: Sequence[Row]) -> Floats:
    sizes = np.array([[len(row["chosen"]), len(row["rejected"])] for row in rows])
    return np.where(sizes[:, 0] == sizes[:, 1], 0.5, sizes[:, 0] > sizes[:, 1]).astype(np.float64)


def right(chances: Floats) -> Floats:
    return np.where(chances == 0.5, 0.5, chances > 0.5).astype(np.float64)


def only(pairs: Pairs, columns: int) -> Pairs:
    """The pairs with all but the first figures set to nothing."""
    sides = [
        np.where(np.arange(s.shape[1]) < columns, s, 0.0) for s in (pairs.chosen, pairs.rejected)
    ]
    return pairs._replace(chosen=sides[0], rejected=sides[1])


def averaged(values: Floats, counts: Floats) -> float | None:
    return float(np.average(values, weights=counts)) if len(values) else None


def print_table(pairs: Pairs, answers: Sequence[Answer], head: Floats) -> None:
    """`head` (n,) is how often the trained head tells each pair right."""
    print("\n| method | pairs | accuracy | trained head on the same pairs | head minus method | |")
    print("|---|---|---|---|---|---|")
    for answer in answers:
        asked = np.flatnonzero(~np.isnan(answer.right))
        part = pairs.of(asked)
        columns = (answer.right[asked], head[asked], (head - answer.right)[asked])
        figures = [
            estimate(averaged, part.people.tolist(), column, part.counts) for column in columns
        ]
        cells = [answer.name, str(len(asked)), *map(str, figures), answer.note]
        print("|", " | ".join(cells), "|")


def told(pairs: Pairs, statistic: Callable[..., float | None], *columns: NDArray[Any]) -> str:
    return str(estimate(statistic, pairs.people.tolist(), *columns))


def print_calibration(pairs: Pairs, chances: Floats) -> None:
    """Each pair is turned by a coin, so that there is something to tell."""
    turned = np.random.default_rng(SEED).random(len(chances)) < 0.5
    truth, given = ~turned, np.where(turned, 1 - chances, chances)
    print(f"\nlog loss {told(pairs, log_loss, chances, pairs.counts)} (a coin: 0.693)")
    print(f"Brier {told(pairs, brier, truth, given)} (a coin: 0.250)")
    print(f"ECE, ten bins {told(pairs, calibration_error, truth, given)}")
    print("| mean chance | share preferred | pairs |\n|---|---|---|")
    for mean, share, count in reliability(truth, given):
        print(f"| {mean:.2f} | {share:.2f} | {count} |")


def print_people(pairs: Pairs, left_out: LeftOut, name: str) -> None:
    own = [fitted.head.own for fitted in left_out.fitted]
    gains = [fitted.evidence - fitted.without_own for fitted in left_out.fitted]
    print(f"\n{name}: variance of a person's offset by evidence, by fold: {own}")
    print(f"log evidence gained over none: {[round(gain, 2) for gain in gains]}")
    print("| offset | shown | people | shared | with history | difference | of log loss |")
    print("|---|---|---|---|---|---|---|")
    for forced in (None, *FORCED):
        for point in learning_curve(pairs, left_out, seed=SEED, own=forced):
            print(
                f"| {'by evidence' if forced is None else f'set to {forced}'} | {point.shown} "
                f"| {point.difference.clusters} | {point.pooled} | {point.personal} "
                f"| {point.difference} | {point.log_loss} |"
            )


def repeated(pairs: Pairs) -> tuple[list[LeftOut], Floats]:
    """The models of folds drawn with several seeds, and how often each pair is told right."""
    found = [cross_validate(pairs, seed=seed) for seed in SEEDS]
    return found, np.mean([right(one.chances) for one in found], axis=0)


def print_prism(rows: Sequence[Row], pairs: Pairs) -> LeftOut:
    found, head = repeated(pairs)
    parts = (
        ("figures of form alone", only(pairs, len(COUNTED) + len(OTHER))),
        ("figures of form and meaning", only(pairs, len(NAMES))),
    )
    answers = [
        Answer("longer wins", longer(rows)),
        *(Answer(name, repeated(part)[1], "same model, same folds") for name, part in parts),
        *judge_answers(rows),
    ]
    print_table(pairs, [Answer("trained head", head), *answers], head)
    print("\nposition: not estimable, the data do not say on which side a reply was shown")
    each = [f"{accuracy(one.chances, pairs.counts):.3f}" for one in found]
    print(f"accuracy by seed of the folds: {' '.join(each)}; the table has their mean")
    print_calibration(pairs, found[SEEDS.index(SEED)].chances)
    return found[SEEDS.index(SEED)]


def main() -> None:
    rows = list(read_jsonl(SHARED_DATA / "prism_pairs.jsonl"))
    embedder = Minilm()
    pairs = read_pairs(examples_of(rows, file="prism_pairs.jsonl").pairs, embedder)
    print_signature(
        "preference",
        data="prism_pairs.jsonl",
        pairs=len(rows),
        interactions=len(np.unique(pairs.occasions)),
        users=len(np.unique(pairs.people)),
        split=f"5 folds disjoint by user, mean over seeds {SEEDS}",
        settings="variances by evidence within the training users",
        embedder=embedder.name,
        seed=SEED,
        interval="95 %, 1,000 resamples of users",
    )
    left_out = print_prism(rows, pairs)
    print_people(pairs, left_out, "all users")
    single = np.flatnonzero([not row["maybe_several_users"] for row in rows])
    alone = pairs.of(single)
    again, told_right = repeated(alone)
    print(
        f"\nwithout users who may be several ({len(np.unique(alone.people))} users, {len(single)} "
        f"pairs): accuracy {told(alone, averaged, told_right, alone.counts)}"
    )
    print_people(alone, again[SEEDS.index(SEED)], "without users who may be several")
    whole = fit(pairs)
    print_ratings(whole.head, embedder, seed=SEED)
    print_length_taste(rows, pairs, seed=SEED)
    print_correction(seed=SEED)
    settings = {"form": whole.form, "vector": whole.vector, "own": whole.head.own}
    print(f"\nfitted on all users: {json.dumps(settings)}")


if __name__ == "__main__":
    main()
