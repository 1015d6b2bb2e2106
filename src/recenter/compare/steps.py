"""The study's filters and its sampling, one step after the other, and what each leaves.

The study found a filtered and sampled corpus more diverse than a raw one: what makes attributes
diverse is not that a corpus is real alone. An attribute stays while one of the conversations stays
that it rests on; nothing is extracted again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from recenter.compare.diversity import mean_distance
from recenter.compare.measure import units
from recenter.compare.records import Corpus
from recenter.corpus.filters import (
    Filtered,
    FilterSettings,
    by_activity,
    by_duplicates,
    by_language,
    by_script,
)
from recenter.corpus.language import load_language_detector
from recenter.corpus.sample import Centroids, person_centroids, sample_people
from recenter.corpus.summaries import Summary, summarise
from recenter.models.base import Embedder
from recenter.records import Attribute, Conversation
from recenter.stages.merge import Vectors
from recenter.stats.clustered import Part

StepName = Literal["language", "script", "duplicates", "activity", "sample"]
STEPS: tuple[StepName, ...] = get_args(StepName)
"""In the study's order, which is the order they are taken in."""
RAW = "as it came"
DRAWS = 100

Corpora = Callable[[], Iterable[Conversation]]
_FILTERS: dict[StepName, Callable[[Sequence[Summary], FilterSettings], Filtered]] = {
    "language": by_language,
    "script": by_script,
    "duplicates": by_duplicates,
    "activity": by_activity,
}


class StepSettings(NamedTuple):
    """Which steps are switched on, and how they are set."""

    steps: tuple[StepName, ...] = ()
    language: str = "en"
    sample: int = 50
    """People kept by the last step; the study kept 50."""
    min_conversations: int = 3
    min_turns: int = 15
    seed: int = 0

    @property
    def chosen(self) -> tuple[StepName, ...]:
        """The steps in the order in which they are taken."""
        return tuple(step for step in STEPS if step in self.steps)


class Left(NamedTuple):
    """What is left of a corpus after a step, and how diverse it is."""

    name: str
    people: int
    conversations: int
    attributes: int
    distance: Part | None
    """Mean cosine distance of the attributes; see `diversity.mean_distance`."""
    random: float | None = None
    """The same of as many people at random, mean of 100 draws, where people were chosen."""
    note: str | None = None
    """Why the step took nothing away, where it could not."""


def steps_of(
    corpus: Corpus,
    conversations: Corpora,
    vectors: Vectors,
    embedder: Embedder,
    settings: StepSettings,
) -> tuple[Left, ...]:
    """Return the corpus as it came, and what is left after each step that is switched on.

    `vectors` are those of the corpus' attributes, in order.

    Raises:
        MissingExtraError: a package of the `corpus` extra is not installed.
    """
    read = {talk.id for talk in corpus.talks}
    left = _left(RAW, corpus, vectors, read)
    found = [left]
    filters = [step for step in settings.chosen if step != "sample"]
    kept = _summaries(conversations, read, settings) if filters else ()
    asked = FilterSettings(
        min_conversations=settings.min_conversations, min_turns=settings.min_turns
    )
    for step in filters:
        kept = _FILTERS[step](kept, asked).kept
        read = {one.id for one in kept}
        found.append(_left(step, corpus, vectors, read))
    if "sample" in settings.chosen:
        of = person_centroids((c for c in conversations() if c.id in read), embedder)
        found.append(_sampled(corpus, vectors, read, of, settings))
    return tuple(found)


def _summaries(
    conversations: Corpora, read: set[str], settings: StepSettings
) -> tuple[Summary, ...]:
    detect = load_language_detector() if "language" in settings.chosen else None
    some = (one for one in conversations() if one.id in read)
    return tuple(summarise(some, language=settings.language, detect=detect))


def _sampled(
    corpus: Corpus, vectors: Vectors, read: set[str], of: Centroids, settings: StepSettings
) -> Left:
    if len(of.people) <= settings.sample:
        note = f"Too few people are left ({len(of.people)}) to choose {settings.sample}."
        return _left("sample", corpus, vectors, read)._replace(note=note)
    chosen = set(sample_people(of, settings.sample, seed=settings.seed).people)
    talks = {talk.id for talk in corpus.talks if talk.person in chosen} & read
    rng = np.random.default_rng(settings.seed)
    draws = []
    for _ in range(DRAWS):
        some = set(rng.choice(of.people, settings.sample, replace=False).tolist())
        drawn = {talk.id for talk in corpus.talks if talk.person in some} & read
        part = _left("", corpus, vectors, drawn).distance
        draws += [] if part is None else [part.value]
    random = float(np.mean(draws)) if draws else None
    return _left("sample", corpus, vectors, talks)._replace(random=random)


def _left(name: str, corpus: Corpus, vectors: Vectors, talks: set[str]) -> Left:
    rows = [place for place, one in enumerate(corpus.attributes) if _rests_on(one, talks)]
    who = units(corpus, [corpus.attributes[place] for place in rows])
    return Left(
        name=name,
        people=len({talk.person for talk in corpus.talks if talk.id in talks}),
        conversations=len(talks),
        attributes=len(rows),
        distance=mean_distance(vectors[rows], who),
    )


def _rests_on(one: Attribute, talks: set[str]) -> bool:
    return any(evidence.conversation in talks for evidence in one.evidence)
