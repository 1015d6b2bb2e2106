"""How many sensitive statements are found, on lists whose authors had not seen what finds them.

Run: python -m bench.sensitive. Words alone, then words with the model that reads meaning. Every
interval is 95 %, by Wilson's score. `--errors` prints the errors of the words on the half that may
be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from tests.stages.second_author import (
    AFTERWARDS,
    LIST,
    THIRD,
    Share,
    Statement,
    Telling,
    Third,
    errors,
    held_back,
    precision,
    read,
    read_third,
    recall,
)

from bench.common import SHARED_DATA, print_signature, read_jsonl, wilson
from recenter.models.embedded import Minilm
from recenter.models.sensitive_model import load_sensitive_model
from recenter.stages.sensitive import TOPICS, Topic, sensitive_topics, topics_of


def main() -> None:
    statements, third = read(), read_third()
    both = _both([*(s.text for s in (*statements, *read(AFTERWARDS))), *(s.text for s in third)])
    model = load_sensitive_model().name
    print_signature("sensitive", data=LIST.name, n=len(statements), split="sha256 of the text")
    for name, tell in (("words", sensitive_topics), (f"words and {model}", both.__getitem__)):
        for half in ("dev", "test"):
            _print([s for s in statements if s.half == half], f"{half}, {name}", tell)
        _print(statements, f"all, {name}", tell)
        _print(read(AFTERWARDS), f"written afterwards, {name}", tell)
    print_signature("sensitive third", data=THIRD.name, n=len(third), split="none")
    _print_third(third, both)
    _print_real()
    if "--errors" in sys.argv[1:]:
        print("\n".join(errors([s for s in statements if s.half == "dev"])))


def _both(texts: Sequence[str]) -> Mapping[str, tuple[Topic, ...]]:
    return dict(zip(texts, topics_of(texts, Minilm()), strict=True))


def _print(statements: Sequence[Statement], name: str, tell: Telling) -> None:
    print(f"\n| {name} | recall under its topic | precision of the topic |\n|---|---|---|")
    for topic in TOPICS:
        if any(s.topic == topic for s in statements):
            print(
                f"| {topic} | {_told(recall(statements, topic, tell=tell))} "
                f"| {_told(precision(statements, topic, tell=tell))} |"
            )
    found, right = recall(statements, tell=tell), precision(statements, tell=tell)
    print(f"| all | {_told(found)} | {_told(right)} |")
    print(f"| all, under any topic | {_told(held_back(statements, tell=tell))} | |")


def _print_third(statements: Sequence[Third], both: Mapping[str, Sequence[str]]) -> None:
    print("\n| third list, held back under any topic | words | words and model |\n|---|---|---|")
    sensitive = [s for s in statements if s.sensitive]
    harmless = [s for s in statements if not s.sensitive]
    groups = {
        category: [s for s in sensitive if s.category == category]
        for category in sorted({s.category or "" for s in sensitive})
    }
    groups |= {"all sensitive": sensitive, "harmless": harmless}
    tells: tuple[Telling, ...] = (sensitive_topics, both.__getitem__)
    for name, rows in groups.items():
        shares = [Share(sum(bool(tell(s.text)) for s in rows), len(rows)) for tell in tells]
        print(f"| {name} | {' | '.join(map(_told, shares))} |")
    found = [[s for s in statements if tell(s.text)] for tell in tells]
    right = [Share(sum(s.sensitive for s in rows), len(rows)) for rows in found]
    print(f"| precision | {' | '.join(map(_told, right))} |")


def _print_real() -> None:
    """Print how many statements about real users are held back, where the data is at hand."""
    path = SHARED_DATA / "selection_profiles.jsonl"
    if not path.exists():
        return
    texts = sorted({a["text"] for row in read_jsonl(path) for a in row["attributes"]})
    said = topics_of(texts, Minilm())
    by_words = sum(bool(sensitive_topics(text)) for text in texts)
    print(f"\nreal profiles, {len(texts)} different statements: by words "
          f"{_told(Share(by_words, len(texts)))}, with the model "
          f"{_told(Share(sum(map(bool, said)), len(texts)))}")  # fmt: skip


def _told(share: Share) -> str:
    if not share.of:
        return "not estimable: none"
    low, high = wilson(*share)
    return f"{share.hits / share.of:.3f} [{low:.3f}, {high:.3f}] ({share.hits}/{share.of})"


if __name__ == "__main__":
    main()
