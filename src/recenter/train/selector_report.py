"""What a trained selector is worth on people left out: the four sides, baselines beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.figures.record import Line, Table
from recenter.models.selector_model import SelectorModel, Setting, margins, probabilities
from recenter.progress import Progress, Silent
from recenter.stats import classification
from recenter.stats.estimate import Estimate, estimate
from recenter.train.examples import Labelled
from recenter.train.plots import learning_plot, precision_recall_plot, reliability_plot
from recenter.train.report import Report
from recenter.train.scores import COLUMNS, LIFTED, Asked, Said, constant, lift_of, line_of
from recenter.train.selector import Trained, cross_validate, people_curve
from recenter.train.selector_baseline import attribute_alone
from recenter.train.selector_settings import AGREEING, RESTRAINED
from recenter.train.selector_sides import Scored, answers_of, outcomes

Floats = NDArray[np.float64]

SETTINGS = (RESTRAINED, AGREEING)
SIDES = {
    "planted": ("planted used", "a planted preference is used for its own message", 1.0),
    "elsewhere": ("elsewhere quiet", "of 24 attributes of other domains nothing is used", 0.0),
    "ordinary": (
        "ordinary quiet",
        "nothing is used on ordinary messages, on which nothing was trained",
        0.0,
    ),
}
"""Of the sides beside agreement: their name, what is good, and its share where all is used."""
_DRAWN = (
    " Of made-up messages, the message and the attribute planted for it are of domains left out of "
    "training; the attributes of other domains are drawn from all, also from those trained on."
)
LIMITS = (
    "Read English prompts and attributes, and the prompt without the conversation before it.",
    "The share of relevant attributes is that of the prompts people were asked about; where the "
    "model runs it is lower, so give `--base-rate`.",
    "Much of what people call relevant can be told from the attribute alone: read a figure as its "
    "lift over that baseline.",
)


class Judged(NamedTuple):
    """Cases with the model that scored them and saw none of them."""

    model: SelectorModel
    scored: Sequence[Scored]


def report(trained: Trained, *, progress: Progress | None = None) -> Report:
    """Return what models say of people they were fitted and set without (nested).

    Raises:
        InputError: the training people of a fold all gave the same answer.
    """
    told = progress or Silent()
    judged = [Judged(h.model, h.scored) for h in cross_validate(trained, progress=told)]
    asked, said = columns(judged)
    curve = people_curve(trained, progress=told)
    told.start("figures and their intervals", None)
    alone = attribute_alone(
        asked.truth,
        trained.vectors(_texts(judged)),
        [str(unit) for unit in asked.units],
        trained.folds.people,
    )
    methods = [*said, alone, *trivial(asked)]
    tables = (
        sides_table(judged),
        Table(
            title="Answers of people left out",
            columns=COLUMNS,
            lines=tuple(line_of(one, asked) for one in methods),
            note="Always yes and always no have no order, so their AUC is one half.",
        ),
        Table(
            title="Lift over the attribute alone",
            columns=LIFTED,
            lines=tuple(lift_of(one, alone, asked) for one in said),
            note="Paired differences on the same answers; above 0 is a gain.",
        ),
        nothing_table(judged),
    )
    return Report(
        kind="selector",
        counts=counts_of(trained.labelled),
        split=f"{trained.folds.number} folds disjoint by person, settings chosen inside the "
        "training people; with the people a share of the made-up domains and kinds is left out",
        tables=tables,
        plots=(
            reliability_plot(asked.truth, {one.name: one.score for one in said}, of="selector"),
            precision_recall_plot(
                asked.truth, {said[1].name: said[1].score, alone.name: alone.score}, of="selector"
            ),
            learning_plot(
                curve,
                units="people",
                figure="average precision",
                note=" The score of people's answers alone, without gate and likeness.",
            ),
        ),
        limits=LIMITS,
    )


def columns(judged: Sequence[Judged]) -> tuple[Asked, list[Said]]:
    """Return the answers of people and what each setting says of them, one row an answer."""
    answers = [answers_of(one.scored) for one in judged]
    truth = np.concatenate([one.truth for one in answers])
    people = [person for one in answers for person in one.people()]
    said = []
    for name in SETTINGS:
        settings = [one.model.settings[name] for one in judged]
        margin = np.concatenate(
            [one.each(_margins(setting)) for one, setting in zip(answers, settings, strict=True)]
        )
        likely = np.concatenate(
            [
                probabilities(one.each(_margins(setting)), setting)
                for one, setting in zip(answers, settings, strict=True)
            ]
        )
        said.append(Said(f"trained, {name}", margin >= 0, likely, likely))
    return Asked(truth, people), said


def trivial(asked: Asked) -> list[Said]:
    """Return the answers that need no model."""
    return [constant("always yes", asked, yes=True), constant("always no", asked, yes=False)]


def sides_table(judged: Sequence[Judged], *, sides: Sequence[str] = tuple(SIDES)) -> Table:
    """Return the sides under both settings, and of using everything and nothing."""
    asked, said = columns(judged)
    lines = [
        Line(one.name, (_agreement(asked, one), *(_side(judged, side, name) for side in sides)))
        for name, one in zip(SETTINGS, said, strict=True)
    ]
    like = lines[0].figures[1:]
    for one in trivial(asked):
        used = bool(one.yes.all())
        good = [SIDES[side][2] if used else 1 - SIDES[side][2] for side in sides]
        sure = [_exact(at, value) for at, value in zip(like, good, strict=True)]
        lines.append(Line(one.name, (_agreement(asked, one), *sure)))
    told = "; ".join(f"{SIDES[side][0]}: {SIDES[side][1]}" for side in sides)
    drawn = _DRAWN if {"planted", "elsewhere"} & set(sides) else ""
    return Table(
        title="Agreement and restraint",
        columns=("people, F1", *(SIDES[side][0] for side in sides)),
        lines=tuple(lines),
        note=f"People, F1: agreement with people's answers, by person. By message: {told}.{drawn}",
    )


def nothing_table(judged: Sequence[Judged]) -> Table:
    """Return how much is used where people want nothing: pairs all of whose answers are a no."""
    lines = []
    for name in SETTINGS:
        used, people = [], []
        for one in judged:
            for scored in one.scored:
                if _wants_nothing(scored):
                    margin = margins(scored.scores, one.model.settings[name])
                    used.append(float((margin >= 0).sum()))
                    people.append(scored.case.cluster)
        counts = np.asarray(used)
        lines.append(
            Line(
                f"trained, {name}",
                (estimate(_mean, people, counts), estimate(_mean, people, (counts > 0) * 1.0)),
            )
        )
    return Table(
        title="Pairs for which people want nothing",
        columns=("attributes used, mean", "share with any used"),
        lines=tuple(lines),
        note="Pairs of a person and a prompt on which no answer was a yes; n counts pairs.",
    )


def counts_of(labelled: Iterable[Labelled]) -> dict[str, int]:
    """Return how many answers, pairs, people and prompts there are."""
    listed = list(labelled)
    said = [item.relevant for one in listed for item in one.items if item.relevant is not None]
    return {
        "answers of people": len(said),
        "of them yes": sum(said),
        "pairs of person and prompt": len(listed),
        "people": len({one.person for one in listed}),
        "prompts": len({one.prompt for one in listed}),
    }


def _wants_nothing(scored: Scored) -> bool:
    said = [one for one in scored.case.relevant if one is not None]
    return scored.case.side == "people" and bool(said) and not any(said)


def _agreement(asked: Asked, said: Said) -> Estimate:
    return estimate(classification.f1, asked.units, asked.truth, said.yes)


def _side(judged: Sequence[Judged], side: str, setting: str) -> Estimate:
    good, units = [], []
    for one in judged:
        went, names = outcomes(one.scored, side, one.model.settings[setting])
        good.append(went)
        units += names
    return estimate(classification.share, units, np.concatenate(good))


def _exact(like: Estimate | None, value: float) -> Estimate | None:
    """Return a figure that is sure, on as much as another one rests on."""
    if like is None or like.value is None:
        return like
    return Estimate(value=value, low=value, high=value, n=like.n, clusters=like.clusters)


def _texts(judged: Sequence[Judged]) -> list[str]:
    """Return the attribute of each answer, in the order of `columns`."""
    return [
        scored.case.attributes[at]
        for one in judged
        for scored in one.scored
        if scored.case.side == "people"
        for at, said in enumerate(scored.case.relevant)
        if said is not None
    ]


def _margins(setting: Setting) -> Callable[[Scored], Floats]:
    return lambda one: margins(one.scores, setting)


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None
