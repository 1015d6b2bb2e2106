"""How often real personalised replies pass the checks of `respond --check`, and what stops them.

Run as `python -m bench.reply_checks`. The replies were drawn apart from the generic ones, as with
`--method start`; there are none of `edit`. No one rated them: this is how strict the rules are, not
how right. Intervals are 95 %, resampling people.
"""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.records import Attribute
from recenter.stages.reply_checks import Fault, findings
from recenter.stats.estimate import estimate

MODES = ("human_relevant_attributes", "all_attributes")


def checked() -> list[tuple[str, str, set[str]]]:
    """Mode, person and faults of every personalised reply that has a generic one beside it."""
    people = {row["pair"]: row for row in read_jsonl(SHARED_DATA / "selection_human.jsonl")}
    replies: dict[tuple[str, str], dict[str, str]] = {}
    for row in read_jsonl(SHARED_DATA / "responses.jsonl"):
        replies.setdefault((row["pair"], row["generator"]), {})[row["mode"]] = row["response"]
    found = []
    for (pair, _), texts in replies.items():
        if pair in people and "no_context" in texts:
            row = people[pair]
            for mode in (mode for mode in MODES if mode in texts):
                faults = faults_of(row, texts["no_context"], texts[mode], mode)
                if faults is not None:
                    found.append((mode, row["user"], faults))
    return found


def faults_of(row: dict[str, Any], generic: str, personal: str, mode: str) -> set[str] | None:
    """The faults of a reply; None where it was given nothing of the person."""
    used: list[Attribute] = []
    others: list[Attribute] = []
    for item in row["attributes"]:
        made = Attribute(
            id=item["id"],
            person=row["user"],
            text=item["text"],
            source="stated",
            confidence=1.0,
            evidence=(),
        )
        (used if item["relevant"] or mode == "all_attributes" else others).append(made)
    if not used:
        return None
    told = findings(row["prompt"], generic, personal, used=used, others=others)
    return {finding.fault for finding in told}


def main() -> None:
    found = checked()
    print_signature(
        "reply_checks",
        data="responses.jsonl, selection_human.jsonl",
        replies=len(found),
        people=len({person for _, person, _ in found}),
        seed=0,
    )
    print("| mode | replies | pass | pass but for lost facts | share with each fault |")
    print("|---|---|---|---|---|")
    for mode in MODES:
        own = [(person, faults) for name, person, faults in found if name == mode]
        names = [person for person, _ in own]
        passed = (
            [not faults for _, faults in own],
            [not faults - {"fact lost"} for _, faults in own],
        )
        cells = [
            str(estimate(lambda v: float(v.mean()), names, np.array(column, float)))
            for column in passed
        ]
        shares = ", ".join(
            f"{fault} {np.mean([fault in faults for _, faults in own]):.2f}"
            for fault in get_args(Fault)[:-1]
        )
        print("|", " | ".join([mode, str(len(own)), *cells, shares]), "|")


if __name__ == "__main__":
    main()
