"""Draws pairs of a person and a prompt to ask `relevant` about, with a known chance each.

The design is in docs/concepts/study-pairs.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.random import Generator

from recenter.errors import InputError
from recenter.progress import Progress, Silent
from recenter.provenance import Signature, digest, make_id
from recenter.records import Attribute, Query
from recenter.stages.select import Selector
from recenter.study.pair_design import Ints, Sample, capacity, first_phase, sample, split
from recenter.study.pair_rows import STRATA, Draw, Pair, Prompt, Shown, Stratum

MOST_CONDITIONAL = 0.7
"""The largest share of pairs that may be chosen because a matcher picked them."""
_CURES: dict[Stratum, str] = {
    "matched": "a smaller `least`, more candidates, or more prompts or people",
    "unmatched": "a larger `least`, more candidates, or more prompts or people",
    "ordinary": "more prompts that are marked as ordinary",
}


class Matcher(msgspec.Struct, frozen=True, kw_only=True):
    """Guesses which pairs have something to ask about. Only the weights depend on its guess."""

    name: str
    signature: Signature
    picks: Callable[[str, Prompt], float | bool]
    """From a person and a prompt, how many attributes it picks, or whether the pair matches."""


class _Frame(msgspec.Struct, frozen=True):
    """A stratum as a list of cells, grouped by person; cell = person * prompts + prompt."""

    stratum: Stratum
    prompts: Sequence[Prompt]
    cells: Sequence[int] | Ints
    sizes: Ints
    phase: float
    """The chance of a pair to be on the list."""
    looked: str
    """What the list was made from, for errors."""


def selector_matcher(selector: Selector, people: Mapping[str, Sequence[Attribute]]) -> Matcher:
    """Return the matcher that counts the attributes a selector would use."""

    def picks(person: str, prompt: Prompt) -> int:
        return len(selector.select(_query(person, prompt), people[person]).used)

    return Matcher(name=selector.name, signature=selector.signature, picks=picks)


def draw(
    people: Mapping[str, Sequence[Attribute]],
    prompts: Sequence[Prompt],
    matcher: Matcher,
    *,
    plan: Draw,
    progress: Progress | None = None,
) -> tuple[Pair, ...]:
    """Return pairs in random order, drawn from everyone who has attributes and every prompt.

    The strata part all pairs. Where there are more than `plan.candidates` of other than ordinary
    prompts, the matcher is asked about a simple random sample of them, and `probability` is the
    product of both phases: Neyman, "Contribution to the theory of sampling human populations",
    JASA 33 (1938); Särndal, Swensson & Wretman, "Model Assisted Survey Sampling" (1992), ch. 9.
    The order of people and prompts changes nothing.

    Raises:
        InputError: the plan, people or prompts cannot be used, or a stratum has too few pairs.
        ModelError: the matcher asked a model that gave no usable answer; never read as a no.
    """
    _check(plan)
    known, listed = _known(people), _listed(prompts)
    rng = np.random.default_rng(plan.seed)
    asked, names = _asked(plan), list(known)
    frames: list[_Frame] = []
    if asked["matched"] or asked["unmatched"]:
        open_ = [prompt for prompt in listed if prompt.stratum is None]
        frames += _matched(names, open_, matcher, plan, rng, progress or Silent())
    ordinary = [prompt for prompt in listed if prompt.stratum == "ordinary"]
    frames.append(_ordinary(len(names), ordinary))
    # All are looked at before anything is drawn: the first error names the stratum that is short.
    for frame in frames:
        _refuse_short(frame, asked[frame.stratum], plan)
    signature = _signature(known, listed, matcher, plan)
    pairs = []
    for frame in frames:
        drawn = sample(frame.sizes, asked[frame.stratum], rng, most=plan.per_person)
        pairs += _pairs(frame, drawn, known, plan, signature, rng)
    return tuple(pairs[i] for i in rng.permutation(len(pairs)))


def _shares(plan: Draw) -> tuple[float, ...]:
    return tuple(getattr(plan.shares, stratum) for stratum in STRATA)


def _check(plan: Draw) -> None:
    for field, least in (
        ("total", 1),
        ("least", 1),
        ("shown", 1),
        ("per_person", 1),
        ("candidates", 1),
        ("seed", 0),
    ):
        value = getattr(plan, field)
        if value is not None and value < least:
            raise InputError(f"it is {value}; it must be {least} or more.", field=field)
    shares = _shares(plan)
    for stratum, share in zip(STRATA, shares, strict=True):
        if not 0 <= share <= 1:
            raise InputError(f"it is {share}; it must be from 0 to 1.", field=f"shares.{stratum}")
    if not math.isclose(sum(shares), 1, abs_tol=1e-9):
        raise InputError(f"they sum to {sum(shares):g}; they must sum to 1.", field="shares")
    if plan.allow_conditional:
        return
    cure = "Move some of it, or set allow_conditional for a study of matched pairs alone."
    if plan.shares.matched > MOST_CONDITIONAL:
        raise InputError(
            f"it is {plan.shares.matched:g}; at most {MOST_CONDITIONAL:g} of the pairs may be "
            "chosen because a matcher picked them, or the labels say little of any others.",
            field="shares.matched",
            cure=cure,
        )
    for stratum in ("matched", "unmatched"):
        if getattr(plan.shares, stratum) == 0 and plan.shares.ordinary < 1:
            raise InputError(
                "it is 0; pairs that cannot be drawn are in no estimate.",
                field=f"shares.{stratum}",
                cure=cure,
            )


def _query(person: str, prompt: Prompt) -> Query:
    """The prompt as the person's, under the id that it has where it is asked of a workspace."""
    id = make_id("qry", person, prompt.prompt, [])
    return Query(id=id, person=person, prompt=prompt.prompt)


def _known(people: Mapping[str, Sequence[Attribute]]) -> dict[str, tuple[Attribute, ...]]:
    """Everyone who has attributes, by id."""
    known: dict[str, tuple[Attribute, ...]] = {}
    for person, attributes in sorted(people.items()):
        ids = [attribute.id for attribute in attributes]
        if len(set(ids)) != len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise InputError(f"{person} has the attribute {twice!r} twice.", field="people")
        for attribute in attributes:
            if attribute.person != person or not attribute.text.strip():
                what = "has no text" if attribute.person == person else "is somebody else's"
                raise InputError(f"{attribute.id!r} of {person} {what}.", field="people")
        if attributes:
            known[person] = tuple(sorted(attributes, key=lambda attribute: attribute.id))
    if not known:
        raise InputError("nobody has an attribute to ask about.", field="people")
    return known


def _listed(prompts: Sequence[Prompt]) -> list[Prompt]:
    found: dict[str, Prompt] = {}
    texts: dict[str, str] = {}
    for prompt in prompts:
        if prompt.id in found:
            raise InputError(f"{prompt.id!r} is listed twice.", field="prompts")
        if not prompt.prompt.strip():
            raise InputError(f"{prompt.id!r} has no text.", field="prompts")
        same = texts.setdefault(prompt.prompt, prompt.id)
        if same != prompt.id:
            raise InputError(f"{prompt.id!r} says the same as {same!r}.", field="prompts")
        found[prompt.id] = prompt
    return [found[name] for name in sorted(found)]


def _asked(plan: Draw) -> dict[Stratum, int]:
    """Pairs of each stratum."""
    asked = dict(zip(STRATA, split(plan.total, _shares(plan)), strict=True))
    for stratum, count in asked.items():
        if not count and getattr(plan.shares, stratum):
            raise InputError(
                f"{plan.total} pairs are too few: the share of {stratum} comes to none.",
                field="total",
            )
    return asked


def _matched(
    names: Sequence[str],
    prompts: Sequence[Prompt],
    matcher: Matcher,
    plan: Draw,
    rng: Generator,
    progress: Progress,
) -> list[_Frame]:
    """The lists of matched and unmatched pairs of the first phase."""
    size = len(names) * len(prompts)
    cells = first_phase(size, plan.candidates, rng)
    progress.start("match", len(cells))
    picked = np.zeros(len(cells), np.bool_)
    for i, cell in enumerate(cells.tolist()):
        person, prompt = divmod(cell, len(prompts))
        picked[i] = _picked(matcher, names[person], prompts[prompt], plan.least)
        progress.advance()

    def frame(stratum: Stratum, rows: Ints) -> _Frame:
        people = rows // max(1, len(prompts))
        return _Frame(
            stratum,
            prompts,
            rows,
            sizes=np.bincount(people, minlength=len(names)),
            phase=len(cells) / size if size else 1.0,
            looked=f"the {len(cells)} that were looked at, of {size} with other prompts",
        )

    return [frame("matched", cells[picked]), frame("unmatched", cells[~picked])]


def _ordinary(people: int, prompts: Sequence[Prompt]) -> _Frame:
    """The list of pairs with an ordinary prompt; not written out, it may be long."""
    size = people * len(prompts)
    return _Frame(
        "ordinary",
        prompts,
        range(size),
        sizes=np.full(people, len(prompts)),
        phase=1.0,
        looked=f"the {size} with a prompt that is marked as ordinary",
    )


def _refuse_short(frame: _Frame, count: int, plan: Draw) -> None:
    most = capacity(frame.sizes, plan.per_person)
    if count <= most:
        return
    limit = ""
    if plan.per_person is not None and most < int(frame.sizes.sum()):
        limit = f", {most} with at most {plan.per_person} of one person"
    raise InputError(
        f"{count} pairs are asked of the stratum {frame.stratum}, and it has "
        f"{int(frame.sizes.sum())} among {frame.looked}{limit}.",
        field=f"shares.{frame.stratum}",
        cure=f"Ask for fewer in all, a smaller share of {frame.stratum}, "
        f"{'a larger `per_person`, ' if limit else ''}{_CURES[frame.stratum]}.",
    )


def _picked(matcher: Matcher, person: str, prompt: Prompt, least: int) -> bool:
    found = matcher.picks(person, prompt)
    if isinstance(found, bool | np.bool_):
        return bool(found)
    if math.isnan(found):
        raise InputError(
            f"{matcher.name} gave no number for {person} and {prompt.id!r}.", field="matcher"
        )
    return found >= least


def _signature(
    people: Mapping[str, Sequence[Attribute]],
    prompts: Sequence[Prompt],
    matcher: Matcher,
    plan: Draw,
) -> Signature:
    by = matcher.signature
    known = [(person, [(a.id, a.text) for a in mine]) for person, mine in people.items()]
    return Signature(
        model=f"{matcher.name}:{by.model}" if by.model else matcher.name,
        prompt=by.prompt,
        seed=plan.seed,
        settings=digest(plan, by, known, prompts),
    )


def _pairs(
    frame: _Frame,
    drawn: Sample,
    people: Mapping[str, Sequence[Attribute]],
    plan: Draw,
    signature: Signature,
    rng: Generator,
) -> list[Pair]:
    names, pairs = list(people), []
    for item, chance in zip(drawn.items.tolist(), drawn.probabilities.tolist(), strict=True):
        row, column = divmod(int(frame.cells[item]), len(frame.prompts))
        person, prompt = names[row], frame.prompts[column]
        query, mine = _query(person, prompt), people[person]
        places = first_phase(len(mine), plan.shown, rng).tolist()
        shown = len(places) / len(mine)
        pair = Pair(
            id=make_id("pair", query.id, signature),
            person=person,
            query=query,
            attributes=tuple(Shown(id=mine[i].id, text=mine[i].text) for i in places),
            stratum=frame.stratum,
            probability=frame.phase * chance * shown,
            signature=signature,
            shown=shown if shown < 1 else None,
        )
        pairs.append(pair)
    return pairs
