"""What the audit says of statements about real people. Run: python -m bench.audit_real.

Prints figures only. Most of these statements are sound, so what the checks of wording flag is close
to a rate of false alarms. Support is looked for in the dialogue that a memory was made from, and,
for a memory that cannot be supported but by chance, in those of all others.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from bench.common import SHARED_DATA, print_signature, read_jsonl
from recenter.audit.checks.self_quoted import self_quoted
from recenter.audit.checks.subjects import about_other
from recenter.audit.checks.support import Heard, listen, unsupported
from recenter.models.embedded import Minilm
from recenter.records import Conversation, Turn
from recenter.text.instructions import instruction_like

SEED = 0
DIALOGUES = 110


def _statements() -> Iterator[str]:
    for row in read_jsonl(SHARED_DATA / "alps_memories.jsonl"):
        yield row["text"]
    for row in read_jsonl(SHARED_DATA / "alps_llm_extractions.jsonl"):
        yield from (item["text"] for item in row["items"] if item.get("text"))
    for row in read_jsonl(SHARED_DATA / "selection_profiles.jsonl"):
        for one in row.get("attributes") or [row]:
            yield one.get("attribute") or one["text"]


def _dialogues(names: set[str]) -> Iterator[Conversation]:
    for row in read_jsonl(SHARED_DATA / "alps_sessions.jsonl"):
        if row["session"] in names:
            turns = tuple(
                Turn(role="user" if turn["role"] == "user" else "assistant", text=turn["text"])
                for turn in row["turns"]
            )
            yield Conversation(id=row["session"], person="p", turns=turns, source="bench")


def _support(rows: Sequence[dict[str, str]], encoder: Minilm) -> None:
    dialogues = list(_dialogues({row["session"] for row in rows}))
    heard = {talk.id: listen([talk], encoder) for talk in dialogues}
    vectors = encoder.embed([row["text"] for row in rows])
    for verdict in ("kept", "rejected"):
        found = [
            unsupported([row["text"]], vector[None], heard[row["session"]])[0] is not None
            for row, vector in zip(rows, vectors, strict=True)
            if row["verdict"] == verdict
        ]
        print(f"{verdict:9} n {len(found):4}  unsupported {sum(found) / len(found):.3f}")
    everything = listen(dialogues, encoder)
    strange = []
    for row, vector in zip(rows, vectors, strict=True):
        theirs = [
            n for n, one in enumerate(everything.said) if one.conversation.id != row["session"]
        ]
        others = Heard(tuple(everything.said[n] for n in theirs), everything.vectors[theirs])
        strange.append(unsupported([row["text"]], vector[None], others)[0] is not None)
    print(f"{'of others':9} n {len(strange):4}  unsupported {sum(strange) / len(strange):.3f}")


def main() -> None:
    """Print how often each check of wording fires, and support in own and others' dialogues."""
    texts = [*_statements()]
    checks: dict[str, Callable[[str], str | None]] = {
        "instruction_like": instruction_like,
        "self_quoted": self_quoted,
        "third_party": lambda text: about_other(text, ()),
    }
    for name, check in checks.items():
        fired = sum(check(text) is not None for text in texts)
        print(f"{name:17} {fired} of {len(texts)}")
    rows = [*read_jsonl(SHARED_DATA / "alps_memories.jsonl")]
    names = sorted({row["session"] for row in rows})
    chosen = set(random.Random(SEED).sample(names, DIALOGUES))
    _support([row for row in rows if row["session"] in chosen], Minilm())
    print_signature("audit_real", seed=SEED, dialogues=DIALOGUES)


if __name__ == "__main__":
    main()
