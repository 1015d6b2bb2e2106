"""From labelled corpora to a report on stages two and three."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from recenter.compare.labels import selection
from recenter.compare.labels.read import LabelledCorpus
from recenter.compare.labels.sections import Selected, replies_section, selection_section
from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.progress import Progress
from recenter.provenance import Signature, digest
from recenter.reports.section import Front, GapReport
from recenter.stages.select import Selector

_LEAST = 2
_INTERVALS = (
    "Intervals are 95 % and treat the person as the unit; differences are of other people, by "
    "Welch's t in closed form. They are not adjusted for being many. A figure without one says why."
)


class Judging(NamedTuple):
    """What a comparison of labels is told beside the corpora."""

    selector: Callable[[str, str], Selector]
    """(corpus, person) -> the selector, so that nobody meets one that was trained on them."""
    embedder: Embedder
    seed: int


def compare_labels(
    corpora: Sequence[LabelledCorpus], judging: Judging, progress: Progress
) -> GapReport:
    """Return a report on what a selector and judges do in each corpus, the real one first.

    Raises:
        InputError: no two of the corpora hold labels of one kind.
        ModelError: a model gave no usable answer.
    """
    messages = [one for one in corpora if one.messages]
    pairs = [one for one in corpora if one.pairs]
    if max(len(messages), len(pairs)) < _LEAST:
        kinds = ", ".join(
            f"{one.name}: {'messages' if one.messages else 'replies'}" for one in corpora
        )
        raise InputError(
            f"no two corpora hold labels of one kind ({kinds}).",
            cure="Give two of messages with attributes, or two of pairs of replies.",
        )
    found = [_selected(one, judging, progress) for one in messages]
    names = dict.fromkeys(judging.selector(one.name, "").signature.model or "" for one in messages)
    model = ", ".join(name for name in names if name)
    made = (
        selection_section(found, name=model) if len(found) >= _LEAST else None,
        replies_section(pairs) if len(pairs) >= _LEAST else None,
    )
    sections = tuple(section for section in made if section is not None)
    heading = " against ".join(one.name for one in corpora)
    return GapReport(
        sections=sections,
        files=tuple(one.file for one in corpora),
        problems=(),
        signature=Signature(
            model=model or None,
            seed=judging.seed,
            settings=digest([one.file.sha256 for one in corpora], judging.embedder.name),
        ),
        seed=judging.seed,
        front=Front(
            name="compare labels",
            title=f"Recenter: {heading}",
            heading=heading,
            summary=" ".join(section.verdict for section in sections),
            intervals=_INTERVALS,
            models="models",
        ),
    )


def _selected(corpus: LabelledCorpus, judging: Judging, progress: Progress) -> Selected:
    progress.start(f"selecting for {corpus.name}", len(corpus.messages))
    made: dict[str, Selector] = {}

    def of(person: str) -> Selector:
        return made.setdefault(person, judging.selector(corpus.name, person))

    said = selection.decisions(corpus.messages, of, progress)
    trivial: Mapping[str, selection.Decided] = selection.trivial(
        corpus.messages, said, judging.embedder, seed=judging.seed
    )
    return Selected(corpus, said, trivial)
