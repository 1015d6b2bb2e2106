"""Draws the readers' sheet: our extractions, the LLMs' and rejected clauses, mixed blind.

`python -m bench.extract_sample SHEET.md KEY.csv VERDICTS.csv [--seed N]`. All from held-out
dialogues. The sheet and the key hold texts of the data: keep them outside the repository. Readers
get the sheet and a copy of VERDICTS.csv each, never the key; `bench.extract_grade` reads the rest.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Sequence
from pathlib import Path

from training.split import held_out

from bench.common import print_signature
from bench.extract_common import OURS, Found, by_llms, dialogues
from recenter.models.clause_model import load_clause_model
from recenter.models.embedded import Minilm
from recenter.records import Conversation
from recenter.stages.extract_candidates import screen
from recenter.stages.extract_embedded import EmbeddedExtractor

SIZES = {OURS: 100, "llm": 50, "rejected": 50}
AROUND = 900
"""Characters of a turn that are shown on each side of the quote."""
NEIGHBOUR = 500
QUESTION = (
    "Is the statement a lasting attribute of the person who wrote the `>>> USER` turn, that the "
    "quote supports? Lasting: it would still hold, or still be worth knowing, in another "
    "conversation weeks later (their job, home, family, health, things, tastes, habits, goals, "
    "limits, languages, skills, views). `reject`: it is a request or a wish of the moment, a "
    "passing state, a remark on the answer; a role, a story or a text about or by someone else; "
    "it says more than the quote; it cannot be understood on its own. `unsure` where you cannot "
    "tell. Judge the statement as a whole, not its style."
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("key", type=Path)
    parser.add_argument("verdicts", type=Path)
    parser.add_argument("--seed", type=int, default=20261124)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    conversations = [each for each in dialogues() if held_out(each.id)]
    print_signature(
        "extract_sample", data=f"{len(conversations)} held-out dialogues of alps_sessions",
        model=load_clause_model().name, seed=arguments.seed,
    )  # fmt: skip
    drawn: list[tuple[str, Found]] = []
    for arm, pool in _pools(conversations).items():
        size = min(SIZES[arm.split(":")[0]], len(pool))
        print(f"{arm}: {size} of {len(pool)}, from {len({f.session for f in pool})} dialogues")
        drawn += [(arm, found) for found in rng.sample(pool, size)]
    rng.shuffle(drawn)
    by_id = {each.id: each for each in conversations}
    parts = [_item(n, found, by_id[found.session]) for n, (_, found) in enumerate(drawn, 1)]
    arguments.sheet.write_text(f"# {QUESTION}\n\n" + "\n".join(parts), encoding="utf-8")
    _write(arguments.key, ["item", "arm", "session", "turn", "start", "end"],
           [[n, arm, *found[:4]] for n, (arm, found) in enumerate(drawn, 1)])  # fmt: skip
    _write(arguments.verdicts, ["item", "verdict"], [[n, ""] for n in range(1, len(drawn) + 1)])
    print(f"{len(drawn)} items in {arguments.sheet}; verdicts: accept, unsure or reject")


def _pools(conversations: Sequence[Conversation]) -> dict[str, list[Found]]:
    """Return what may be drawn of each arm; a text counts once in a dialogue."""
    extractor = EmbeddedExtractor(Minilm())
    threshold = load_clause_model().threshold
    ours: dict[tuple[str, str], Found] = {}
    rejected: dict[tuple[str, str], Found] = {}
    for conversation in conversations:
        for scored in extractor.score([conversation], [screen(conversation)]):
            candidate = scored.candidate
            arm = ours if scored.probability >= threshold else rejected
            arm.setdefault(
                (conversation.id, candidate.text.casefold()),
                Found(conversation.id, candidate.turn, candidate.start, candidate.end,
                      candidate.text),
            )  # fmt: skip
    llms, _ = by_llms(conversations)
    return {
        OURS: list(ours.values()),
        "llm": [found for model in sorted(llms) for found in llms[model]],
        "rejected": [found for key, found in rejected.items() if key not in ours],
    }


def _item(number: int, found: Found, conversation: Conversation) -> str:
    text = conversation.turns[found.turn].text
    shown = (
        ("[...] " if found.start > AROUND else "")
        + text[max(0, found.start - AROUND) : found.start]
        + "⟦" + text[found.start : found.end] + "⟧"
        + text[found.end : found.end + AROUND]
        + (" [...]" if len(text) - found.end > AROUND else "")
    )  # fmt: skip
    first = next(i for i, turn in enumerate(conversation.turns) if turn.role == "user")
    lines = [f"\n---\n## Item {number}", f"STATEMENT: {found.text}"]
    lines += [f"QUOTE: {text[found.start : found.end]}", ""]
    if first < found.turn - 1:
        lines.append(f"FIRST USER TURN: {_short(conversation, first)}\n")
    if found.turn > 0:
        lines.append(f"BEFORE ({conversation.turns[found.turn - 1].role}): "
                     f"{_short(conversation, found.turn - 1)}\n")  # fmt: skip
    lines.append(f">>> USER (turn {found.turn}): {shown}\n")
    if found.turn + 1 < len(conversation.turns):
        lines.append(f"AFTER ({conversation.turns[found.turn + 1].role}): "
                     f"{_short(conversation, found.turn + 1)}")  # fmt: skip
    return "\n".join(lines)


def _short(conversation: Conversation, turn: int) -> str:
    text = " ".join(conversation.turns[turn].text.split())
    return text[:NEIGHBOUR] + (" [...]" if len(text) > NEIGHBOUR else "")


def _write(path: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


if __name__ == "__main__":
    main()
