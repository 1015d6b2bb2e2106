"""How well the audit finds planted faults. Run: python -m bench.audit_planted.

`--half tuning` and `--half held` take the wordings that the checks were tuned on, or those that
they were not; without it, both. `--show FAULT` prints what was missed and what was wrong.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from bench.audit_phrases import Half
from bench.audit_store import AS_OF, ENTRIES, Planted, Store, store
from bench.common import print_signature
from recenter.audit.read import read_export
from recenter.audit.record import FAULTS, Audit, Fault, Finding
from recenter.audit.run import audit
from recenter.importers.base import BadRow
from recenter.importers.reading import read_conversations
from recenter.models.embedded import Minilm
from recenter.progress import Silent

_SHOWN = 25


class Score(NamedTuple):
    """How the entries flagged with a fault and those that have it agree."""

    planted: int
    flagged: int
    right: int

    @property
    def precision(self) -> float | None:
        """Share of the flagged that have it; None where none was flagged."""
        return self.right / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Share of those that have it that were flagged; None where there are none."""
        return self.right / self.planted if self.planted else None


def audited(made: Store) -> Audit:
    """Return the audit of a planted store, through the files that a person would have."""
    with tempfile.TemporaryDirectory() as folder:
        export, said = Path(folder) / "mem0.json", Path(folder) / "conversations.jsonl"
        export.write_text(json.dumps(made.mem0()), "utf-8")
        said.write_text("".join(json.dumps(row) + "\n" for row in made.conversations), "utf-8")
        conversations = [
            row for row in read_conversations(said, key=bytes(32)) if not isinstance(row, BadRow)
        ]
        return audit(
            read_export(export),
            Minilm(),
            Silent(),
            as_of=AS_OF,
            conversations=conversations,
        )


def scores(made: Store, done: Audit) -> dict[Fault, Score]:
    """Return the score of each fault.

    Whether it is supported counts where an entry is about the person: what the system says of
    itself is not looked for in their words. Orders to the model are all over what was planted as
    boot files and output of tools: whether these are flagged as such counts neither way. A
    duplicate is right where its other states the same planted fact; of each fact, all entries but
    one are duplicates.
    """
    found = {}
    about = [not one.labels & {"self_quoted", "instruction_like"} for one in made.entries]
    for fault in FAULTS:
        flagged = [finding for finding in done.findings if finding.fault == fault]
        if fault == "unsupported":
            flagged = [finding for finding in flagged if about[finding.entry]]
        if fault == "instruction_like":
            flagged = [f for f in flagged if "self_quoted" not in made.entries[f.entry].labels]
        right = sum(_right(made.entries, finding) for finding in flagged)
        if fault == "duplicate":
            facts = Counter(one.fact for one in made.entries)
            planted = sum(count - 1 for count in facts.values())
        else:
            planted = sum(
                fault in one.labels
                and (fault != "unsupported" or own)
                and (fault != "instruction_like" or "self_quoted" not in one.labels)
                for one, own in zip(made.entries, about, strict=True)
            )
        found[fault] = Score(planted, len(flagged), right)
    return found


def _right(entries: Sequence[Planted], finding: Finding) -> bool:
    if finding.fault == "duplicate" and finding.other is not None:
        return entries[finding.entry].fact == entries[finding.other].fact
    return finding.fault in entries[finding.entry].labels


def spared(made: Store, done: Audit) -> Score:
    """Return how the facts with which nothing is wrong and those left alone agree.

    A fact is left alone where one entry that states it has no finding.
    """
    sound = {one.fact for one in made.entries if not one.labels}
    clean = {one.fact for one, faults in zip(made.entries, done.faults, strict=True) if not faults}
    return Score(len(sound), len(clean), len(sound & clean))


def _wrong(made: Store, done: Audit, fault: Fault) -> Iterator[str]:
    flagged = defaultdict(list)
    for finding in done.findings:
        if finding.fault == fault:
            flagged[finding.entry].append(finding)
    shown: Counter[str] = Counter()
    for place, one in enumerate(made.entries):
        for finding in flagged[place]:
            if not _right(made.entries, finding) and shown["wrong"] < _SHOWN:
                shown["wrong"] += 1
                other = "" if finding.other is None else f" | {made.entries[finding.other].text}"
                yield f"wrong  {one.text!r} {finding.reason}{other}"
        missed = fault in one.labels and not flagged[place]
        if missed and shown["missed"] < _SHOWN:
            shown["missed"] += 1
            yield f"missed {one.text!r} <- {one.said}"


def main() -> None:
    """Print precision and recall per fault, and the time it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=get_args(Half), default="both")
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", choices=FAULTS)
    given = parser.parse_args()
    made = store(seed=given.seed, half=given.half, entries=given.entries)
    began, worked = time.perf_counter(), time.process_time()
    done = audited(made)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    print(f"{len(made.entries)} entries, wordings: {given.half}")
    print(f"{took:.1f} s, of processors {worked:.1f} s")
    print(f"{'':18}{'planted':>9}{'flagged':>9}{'precision':>11}{'recall':>8}")
    rows = [*scores(made, done).items(), ("nothing wrong", spared(made, done))]
    for name, score in rows:
        shares = [
            "none" if share is None else f"{share:.3f}" for share in (score.precision, score.recall)
        ]
        print(f"{name:18}{score.planted:9}{score.flagged:9}{shares[0]:>11}{shares[1]:>8}")
    for line in _wrong(made, done, given.show) if given.show else ():
        print(line)
    print_signature("audit_planted", seed=given.seed, half=given.half)


if __name__ == "__main__":
    main()
