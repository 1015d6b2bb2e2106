"""Selection by the small trained model, behind a gate that closes on ordinary messages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ConfigError
from recenter.models.base import Embedder
from recenter.models.saved import brief
from recenter.models.selector_model import (
    Read,
    Scores,
    SelectorModel,
    Setting,
    margins,
    packaged_selector,
    probabilities,
)
from recenter.provenance import Signature, digest
from recenter.records import Attribute, Decision, Query, Selection, Use
from recenter.stages.limits import LIMITS, asks_for_food, limits_food
from recenter.stages.select import selection

SETTING = "restrained"
"""Name of the setting that is used where none is given."""

_REMEMBERED = 4096
"""Texts whose 10 kB are held on to; vectors are what takes long, and kept elsewhere."""
_AT_ONCE = 512
_CLOSED = "This kind of message has the same answer for everyone."
_NOTHING = "Nothing known of the person is likely enough to change this answer."
_REASONS = {
    "trained": "People let what is like this change such an answer.",
    "likeness": "On the topic of the message.",
    "limit": "Limits what may be eaten, and the message asks for food.",
    "ask": "Might change the answer; asking costs less than a mistake.",
    "withhold": "Unlikely to change the answer.",
}


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """How the probabilities of the model become decisions."""

    setting: str = SETTING
    """`restrained`, which stays quiet where people daily want nothing, or `agreeing`, which agrees
    best with people about prompts that were picked because something was relevant."""
    base_rate: float | None = None
    """Share of attributes that matter where this runs; None leaves the rate of the training data.
    Moves the log odds by that of the two rates (Saerens et al., Neural Computation 14, 2002)."""
    ask_cost: float | None = None
    """What asking the person costs, where using a relevant attribute is worth 1; None never asks.
    Using one that is not relevant costs t / (1 - t) at a threshold of t, which is what makes t the
    best threshold. Asking is offered where its expected value beats those of both others."""


class TrainedSelector:
    """Uses what a model trained on people's answers takes for relevant; usually nothing.

    Its probabilities are calibrated on people left out of the fit, for messages that a matcher had
    picked; its card is `docs/reference/selector-card.md`. Reads the prompt alone, not the
    conversation before it. English only.
    """

    name = "trained"

    def __init__(
        self,
        embedder: Embedder,
        model: SelectorModel | None = None,
        *,
        choices: Choices | None = None,
    ) -> None:
        """Take the embedder that the model was trained with.

        Raises:
            ConfigError: the model reads another embedder's vectors, has no such setting, or a
                number of the choices is out of its range.
        """
        self._model = packaged_selector() if model is None else model
        self._choices = Choices() if choices is None else choices
        self._embedder = embedder
        self._read: dict[str, Read] = {}
        _check(self._choices, self._model, embedder)

    @property
    def signature(self) -> Signature:
        """Names the weights and the encoder, and depends on the choices."""
        return Signature(
            model=f"{self._model.name}+{self._embedder.name}",
            settings=digest(self._choices, LIMITS),
        )

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute; see `Selector.select`."""
        if not attributes:
            return selection(query, (), signature=self.signature)
        setting = self._model.settings[self._choices.setting]
        vector = self._embedder.embed([query.prompt])[0]
        known = self._remembered([attribute.text for attribute in attributes])
        scores = self._model.score(query.prompt, vector, known)
        closed = setting.gate is not None and scores.gate < setting.gate
        moved = _moved(self._choices, self._model)
        likely = probabilities(margins(scores, setting), setting, shift=moved)
        by_people = _by_people(scores, setting)
        food = not closed and asks_for_food(query.prompt)
        decisions = []
        for place, attribute in enumerate(attributes):
            score = round(float(likely[place]), 6)
            use = _decision(score, setting.threshold, self._choices.ask_cost, closed=closed)
            why: str = ("trained" if by_people[place] else "likeness") if use == "use" else use
            if use != "use" and food and limits_food(attribute.text):
                use, why = "use", "limit"
            reason = _CLOSED if closed else _REASONS[why]
            decisions.append(
                Decision(attribute=attribute.id, decision=use, score=score, reason=reason)
            )
        return selection(
            query, decisions, signature=self.signature, reason=_CLOSED if closed else _NOTHING
        )

    def _remembered(self, texts: Sequence[str]) -> Read:
        """Read texts that come back with every prompt once."""
        known = self._read
        new = sorted({text for text in texts if text not in known})
        if new:
            known = known | dict(zip(new, self._rows(new), strict=True))
            # Replaced, not changed, so that threads need no lock; the oldest go first.
            self._read = dict(islice(known.items(), max(0, len(known) - _REMEMBERED), None))
        parts = zip(*(known[text] for text in texts), strict=True)
        return Read(*(np.concatenate(part) for part in parts))

    def _rows(self, texts: Sequence[str]) -> Iterator[Read]:
        """Yield what the model reads of each text; of many, a block at a time fits in memory."""
        for start in range(0, len(texts), _AT_ONCE):
            block = texts[start : start + _AT_ONCE]
            made = self._model.read(block, self._embedder.embed(block))
            for row in range(len(block)):
                at = [row]
                yield Read(made.features[at], made.centred[at], made.bound[at], made.objects[at])


def _check(choices: Choices, model: SelectorModel, embedder: Embedder) -> None:
    if model.encoder not in (None, embedder.name):
        raise ConfigError(
            f"the selector {model.name} reads vectors of {brief(model.encoder)}; got "
            f"{embedder.name}.",
            cure="Set the embedder it was trained on, or take --selector embedding.",
        )
    if choices.setting not in model.settings:
        allowed = ", ".join(model.settings)
        raise ConfigError(f"there is no setting {choices.setting!r}; expected one of {allowed}.")
    if choices.base_rate is not None and not 0 < choices.base_rate < 1:
        raise ConfigError(f"a base rate must lie between 0 and 1, got {choices.base_rate}.")
    if choices.ask_cost is not None and not choices.ask_cost >= 0:
        raise ConfigError(f"the cost of asking must be 0 or more, got {choices.ask_cost}.")


def _moved(choices: Choices, model: SelectorModel) -> float:
    if choices.base_rate is None:
        return 0.0
    return _log_odds(choices.base_rate) - _log_odds(model.base_rate)


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _decision(score: float, threshold: float, ask_cost: float | None, *, closed: bool) -> Use:
    if closed:
        return "withhold"
    harm = threshold / (1 - threshold)
    use = score - (1 - score) * harm
    if ask_cost is not None and score - ask_cost > max(use, 0.0):
        return "ask"
    return "use" if score >= round(threshold, 6) else "withhold"


def _by_people(scores: Scores, setting: Setting) -> NDArray[np.bool_]:
    """Tell which attributes people's answers speak for, rather than their topic alone.

    Where a base rate lifts what is below both thresholds, the nearer one counts.
    """
    alone = margins(scores, msgspec.structs.replace(setting, match=None))
    found: NDArray[np.bool_] = alone >= np.minimum(margins(scores, setting), 0.0)
    return found
