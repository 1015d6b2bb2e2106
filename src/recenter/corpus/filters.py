"""The corpus filters of the study, each with a count of what it removed and why.

A filter takes summaries and returns those it keeps; `choose` runs all of them in order. The corpus
itself is read twice: once to summarise, once to hand out what was chosen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.corpus.summaries import PERMUTATIONS, Summary
from recenter.errors import MissingExtraError
from recenter.records import Conversation

_COMPARED = 50
_HOUR = 3600


class FilterSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters ask for. Where the study gives a figure it is the default."""

    max_other_language: int = 1
    """Turns of the person in another language that a conversation may have."""
    min_alike: int = 5
    """Conversations that have to be alike before an account can be called scripted."""
    alike_share: float = 0.5
    """Share of a person's conversations that are alike in a scripted account."""
    alike: float = 0.8
    """Jaccard similarity of two conversations' words from which they are near-duplicates."""
    max_starts_per_hour: int = 60
    """Conversations that a person can begin within an hour."""
    min_conversations: int = 3
    min_turns: int = 15
    count_turns: Literal["all", "user"] = "all"
    """Whether `min_turns` counts all turns or the person's only; the study does not say."""


class Filtered(msgspec.Struct, frozen=True, kw_only=True):
    """What a filter kept, and how many conversations it removed for which reason."""

    kept: tuple[Summary, ...]
    removed: Mapping[str, int]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One filter's part of the funnel."""

    name: str
    conversations: int
    """Conversations left after it."""
    people: int
    """People left after it."""
    removed: Mapping[str, int]
    """Conversations removed, by reason."""
    removed_people: int


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """How a corpus shrank, filter by filter."""

    conversations: int
    people: int
    steps: tuple[Step, ...]
    settings: FilterSettings


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """The summaries that passed all filters, and the funnel that led to them."""

    kept: tuple[Summary, ...]
    funnel: Funnel


def choose(summaries: Iterable[Summary], settings: FilterSettings | None = None) -> Choice:
    """Run language, scripted accounts, near-duplicates and activity, in this order: what a person
    has left after the others decides whether they are active.

    Raises:
        MissingExtraError: datasketch is not installed.
    """
    settings = settings or FilterSettings()
    left = tuple(summaries)
    whole = (len(left), len({one.person for one in left}))
    steps = []
    for name, run in _STEPS.items():
        people = len({one.person for one in left})
        filtered = run(left, settings)
        left = filtered.kept
        people_left = len({one.person for one in left})
        steps.append(
            Step(
                name=name,
                conversations=len(left),
                people=people_left,
                removed=filtered.removed,
                removed_people=people - people_left,
            )
        )
    funnel = Funnel(conversations=whole[0], people=whole[1], steps=tuple(steps), settings=settings)
    return Choice(kept=left, funnel=funnel)


def keep(conversations: Iterable[Conversation], kept: Iterable[Summary]) -> Iterator[Conversation]:
    """Yield the conversations that were chosen, each once."""
    wanted = {one.id for one in kept}
    for conversation in conversations:
        if conversation.id in wanted:
            wanted.remove(conversation.id)
            yield conversation


def by_language(summaries: Sequence[Summary], settings: FilterSettings) -> Filtered:
    """Remove conversations with more than the allowed turns in another language, with none in the
    language, or of which no language is known.
    """

    def reason(one: Summary) -> str | None:
        if one.other_language is None:
            return "language_unknown"
        over = one.other_language > settings.max_other_language
        return "other_language" if over or one.other_language == one.told_language else None

    return _without(summaries, {one.id: reason(one) for one in summaries})


def by_script(summaries: Sequence[Summary], settings: FilterSettings) -> Filtered:
    """Remove all conversations of accounts that look like a script or a template: many prompts
    with the same long opening or nearly the same words, or more begun in an hour than people do.
    """
    reasons: dict[str, str | None] = {}
    for group in _by_person(summaries).values():
        found = _scripted(group, settings)
        reasons.update({one.id: found for one in group})
    return _without(summaries, reasons)


def _scripted(group: list[Summary], settings: FilterSettings) -> str | None:
    if _most_starts(group) > settings.max_starts_per_hour:
        return "inhuman_rate"
    needed = max(settings.min_alike, settings.alike_share * len(group))
    openings = Counter(one.opening for one in group if one.opening)
    if openings and max(openings.values()) >= needed:
        return "same_opening"
    # A sample spread over the account keeps a long one from taking quadratic time.
    compared = group[:: max(1, len(group) // _COMPARED)]
    if len(group) < settings.min_alike:
        return None
    same = (_jaccard(_sketches(compared)) >= settings.alike).sum(axis=1)
    alike = same >= min(settings.min_alike, len(compared))
    return "near_identical" if alike.mean() >= settings.alike_share else None


def _most_starts(group: list[Summary]) -> int:
    """Return the most conversations begun within an hour; 0 where times are not known."""
    times = np.sort(np.array([one.at for one in group if one.at is not None], dtype=np.int64))
    if not len(times):
        return 0
    return int((np.searchsorted(times, times + _HOUR) - np.arange(len(times))).max())


def _sketches(group: Sequence[Summary]) -> NDArray[np.uint32]:
    return np.array([np.frombuffer(one.sketch, dtype="<u4") for one in group], dtype=np.uint32)


def _jaccard(sketches: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of all pairs from MinHashes (Broder 1997)."""
    return np.array([(sketches == one).mean(axis=1) for one in sketches])


def by_duplicates(summaries: Sequence[Summary], settings: FilterSettings) -> Filtered:
    """Remove a conversation whose person's words are nearly those of an earlier one, of the same
    person or of another (MinHash with locality-sensitive hashing, by datasketch).

    Raises:
        MissingExtraError: datasketch is not installed.
    """
    try:
        from datasketch import MinHash, MinHashLSH
    except ImportError:
        raise MissingExtraError("Finding near-duplicates", "corpus") from None
    index = MinHashLSH(threshold=settings.alike, num_perm=PERMUTATIONS)
    blank = MinHash(num_perm=PERMUTATIONS)
    ordered = sorted(summaries, key=lambda one: (one.at is None, one.at or 0, one.id))
    reasons: dict[str, str | None] = {}
    for i, one in enumerate(ordered):
        if one.id in reasons:
            continue
        made = blank.copy()
        made.hashvalues = np.frombuffer(one.sketch, dtype="<u4").copy()
        near = [ordered[j] for j in index.query(made)]
        alike = [other for other in near if _alike(one, other) >= settings.alike]
        if alike:
            same = any(other.person == one.person for other in alike)
            reasons[one.id] = "duplicate_same_person" if same else "duplicate_other_person"
        else:
            reasons[one.id] = None
            index.insert(i, made)
    return _without(_once(summaries), reasons, repeated=len(summaries) - len(reasons))


def _alike(one: Summary, other: Summary) -> float:
    sketches = _sketches((one, other))
    return float((sketches[0] == sketches[1]).mean())


def _once(summaries: Sequence[Summary]) -> list[Summary]:
    return list({one.id: one for one in summaries}.values())


def by_activity(summaries: Sequence[Summary], settings: FilterSettings) -> Filtered:
    """Remove people with fewer conversations or turns than asked for."""
    reasons: dict[str, str | None] = {}
    for group in _by_person(summaries).values():
        turns = sum(one.turns if settings.count_turns == "all" else one.user_turns for one in group)
        reason = None
        if len(group) < settings.min_conversations:
            reason = "too_few_conversations"
        elif turns < settings.min_turns:
            reason = "too_few_turns"
        reasons.update({one.id: reason for one in group})
    return _without(summaries, reasons)


def _by_person(summaries: Iterable[Summary]) -> dict[str, list[Summary]]:
    groups: dict[str, list[Summary]] = defaultdict(list)
    for one in summaries:
        groups[one.person].append(one)
    return groups


def _without(
    summaries: Iterable[Summary], reasons: Mapping[str, str | None], *, repeated: int = 0
) -> Filtered:
    kept, removed = [], Counter({"same_id": repeated} if repeated else {})
    for one in summaries:
        reason = reasons[one.id]
        if reason is None:
            kept.append(one)
        else:
            removed[reason] += 1
    return Filtered(kept=tuple(kept), removed=dict(removed))


_STEPS: dict[str, Callable[[Sequence[Summary], FilterSettings], Filtered]] = {
    "language": by_language,
    "script": by_script,
    "duplicates": by_duplicates,
    "activity": by_activity,
}
