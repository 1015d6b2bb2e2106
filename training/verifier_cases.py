"""Reads the turns and statements of `verifier_cases.txt` as examples."""

from __future__ import annotations

import re
from pathlib import Path

from recenter.records import Turn
from recenter.stages.statement import statement
from recenter.train.verifier_examples import FAILURES, Example

FILE = Path(__file__).with_name("verifier_cases.txt")
_QUOTED = re.compile(r"\[(.+?)\]")
_WRONG = re.compile(r"- (\w+): (.+)")


def written(path: Path = FILE) -> list[Example]:
    """Return the written statements, the turn of each a dialogue of its own."""
    found: list[Example] = []
    said = quote = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            marked = _QUOTED.search(line)
            said = line[2:].replace("[", "").replace("]", "")
            quote = marked[1] if marked else said
            continue
        wrong = _WRONG.match(line)
        if wrong is None and not line.startswith("+ "):
            continue
        text = wrong[2] if wrong else line[2:]
        attribute, conversation = statement(text, quote, (Turn(role="user", text=said),))
        found.append(
            Example(
                attribute=attribute,
                conversations=(conversation,),
                rejected=wrong is not None,
                group=f"written {said}",
                origin="written",
                failure=next((f for f in FAILURES if wrong and f == wrong[1]), None),
            )
        )
    return found
