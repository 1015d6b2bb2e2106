"""The sections of a comparison of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from recenter.compare.compared import LESS, line_of
from recenter.compare.labels import selection
from recenter.compare.labels.read import LabelledCorpus
from recenter.compare.labels.replies import LONGER, judged, judges_of, lift
from recenter.compare.labels.selection import Apart, Decided, Figure
from recenter.figures.record import Line, Table
from recenter.reports.section import Section, told
from recenter.reports.section import apart as word
from recenter.stats.contrast import difference

_FIGURES: tuple[tuple[str, Figure], ...] = (
    ("relevant (base rate)", selection.base_rate),
    ("used", selection.used),
    ("precision", selection.precision),
    ("recall", selection.recall),
    ("specificity", selection.specificity),
    ("F1", selection.f1),
)


class Selected(NamedTuple):
    """A corpus of labelled messages, with what was decided by the selector and without reading."""

    corpus: LabelledCorpus
    selector: Decided
    trivial: Mapping[str, Decided]


def selection_section(found: Sequence[Selected], *, name: str) -> Section | None:
    """Say how well a selector does on labels of people and on made ones."""
    if not found:
        return None
    first, *others = found
    names = [one.corpus.name for one in found]
    columns = (*names, *(f"{names[0]}{LESS}{other}" for other in names[1:]))
    parts = [selection.apart(first.selector, other.selector) for other in others]
    shared = [key for key in first.trivial if all(key in one.trivial for one in others)]
    lines = [_line(what, figure, [one.selector for one in found]) for what, figure in _FIGURES]
    lines += [
        _line(f"F1, {key}", selection.f1, [one.trivial[key] for one in found]) for key in shared
    ]
    return Section(
        stage="selection",
        name="selection",
        title="What should change an answer",
        verdict=" ".join(
            _verdict(names[0], other, part) for other, part in zip(names[1:], parts, strict=True)
        ),
        counts=_counts(found),
        tables=(
            Table(
                title=f"Selector {name}",
                columns=columns,
                lines=tuple(lines),
                note="Differences are of other people. Recall and specificity do not hang on the "
                "base rate; precision and F1 do.",
            ),
            Table(
                title="What the difference in F1 is made of",
                columns=("difference", "base rate", "the rest"),
                lines=tuple(
                    Line(f"{names[0]}{LESS}{other}", tuple(part))
                    for other, part in zip(names[1:], parts, strict=True)
                ),
                note="Base rate: F1 that the selector would have on the second corpus, were as "
                "much relevant there as in the first, less the one it has. The two sum up.",
            ),
        ),
        limits=(
            "Labels that were made say what their maker meant to matter, not what a person said.",
            "A selector that was trained on one of the corpora has seen it: give one that has not.",
        ),
    )


def replies_section(corpora: Sequence[LabelledCorpus]) -> Section | None:
    """Say how well judges agree with what was preferred, in each corpus of pairs."""
    if not corpora:
        return None
    names = [one.name for one in corpora]
    pairs = [one.pairs for one in corpora]
    judges = judges_of(pairs)
    columns = (*names, *(f"{names[0]}{LESS}{other}" for other in names[1:]))
    right = [line_of([judged(some, who) for some in pairs]) for who in (LONGER, *judges)]
    more = [line_of([lift(some, who) for some in pairs]) for who in judges]
    tables = [Table(title="Right, ties as half", columns=columns, lines=tuple(right))]
    if more:
        tables.append(
            Table(title=f"More often right than {LONGER}", columns=columns, lines=tuple(more))
        )
    return Section(
        stage="reply",
        name="replies",
        title="Which reply is better",
        verdict=_judges(names, right[1:]),
        counts={
            f"{what} of {one.name}": count
            for one in corpora
            for what, count in (
                ("pairs", len(one.pairs)),
                ("people", len({pair.person for pair in one.pairs})),
            )
        },
        tables=tuple(tables),
        limits=(
            "Pairs of one occasion are averaged first. A judge that answered of no pair of a "
            "corpus is left out.",
        ),
    )


def _line(what: str, figure: Figure, decided: Sequence[Decided]) -> Line:
    sides = [selection.side(figure, one) for one in decided]
    n = [len(one.truth) for one in decided]
    return Line(
        what,
        (
            *(selection.told(figure, one) for one in decided),
            *(
                difference(sides[0], other, n=n[0] + size)
                for other, size in zip(sides[1:], n[1:], strict=True)
            ),
        ),
    )


def _counts(found: Sequence[Selected]) -> dict[str, int]:
    counts = {}
    for one in found:
        people = {message.person for message in one.corpus.messages}
        counts[f"people of {one.corpus.name}"] = len(people)
        counts[f"messages of {one.corpus.name}"] = len(one.corpus.messages)
        counts[f"labels of {one.corpus.name}"] = len(one.selector.truth)
    return counts


def _verdict(first: str, other: str, part: Apart) -> str:
    if part.whole.value is None:
        return f"F1 in {first} and {other} cannot be compared: {part.whole.reason}"
    way = word(part.whole)
    said = f"F1 of the selector is {way} in {first} than in {other} ({told(part.whole)})"
    if part.whole.low is None:
        said = (
            f"F1 of the selector in {first} less that in {other} is {told(part.whole)}, with no "
            "interval to tell them apart by"
        )
    elif way not in ("higher", "lower"):
        said = f"F1 of the selector is {way} in {first} and {other} ({told(part.whole)})"
    return (
        f"{said}; of that {told(part.base)} is base rate and "
        f"{told(part.rest)} how well relevant and other ones are told apart."
    )


def _judges(names: Sequence[str], lines: Sequence[Line]) -> str:
    if not lines:
        return "No judge answered in every corpus."
    if len(names) == 1:
        return "There is one corpus of pairs, so nothing to compare it with."
    said = []
    for place, other in enumerate(names[1:], len(names)):
        ways = [word(figure) for line in lines if (figure := line.figures[place]) is not None]
        said.append(
            f"Of {len(ways)} judges {ways.count('higher')} are right more often in {names[0]} than "
            f"in {other}, {ways.count('lower')} less often; the others are not told apart."
        )
    return " ".join(said)
