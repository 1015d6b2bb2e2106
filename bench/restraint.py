"""How many attributes are used for on-topic, vague, off-topic and ordinary prompts.

Run: python -m bench.restraint. Three invented people and 30 prompts of each kind, written for this
and in no training data. Recenter decides without a policy for sensitive topics and without a cap.
Intervals are 95 %, resampling prompts. `--draw FOLDER` writes the picture, `--prompts` each count.

`--development` takes four other invented people and their prompts, Recenter alone: what may be
looked at and tuned on. The set without it is for what is reported, and nothing is chosen by it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bench.common import print_signature
from recenter.batch.rows import TextRow
from recenter.figures.draw import draw
from recenter.figures.record import Dot, Dots
from recenter.models.base import Embedder
from recenter.peers.mem0 import opened, remember, searched
from recenter.peers.memory import encoder
from recenter.peers.top_k import top_k
from recenter.provenance import Signature
from recenter.records import Attribute, Query
from recenter.stages.select_trained import Choices, TrainedSelector
from recenter.stats.estimate import Estimate, estimate

SEED = 0
K = 10
ATTRIBUTES = 50
"""Of each person of the set that is reported."""
_USER = "one"
_ANY, _SOME = "* ", "~ "
"""Begin an attribute that says how any answer should be written, or only some answers."""
KINDS = ("on-topic", "vague", "off-topic", "ordinary")
_DATA = Path(__file__).with_suffix(".txt")
_DEVELOPMENT = _DATA.with_name("restraint_development.txt")

Used = Callable[[str], Collection[str]]
"""A prompt to the ids of the attributes that are used for it."""


class Profile(NamedTuple):
    """An invented person, and prompts by kind."""

    name: str
    attributes: tuple[TextRow, ...]
    standing: frozenset[str]
    """Ids of those that say how any answer should be written."""
    prompts: dict[str, tuple[str, ...]]


class Counted(NamedTuple):
    """How many attributes a method uses for one prompt of one person."""

    method: str
    kind: str
    person: str
    prompt: str
    used: int
    standing: int
    """Of these, wishes about any answer."""


def read(path: Path = _DATA) -> tuple[Profile, ...]:
    """Return the profiles; the ordinary prompts are the same for each."""
    parts: dict[tuple[str, str], list[str]] = {}
    person = section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:]
        elif line.startswith("# "):
            person, section = line[2:], ""
        else:
            parts.setdefault((person, section), []).append(line)
    people = dict.fromkeys(name for name, section in parts if section)
    return tuple(
        Profile(
            name.removeprefix("person: "),
            tuple(
                TextRow(str(i), text.removeprefix(_ANY).removeprefix(_SOME))
                for i, text in enumerate(parts[name, "attributes"])
            ),
            frozenset(
                str(i) for i, text in enumerate(parts[name, "attributes"]) if text.startswith(_ANY)
            ),
            {kind: tuple(parts.get((name, kind), parts["ordinary", ""])) for kind in KINDS},
        )
        for name in people
    )


def recenter_uses(profile: Profile, embedder: Embedder, setting: str) -> Used:
    selector = TrainedSelector(embedder, choices=Choices(setting=setting))
    known = [
        Attribute(
            id=one.id,
            person=profile.name,
            text=one.text,
            source="stated",
            confidence=1.0,
            evidence=(),
            signature=Signature(),
        )
        for one in profile.attributes
    ]

    def used(prompt: str) -> Collection[str]:
        return selector.select(Query(id=prompt, person=profile.name, prompt=prompt), known).used

    return used


def ours(profile: Profile, embedder: Embedder) -> dict[str, Used]:
    return {
        f"Recenter, {setting}": recenter_uses(profile, embedder, setting)
        for setting in ("restrained", "agreeing")
    }


@contextmanager
def methods(profile: Profile, embedder: Embedder) -> Iterator[dict[str, Used]]:
    nearest = top_k(embedder, K)
    with opened(embedder) as memory:
        remember(memory, profile.attributes, user=_USER)
        yield {
            **ours(profile, embedder),
            f"top {K}": lambda prompt: nearest(prompt, profile.attributes),
            "mem0, its defaults": lambda prompt: searched(memory, prompt, user=_USER),
        }


def counted(
    profiles: Sequence[Profile], embedder: Embedder, *, alone: bool = False
) -> list[Counted]:
    """Count what each method uses; `alone` leaves the other memories out."""
    rows = []
    for profile in profiles:
        held = nullcontext(ours(profile, embedder)) if alone else methods(profile, embedder)
        with held as uses:
            for kind, prompts in profile.prompts.items():
                for prompt in prompts:
                    for name, used in uses.items():
                        ids = set(used(prompt))
                        standing = len(ids & profile.standing)
                        rows.append(Counted(name, kind, profile.name, prompt, len(ids), standing))
    return rows


def mean_of(values: Sequence[float], rows: Sequence[Counted]) -> Estimate:
    column = np.asarray(values, np.float64)
    return estimate(lambda drawn: float(drawn.mean()), [r.prompt for r in rows], column, seed=SEED)


FIGURES: dict[str, Callable[[Counted], float]] = {
    "used, mean": lambda row: row.used,
    "nothing used, share": lambda row: row.used == 0,
    "nothing used but wishes about any answer, share": lambda row: row.used == row.standing,
}


def print_tables(rows: Sequence[Counted], methods: Sequence[str]) -> None:
    for title, figure in FIGURES.items():
        print(f"\n| {title} | " + " | ".join(KINDS) + " |\n|---|---|---|---|---|")
        for name in methods:
            cells = []
            for kind in KINDS:
                chosen = [r for r in rows if (r.method, r.kind) == (name, kind)]
                cells.append(str(mean_of([figure(r) for r in chosen], chosen)))
            print(f"| {name} | " + " | ".join(cells) + " |")


def picture(rows: Sequence[Counted], methods: Sequence[str]) -> Dots:
    dots = []
    for kind in KINDS:
        for name in methods:
            chosen = [r for r in rows if (r.method, r.kind) == (name, kind)]
            dots.append(Dot(f"{kind}: {name}", mean_of([r.used for r in chosen], chosen)))
    return Dots(
        name="restraint",
        title=f"Used of {ATTRIBUTES} attributes, by kind of prompt",
        x="mean number used, 95 % interval over prompts",
        rows=tuple(dots),
        alt=f"Mean number of attributes used, of {ATTRIBUTES}, by kind of prompt, for Recenter's "
        "two settings, the nearest ten and mem0 with its defaults.",
    )


def main() -> None:
    development = "--development" in sys.argv[1:]
    data = _DEVELOPMENT if development else _DATA
    profiles, embedder = read(data), encoder()
    rows = counted(profiles, embedder, alone=development)
    names = list(dict.fromkeys(row.method for row in rows))
    print_signature(
        "restraint",
        data=data.name,
        people=len(profiles),
        attributes=", ".join(str(len(one.attributes)) for one in profiles),
        prompts="30 of each kind and person, 30 ordinary for all",
        embedder=embedder.name,
        mem0=version("mem0ai"),
        seed=SEED,
        interval="95 %, 1,000 resamples of prompts",
    )
    print_tables(rows, names)
    for profile in profiles:
        print(f"\n{profile.name}")
        print_tables([row for row in rows if row.person == profile.name], names)
    if "--prompts" in sys.argv[1:]:
        for row in rows:
            print(
                f"{row.used}\t{row.standing}\t{row.method}\t{row.kind}\t{row.person}\t{row.prompt}"
            )
    if "--draw" in sys.argv[1:]:
        draw(picture(rows, names), Path(sys.argv[sys.argv.index("--draw") + 1]))


if __name__ == "__main__":
    main()
