"""Made-up people whose answers follow a rule, and an embedder that hashes words."""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recenter.stats.estimate import estimate
from recenter.train import texts

DIMENSIONS = 48
THINGS = ("chess", "tennis", "opera", "pottery", "rugby", "poetry", "judo", "sailing")
PLACES = ("Leeds", "Oslo", "Cairo")
WORDS = ("soup", "bread", "tea", "rice", "fish", "plum")


class Words:
    """Unit vectors of hashed words."""

    name = "scripted:words"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.full((len(texts), DIMENSIONS), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split():
                row[zlib.crc32(word.strip(".,?!").encode()) % DIMENSIONS] += 1
        unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit


def few_texts(patch: pytest.MonkeyPatch) -> None:
    """Leave a few of the package's made-up sentences, of every domain and kind."""
    kept: dict[str, list[texts.Pair]] = {}
    for pair in texts.pairs():
        kept.setdefault(pair.domain, []).append(pair)
    pairs = tuple(pair for of in kept.values() for pair in of[:4])
    patch.setattr(texts, "pairs", lambda: pairs)
    for name in ("ordinary", "ordinary_more", "ordinary_frozen"):
        kinds = {one.kind: one for one in getattr(texts, name)()}
        patch.setattr(texts, name, functools.partial(tuple, list(kinds.values())))


def few_resamples(patch: pytest.MonkeyPatch) -> None:
    """Let intervals be rough, and quick."""
    defaults = estimate.__kwdefaults__
    assert defaults
    patch.setitem(defaults, "repeats", 40)


def selection_rows(people: int = 12) -> list[dict[str, Any]]:
    """People of five domains with two attributes each, to whom those of the prompt's matter."""
    domains: dict[str, list[texts.Pair]] = {}
    for pair in texts.pairs():
        domains.setdefault(pair.domain, []).append(pair)
    names = list(domains)
    rows = []
    for person in range(people):
        own = [names[(person + 3 * step) % len(names)] for step in range(5)]
        known = [(domain, pair) for domain in own for pair in domains[domain][:2]]
        for turn, domain in enumerate([*own[:2], ""]):
            prompt = domains[domain][2].matters if domain else f"What is {person} plus one?"
            items = [
                {"id": f"a{at}", "text": pair.attribute, "relevant": of == domain}
                for at, (of, pair) in enumerate(known)
            ]
            rows.append(
                {
                    "pair": f"{person}-{turn}",
                    "user": f"u{person}",
                    "prompt": prompt,
                    "attributes": items,
                }
            )
    return rows


def statement_rows() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Statements that the words carry and others that they only ask for, and their dialogues."""
    rows, talks = [], []
    for thing in THINGS:
        for place in PLACES:
            name = f"{thing}-{place}"
            said = f"I love {thing} and I live in {place}."
            asked = f"Write a poem about {thing} in {place}."
            turns = [{"role": "user", "text": text} for text in (said, asked)]
            talks.append({"session": name, "turns": turns})
            for text, quote, verdict in (
                (f"Loves {thing}", said, "kept"),
                (f"Lives in {place}", asked, "rejected"),
            ):
                told = {"session": name, "text": text, "evidence_text": quote, "verdict": verdict}
                rows.append(told)
    return rows, talks


def preference_rows(people: int = 12) -> list[dict[str, Any]]:
    """People of six prompts each who prefer the longer reply."""
    rng = np.random.default_rng(0)
    rows = []
    for person in range(people):
        for thing in WORDS:
            longer = " ".join(rng.choice(WORDS, size=rng.integers(9, 16))) + "."
            rows.append(
                {
                    "user": f"u{person}",
                    "prompt": f"What about {thing}?",
                    "chosen": longer,
                    "rejected": " ".join(rng.choice(WORDS, size=3)) + ".",
                }
            )
    return rows


def write(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
