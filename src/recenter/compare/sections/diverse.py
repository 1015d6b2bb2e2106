"""How much attributes differ, as they are and after the study's filters and sampling."""

from __future__ import annotations

from collections.abc import Sequence

from recenter.compare.compared import Compared
from recenter.compare.diversity import SAME, distinct, rarefied
from recenter.compare.measure import bounded, contrasted, units
from recenter.compare.sections.words import in_words
from recenter.compare.steps import Left
from recenter.figures.record import Dot, Dots, Line, Table
from recenter.reports.section import Section, told
from recenter.reports.section import apart as word
from recenter.stats.clustered import Part
from recenter.stats.estimate import Estimate

_NO_DISTANCE = "It takes attributes of three independent units at least."


def diversity_section(compared: Compared) -> Section:
    """Say how much the attributes differ, as they are and after each step switched on."""
    steps = _steps_tables(compared)
    dots = tuple(
        Dot(f"{corpus.name}: {left.name}", _distance(left.distance, left.attributes))
        for corpus, found in zip(compared.corpora, compared.steps, strict=True)
        for left in found
    )
    raw = Line(
        "mean distance of two attributes",
        _contrasted([found[0].distance for found in compared.steps], compared),
    )
    return Section(
        stage="extraction",
        name="diversity",
        title="How diverse the attributes are",
        verdict=_sentence(raw, compared, "The attributes are"),
        counts={
            f"distinct attributes in {corpus.name}": len(set(distinct(vectors).tolist()))
            for corpus, vectors in zip(compared.corpora, compared.vectors, strict=True)
        },
        tables=(_diversity_table(compared, raw), *steps),
        pictures=(
            Dots(
                name="steps",
                title="Mean cosine distance of two attributes",
                x="mean cosine distance",
                rows=dots,
                alt=in_words("Mean cosine distance of attributes, by corpus and step", dots),
            ),
        ),
        limits=(
            f"Vectors are of {compared.embedder}. The study gives no formula; this one comes near "
            "its figures, which are of another extractor and of other people.",
            f"Distinct attributes are clusters at a cosine of {SAME:g}, as in the study's merging.",
            "Steps are taken one after the other, in the study's order; nothing is extracted "
            "again: an attribute stays while a conversation stays that it rests on. The interval "
            "after sampling takes the people chosen as given, though they were chosen to differ.",
        ),
    )


def _diversity_table(compared: Compared, raw: Line) -> Table:
    labels = [distinct(vectors) for vectors in compared.vectors]
    size = min(len(one) for one in labels) // 2
    by = [units(corpus, corpus.attributes) for corpus in compared.corpora]
    drawn = [rarefied(one, who, size) for one, who in zip(labels, by, strict=True)]
    line = Line(f"distinct ones of {size} drawn", _contrasted(drawn, compared))
    return Table(
        title="Diversity",
        columns=compared.columns,
        lines=(raw, line),
        note="Of as many attributes of each corpus: half of those of the smallest.",
    )


def _contrasted(parts: Sequence[Part | None], compared: Compared) -> tuple[Estimate, ...]:
    counts = [len(corpus.attributes) for corpus in compared.corpora]
    alone = [_distance(part, n) for part, n in zip(parts, counts, strict=True)]
    first, *others = parts
    return (
        *alone,
        *(
            contrasted(first, other, n=counts[0] + n)
            for other, n in zip(others, counts[1:], strict=True)
        ),
    )


def _distance(part: Part | None, n: int) -> Estimate:
    if part is None:
        return Estimate(value=None, n=n, reason=_NO_DISTANCE)
    return bounded(part, n=n)


def _steps_tables(compared: Compared) -> tuple[Table, ...]:
    """Return a table for each corpus, where any step is switched on."""
    if all(len(found) < 2 for found in compared.steps):
        return ()
    return tuple(
        Table(
            title=f"{corpus.name}, step by step",
            columns=("mean distance", "of as many people at random"),
            lines=tuple(map(_step, found)),
            note="n are attributes and units those of the people who have any. "
            + " ".join(
                f"{left.name}: {left.people:,} people, {left.conversations:,} conversations."
                + (f" {left.note}" if left.note else "")
                for left in found
            ),
        )
        for corpus, found in zip(compared.corpora, compared.steps, strict=True)
    )


def _step(left: Left) -> Line:
    random = left.random
    beside = None if random is None else Estimate(value=random, reason="Mean of 100 draws.")
    return Line(left.name, (_distance(left.distance, left.attributes), beside))


def _sentence(line: Line, compared: Compared, begin: str) -> str:
    first, *others = compared.names
    parts = []
    for name, figure in zip(others, line.figures[len(compared.names) :], strict=True):
        way = {"higher": "more diverse in", "lower": "less diverse in"}
        if figure is None or figure.value is None:
            parts.append(f"How diverse {first} and {name} are cannot be compared.")
        elif word(figure) in way:
            parts.append(f"{begin} {way[word(figure)]} {first} than in {name}: {told(figure)}.")
        else:
            parts.append(f"{first} and {name} are not told apart in diversity: {told(figure)}.")
    return " ".join(parts)
