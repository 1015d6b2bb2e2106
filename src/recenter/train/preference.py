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
from recenter.stats.logistic import Floats, Gaussian, laplace, update, weigh
from recenter.train.preference_examples import Example

LEAST_PEOPLE, LEAST_OCCASIONS = 10, 50
MOST = 3000
"""Pairs that are fitted at once: time grows with the cube of it."""

AXES = 32
"""Directions of a reply's vector that are kept."""

FORM = (0.3, 1.0, 3.0, 10.0)
VECTOR = (0.03, 0.1, 0.3, 1.0, 3.0)
OWN = (0.03, 0.1, 0.3, 1.0, 3.0)
"""Prior variances of the weights of figures, of axes, and of a person's offset, beside none."""


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


def fit(pairs: Pairs, *, seed: int = 0) -> Fitted:
    """Return the head of pairs, under the prior variances of the highest evidence (MacKay, 1992):
    first those of the shared weights as if people did not differ, then that of their offsets.

    Of more than `MOST` pairs, a sample drawn with `seed` is fitted. Mean and spread of the figures
    and the axes of the vectors are taken from the same pairs.
    """
    if len(pairs.people) > MOST:
        drawn = np.random.default_rng(seed).permutation(len(pairs.people))[:MOST]
        pairs = pairs.of(np.sort(drawn))
    frame = _frame(pairs)
    rows, counts = frame.features(pairs.chosen) - frame.features(pairs.rejected), pairs.counts
    sizes = [len(NAMES), rows.shape[1] - len(NAMES)]

    def shared(pair: tuple[float, float]) -> tuple[Gaussian, float]:
        return weigh(rows, counts, np.repeat(pair, sizes))

    form, vector = max(itertools.product(FORM, VECTOR), key=lambda pair: shared(pair)[1])
    belief, evidence = without_own = shared((form, vector))
    variance, own = np.repeat([form, vector], sizes), 0.0
    kernel = (rows * variance) @ rows.T
    same = (rows @ rows.T) * (pairs.people[:, None] == pairs.people)
    for offset in OWN:
        mode = laplace(kernel + offset * same, counts, np.zeros(len(rows)))
        if mode.evidence > evidence:
            prior = Gaussian(mean=np.zeros(len(variance)), covariance=np.diag(variance))
            belief, evidence, own = update(prior, rows * variance, mode), mode.evidence, offset
    return Fitted(
        head=_with(frame, belief, own),
        form=form,
        vector=vector,
        evidence=evidence,
        without_own=without_own[1],
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
