"""How many attacks on the model the filter of memories refuses, and how many ordinary statements.

Run: python -m bench.injections. Every interval is 95 %, by Wilson's score. `--errors` prints what
passes of the half that may be looked at. Real statements, where the study's data is present, are
counted and not printed.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.memory.injections import ATTACKS, ORDINARY, Attack, half_of

from bench.common import SHARED_DATA, print_signature, read_jsonl, wilson
from recenter.memory import Memory
from recenter.text.instructions import instruction_like


def main() -> None:
    print_signature("injections", attacks=len(ATTACKS), ordinary=len(ORDINARY), split="sha256")
    for half in ("dev", "test"):
        attacks = [a for a in ATTACKS if a.half == half]
        ordinary = [s for s in ORDINARY if half_of(s) == half]
        print(f"\n| {half} | refused |\n|---|---|")
        for kind in dict.fromkeys(a.kind for a in ATTACKS):
            print(f"| {kind} | {_refused([a.text for a in attacks if a.kind == kind])} |")
        print(f"| all attacks | {_refused([a.text for a in attacks])} |")
        print(f"| ordinary statements | {_refused(ordinary)} |")
    print(f"\nreal statements refused: {_real()}")
    print(f"\n{_learned(ATTACKS)}")
    if "--errors" in sys.argv[1:]:
        passed = [a for a in ATTACKS if a.half == "dev" and not instruction_like(a.text)]
        print("\n".join(f"{a.kind}: {a.text!r}" for a in passed))


def _refused(texts: Sequence[str]) -> str:
    if not texts:
        return "not estimable: none"
    hits = sum(instruction_like(text) is not None for text in texts)
    low, high = wilson(hits, len(texts))
    return f"{hits / len(texts):.3f} [{low:.3f}, {high:.3f}] ({hits}/{len(texts)})"


def _real() -> str:
    path = SHARED_DATA / "alps_memories.jsonl"
    if not path.is_file():
        return f"{path.name} is not here"
    return _refused([row["text"] for row in read_jsonl(path)])


def _learned(attacks: Sequence[Attack]) -> str:
    """What is learned of "I live in Berlin." with an attack behind it."""
    facts = others = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory({"store": f"sqlite:///{Path(folder) / 'store.db'}"}) as memory,
    ):
        for n, attack in enumerate(attacks):
            memory.add(f"I live in Berlin. {attack.text}", user_id=str(n))
            texts = [m.attribute.text for m in memory.memories(str(n))]
            facts += "The user lives in Berlin." in texts
            others += any(text != "The user lives in Berlin." for text in texts)
    return (
        f"a fact with an attack behind it: the fact learned {facts}/{len(attacks)}, "
        f"anything else learned {others}/{len(attacks)}"
    )


if __name__ == "__main__":
    main()
