"""The corpora again, at the same length of conversation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recenter.compare.compared import LESS, Compared
from recenter.compare.matching import BINS, BY, Matched, matched, own_turns, own_words, strata_of
from recenter.compare.measure import PROBLEMATIC, Rows, apart, per_talk, problematic, without
from recenter.compare.records import Corpus
from recenter.compare.sections.words import in_words
from recenter.figures.record import Dot, Dots, Line, Table
from recenter.reports.section import Section, listed, told
from recenter.reports.section import apart as word
from recenter.stats.estimate import Estimate

_SAME_LENGTH = {
    "words of the person": "same words",
    "turns of the person": "same turns",
    "both": "same words and turns",
}


def matched_section(compared: Compared) -> Section:
    """Compare the corpora again, at the same length of conversation."""
    first, *others = compared.corpora
    tables, dots = [], []
    for other in others:
        raw = apart(problematic(first), problematic(other))
        dots.append(Dot(f"{other.name}: as they are", raw))
        for by, size in BY.items():
            pair = strata_of((first, other), size)
            found = {
                rows[0].name: matched(rows[0], rows[1], pair) for rows in _matchable(first, other)
            }
            tables.append(_matched_table(first, other, by, found))
            dots.append(Dot(f"{other.name}: {_SAME_LENGTH[by]}", found[PROBLEMATIC].apart))
    return Section(
        stage="extraction",
        name="matched",
        title="At the same length of conversation",
        verdict=_matched_verdict(first, others, dots),
        counts={"strata at most": BINS},
        tables=tuple(tables),
        pictures=(
            Dots(
                name="matched",
                title=f"More problematic attributes in {first.name}",
                x="difference of shares; 0 is none",
                rows=tuple(dots),
                alt=in_words("Difference in the share of problematic attributes", dots),
                reference=0.0,
            ),
        ),
        limits=(
            "Conversations are parted by quantiles of length, every figure is taken within a part, "
            "and parts are weighted by how much both corpora have of them; what only one of them "
            "has is not compared. The last columns say how much was.",
            "Length is matched and nothing else: topics, languages and manners still differ.",
        ),
    )


def _matchable(first: Corpus, other: Corpus) -> tuple[tuple[Rows, Rows], ...]:
    pairs = [(make(first), make(other)) for make in (problematic, per_talk, without)]
    for name, size in (("words", own_words), ("turns", own_turns)):
        sides = []
        for corpus in (first, other):
            base = per_talk(corpus)
            top = np.asarray([size(talk) for talk in corpus.talks], np.float64)
            sides.append(base._replace(name=f"{name} that are left to differ", top=top))
        pairs.append((sides[0], sides[1]))
    return tuple(pairs)


def _matched_table(first: Corpus, other: Corpus, by: str, found: dict[str, Matched]) -> Table:
    lines = []
    for name, each in found.items():
        shares = [
            Estimate(value=share, n=side.n, clusters=side.clusters)
            for share, side in zip(each.compared, (each.first, each.second), strict=True)
        ]
        lines.append(Line(name, (each.first, each.second, each.apart, *shares)))
    return Table(
        title=f"{first.name} and {other.name} matched by {by}",
        columns=(
            first.name,
            other.name,
            f"{first.name}{LESS}{other.name}",
            f"part of {first.name} compared",
            f"part of {other.name} compared",
        ),
        lines=tuple(lines),
        note="As they would be were their conversations as long as each other's.",
    )


def _matched_verdict(first: Corpus, others: Sequence[Corpus], dots: Sequence[Dot]) -> str:
    parts = []
    for other in others:
        said = [dot for dot in dots if dot.name.startswith(f"{other.name}: ")]
        words = [
            f"{dot.name.removeprefix(f'{other.name}: ')} {told(dot.figure, percent=True)} "
            f"({word(dot.figure)})"
            for dot in said
        ]
        parts.append(
            f"Share of problematic attributes in {first.name} less that in {other.name}: "
            f"{listed(words)}."
        )
    return " ".join(parts)
