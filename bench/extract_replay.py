"""What seven LLMs extracted, replayed through the quote check. Run: python -m bench.extract_replay.

Prints figures only; `--show` prints the sample of quotes that were not located, for reading.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from bench.common import SHARED_DATA, cluster_interval, print_signature, read_jsonl
from recenter.records import Conversation, Turn
from recenter.stages.ground import Ground, Grounded
from recenter.text.locate import Locator, fold_words

SEED = 0
SAMPLE = 50
_SHOWN = 300

Row = dict[str, str]


def conversations() -> dict[str, Conversation]:
    """Return the dialogues by id."""
    return {
        row["session"]: Conversation(
            id=row["session"],
            person=row["session"],
            source="alps",
            turns=tuple(Turn(role=turn["role"], text=turn["text"]) for turn in row["turns"]),
        )
        for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl")
    }


def outcome(ground: Ground, source: Conversation, quote: str) -> dict[str, str]:
    """Return what became of one quote, and check that an accepted one stands where it is said."""
    users = [turn.text for turn in source.turns if turn.role == "user"]
    exact = bool(quote.strip()) and any(quote.strip() in text for text in users)
    parts = [Locator(text).parts(quote) for text in users]
    found = ground.find(quote)
    if isinstance(found, Grounded):
        for start, end in found.spans:
            told = source.turns[found.turn]
            if told.role != "user" or not is_part(told.text[start:end], quote):
                raise SystemExit(f"{source.id}: a span is not the words of its quote.")
    return {
        "exact": str(exact),
        "whole": str(any(len(spans) == 1 for spans in parts)),
        "located": str(any(parts)),
        "result": "own_words" if isinstance(found, Grounded) else found,
        "several": str(sum(map(bool, parts)) > 1),
    }


def is_part(cut: str, quote: str) -> bool:
    """Say whether a text is, in folded words, a stretch of a quote."""
    return f" {' '.join(fold_words(cut))} " in f" {' '.join(fold_words(quote))} "


def category(source: Conversation, quote: str) -> str:
    """Return by rule why a quote is not located; the rules were made after reading the sample."""
    words = fold_words(quote)
    if not words:
        return "empty"
    if sum(len(word) for word in words) < 4:
        return "too short"
    if any(Locator(t.text).parts(quote) for t in source.turns if t.role != "user"):
        return "assistant's words"
    texts = [f" {' '.join(fold_words(t.text))} " for t in source.turns]
    users = [text for text, t in zip(texts, source.turns, strict=True) if t.role == "user"]
    covered = longest_cover(words, users)
    if covered == len(words):
        return "joined from several places"
    if covered >= 0.8 * len(words):
        return "a few words changed"
    if longest_cover(words, texts) >= 0.8 * len(words):
        return "partly the assistant's words"
    return "paraphrase"


def longest_cover(words: Sequence[str], texts: Sequence[str]) -> int:
    """Return how many of the words stand in runs of at least three in one of the texts."""
    covered = place = 0
    while place < len(words):
        length = 0
        while place + length < len(words):
            run = f" {' '.join(words[place : place + length + 1])} "
            if not any(run in text for text in texts):
                break
            length += 1
        if length >= min(3, len(words)):
            covered += length
        place += max(length, 1)
    return covered


def share(rows: Sequence[Row], field: str, value: str) -> str:
    """Return a share with its interval, resampling dialogues."""
    hits = np.array([row[field] == value for row in rows], dtype=float)
    low, high = cluster_interval([row["session"] for row in rows], lambda i: float(hits[i].mean()))
    return f"{hits.mean():.3f} [{low:.3f}, {high:.3f}]"


def replay(sources: Mapping[str, Conversation]) -> dict[str, list[Row]]:
    """Return the outcome of every item, by LLM."""
    grounds = {name: Ground(source) for name, source in sources.items()}
    rows: dict[str, list[Row]] = {}
    for line in read_jsonl(SHARED_DATA / "alps_llm_extractions.jsonl"):
        session = line["session"]
        for item in line["items"]:
            quote = item.get("evidence_text") or ""
            made = outcome(grounds[session], sources[session], quote)
            made |= {"session": session, "quote": quote}
            rows.setdefault(line["model"], []).append(made)
    return rows


def print_model(model: str, rows: Sequence[Row], sources: Mapping[str, Conversation]) -> None:
    print(f"\n## {model}: {len(rows)} items of {len({r['session'] for r in rows})} dialogues")
    print(f"exactly in a user turn       {share(rows, 'exact', 'True')}")
    print(f"located, without a gap       {share(rows, 'whole', 'True')}")
    print(f"located, ellipses allowed    {share(rows, 'located', 'True')}")
    print(f"accepted as own words        {share(rows, 'result', 'own_words')}")
    results = Counter(row["result"] for row in rows if row["result"] != "own_words")
    print("dropped:", ", ".join(f"{name} {count}" for name, count in results.most_common()))
    unlocated = [row for row in rows if row["located"] == "False"]
    kinds = Counter(category(sources[row["session"]], row["quote"]) for row in unlocated)
    print("not located:", ", ".join(f"{name} {count}" for name, count in kinds.most_common()))


def main() -> None:
    """Print the shares for each LLM, with the reasons of what was not located."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true", help="print the sample for reading")
    args = parser.parse_args()
    sources = conversations()
    by_model = replay(sources)
    total = sum(map(len, by_model.values()))
    print_signature(
        "extract_replay", data="alps_llm_extractions (dev)", items=total, seed=SEED, unit="dialogue"
    )
    for model, rows in sorted(by_model.items()):
        print_model(model, rows, sources)
    print(f"\nevery accepted span equals the text at its offsets: {total} items checked")
    lost = [row for rows in by_model.values() for row in rows if row["located"] == "False"]
    sample = random.Random(SEED).sample(lost, SAMPLE)
    kinds = Counter(category(sources[row["session"]], row["quote"]) for row in sample)
    print(f"sample of {SAMPLE} not located (seed {SEED}):", dict(kinds.most_common()))
    for row in sample if args.show else []:
        kind = category(sources[row["session"]], row["quote"])
        print(f"- {kind} | {row['session']} | {row['quote'][:_SHOWN]!r}")


if __name__ == "__main__":
    main()
