"""What each corpus holds, and what the extractor made of it."""

from __future__ import annotations

import functools

from recenter.compare.compared import Compared, side_by_side
from recenter.compare.measure import failures, outcomes, sizes
from recenter.compare.sections.words import differing, in_words, met, unspaced
from recenter.compare.units import LEAST_WORDS
from recenter.figures.record import Dot, Dots
from recenter.reports.section import Section


def corpora_section(compared: Compared) -> Section:
    """Say what each corpus holds before anything was extracted."""
    table = side_by_side(compared, sizes, title="Size of the corpora", note="Means.")
    counts: dict[str, int] = {}
    for corpus in compared.corpora:
        own = sum(talk.own_turns for talk in corpus.talks)
        counts |= {
            f"people in {corpus.name}": len(corpus.people),
            f"independent units in {corpus.name}": corpus.independent,
            f"conversations in {corpus.name}": len(corpus.talks),
            f"turns in {corpus.name}": sum(talk.turns for talk in corpus.talks),
            f"turns of people in {corpus.name}": own,
        }
        counts |= {f"unread in {corpus.name}": corpus.unread} if corpus.unread else {}
    return Section(
        stage="extraction",
        name="corpora",
        title="What the corpora hold",
        verdict=differing(table, "The corpora"),
        counts=counts,
        tables=(table,),
        limits=(
            "A person is whoever the source says; where it names nobody, each conversation counts "
            "as a person of its own.",
            "An independent unit is everybody who shares a conversation of at least "
            f"{LEAST_WORDS} words of the person, a persona or what was planted, with somebody else "
            "of the unit: what is found of them is found of the same words.",
            *(said for other in compared.corpora[1:] for said in met(compared.corpora[0], other)),
            "Words are parted by white space, and counted in the turns of the person alone.",
            *unspaced(compared.corpora),
        ),
    )


def outcomes_section(compared: Compared) -> Section:
    """Say what the extractor made of each corpus and what the verifier says of it."""
    made = functools.partial(outcomes, verdicts=compared.verdicts)
    tables = (
        side_by_side(compared, made, title="What was extracted", note="Means and shares."),
        side_by_side(
            compared, failures, title="What is wrong", note="Shares of all attributes judged."
        ),
    )
    main = tables[0].lines[0]
    shares = tuple(Dot(n, f) for n, f in zip(compared.names, main.figures, strict=False) if f)
    return Section(
        stage="extraction",
        name="extracted",
        title="What the same extractor makes of them",
        verdict=differing(tables[0], "What was extracted"),
        counts={
            f"{what} in {corpus.name}": count
            for corpus in compared.corpora
            for what, count in (
                ("attributes", len(corpus.attributes)),
                ("judged", len(corpus.judgments)),
            )
        },
        tables=tables,
        pictures=(
            Dots(
                name="problematic",
                title="Attributes that the verifier does not accept",
                x="share problematic",
                rows=shares,
                alt=in_words("Share of problematic attributes by corpus", shares),
            ),
        ),
        limits=(
            "Problematic is uncertain or rejected, as in the study. Here a model says so, not "
            "people: it may err more on one corpus than on the other.",
            "Shares are of attributes; a corpus with few of them has wide intervals.",
        ),
    )
