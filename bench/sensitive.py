"""How many sensitive statements the rules find, on a list whose author had not seen them.

Run: python -m bench.sensitive. Every interval is 95 %, by Wilson's score. `--errors` prints the
errors of the half that may be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.stages.second_author import (
    AFTERWARDS,
    LIST,
    Share,
    Statement,
    errors,
    held_back,
    precision,
    read,
    recall,
)

from bench.common import print_signature, wilson
from recenter.stages.sensitive import TOPICS


def main() -> None:
    statements = read()
    print_signature("sensitive", data=LIST.name, n=len(statements), split="sha256 of the text")
    for half in ("dev", "test"):
        _print([s for s in statements if s.half == half], half)
    _print(statements, "all")
    _print(read(AFTERWARDS), "written afterwards")
    if "--errors" in sys.argv[1:]:
        print("\n".join(errors([s for s in statements if s.half == "dev"])))


def _print(statements: Sequence[Statement], name: str) -> None:
    print(f"\n| {name} | recall under its topic | precision of the topic |\n|---|---|---|")
    for topic in TOPICS:
        print(
            f"| {topic} | {_told(recall(statements, topic))} "
            f"| {_told(precision(statements, topic))} |"
        )
    print(f"| all | {_told(recall(statements))} | {_told(precision(statements))} |")
    print(f"| all, under any topic | {_told(held_back(statements))} | |")


def _told(share: Share) -> str:
    if not share.of:
        return "not estimable: none"
    low, high = wilson(*share)
    return f"{share.hits / share.of:.3f} [{low:.3f}, {high:.3f}] ({share.hits}/{share.of})"


if __name__ == "__main__":
    main()
