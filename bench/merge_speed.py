"""How long merging takes as one person's candidates grow. Run: python -m bench.merge_speed."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bench.common import print_signature
from recenter.records import Attribute, Evidence
from recenter.stages.merge import merge

SEED = 0
SIZES = (100, 1_000, 5_000)
_DIMENSIONS = 384
_MEMBERS = 4
_SPREAD = 0.02
# Different numbers are never merged, so the things are counted in letters.
_LETTERS = str.maketrans("0123456789", "abcdefghij")
_DIGITS = str.maketrans("abcdefghij", "0123456789")


class _Ready:
    """Embeddings that are already there: groups of about four that lie close together."""

    name = "bench:ready"

    def __init__(self, count: int) -> None:
        rng = np.random.default_rng(SEED)
        centres = rng.normal(size=(count // _MEMBERS, _DIMENSIONS))
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        near = np.repeat(centres, _MEMBERS, axis=0)
        self._rows = (near + rng.normal(size=near.shape) * _SPREAD).astype(np.float32)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._rows[[int(text.rsplit("-", 1)[1].translate(_DIGITS)) for text in texts]]


def _candidates(count: int) -> list[Attribute]:
    evidence = Evidence(conversation="c", turn=0, start=0, end=4, quote="word")
    return [
        Attribute(
            id=f"att_{number}",
            person="p",
            text=f"The person likes thing-{str(number).translate(_LETTERS)}",
            source="inferred",
            confidence=0.4 + 0.5 * (number % 7) / 7,
            evidence=(evidence,),
            reason=f"reason-{str(number).translate(_LETTERS)}",
        )
        for number in range(count)
    ]


def main() -> None:
    """Print seconds and peak memory for each size."""
    print_signature("merge_speed", seed=SEED, dimensions=_DIMENSIONS, members=_MEMBERS)
    for count in SIZES:
        candidates, embedder = _candidates(count), _Ready(count)
        start = time.perf_counter()
        merged = merge(candidates, embedder)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count:6} candidates -> {len(merged):5} in {seconds:6.2f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()
