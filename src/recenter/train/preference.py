"""Train a preference model: pairs that people judged in, a head with its doubt out."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recenter.errors import InputError
from recenter.models.base import Embedder
from recenter.models.saved import FILE, Saved, save_model
from recenter.stages.preference_features import NAMES, figures
from recenter.stages.preference_head import Head, head_arrays
from recenter.stats.logistic import Floats, Gaussian, Mode, laplace, update
from recenter.train.preference_examples import Example

LEAST_PEOPLE, LEAST_OCCASIONS = 10, 50
MOST = 3000
"""Pairs that are fitted at once: time grows with the cube of it."""

AXES = 32
"""Directions of a reply's vector that are kept."""

FORM = (0.3, 1.0, 3.0, 10.0)
VECTOR = (0.03, 0.1, 0.3, 1.0, 3.0)
OWN = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Prior variances of the weights of figures, of axes, and of a person's offset; that of the
highest evidence is taken."""


class Pairs(NamedTuple):
    """Examples as columns; one row each."""

    chosen: Floats
    """Figures of the replies preferred, (n, len(NAMES) + dimensions)."""
    rejected: Floats
    people: NDArray[np.str_]
    occasions: NDArray[np.str_]

    @property
    def counts(self) -> Floats:
        """How much each pair counts: those of one occasion share one."""
        times = Counter(self.occasions.tolist())
        return np.array([1 / times[name] for name in self.occasions.tolist()])

    def of(self, rows: NDArray[np.intp]) -> Pairs:
        """Return some of the rows."""
        return Pairs(
            self.chosen[rows], self.rejected[rows], self.people[rows], self.occasions[rows]
        )


class Fitted(NamedTuple):
    """A head, and the prior it was fitted with."""

    head: Head
    form: float
    vector: float
    evidence: float
    """Logarithm of the marginal likelihood of the pairs."""
    without_own: float
    """The same where people do not differ."""
    used: int
    """Pairs that were fitted."""


def read_pairs(
    examples: Sequence[Example],
    embedder: Embedder,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Pairs:
    """Return the figures of the replies of examples. `progress` is told prompts done and in all."""
    wanted: dict[str, dict[str, None]] = {}
    for example in examples:
        wanted.setdefault(example.prompt, {}).update({example.chosen: None, example.rejected: None})
    known: dict[tuple[str, str], Floats] = {}
    for done, (prompt, replies) in enumerate(wanted.items(), start=1):
        rows = figures(prompt, list(replies), embedder=embedder)
        known |= {(prompt, reply): row for reply, row in zip(replies, rows, strict=True)}
        progress(done, len(wanted))
    return Pairs(
        chosen=np.array([known[e.prompt, e.chosen] for e in examples]),
        rejected=np.array([known[e.prompt, e.rejected] for e in examples]),
        people=np.array([e.person for e in examples]),
        occasions=np.array([e.occasion for e in examples]),
    )


def check(examples: Sequence[Example]) -> None:
    """Refuse to train on too little, before anything is computed.

    Raises:
        InputError: too few people judged, or too few prompts were judged on.
    """
    for count, least, what in (
        (len({e.person for e in examples}), LEAST_PEOPLE, "people"),
        (len({e.occasion for e in examples}), LEAST_OCCASIONS, "prompts judged by a person"),
    ):
        if count < least:
            raise InputError(
                f"a preference model needs at least {least} {what}; got {count}.",
                cure="Collect more judgments on `better`, or name more files with --from.",
            )


def fit(pairs: Pairs, *, own: float | None = None, seed: int = 0) -> Fitted:
    """Return the head of pairs. `own` sets the variance of a person's offset; without it, and for
    the other variances always, that of the highest evidence is taken (MacKay, 1992).

    Of more than `MOST` pairs, a sample drawn with `seed` is fitted. Mean and spread of the figures
    and the axes of the vectors are taken from the same pairs.
    """
    if len(pairs.people) > MOST:
        drawn = np.random.default_rng(seed).permutation(len(pairs.people))[:MOST]
        pairs = pairs.of(np.sort(drawn))
    empty = _frame(pairs)
    rows = empty.features(pairs.chosen) - empty.features(pairs.rejected)
    shared = [rows[:, : len(NAMES)], rows[:, len(NAMES) :]]
    near = [part @ part.T for part in shared]
    same = (near[0] + near[1]) * (pairs.people[:, None] == pairs.people)
    counts, zeros = pairs.counts, np.zeros(len(rows))

    def mode(form: float, vector: float, offset: float) -> Mode:
        kernel = form * near[0] + vector * near[1] + offset * same
        return laplace(kernel, counts, zeros)

    grid = list(itertools.product(FORM, VECTOR))
    form, vector = max(grid, key=lambda pair: mode(pair[0], pair[1], own or 0.0).evidence)
    if own is None:
        own = max(OWN, key=lambda offset: mode(form, vector, offset).evidence)
    reached = mode(form, vector, own)
    variance = np.repeat([form, vector], [part.shape[1] for part in shared])
    prior = Gaussian(mean=np.zeros(len(variance)), covariance=np.diag(variance))
    return Fitted(
        head=_with(empty, update(prior, rows * variance, reached), own),
        form=form,
        vector=vector,
        evidence=reached.evidence,
        without_own=mode(form, vector, 0.0).evidence,
        used=len(rows),
    )


def save_preference(fitted: Fitted, folder: Path, *, encoder: str) -> Saved:
    """Write a head to the folder of a trained model and return it.

    Raises:
        ModelError: the file cannot be written.
    """
    arrays, settings = head_arrays(fitted.head)
    return save_model(folder / FILE, "preference", arrays, settings=dict(settings), encoder=encoder)


def _frame(pairs: Pairs) -> Head:
    """The head without weights: how figures are brought to features."""
    both = np.vstack([pairs.chosen, pairs.rejected])
    near, vectors = both[:, : len(NAMES)], both[:, len(NAMES) :]
    spread = near.std(axis=0)
    values, axes = np.linalg.eigh(np.cov(vectors, rowvar=False))
    kept = min(AXES, axes.shape[1])
    values, axes = values[::-1][:kept], axes[:, ::-1][:, :kept]
    size = len(NAMES) + kept
    return Head(
        centre=near.mean(axis=0),
        # A figure that never differs tells nothing, and must not be divided by nothing.
        spread=np.where(spread > 0, spread, 1.0),
        axes=axes / np.sqrt(max(float(values.sum()), 1e-12)),
        shared=Gaussian(mean=np.zeros(size), covariance=np.zeros((size, size))),
        own=0.0,
    )


def _with(head: Head, shared: Gaussian, own: float) -> Head:
    return Head(centre=head.centre, spread=head.spread, axes=head.axes, shared=shared, own=own)
