"""Fine-tunes an encoder on pairs of texts, as the study did its own, and says what it is worth.

The recipe's defaults are the study's (arXiv 2606.06614): roberta-base, 10 epochs, batch 16,
learning rate 2e-5, recall weighted by a beta of 2. Where beta enters is not said there; here a
positive pair weighs beta times as much in the loss. The last epoch is kept, so that calibration
and thresholds are all that is chosen on the part left out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from recenter.errors import ConfigError, ModelError
from recenter.models.cross_encoder import (
    Encoder,
    Libraries,
    libraries,
    logits,
    open_encoder,
    tokens,
)
from recenter.models.tuned import Calibration, Kind
from recenter.progress import Progress, Silent
from recenter.stats import classification
from recenter.stats.estimate import Estimate, estimate
from recenter.train.finetune_pairs import FOLDS, Pair, refuse_too_few

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_CLIP = 1.0
"""Most that the norm of a gradient may be; Pascanu et al. (2013)."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """How an encoder is fine-tuned."""

    base: str = "roberta-base"
    """Name of an encoder, such as answerdotai/ModernBERT-base, or a folder with one."""
    epochs: int = 10
    batch: int = 16
    """Pairs per step."""
    at_once: int = 16
    """Pairs in memory at once; gradients are added up until the batch is whole."""
    learning_rate: float = 2e-5
    beta: float = 2.0
    """How many times as much a positive pair weighs."""
    max_length: int = 256
    """Tokens of a pair that are read."""
    warmup: float = 0.06
    """Share of the steps in which the learning rate grows; it falls linearly to 0 after."""
    decay: float = 0.01
    """Weight decay. Both as in RoBERTa's own fine-tuning: Liu et al. (2019), table 10."""
    held: int = 0
    """Fold that is left out to calibrate on."""
    seed: int = 0


class Decided(NamedTuple):
    """What is chosen on the part left out."""

    calibration: Calibration
    threshold: float
    """Least probability of a yes; F1 is highest there."""
    hold: float
    """The share of positives, or the threshold where that is lower: no safer than any pair."""


class Tuned(NamedTuple):
    """A fine-tuned encoder and what it is worth on people or dialogues that it did not see."""

    kind: Kind
    recipe: Recipe
    encoder: Encoder
    decided: Decided
    pairs: Sequence[Pair]
    measured: dict[str, Estimate]
    """By the names of the figures; all resample people or dialogues."""


def finetune(
    kind: Kind, pairs: Sequence[Pair], recipe: Recipe, *, progress: Progress | None = None
) -> Tuned:
    """Return an encoder fine-tuned on all folds but one and calibrated on that one.

    The same pairs, recipe, machine and libraries give the same weights on a processor.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ConfigError: a number of the recipe is out of its range.
        InputError: there are too few answers; see `refuse_too_few`.
        ModelError: there is no such encoder, or training diverged.
    """
    libs = libraries("Fine-tuning")
    _check(recipe)
    refuse_too_few(kind, pairs)
    encoder = fit([pair for pair in pairs if pair.without(recipe.held)], recipe, libs, progress)
    held = [pair for pair in pairs if pair.fold == recipe.held and pair.judged]
    scores = logits(libs, encoder, [pair[:2] for pair in held])
    truth = np.asarray([pair.positive for pair in held], np.bool_)
    decided = decide(truth, scores)
    groups = [pair.group for pair in held]
    return Tuned(kind, recipe, encoder, decided, pairs, _measured(truth, scores, decided, groups))


def fit(
    pairs: Sequence[Pair], recipe: Recipe, libs: Libraries, progress: Progress | None = None
) -> Encoder:
    """Return the encoder of a recipe fine-tuned on all of these pairs.

    Raises:
        ModelError: there is no such encoder, or training diverged.
    """
    torch, told = libs.torch, progress or Silent()
    devices = range(torch.cuda.device_count())
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(recipe.seed)
        here = Path(recipe.base).is_dir()
        encoder = open_encoder(libs, recipe.base, recipe.max_length, local=here)
        encoder.model.to("cuda" if devices else "cpu").train()
        step = _steps(encoder, len(pairs), recipe, libs)
        rng = np.random.default_rng(recipe.seed)
        for epoch in range(recipe.epochs):
            order = rng.permutation(len(pairs)).tolist()
            told.start(
                f"epoch {epoch + 1} of {recipe.epochs}", math.ceil(len(pairs) / recipe.batch)
            )
            for start in range(0, len(pairs), recipe.batch):
                step([pairs[row] for row in order[start : start + recipe.batch]])
                told.advance()
    encoder.model.eval()
    return encoder


def _steps(encoder: Encoder, number: int, recipe: Recipe, libs: Libraries) -> Any:
    """Return a function that takes one step of the optimizer on a batch of pairs."""
    torch = libs.torch
    total = recipe.epochs * math.ceil(number / recipe.batch)
    parameters = list(encoder.model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.decay)
    schedule = libs.transformers.get_linear_schedule_with_warmup(
        optimizer, int(recipe.warmup * total), total
    )
    loss = functools.partial(_loss, encoder, recipe, torch)

    def step(batch: Sequence[Pair]) -> None:
        for start in range(0, len(batch), recipe.at_once):
            part = loss(batch[start : start + recipe.at_once]) / len(batch)
            if not torch.isfinite(part):
                raise ModelError(
                    f"training diverged at a learning rate of {recipe.learning_rate}.",
                    cure="Lower it.",
                )
            part.backward()
        torch.nn.utils.clip_grad_norm_(parameters, _CLIP)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()

    return step


def _loss(encoder: Encoder, recipe: Recipe, torch: Any, part: Sequence[Pair]) -> Any:
    """Return the sum of the cross-entropies of pairs, those of positives taken beta times."""
    found = encoder.model(**tokens(encoder, [pair[:2] for pair in part])).logits[:, 0]
    truth = torch.tensor([float(pair.positive) for pair in part], device=found.device)
    return torch.nn.functional.binary_cross_entropy_with_logits(
        found,
        truth,
        pos_weight=torch.tensor(recipe.beta, device=found.device),
        reduction="sum",
    )


def decide(truth: Bools, scores: Floats) -> Decided:
    """Return calibration and thresholds from logits of pairs that were left out.

    Platt, "Probabilistic outputs for support vector machines" (1999), with his smoothed targets.
    """
    yes, no = int(truth.sum()), int((~truth).sum())
    wanted = np.where(truth, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(at: Floats) -> float:
        odds = at[0] * scores + at[1]
        return float((np.logaddexp(0, odds) - wanted * odds).sum())

    slope, shift = minimize(loss, np.asarray([1.0, 0.0]), method="Nelder-Mead").x
    # A higher logit never means less: a threshold on one is a threshold on the other.
    calibration = Calibration(slope=max(float(slope), 1e-3), shift=float(shift))
    threshold = classification.best_threshold(truth, _likely(scores, calibration))
    return Decided(calibration, threshold, min(float(truth.mean()), threshold))


def _likely(scores: Floats, calibration: Calibration) -> Floats:
    found: Floats = expit(calibration.slope * scores + calibration.shift)
    return found


def _measured(
    truth: Bools, scores: Floats, decided: Decided, groups: Sequence[str]
) -> dict[str, Estimate]:
    likely = _likely(scores, decided.calibration)
    yes = likely >= decided.threshold
    return {
        "AUC": estimate(classification.auc, groups, truth, scores),
        "average precision": estimate(classification.average_precision, groups, truth, scores),
        "F1 *": estimate(classification.f1, groups, truth, yes),
        "precision *": estimate(classification.precision, groups, truth, yes),
        "recall *": estimate(classification.recall, groups, truth, yes),
        "Brier *": estimate(classification.brier, groups, truth, likely),
    }


def _check(recipe: Recipe) -> None:
    for name in ("epochs", "batch", "at_once", "learning_rate", "beta", "max_length"):
        value = getattr(recipe, name)
        if not 0 < value < math.inf:
            raise ConfigError(f"{name} must be above 0, got {value}.")
    if recipe.held not in range(FOLDS):
        raise ConfigError(f"held must be a fold below {FOLDS}, got {recipe.held}.")
