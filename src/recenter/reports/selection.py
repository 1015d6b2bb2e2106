"""Selection: which attributes people and models would have change an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Dot, Dots, Grid, Line, Table
from recenter.models.base import Embedder
from recenter.reports.against import COLUMNS, figures, kept
from recenter.reports.among import human_f1
from recenter.reports.judged import Judged
from recenter.reports.material import plain
from recenter.reports.scored import scored
from recenter.reports.section import Section, apart, listed, told
from recenter.reports.selection_baselines import ALONE, baselines
from recenter.stats import confusion
from recenter.stats.clustered import clustered_mean, clustered_share
from recenter.stats.estimate import Estimate

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

PEOPLE = "people"
_LIMITS = (
    "People are the majority of those who answered; an attribute without a majority is in no "
    "figure.",
    "An answer that could not be read is left out of a judge's figures and counted; it is never "
    "a no.",
    "Where the pairs were picked because a model had found something relevant in them, shares are "
    "those of such pairs, and higher than in ordinary use.",
)
_NO_CEILING = (
    "How one person does against the others is not known: only what most people said is in the "
    "data, so no human ceiling is drawn."
)


class _Set(NamedTuple):
    """What is compared: rows on which people agree, and what each judge decided on them."""

    of: Judged
    truth: Bools
    people: tuple[str, ...]
    models: dict[str, Floats]
    """1, 0, or not a number where there is no answer."""
    fixed: dict[str, Bools]
    """What the baselines decided."""
    missing: tuple[str, ...]
    seed: int


def selection_section(
    of: Judged, embedder: Embedder | None, *, seed: int, texts: bool = False
) -> Section | None:
    """Return the section, or None where people agree on nothing.

    With `texts`, prompts are shown by their words and not by their ids.
    """
    rows = np.flatnonzero(~np.isnan(of.consensus))
    if not len(rows):
        return None
    truth = of.consensus[rows] >= 1
    models = {name: of.values[name][rows] for name in of.judges("model")}
    found = baselines(of, truth, rows, embedder, seed=seed)
    people = tuple(of.people[row] for row in rows)
    data = _Set(of, truth, people, models, found.decided, found.missing, seed)
    gap, ceiling = _against(data), human_f1(of)
    return Section(
        stage="selection",
        name=f"selection-{of.group}",
        title=f"Selection: what matters for a prompt ({of.group})",
        verdict=_verdict(data, gap),
        counts={
            "people": len(set(people)),
            "prompts": len({item.prompt for item in of.items}),
            "attributes that people agree on": len(rows),
            "models": len(models),
        },
        tables=(
            gap,
            *scored(of, rows, truth, people, seed=seed),
            *_unread(data),
            *_quiet(data, rows),
            *_divided(data, rows, texts=texts),
        ),
        pictures=(*_shares(gap, ceiling), *_agreement(data)),
        limits=(*_LIMITS, *(() if ceiling else (_NO_CEILING,)), *found.missing),
    )


def _against(data: _Set) -> Table:
    """Hold every judge and baseline to the people."""
    lines = [Line(PEOPLE, (_people_share(data), *(None,) * len(COLUMNS)))]
    for name, said in data.models.items():
        read = ~np.isnan(said)
        lines.append(_line(data, name, said[read] == 1, read))
    everything = np.ones(len(data.truth), np.bool_)
    lines += [_line(data, name, used, everything) for name, used in data.fixed.items()]
    lifted = ("F1 above the attribute alone",)
    return Table(
        title="Against the majority of people",
        columns=(*COLUMNS, *lifted),
        lines=tuple(lines),
        note="A selector that does not clearly rise above "
        "the attribute alone is a list of favourites: it did not need the prompt.",
    )


def _people_share(data: _Set) -> Estimate:
    return clustered_share(data.truth, data.people)


def _line(data: _Set, name: str, used: Bools, read: Bools) -> Line:
    truth, people = data.truth[read], kept(data.people, read)
    found = figures(truth, used, people, seed=data.seed)
    alone = data.fixed.get(ALONE)
    if alone is None or name == ALONE:
        return Line(name, (*found, None))
    less = confusion.difference(confusion.f1, truth, used, alone[read], people, seed=data.seed)
    return Line(name, (*found, less))


def _unread(data: _Set) -> tuple[Table, ...]:
    if not any(data.of.unread[name] for name in data.models):
        return ()
    lines = []
    for name in data.models:
        answered = int((~np.isnan(data.of.values[name])).sum())
        lost = data.of.unread[name]
        column = np.r_[np.ones(lost), np.zeros(answered)]
        people = len(set(data.people))
        figure = Estimate(value=float(column.mean()), n=len(column), clusters=people)
        lines.append(Line(name, (figure,)))
    return (Table(title="Answers that could not be read", columns=("share",), lines=tuple(lines)),)


def _quiet(data: _Set, rows: NDArray[np.intp]) -> tuple[Table, ...]:
    """Count what is used where people want nothing."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        item = data.of.items[row]
        pairs.setdefault((item.person, item.prompt), []).append(place)
    nothing = {pair: places for pair, places in pairs.items() if not data.truth[places].any()}
    if not nothing:
        return ()
    lines = []
    for name, said in {**data.models, **data.fixed}.items():
        # A pair of which an answer is missing says nothing: unread is never unused.
        whole = {p: places for p, places in nothing.items() if not np.isnan(said[places]).any()}
        used = np.asarray([said[places].sum() for places in whole.values()], np.float64)
        if not len(used):
            lines.append(Line(name, (None, None, None)))
            continue
        who = [person for person, _ in whole]
        quiet = (used == 0).astype(np.float64)
        lines.append(
            Line(
                name,
                (
                    clustered_mean(used, who),
                    Estimate(value=float(used.max()), n=len(used), clusters=len(set(who))),
                    clustered_share(quiet, who),
                ),
            )
        )
    return (
        Table(
            title="Where people want nothing used",
            columns=("attributes used", "most used", "share with nothing used"),
            lines=tuple(lines),
            note=f"{len(nothing)} of {len(pairs)} pairs of a person and a prompt. n counts pairs "
            "that a judge answered as a whole.",
        ),
    )


def _divided(data: _Set, rows: NDArray[np.intp], *, texts: bool) -> tuple[Table, ...]:
    """Name the prompts, and the attributes, on which people and models part most."""
    if not data.models:
        return ()
    every = np.asarray(list(data.models.values()))
    read = ~np.isnan(every)
    with np.errstate(invalid="ignore"):
        said = np.nansum(every, axis=0) / read.sum(axis=0)
    gap = said - data.truth
    items = [data.of.items[row] for row in rows]
    prompts = [(i.prompt, i.message if texts else i.prompt) for i in items]
    # Without texts, by the place in the data: a digest would tell whoever guesses the words.
    order = {text: place for place, text in enumerate(dict.fromkeys(i.text for i in items), 1)}
    words = [(i.text, i.text if texts else f"attribute {order[i.text]}") for i in items]
    return (*_parting(data, gap, prompts, "Prompts"), *_parting(data, gap, words, "Attributes"))


def _parting(
    data: _Set, gap: Floats, names: Sequence[tuple[str, str]], what: str
) -> tuple[Table, ...]:
    """Return those of the largest gap; each has a key, and a name that may be shown."""
    places: dict[str, list[int]] = {}
    for place, (key, _) in enumerate(names):
        if key and not np.isnan(gap[place]):
            places.setdefault(key, []).append(place)
    found = []
    for some in places.values():
        people = [data.people[place] for place in some]
        if len(set(people)) < _LEAST:
            continue
        found.append(Line(_brief(names[some[0]][1]), (clustered_mean(gap[some], people),)))
    found.sort(key=lambda line: -abs((line.figures[0] and line.figures[0].value) or 0))
    table = Table(
        title=f"{what} that divide people and models most",
        columns=("share used by models less by people",),
        lines=tuple(found[:_MOST_DIVIDED]),
        note=f"Of those about at least {_LEAST} people. n counts answers of people.",
    )
    return (table,) if found else ()


_MOST_DIVIDED, _LEAST, _LONGEST = 10, 3, 90


def _brief(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _shares(gap: Table, ceiling: Estimate | None) -> tuple[Dots, ...]:
    """Draw what is used, and F1, the latter with the human ceiling as a line."""
    shown = (("share used", "share"), ("F1", "f1"))
    found = []
    for column, name in shown:
        line = ceiling if name == "f1" and ceiling is not None and ceiling.value else None
        beside = "" if line is None else f"; one person against the others {told(line)}"
        at = gap.columns.index(column)
        rows = [Dot(line.name, line.figures[at]) for line in gap.lines if line.figures[at]]  # type: ignore[arg-type]
        words = "; ".join(f"{row.name} {told(row.figure)}" for row in rows)
        found.append(
            Dots(
                name=name,
                title=f"Selection: {column}",
                x=column if line is None else f"{column}; dashed: one person against the others",
                rows=tuple(rows),
                reference=None if line is None else line.value,
                alt=f"{column} of each judge with its 95 % interval: {words}{beside}.",
            )
        )
    return tuple(found)


def _agreement(data: _Set) -> tuple[Grid, ...]:
    """Draw kappa of each pair of judges, people and models."""
    said = {"people": data.truth.astype(np.float64)} | data.models
    if len(said) < 2:
        return ()
    cells = tuple(
        tuple(1.0 if one == two else _kappa(data, said[one], said[two]) for two in said)
        for one in said
    )
    words = "; ".join(
        f"{one} and {two} {cells[i][j]:.2f}"
        for i, one in enumerate(said)
        for j, two in enumerate(said)
        if i < j and cells[i][j] is not None
    )
    return (
        Grid(
            name="kappa",
            title="Cohen's kappa of each pair of judges",
            names=tuple(said),
            cells=cells,
            alt=f"Cohen's kappa: {words}.",
        ),
    )


def _kappa(data: _Set, one: Floats, two: Floats) -> float | None:
    both = ~np.isnan(one) & ~np.isnan(two)
    people = kept(data.people, both)
    return confusion.figure(
        confusion.kappa, one[both] == 1, two[both] == 1, people, repeats=1
    ).value


def _verdict(data: _Set, gap: Table) -> str:
    """Say what the intervals allow, and nothing else."""
    share = gap.lines[0].figures[0]
    used = {line.name: line.figures for line in gap.lines if line.name in data.models}
    if share is None or not used:
        return "No model answered on what people agree on: there is no gap to report."
    parts = [f"People would have {told(share, percent=True)} of the attributes change the answer."]
    for name, of in used.items():
        more = _more(data, name)
        gap_words = "not told apart from people"
        if apart(more) == "higher":
            gap_words = f"more than people by {told(more, percent=True)}"
        elif apart(more) == "lower":
            gap_words = f"less than people: a difference of {told(more, percent=True)}"
        marked, f1 = _said(of[0], percent=True), _said(of[3])
        parts.append(f"{name} marks {marked}, {gap_words}, with F1 {f1}.")
    lifts = [(name, of[-1]) for name, of in used.items() if of[-1] is not None]
    clear = [name for name, one in lifts if apart(one) == "higher"]
    if lifts:
        names = listed(clear) if clear else "None of the models"
        verb = "rises" if len(clear) < 2 else "rise"
        parts.append(f"{names} clearly {verb} above a model that never reads the prompt.")
    return " ".join(parts)


def _said(figure: Estimate | None, *, percent: bool = False) -> str:
    return "not estimable" if figure is None else told(figure, percent=percent)


def _more(data: _Set, name: str) -> Estimate:
    said = data.models[name]
    read = ~np.isnan(said)
    people = kept(data.people, read)
    return confusion.difference(
        confusion.share, data.truth[read], said[read] == 1, data.truth[read], people, seed=data.seed
    )
