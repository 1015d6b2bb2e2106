"""From everything that was read to a report: one section for each group and question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, get_args

import msgspec

from recenter.figures.record import Table
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.provenance import Signature, digest
from recenter.questions import QUESTIONS
from recenter.reports import stand_in
from recenter.reports.among import among_people
from recenter.reports.better import better_section
from recenter.reports.checks import CHECKED, CHECKS, checks_section
from recenter.reports.earlier import Earlier, earlier_section
from recenter.reports.extraction import extraction_section
from recenter.reports.judged import Judged, judged, questions
from recenter.reports.levels import levels_section
from recenter.reports.material import RECOGNISED, Material, Problem
from recenter.reports.mentions import mentions_section
from recenter.reports.preferences import preference_section
from recenter.reports.published import published_section
from recenter.reports.ratings import BESIDE, OVERALL, ratings_section
from recenter.reports.section import GapReport, Section, Stage, listed
from recenter.reports.selection import selection_section
from recenter.reports.written import written_section
from recenter.stats.agreement import Scale
from recenter.train.sources import DataFile


class Asked(NamedTuple):
    """What every section is told."""

    embedder: Embedder | None
    seed: int
    texts: bool
    """Whether the words of prompts and attributes may be shown."""
    published: bool = False
    """Whether the figures that the study published stand beside."""
    against: Earlier | None = None
    """An earlier report to compare with."""


_STAGES = get_args(Stage)

Maker = Callable[[Material, str, str, Asked], Section | None]
"""Material, group and question to a section; None where the data don't allow one."""


def build(
    material: Material, files: Sequence[DataFile], asked: Asked, progress: Progress
) -> GapReport:
    """Return the report on everything that was read; what no section is made of is counted."""
    found = _sections(material)
    progress.start("comparing people and models", len(found))
    sections: list[Section] = []
    problems = list(material.problems)
    for group, question in found:
        maker = MAKERS.get(question)
        section = None if maker is None else maker(material, group, question, asked)
        if section is not None:
            sections.append(_told(section, material, group, question))
        else:
            problems.append(_unused(material, group, question, known=maker is not None))
        progress.advance()
    written = written_section(material)
    if written is not None:
        sections.append(written)
    unknown = len(material.replies) - (written.counts["replies"] if written else 0)
    if unknown:
        problems.append(Problem(what="replies to pairs that no file describes", count=unknown))
    if asked.published and (beside := published_section(sections)) is not None:
        sections.append(beside)
    signature = _signature(material, files, asked)
    if asked.against is not None:
        sections.append(earlier_section(asked.against, sections, signature, files))
    sections.sort(key=lambda section: _STAGES.index(section.stage))
    return GapReport(
        sections=tuple(sections),
        files=tuple(files),
        problems=tuple(problems),
        signature=signature,
        seed=asked.seed,
    )


def _signature(material: Material, files: Sequence[DataFile], asked: Asked) -> Signature:
    named = [name for _, name in questions(material) if name in QUESTIONS]
    return Signature(
        model=asked.embedder.name if asked.embedder else None,
        prompt=digest([QUESTIONS[name].hash for name in named]),
        seed=asked.seed,
        settings=digest([msgspec.structs.astuple(one) for one in files]),
    )


def _sections(material: Material) -> tuple[tuple[str, str], ...]:
    """Return group and question of each section: all checks of a reply share one."""
    found = [
        (group, CHECKS if question in CHECKED else question)
        for group, question in questions(material)
        if question not in BESIDE and question != RECOGNISED
    ]
    return tuple(dict.fromkeys(found))


def _told(section: Section, material: Material, group: str, question: str) -> Section:
    """Return a section with what every one tells: how many answers, and which prompts asked."""
    asked = CHECKED if question == CHECKS else (question,)
    answers = [a for a in material.answers if a.group == group and a.question in asked]
    voted = {one.item for one in answers if one.kind == "person"}
    # The majority of those who also stand there one by one is no further label.
    by_people = sum(
        one.kind == "person" or (one.kind == "majority" and one.item not in voted)
        for one in answers
        if one.value is not None
    )
    prompts: dict[str, dict[str, None]] = {}
    for one in answers:
        if one.prompt is not None:
            prompts.setdefault(one.judge, {})[one.prompt] = None
    for_ = {material.items[group, one.item].prompt for one in answers} - {""}
    named = "; ".join(f"{judge} by {listed(list(of))}" for judge, of in prompts.items())
    return msgspec.structs.replace(
        section,
        name=_UNSAFE.sub("-", section.name.casefold()).strip("-"),
        counts={
            **section.counts,
            **({} if _PLACES & section.counts.keys() or not for_ else {"prompts": len(for_)}),
            "labels by people": by_people,
            "answers of models": sum(one.kind in ("model", "score") for one in answers),
        },
        limits=(*section.limits, *((f"Prompts, by their hashes: {named}.",) if named else ())),
    )


_PLACES = frozenset(("prompts", "occasions", "contexts"))
"""What sections call that which an answer is about."""
_UNSAFE = re.compile(r"[^a-z0-9_]+")
"""What no id of a page and no name of a file may hold."""


def _unused(material: Material, group: str, question: str, *, known: bool) -> Problem:
    count = sum(one.group == group and one.question == question for one in material.answers)
    why = "nothing that people agree on" if known else "no section is made of this question"
    return Problem(what=f"answers to {question!r} ({group}): {why}", count=count)


def _selection(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    of = judged(material, group, question)
    made = selection_section(of, asked.embedder, seed=asked.seed, texts=asked.texts)
    used = stand_in.Asked("accuracy", "share used", "share")
    return _with(made, _people(material, of, "nominal", used, asked.seed))


def _people(
    material: Material, of: Judged, scale: Scale, asked: stand_in.Asked, seed: int
) -> tuple[Table, ...]:
    """Return how far people agree, and whether a model may stand in for one."""
    return (
        *among_people(material, of.group, of.question, scale=scale, seed=seed),
        *stand_in.stand_in(material, of, asked),
    )


def _with(section: Section | None, tables: tuple[Table, ...]) -> Section | None:
    if section is None:
        return None
    return msgspec.structs.replace(section, tables=(*section.tables, *tables))


def _extraction(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    of = judged(material, group, question)
    answers = [a for a in material.answers if a.group == group and a.question == question]
    made = extraction_section(of, answers, asked.embedder, seed=asked.seed)
    score = stand_in.Asked("accuracy", "mean (0 reject, 2 accept)", "linear")
    return _with(made, _people(material, of, "ordinal", score, asked.seed))


def _preferences(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    return preference_section(judged(material, group, question), seed=asked.seed)


def _better(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    of = judged(material, group, question)
    made = better_section(material, of, seed=asked.seed)
    rating = stand_in.Asked("squared", "mean rating", "linear")
    return _with(made, _people(material, of, "ordinal", rating, asked.seed))


def _checks(material: Material, group: str, _: str, asked: Asked) -> Section | None:
    return checks_section(material, group, seed=asked.seed)


def _mentions(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    of = judged(material, group, question)
    made = mentions_section(of, seed=asked.seed)
    return _with(made, among_people(material, group, question, scale="nominal", seed=asked.seed))


def _levels(material: Material, group: str, question: str, asked: Asked) -> Section | None:
    return levels_section(material, group, question, seed=asked.seed)


def _ratings(material: Material, group: str, _: str, asked: Asked) -> Section | None:
    return ratings_section(material, group, seed=asked.seed)


MAKERS: Mapping[str, Maker] = {
    "relevant_five": _levels,
    "better": _better,
    "mentions": _mentions,
    CHECKS: _checks,
    OVERALL: _ratings,
    "supported": _extraction,
    "relevant": _selection,
    "preferred": _preferences,
}
