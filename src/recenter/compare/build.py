"""From corpora that were read to a report: every section, and a paragraph that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from recenter.compare.compared import Compared
from recenter.compare.diversity import mean_distance
from recenter.compare.matching import BY, matched, strata_of
from recenter.compare.measure import (
    Verdicts,
    apart,
    by_readers,
    contrasted,
    problematic,
    units,
)
from recenter.compare.planted import look_for, rows_of
from recenter.compare.records import Corpus
from recenter.compare.sections import SECTIONS
from recenter.compare.sections.words import met, share_told, unspaced
from recenter.compare.steps import Corpora, StepSettings, steps_of
from recenter.compare.units import linked
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.provenance import Signature, digest
from recenter.reports.material import Problem
from recenter.reports.section import Front, GapReport, told
from recenter.reports.section import apart as word
from recenter.stats.estimate import LEAST, Estimate

_INTERVALS = (
    "Intervals are 95 % and by independent unit: a person, or all people who share a conversation, "
    "a persona or what was planted. Differences are of other units, by Welch's t in closed form, "
    f"diversity by the jackknife over units. Fewer than {LEAST} units have no interval. They are "
    "not adjusted for being many. A figure without one says why."
)


class Asked(NamedTuple):
    """What a comparison is told beside the corpora."""

    embedder: Embedder
    steps: StepSettings
    verdicts: Verdicts | None
    seed: int
    texts: bool
    settings: str
    """Digest of extractor, verifier and merging."""
    models: str
    """Their names."""


def compare(
    corpora: Sequence[Corpus], talks: Sequence[Corpora], asked: Asked, progress: Progress
) -> Compared:
    """Return the corpora beside one another, the first of them the real one.

    `talks` gives the conversations of each, for the steps that look at them.

    Raises:
        MissingExtraError: a step is switched on whose package is not installed.
    """
    of = linked([(corpus.talks, corpus.units) for corpus in corpora])
    corpora = [msgspec.structs.replace(one, units={p: of[p] for p in one.units}) for one in corpora]
    progress.start("comparing the corpora", len(corpora))
    vectors, steps, planted = [], [], []
    for corpus, read in zip(corpora, talks, strict=True):
        own = asked.embedder.embed([one.text for one in corpus.attributes])
        vectors.append(own)
        steps.append(steps_of(corpus, read, own, asked.embedder, asked.steps))
        planted.append(look_for(corpus, own, asked.embedder))
        progress.advance()
    return Compared(
        corpora=tuple(corpora),
        vectors=tuple(vectors),
        steps=tuple(steps),
        planted=tuple(planted),
        verdicts=asked.verdicts,
        embedder=asked.embedder.name,
        seed=asked.seed,
        texts=asked.texts,
    )


def report_of(compared: Compared, asked: Asked, problems: Sequence[Problem] = ()) -> GapReport:
    """Return the report: a section by every builder that has one."""
    made = [build(compared) for build in SECTIONS]
    files = tuple(corpus.file for corpus in compared.corpora)
    steps = asked.steps.chosen
    return GapReport(
        sections=tuple(section for section in made if section is not None),
        files=files,
        problems=tuple(problems),
        signature=Signature(
            model=asked.models,
            seed=asked.seed,
            settings=digest([one.sha256 for one in files], asked.settings, steps, asked.steps),
        ),
        seed=asked.seed,
        front=Front(
            name="compare",
            title=f"Recenter: {' against '.join(compared.names)}",
            heading=" against ".join(compared.names),
            summary=" ".join(summary(compared)),
            intervals=_INTERVALS,
            rows="conversations",
            models="models",
        ),
    )


def summary(compared: Compared) -> Iterator[str]:
    """Yield the sentences of the paragraph at the top: what the intervals allow, and no more."""
    first, *others = compared.corpora
    yield (
        "The same extractor and verifier read " + ", ".join(map(_counted, compared.corpora)) + "."
    )
    yield from unspaced(compared.corpora)
    for other in others:
        yield from met(first, other)
    for place, other in enumerate(others, 1):
        yield from _problematic(compared, first, other)
        sides = [
            mean_distance(compared.vectors[at], units(corpus, corpus.attributes))
            for at, corpus in ((0, first), (place, other))
        ]
        yield _diverse(contrasted(*sides, n=0), first.name, other.name)
    for corpus, looked in zip(compared.corpora, compared.planted, strict=True):
        for kind in dict.fromkeys(each.planted.kind for each in looked):
            rows = rows_of([each for each in looked if each.planted.kind == kind])
            share = share_told(rows)
            yield f"Of the {kind}s planted in {corpus.name}, {share} are found."


def _counted(corpus: Corpus) -> str:
    people, independent = len(corpus.people), corpus.independent
    if independent == people:
        return f"{people:,} {'person' if people == 1 else 'people'} in {corpus.name}"
    unit = "independent unit" + "s" * (independent > 1)
    return f"{people:,} people in {corpus.name} ({independent:,} {unit})"


def _problematic(compared: Compared, first: Corpus, other: Corpus) -> Iterator[str]:
    sides = problematic(first), problematic(other)
    shares = [share_told(rows) for rows in sides]
    yield (
        f"The verifier does not accept {shares[0]} of the attributes of {first.name} and "
        f"{shares[1]} of those of {other.name}: {_points(apart(*sides), first)}."
    )
    same = matched(*sides, strata_of((first, other), BY["both"])).apart
    yield f"Among conversations of the same length: {_points(same, first)}."
    if compared.verdicts is not None:
        said = apart(by_readers(first, compared.verdicts), by_readers(other, compared.verdicts))
        yield f"By readers: {_points(said, first)}."


def _points(found: Estimate, first: Corpus) -> str:
    """Say a difference of shares in percentage points, and which way it goes if it is told."""
    if found.value is None:
        return "a difference is not estimable"
    figure = told(found, percent=True).replace(" %", " points")
    way = word(found)
    if way in ("higher", "lower"):
        more = "more" if way == "higher" else "fewer"
        return f"{more} problematic ones in {first.name} ({figure})"
    if found.low is None:
        return f"{figure} apart, with no interval to say more"
    return f"the two are not told apart ({figure})"


def _diverse(found: Estimate, first: str, other: str) -> str:
    way = {"higher": "more", "lower": "less"}.get(word(found))
    if found.value is None:
        return "Their diversity cannot be compared."
    if way is None:
        return f"Their attributes are not told apart in diversity ({told(found)})."
    return f"The attributes of {first} are {way} diverse than those of {other} ({told(found)})."
