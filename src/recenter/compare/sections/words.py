"""What differences allow to say, and pictures for who cannot see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recenter.compare.compared import LESS
from recenter.compare.measure import Rows, one
from recenter.compare.records import Corpus
from recenter.compare.units import alike, in_both
from recenter.figures.record import Dot, Table
from recenter.reports.section import apart, listed, told


def differing(table: Table, what: str) -> str:
    """Return in which figures the first corpus is told apart from each other one."""
    sentences = []
    first = len(table.columns) - _others(table)
    for place in range(first, len(table.columns)):
        parts = [(line.name, line.figures[place]) for line in table.lines]
        sides: dict[str, list[str]] = {"higher": [], "lower": []}
        for name, figure in parts:
            if figure is not None:
                sides.get(apart(figure), []).append(f"{name} ({told(figure)})")
        column = table.columns[place]
        said = [f"{way}: {listed(names)}" for way, names in sides.items() if names]
        sentences.append(f"{column}: {'; '.join(said) if said else 'nothing is told apart'}.")
    return " ".join(sentences) or f"{what} cannot be compared: there is one."


def _others(table: Table) -> int:
    return sum(LESS in column for column in table.columns)


def met(first: Corpus, other: Corpus) -> Iterator[str]:
    """Say how many people of two corpora share a conversation or an id, once units are linked."""
    here, there = in_both(first.talks, other.talks)
    same = alike(first.talks, other.talks)
    if not (here or same):
        return
    both = {corpus.units[person] for corpus in (first, other) for person in corpus.people}
    yield (
        f"{here:,} of {len(first.people):,} people of {first.name} and {there:,} of "
        f"{len(other.people):,} of {other.name} share conversations, and {same:,} "
        f"{'has' if same == 1 else 'have'} the same id in both, so that the two are "
        f"{len(both):,} independent unit{'s' * (len(both) != 1)} together and a difference is "
        "not one of other people alone: it is smaller than it would be, and its interval wider."
    )


def unspaced(corpora: Sequence[Corpus]) -> Iterator[str]:
    """Say what of a corpus in a script without spaces cannot be compared."""
    for corpus in corpora:
        if corpus.unspaced:
            yield (
                f"Most of {corpus.name} is in a script without spaces between words: words, which "
                "white space parts, and lengths matched by them say nothing of it. The embedded "
                "extractor and the trained verifier read English."
            )


def share_told(rows: Rows) -> str:
    """Return a share for a sentence; all or none of them, or no interval, is told with its n."""
    share = one(rows)
    said = told(share, percent=True)
    if share.value is None or (share.low is not None and 0 < share.value < 1):
        return said
    return f"{said} ({rows.top.sum():,.0f} of {len(rows.top):,})"


def in_words(what: str, dots: Sequence[Dot]) -> str:
    """Return the figures of a picture for who cannot see it."""
    said = "; ".join(f"{dot.name} {told(dot.figure)}" for dot in dots)
    return f"{what}, with 95 % intervals: {said}."
