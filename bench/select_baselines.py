"""Selection held against people: trivial answers, retrieval, LLMs and the shipped selector.

Run as `python -m bench.select_baselines`. Every interval is 95 %, resampling people. A threshold
or a model is fitted on other people (five folds), or on other prompts where it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from bench.common import SHARED_DATA, cluster_interval, print_signature, read_jsonl
from recenter.batch.select import select_row
from recenter.models.embedded import Minilm
from recenter.stages.select import Selector
from recenter.stages.select_bm25 import Bm25Selector, bm25_scores
from recenter.stages.select_embedding import GATE, THRESHOLD, EmbeddingSelector

SEED = 0
NEAREST = 25

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Not the examples of the gate, and not those its constants were chosen on.
ORDINARY = (
    "hey",
    "Good evening!",
    "Cool, thanks.",
    "please go on",
    "What is 8 + 5?",
    "Multiply 14 by 6",
    "What is 7 squared?",
    "How much is a third of 90?",
    "Which ocean is the deepest?",
    "Who discovered penicillin?",
    "How tall is Mount Everest?",
    "What year did the Berlin Wall fall?",
    "What is the chemical symbol for gold?",
    "How many bones are in the human body?",
    "Convert 100 fahrenheit to celsius",
    "How many seconds are in a day?",
    "What does 'ubiquitous' mean?",
    "What is the plural of cactus?",
    "Translate 'thank you' to German",
    "Correct: he go to school yesterday",
    "How do I concatenate strings in Java?",
    "What does chmod 755 do?",
    "Write a SQL query that counts rows per day",
    "Why do I get a KeyError in this dict lookup?",
    "What is the time complexity of binary search?",
    "How do I center a div with CSS?",
    "What is the difference between TCP and UDP?",
    "Why is the sky blue?",
    "Who is the author of 1984?",
    "Sort these numbers: 5, 2, 9",
)


@dataclass(frozen=True)
class Labels:
    """One entry per label of a person-prompt pair that has a majority."""

    rows: list[dict[str, Any]]
    relevant: Bools
    people: list[str]
    prompts: list[str]
    pairs: list[str]
    texts: list[str]
    keys: list[tuple[str, str]]
    """Pair and id of the attribute."""


@dataclass(frozen=True)
class Answer:
    """What a method says: decisions, and scores where it has any."""

    name: str
    used: Bools
    scores: Floats | None = None
    note: str = ""


def read_labels() -> Labels:
    rows = list(read_jsonl(SHARED_DATA / "selection_human.jsonl"))
    kept = [(r, a) for r in rows for a in r["attributes"] if a["relevant"] is not None]
    return Labels(
        rows=rows,
        relevant=np.array([a["relevant"] for _, a in kept]),
        people=[r["user"] for r, _ in kept],
        prompts=[r["prompt"] for r, _ in kept],
        pairs=[r["pair"] for r, _ in kept],
        texts=[a["text"] for _, a in kept],
        keys=[(r["pair"], a["id"]) for r, a in kept],
    )


def precision(y: Bools, used: Bools) -> float:
    return float((y & used).sum() / used.sum()) if used.any() else float("nan")


def recall(y: Bools, used: Bools) -> float:
    return float((y & used).sum() / y.sum()) if y.any() else float("nan")


def f1(y: Bools, used: Bools) -> float:
    total = y.sum() + used.sum()
    return float(2 * (y & used).sum() / total) if total else float("nan")


def auc(y: Bools, scores: Floats) -> float:
    return float(roc_auc_score(y, scores)) if y.any() and not y.all() else float("nan")


def folds(groups: Sequence[str]) -> list[tuple[Ints, Ints]]:
    split = GroupKFold(5, shuffle=True, random_state=SEED)
    return list(split.split(np.zeros(len(groups)), groups=groups))


def best_threshold(y: Bools, scores: Floats) -> float:
    """The score above which F1 is highest."""
    order = np.argsort(-scores, kind="stable")
    hits = np.cumsum(y[order])
    f = 2 * hits / (y.sum() + np.arange(1, len(y) + 1))
    last_of_value = np.append(np.diff(scores[order]) != 0, True)
    best = int(np.argmax(np.where(last_of_value, f, -1)))
    following = scores[order][best + 1] if best + 1 < len(order) else scores.min() - 1
    return float((scores[order][best] + following) / 2)


def tuned(labels: Labels, scores: Floats, groups: Sequence[str]) -> Bools:
    """Decisions with the threshold that is best on the other groups."""
    used = np.zeros(len(scores), bool)
    for train, test in folds(groups):
        used[test] = scores[test] > best_threshold(labels.relevant[train], scores[train])
    return used


def oracle_k(labels: Labels, scores: Floats) -> Bools:
    """As many of each pair as people marked, best first: what the study published."""
    used = np.zeros(len(scores), bool)
    pairs = np.array(labels.pairs)
    for pair in dict.fromkeys(labels.pairs):
        own = np.flatnonzero(pairs == pair)
        count = int(labels.relevant[own].sum())
        used[own[np.argsort(-scores[own], kind="stable")[:count]]] = True
    return used


def nearest_prior(labels: Labels, vectors: Floats) -> Floats:
    """Share relevant among the labels of the nearest attributes of other people."""
    people = np.array(labels.people)
    cosines = vectors @ vectors.T
    scores = np.zeros(len(people))
    for i, person in enumerate(people):
        others = np.flatnonzero(people != person)
        nearest = others[np.argsort(-cosines[i, others], kind="stable")[:NEAREST]]
        scores[i] = labels.relevant[nearest].mean()
    return scores


def attribute_only(labels: Labels, vectors: Floats, groups: Sequence[str]) -> Answer:
    """Logistic regression on the attribute alone, threshold by inner folds of the same kind."""
    names = np.array(groups)
    scores = np.zeros(len(names))
    used = np.zeros(len(names), bool)
    model = LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced")
    for train, test in folds(groups):
        y = labels.relevant[train]
        inner = cross_val_predict(
            model, vectors[train], y, groups=names[train], cv=GroupKFold(5), method="predict_proba"
        )[:, 1]
        scores[test] = model.fit(vectors[train], y).predict_proba(vectors[test])[:, 1]
        used[test] = scores[test] > best_threshold(y, inner)
    return Answer("", used, scores)


def decided(labels: Labels, selector: Selector, name: str, note: str) -> Answer:
    """What a selector of Recenter says, through the batch contract."""
    said = {}
    for row in labels.rows:
        for item in select_row(row, selector)["attributes"]:
            said[row["pair"], item["id"]] = item
    return Answer(
        name,
        np.array([said[key]["decision"] == "use" for key in labels.keys]),
        np.array([said[key]["score"] for key in labels.keys]),
        note,
    )


def llm_answers(labels: Labels) -> list[Answer]:
    said: dict[str, dict[tuple[str, str], bool]] = {}
    for row in read_jsonl(SHARED_DATA / "selection_llm.jsonl"):
        of_model = said.setdefault(row["model"], {})
        of_model |= {(row["pair"], a["id"]): bool(a["relevant"]) for a in row["attributes"]}
    return [
        Answer(model, np.array([answers[key] for key in labels.keys]), note="zero-shot")
        for model, answers in said.items()
    ]


def baselines(labels: Labels, embedder: Minilm) -> list[Answer]:
    y = labels.relevant
    texts = sorted({*labels.texts, *labels.prompts})
    rows = embedder.embed(texts)
    vector = dict(zip(texts, rows.astype(np.float64), strict=True))
    about = np.stack([vector[text] for text in labels.texts])
    cosine = np.sum(about * np.stack([vector[p] for p in labels.prompts]), axis=1)
    shared = np.concatenate(
        [
            bm25_scores(row["prompt"], [a["text"] for a in row["attributes"]])[
                [a["relevant"] is not None for a in row["attributes"]]
            ]
            for row in labels.rows
        ]
    )
    prior = nearest_prior(labels, about)
    by_person = attribute_only(labels, about, labels.people)
    by_prompt = attribute_only(labels, about, labels.prompts)
    return [
        Answer("always no", np.zeros(len(y), bool), np.zeros(len(y))),
        Answer("always yes", np.ones(len(y), bool), np.zeros(len(y))),
        Answer("attribute prior", tuned(labels, prior, labels.people), prior, f"{NEAREST} nearest"),
        Answer("attribute only, LR", by_person.used, by_person.scores, "unseen people"),
        Answer("attribute only, LR", by_prompt.used, by_prompt.scores, "unseen prompts"),
        Answer("bm25", oracle_k(labels, shared), shared, "oracle k; published .243"),
        Answer("bm25", tuned(labels, shared, labels.people), shared, "tuned on others"),
        Answer("cosine", oracle_k(labels, cosine), cosine, "oracle k; published .384"),
        Answer("cosine", tuned(labels, cosine, labels.people), cosine, "tuned on others"),
    ]


def interval(labels: Labels, statistic: Callable[..., float], values: NDArray[Any]) -> str:
    y = labels.relevant
    point = statistic(y, values)
    if np.isnan(point):
        return "not estimable"
    low, high = cluster_interval(labels.people, lambda i: statistic(y[i], values[i]), seed=SEED)
    return f"{point:.3f} [{low:.3f}, {high:.3f}]"


def print_table(labels: Labels, answers: Sequence[Answer]) -> None:
    print("| method | how | used | P | R | F1 | AUC |")
    print("|---|---|---|---|---|---|---|")
    for answer in answers:
        figures = [interval(labels, s, answer.used) for s in (precision, recall, f1)]
        scores = answer.scores if answer.scores is not None else answer.used.astype(np.float64)
        figures.append(interval(labels, auc, scores))
        share = f"{answer.used.mean():.1%}"
        print("|", " | ".join([answer.name, answer.note, share, *figures]), "|")


def print_no_positive(labels: Labels, answers: Sequence[Answer]) -> None:
    pairs = [row["pair"] for row in labels.rows if row["origin"] == "no_positive"]
    belongs = np.array(labels.pairs)
    print(f"\nUsed on each of the {len(pairs)} pairs on which people want nothing:\n")
    print("| method | how | used on each | mean |")
    print("|---|---|---|---|")
    for answer in answers:
        counts = [int(answer.used[belongs == pair].sum()) for pair in pairs]
        mean = np.mean(counts)
        print(f"| {answer.name} | {answer.note} | {' '.join(map(str, counts))} | {mean:.1f} |")


def print_restraint(labels: Labels, selectors: Sequence[tuple[str, Selector]]) -> None:
    """How much is used where little or nothing should be, and where one preference should."""
    profiles = {row["user"]: row["attributes"] for row in labels.rows}
    planted = list(read_jsonl(SHARED_DATA / "synthetic_conversations.jsonl"))
    people = list(profiles)
    print(
        f"\n{len(ORDINARY)} ordinary prompts against {len(people)} real profiles; {len(planted)} "
        "planted preferences against their own question; each 7th of these questions against the "
        "real profiles:\n"
    )
    print("| method | ordinary: nothing used | ordinary: mean used | own: used | other: nothing |")
    print("|---|---|---|---|---|")
    for name, selector in selectors:
        groups = [person for _ in ORDINARY for person in people]
        counts = np.array([_count(selector, q, profiles[p]) for q in ORDINARY for p in people])
        other = np.array(
            [_count(selector, r["question"], profiles[p]) for r in planted[::7] for p in people]
        )
        own = np.array(
            [
                _count(selector, r["question"], [{"id": "p", "text": r["preference"]}])
                for r in planted
            ]
        )
        bounds = cluster_interval(groups, lambda i, c=counts: float((c[i] == 0).mean()), seed=SEED)  # type: ignore[misc]
        print(
            f"| {name} | {(counts == 0).mean():.3f} [{bounds[0]:.3f}, {bounds[1]:.3f}] "
            f"| {counts.mean():.2f} | {(own > 0).mean():.3f} | {(other == 0).mean():.3f} |"
        )


def _count(selector: Selector, prompt: str, attributes: Sequence[dict[str, Any]]) -> int:
    row = {"prompt": prompt, "attributes": list(attributes)}
    return sum(item["decision"] == "use" for item in select_row(row, selector)["attributes"])


def main() -> None:
    labels = read_labels()
    embedder = Minilm()
    shipped = EmbeddingSelector(embedder)
    answers = [
        *baselines(labels, embedder),
        decided(labels, Bm25Selector(), "recenter bm25", "any shared word"),
        decided(labels, shipped, "recenter embedding", "with its gate"),
        *llm_answers(labels),
    ]
    print_signature(
        "select_baselines",
        data="selection_human.jsonl, selection_llm.jsonl",
        labels=len(labels.relevant),
        relevant=f"{labels.relevant.mean():.3f}",
        people=len(set(labels.people)),
        prompts=len(set(labels.prompts)),
        pairs=len(labels.rows),
        embedder=embedder.name,
        constants=f"threshold {THRESHOLD}, gate {GATE}",
        sklearn=sklearn.__version__,
        seed=SEED,
        interval="95 %, 1,000 resamples of people",
    )
    print_table(labels, answers)
    print_no_positive(labels, answers)
    selectors: list[tuple[str, Selector]] = [
        ("recenter bm25", Bm25Selector()),
        ("recenter embedding", shipped),
    ]
    print_restraint(labels, selectors)


if __name__ == "__main__":
    main()
