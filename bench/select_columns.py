"""Columns of the selection benchmark, kept on disk so that a stopped run goes on where it was."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import recenter
from bench.common import SHARED_DATA, read_jsonl
from recenter.models.embedded import Minilm
from recenter.models.selector_model import margins, probabilities
from recenter.stats.classification import best_threshold
from recenter.train.examples import Labelled, read_relevant
from recenter.train.selector import By, Trained, cross_validate, prepare
from recenter.train.selector_parts import Vectors
from recenter.train.selector_rows import Folds, profiles
from recenter.train.selector_sides import Case, Scored, answers_of, outcomes, score_cases

FILES = ("selection_human.jsonl", "selection_llm.jsonl")
CACHE = Path(os.environ.get("RECENTER_BENCH_CACHE", ".bench-cache"))
SETTINGS = ("restrained", "agreeing")
PLANTED_PER_FOLD = 150

# Domains of the made-up pairs that resemble a topic of synthetic_conversations: left out with it.
RELATED = {
    "education_resources": (
        "exams & how one learns best",
        "learning a language",
        "data analysis",
        "programming style",
    ),
    "entertain_games": ("games",),
    "entertain_shows": ("films & series",),
    "entertain_sports": ("sports watching",),
    "lifestyle_beauty": ("skin & hair care",),
    "lifestyle_dietary": ("cooking & diet", "restaurants", "coffee & drinks"),
    "lifestyle_fit": ("gym & fitness", "hiking & outdoors", "bicycles"),
    "lifestyle_health": ("sleep", "elderly care"),
    "pet_ownership": ("pets",),
    "shop_technology": ("phones", "laptops"),
    "travel_activities": ("sightseeing", "hotels"),
    "travel_transportation": ("flights & transport", "cars"),
}

Columns = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def labelled() -> tuple[Labelled, ...]:
    return read_relevant([SHARED_DATA / name for name in FILES])


def kept(name: str, make: Callable[[], Columns]) -> Columns:
    """Return the columns of a step, from disk where the code and the data are the same."""
    sources = sorted(Path(str(recenter.__file__)).parent.glob("train/**/*.*"))
    sources += sorted(Path(str(recenter.__file__)).parent.glob("models/selector_*.py"))
    sources += [Path(__file__), *(SHARED_DATA / file for file in FILES)]
    known = [path for path in sources if path.suffix in (".py", ".txt", ".jsonl")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in known)).hexdigest()[:12]
    path = CACHE / f"{name}-{digest}.npz"
    if not path.exists():
        columns = make()
        CACHE.mkdir(exist_ok=True)
        draft = path.with_suffix(".new.npz")
        np.savez(draft, **columns)  # type: ignore[arg-type]
        draft.replace(path)
    with np.load(path, allow_pickle=False) as stored:
        return dict(stored)


def held_out(by: By, seed: int) -> Columns:
    """Return what models say of the parts left out of them, one row per answer of people."""
    together = {domain: topic for topic, domains in RELATED.items() for domain in domains}
    trained = prepare(labelled(), Minilm(), seed=seed, together=together)
    parts = [
        _columns(held.scored, held.model.settings, planted=_planted(trained, held))
        for held in cross_validate(trained, by=by)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _planted(trained: Trained, held: Any) -> list[Scored]:
    folds = [group for group in held.left_out if group.startswith("domain")]
    fold = int(folds[0].partition(":")[2])
    return score_cases(held.model, planted_cases(trained, fold), trained.vectors)


def planted_cases(trained: Trained, fold: int) -> list[Case]:
    """Return the sides (b) and (c) on the topics of synthetic_conversations left out in a fold."""
    rng = np.random.default_rng((trained.seed, fold, 7))
    folds = trained.folds
    rows = list(read_jsonl(SHARED_DATA / "synthetic_conversations.jsonl"))
    of_topic = {topic: [r for r in rows if r["topic"] == topic] for topic in RELATED}
    known = [p for person, p in profiles(trained.labelled).items() if folds.people[person] == fold]
    mine = [r for r in rows if folds.domains[RELATED[r["topic"]][0]] == fold]

    def elsewhere(topic: str) -> str:
        of = of_topic[topic]
        return str(of[rng.integers(len(of))]["preference"])

    cases = []
    for place in rng.permutation(len(mine))[:PLANTED_PER_FOLD]:
        row = mine[place]
        topics = [topic for topic in RELATED if topic != row["topic"]]
        among = (row["preference"], *known[rng.integers(len(known))], *map(elsewhere, topics))
        none: dict[str, None] = {}
        while len(none) < 24:
            none[elsewhere(topics[rng.integers(len(topics))])] = None
        asked, session = row["question"], row["session"]
        cases.append(Case("planted", asked, tuple(dict.fromkeys(among)), session))
        cases.append(Case("elsewhere", asked, tuple(none), session))
    return cases


def _columns(scored: Sequence[Scored], settings: Any, *, planted: Sequence[Scored]) -> Columns:
    answers = answers_of(scored)
    texts = [
        one.case.attributes[at]
        for one, places in zip(answers.scores, answers.picked, strict=True)
        for at in places
    ]
    prompts = [
        one.case.message
        for one, places in zip(answers.scores, answers.picked, strict=True)
        for _ in places
    ]
    origins = [
        one.case.origin
        for one, places in zip(answers.scores, answers.picked, strict=True)
        for _ in places
    ]
    columns: Columns = {
        "truth": answers.truth,
        "person": np.asarray(answers.people(), "U32"),
        "prompt": np.asarray(prompts, "U4096"),
        "text": np.asarray(texts, "U1024"),
        "origin": np.asarray(origins, "U16"),
        "trained": answers.each(lambda one: one.scores.trained),
        "likeness": answers.each(lambda one: one.scores.likeness),
        "gate": answers.each(lambda one: np.full(len(one.case.attributes), one.scores.gate)),
    }
    for name in SETTINGS:
        setting = settings[name]
        margin = answers.each(lambda one, s=setting: margins(one.scores, s))  # type: ignore[misc]
        columns[f"used_{name}"] = margin >= 0
        columns[f"chance_{name}"] = probabilities(margin, setting)
        for side, cases in (("planted", planted), ("elsewhere", planted), ("ordinary", scored)):
            good, clusters = outcomes(cases, side, setting)
            columns[f"{side}_{name}"] = good
            columns[f"{side}_cluster_{name}"] = np.asarray(clusters, "U128")
        for side in ("planted", "elsewhere"):
            good, clusters = outcomes(scored, side, setting)
            columns[f"made_{side}_{name}"] = good
    return columns


MODELS: dict[str, Callable[[], Any]] = {
    "attribute only, LR": lambda: LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced"),
    "both vectors, LR": lambda: LogisticRegression(C=1.0, max_iter=2000, class_weight="balanced"),
    "vectors, product, difference, LR": lambda: LogisticRegression(
        C=0.3, max_iter=2000, class_weight="balanced"
    ),
    "both vectors, RBF-SVM": lambda: SVC(C=2.0, gamma=0.5, class_weight="balanced"),
    "both vectors, MLP": lambda: make_pipeline(
        StandardScaler(), MLPClassifier((32,), alpha=10.0, max_iter=40, random_state=0)
    ),
}


def baseline(
    name: str, by: By, folds: Folds, rows: Sequence[Labelled], vectors: Vectors
) -> Columns:
    """Return what a plain model says of the same parts left out, its threshold chosen inside."""
    about = [(one, i) for one in rows for i in one.items if i.relevant is not None]
    truth = np.asarray([item.relevant for _, item in about])
    a, q = vectors(i.text for _, i in about), vectors(one.prompt for one, _ in about)
    inputs = {
        "attribute only, LR": a,
        "vectors, product, difference, LR": np.hstack([a, q, 5 * a * q, np.abs(a - q)]),
    }.get(name, np.hstack([a, q]))
    people = np.asarray([folds.people[one.person] for one, _ in about])
    prompts = np.asarray([folds.prompts[one.prompt] for one, _ in about])
    scores, used = np.zeros(len(truth)), np.zeros(len(truth), bool)
    for test, rest in _splits(by, people, prompts, folds.number):
        inner = np.full(len(truth), np.nan)
        for held, kept_rows in _splits(by, people, prompts, folds.number):
            fit_on, checked = rest & kept_rows, rest & held
            if checked.any() and (by != "both" or not (held & test).any()):
                inner[checked] = _scores(name, inputs, truth, fit_on, checked)
        known = ~np.isnan(inner)
        scores[test] = _scores(name, inputs, truth, rest, test)
        used[test] = scores[test] >= best_threshold(truth[known], inner[known])
    return {"truth": truth, "scores": scores, "used": used}


def _splits(by: By, people: Ints, prompts: Ints, number: int) -> list[tuple[Any, Any]]:
    if by == "person":
        return [(people == fold, people != fold) for fold in range(number)]
    if by == "prompt":
        return [(prompts == fold, prompts != fold) for fold in range(number)]
    return [
        ((people == i) & (prompts == j), (people != i) & (prompts != j))
        for i in range(number)
        for j in range(number)
    ]


def _scores(name: str, inputs: Floats, truth: Any, train: Any, test: Any) -> Floats:
    model = MODELS[name]().fit(inputs[train], truth[train])
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(inputs[test])[:, 1])
    return np.asarray(model.decision_function(inputs[test]))
