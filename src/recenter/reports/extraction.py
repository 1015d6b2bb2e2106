"""Extraction: which attributes people find supported by the conversations they came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Line, Table
from recenter.models.base import Embedder
from recenter.questions import SUPPORTED
from recenter.reports.against import COLUMNS, figures, kept
from recenter.reports.judged import Judged
from recenter.reports.material import ALL, Answer
from recenter.reports.readers.base import VERDICT
from recenter.reports.scored import scored
from recenter.reports.section import Section, apart, listed, told
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import LEAST, Estimate, estimate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_NAMES = {float(place): value for place, value in enumerate(SUPPORTED.values)}
_ACCEPT = float(SUPPORTED.values.index("accept"))
_TIE = 0.5
_NO_RESAMPLES = "No interval: a resample holds the same attribute twice, which would shrink it."
_MOST_SOURCES = 20
"""Compared with the first: the ones with the most attributes."""
VERIFIERS = ("always accept", "always reject")
_UNNAMED, _TIED = "no source given", "no answer most frequent"
_LIMITS = (
    "Problematic is not accepted by most people, uncertain and rejected together, as in the "
    "study; accept, uncertain and reject are the most frequent answers.",
    "Where a file gives one verdict and does not say whose it is, that counts as the majority of "
    "people, and where the person is not known, the dialogue stands for them.",
)


class _Set(NamedTuple):
    """The attributes that people agree on."""

    of: Judged
    rows: NDArray[np.intp]
    value: Floats
    problematic: Bools
    people: tuple[str, ...]
    source: tuple[str, ...]
    seed: int


def extraction_section(
    of: Judged, answers: Sequence[Answer], embedder: Embedder | None, *, seed: int
) -> Section | None:
    """Return the section, or None where people agree on nothing.

    `answers` are those of the group, for the failure modes that people named.
    """
    against = _against(of)
    rows = np.flatnonzero(~np.isnan(against))
    if not len(rows):
        return None
    data = _Set(
        of,
        rows,
        of.consensus[rows],
        against[rows] == 1,
        tuple(of.people[row] for row in rows),
        tuple(of.items[row].source or _UNNAMED for row in rows),
        seed,
    )
    shares = _shares(data)
    differences = _differences(data)
    return Section(
        stage="extraction",
        name=f"extraction-{of.group}",
        title=f"Extraction: what the conversations support ({of.group})",
        verdict=_verdict(data, shares, differences),
        counts={
            "people (or dialogues)": len(set(data.people)),
            "sources": len(set(data.source)),
            "attributes that people agree on": len(rows),
            "models": len(of.judges("model")),
        },
        tables=(
            shares,
            *differences,
            *_failures(data, answers),
            *_models(data),
            *scored(of, rows, ~data.problematic, data.people, seed=seed),
            *_refined(data),
            *_diversity(data, embedder),
        ),
        pictures=_picture(shares),
        limits=_LIMITS,
    )


def _against(of: Judged) -> Floats:
    """Return whether most people do not accept: 1, 0, or not a number where they tie.

    Uncertain and rejected are counted together, which the most frequent answer would not do.
    """
    people = of.judges("person")
    every = np.asarray([of.values[name] for name in people or of.judges("majority")])
    if not len(every):
        return np.full(len(of.names), np.nan)
    there = (~np.isnan(every)).sum(axis=0)
    not_accepted = (every < _ACCEPT).sum(axis=0)
    with np.errstate(invalid="ignore"):
        share = not_accepted / there
    found: Floats = np.where(share == _TIE, np.nan, (share > _TIE).astype(float))
    found[there == 0] = np.nan
    return found


def _of_source(data: _Set) -> dict[str, Bools]:
    named = np.asarray(data.source)
    return {name: named == name for name in dict.fromkeys(data.source)}


def _shares(data: _Set) -> Table:
    lines = []
    sources = _of_source(data)
    tied = bool(np.isnan(data.value).any())
    parts = sources if len(sources) == 1 else {ALL: np.ones(len(data.value), bool)} | sources
    for name, of in parts.items():
        people = kept(data.people, of)
        said = [data.value[of] == at for at in sorted(_NAMES, reverse=True)]
        said += [np.isnan(data.value[of])] if tied else []
        figures = [clustered_share(one, people) for one in (*said, data.problematic[of])]
        lines.append(Line(name, tuple(figures)))
    columns = [_NAMES[at] for at in sorted(_NAMES, reverse=True)]
    return Table(
        title="What people say, by source",
        columns=(*columns, *((_TIED,) if tied else ()), "problematic"),
        lines=tuple(lines),
        note="Shares of attributes.",
    )


def _differences(data: _Set) -> tuple[Table, ...]:
    """Compare the first source with each other one."""
    first, *others = _of_source(data).items()
    others = sorted(others, key=lambda other: -int(other[1].sum()))[:_MOST_SOURCES]
    if not others:
        return ()
    lines = []
    for name, of in others:
        both = first[1] | of

        def less(problematic: Floats, one: Floats) -> float | None:
            if not one.any() or one.all():
                return None
            return float(problematic[one == 1].mean() - problematic[one == 0].mean())

        figure = estimate(
            less,
            kept(data.people, both),
            data.problematic[both].astype(float),
            first[1][both].astype(float),
            seed=data.seed,
        )
        fewest = min(len(set(kept(data.people, side))) for side in (first[1], of))
        if fewest < LEAST:
            why = f"Each source needs at least {LEAST} people for an interval; one has {fewest}."
            figure = msgspec.structs.replace(figure, low=None, high=None, reason=why)
        lines.append(Line(f"{first[0]} less {name}", (figure,)))
    return (
        Table(
            title="Problematic attributes: differences between sources",
            columns=("difference in share",),
            lines=tuple(lines),
        ),
    )


def _failures(data: _Set, answers: Sequence[Answer]) -> tuple[Table, ...]:
    """Count what people named as wrong, one vote for each attribute: the most frequent."""
    named: dict[str, Counter[str]] = {}
    for one in answers:
        if one.kind != "model" and one.failure is not None:
            named.setdefault(one.item, Counter())[one.failure] += 1
    bad = [place for place in range(len(data.rows)) if data.problematic[place]]
    most = [named.get(data.of.names[data.rows[place]]) for place in bad]
    found = [None if one is None else one.most_common(1)[0][0] for one in most]
    if not any(found):
        return ()
    people = [data.people[place] for place in bad]
    modes = [mode for mode, _ in Counter(one for one in found if one).most_common()]
    lines = [
        Line(
            mode,
            (clustered_share([one == mode for one in found], people),),
        )
        for mode in modes
    ]
    none = [one is None for one in found]
    lines.append(Line("none named", (clustered_share(none, people),)))
    return (
        Table(
            title="What is wrong with the problematic ones",
            columns=("share",),
            lines=tuple(lines),
            note="The failure that most people named; a tie goes to the one named first.",
        ),
    )


def _models(data: _Set) -> tuple[Table, ...]:
    """Hold verifiers to people: problematic is the positive class."""
    names = data.of.judges("model")
    if not names:
        return ()
    said: dict[str, Floats] = {name: data.of.values[name][data.rows] for name in names}
    lines = []
    for name, values in said.items():
        read = ~np.isnan(values)
        lines.append(_line(data, name, values[read] < _ACCEPT, read))
    everything = np.ones(len(data.value), np.bool_)
    for name, found in zip(VERIFIERS, (~everything, everything), strict=True):
        lines.append(_line(data, name, found, everything))
    return (
        Table(
            title="Verifiers against people",
            columns=("share found", *COLUMNS[1:]),
            lines=tuple(lines),
            note="A verifier finds what is problematic: uncertain counts as found.",
        ),
    )


def _line(data: _Set, name: str, found: Bools, read: Bools) -> Line:
    truth, people = data.problematic[read], kept(data.people, read)
    return Line(name, figures(truth, found, people, seed=data.seed))


def _refined(data: _Set) -> tuple[Table, ...]:
    """Compare each reworded attribute with the wording it replaced, where people judged both."""
    place = {data.of.names[row]: at for at, row in enumerate(data.rows)}
    pairs = [
        (place[old], at)
        for at, row in enumerate(data.rows)
        if (old := data.of.items[row].refines) in place and old is not None
    ]
    if not pairs:
        return ()
    people = [data.people[new] for _, new in pairs]
    before, after = ((data.value[list(side)] == _ACCEPT) for side in zip(*pairs, strict=True))
    figures = (
        clustered_share(before, people),
        clustered_share(after, people),
        clustered_mean(after.astype(float) - before, people),
    )
    return (
        Table(
            title="Reworded attributes: accepted before and after",
            columns=("before", "after", "difference"),
            lines=(Line("accepted by people", figures),),
        ),
    )


def _diversity(data: _Set, embedder: Embedder | None) -> tuple[Table, ...]:
    """Return the mean cosine distance of two attributes of a source."""
    texts = [data.of.items[row].text for row in data.rows]
    if embedder is None or not all(texts):
        return ()
    vectors = np.asarray(embedder.embed(texts), np.float64)
    lines = []
    for name, rows in _of_source(data).items():
        of = vectors[rows]
        n = len(of)
        value = None
        if n > 1:
            total = of.sum(axis=0)
            value = float(1 - (total @ total - n) / (n * (n - 1)))
        figure = Estimate(
            value=value,
            n=n,
            clusters=len(set(kept(data.people, rows))),
            reason="It takes two attributes." if value is None else _NO_RESAMPLES,
        )
        lines.append(Line(name, (figure,)))
    return (
        Table(
            title="Diversity of each source",
            columns=("mean pairwise cosine distance",),
            lines=tuple(lines),
            note=f"Of the attributes, by {embedder.name}.",
        ),
    )


def _picture(shares: Table) -> tuple[Dots, ...]:
    at = shares.columns.index("problematic")
    rows = []
    for line in shares.lines:
        figure = line.figures[at]
        if figure is not None:
            rows.append(Dot(line.name, figure))
    words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
    return (
        Dots(
            name="problematic",
            title="Share of attributes that people find problematic",
            x="share problematic",
            rows=tuple(rows),
            alt=f"Share of problematic attributes by source, with 95 % intervals: {words}.",
        ),
    )


def _verdict(data: _Set, shares: Table, differences: Sequence[Table]) -> str:
    whole = shares.lines[0].figures[-1]
    if whole is None or whole.value is None:
        return "The share of problematic attributes is not estimable."
    who = (
        "The verdicts in the file"
        if data.of.judges("person", "majority") == (VERDICT,)
        else "People"
    )
    parts = [f"{who} find {told(whole, percent=True)} of the attributes problematic."]
    sides: dict[str, list[str]] = {"higher": [], "lower": []}
    open_: list[str] = []
    for line in (line for table in differences for line in table.lines):
        figure = line.figures[0]
        if figure is not None:
            sides.get(apart(figure), open_).append(f"{line.name} {told(figure, percent=True)}")
    for way, words in (("higher", "clearly more of them"), ("lower", "clearly fewer of them")):
        if sides[way]:
            parts.append(f"The first source has {words}: {listed(sides[way])}.")
    if open_:
        parts.append(f"Not told apart: {listed(open_)}.")
    return " ".join(parts)
