"""What the sections of a comparison are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from recenter.compare.measure import Rows, Verdicts, apart, one
from recenter.compare.planted import Looked
from recenter.compare.records import Corpus
from recenter.compare.steps import Left
from recenter.figures.record import Line, Table
from recenter.reports.section import Section
from recenter.stages.merge import Vectors

LESS = " − "
"""Between the names of two corpora in the name of their difference."""


class Compared(NamedTuple):
    """Corpora read by the same models, the real one first."""

    corpora: tuple[Corpus, ...]
    vectors: tuple[Vectors, ...]
    """Of each corpus' attributes, in order, unit length."""
    steps: tuple[tuple[Left, ...], ...]
    """How diverse each corpus is as it came and after every step switched on."""
    planted: tuple[tuple[Looked, ...], ...]
    verdicts: Verdicts | None
    embedder: str
    seed: int
    texts: bool
    """Whether the words of attributes may be shown."""

    @property
    def names(self) -> tuple[str, ...]:
        """What the corpora are called."""
        return tuple(corpus.name for corpus in self.corpora)

    @property
    def columns(self) -> tuple[str, ...]:
        """Each corpus, then the first less each other one."""
        first, *others = self.names
        return (*self.names, *(f"{first}{LESS}{other}" for other in others))


Builder = Callable[[Compared], Section | None]
"""One section; None where the corpora hold nothing for it."""


def line_of(rows: Sequence[Rows]) -> Line:
    """Return a figure of every corpus, and by how much it is higher in the first."""
    first, *others = rows
    return Line(first.name, (*map(one, rows), *(apart(first, other) for other in others)))


def side_by_side(
    compared: Compared, figures: Callable[[Corpus], Sequence[Rows]], *, title: str, note: str = ""
) -> Table:
    """Return figures of all corpora with their differences, a line for each."""
    return Table(
        title=title,
        columns=compared.columns,
        lines=tuple(line_of(rows) for rows in zip(*map(figures, compared.corpora), strict=True)),
        note=note,
    )
