"""Whether what was planted is found, and some of what was found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recenter.compare.compared import Compared
from recenter.compare.measure import one
from recenter.compare.planted import CONTROLS, LIKE, NEAR, Looked, beside, rows_of
from recenter.compare.sections.words import share_told
from recenter.figures.record import Line, Table
from recenter.reports.section import Section, listed
from recenter.stats.estimate import Estimate

_SHOWN = 6


def planted_section(compared: Compared) -> Section | None:
    """Say how much of what was planted is found; None where nothing was."""
    lines, shares, sizes, counts = [], [], [], {}
    for corpus, looked in zip(compared.corpora, compared.planted, strict=True):
        kinds = dict.fromkeys(one.planted.kind for one in looked)
        for kind in kinds:
            some = [each for each in looked if each.planted.kind == kind]
            here = rows_of(some)
            name = f"{corpus.name}: {kind}"
            lines.append(Line(name, (one(here), *beside(some))))
            sizes.append(_sizes(name, some))
            shares.append(f"of the {kind}s planted in {corpus.name} {share_told(here)}")
            counts[f"{kind}s planted in {corpus.name}"] = len(some)
    if not lines:
        return None
    return Section(
        stage="extraction",
        name="planted",
        title="Whether what was planted is found",
        verdict=f"The extractor finds {listed(shares)}.",
        counts=counts,
        tables=(
            Table(
                title="Planted sentences",
                columns=("found", "among others' attributes", "difference"),
                lines=tuple(lines),
                note="The second column is what likeness alone gives: mean of up to "
                f"{CONTROLS} people of other units with as many attributes, as near as can be. "
                + " ".join(sizes),
            ),
        ),
        limits=(
            f"Found is a cosine of {NEAR:g} with an attribute of the person, or of {LIKE:g} and "
            "half of the content words, unless it says the contrary: likeness and rules, not a "
            "reading. A sheet of them read by people says how often that is right.",
            "What was planted never reached the extractor.",
        ),
    )


def _sizes(name: str, some: Sequence[Looked]) -> str:
    own, others = np.mean([each.sizes for each in some], axis=0)
    return f"{name}: {own:.1f} attributes each, the others {others:.1f}."


def examples_section(compared: Compared) -> Section | None:
    """Show some attributes that the verifier does not accept; None where no texts are shown."""
    if not compared.texts:
        return None
    rng = np.random.default_rng(compared.seed)
    tables = []
    for corpus in compared.corpora:
        bad = [
            (one, corpus.judgments[one.id])
            for one in corpus.attributes
            if one.id in corpus.judgments and corpus.judgments[one.id].answer != "accept"
        ]
        some = [bad[place] for place in rng.permutation(len(bad))[:_SHOWN].tolist()]
        lines = tuple(
            Line(made.text, (Estimate(value=judged.probability, n=1, reason=_why(judged.failure)),))
            for made, judged in some
        )
        if lines:
            tables.append(Table(title=corpus.name, columns=("probability of accept",), lines=lines))
    if not tables:
        return None
    return Section(
        stage="extraction",
        name="examples",
        title="Some that the verifier does not accept",
        verdict="Drawn at random. They show which faults it names, not how often it is right.",
        counts={"shown of each corpus at most": _SHOWN},
        tables=tuple(tables),
        limits=("These are words about people: leave them out with --no-texts.",),
    )


def _why(failure: str | None) -> str:
    return (failure or "no fault named").replace("_", " ").capitalize() + "."
