"""How fast the embedded model is: by texts at once, by length, by threads.

Texts are made of common words at random, seed 0. The other rows of a batch do not change a vector
(tested), so the size of a batch is a matter of speed only.
"""

from __future__ import annotations

import resource
import statistics
import time

import numpy as np

from bench.common import print_signature
from recenter.models.embedded import Minilm

WORDS = [
    *("the", "person", "likes", "to", "cook", "at", "home", "with", "friends", "and", "works"),
    *("as", "a", "nurse", "in", "small", "town", "near", "sea", "while", "learning", "play"),
    *("an", "old", "piano", "that", "her", "sister", "left", "there", "two", "years", "ago"),
]
REPEATS = 5


def _texts(number: int, words: int, rng: np.random.Generator) -> list[str]:
    return [" ".join(rng.choice(WORDS, words)) for _ in range(number)]


def _median_seconds(model: Minilm, number: int, words: int) -> float:
    rng = np.random.default_rng(0)
    times = []
    for _ in range(REPEATS):
        texts = _texts(number, words, rng)
        started = time.perf_counter()
        model.embed(texts)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _mixed(model: Minilm, number: int) -> float:
    """Return seconds for texts of 3 to 60 words, as clauses of conversations are."""
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, rng.integers(3, 61))) for _ in range(number)]
    started = time.perf_counter()
    model.embed(texts)
    return time.perf_counter() - started


def main() -> None:
    """Print texts per second."""
    print_signature("embedder", model=Minilm().name, seed=0, repeats=REPEATS)
    print("threads  words  texts at once  ms per call (median)  texts/s")
    for threads in (1, 2):
        model = Minilm(threads=threads)
        started = time.perf_counter()
        model.embed(["warm"])
        first = time.perf_counter() - started
        for words in (20, 100):
            for number in (1, 2, 8, 25, 32, 64, 640):
                if words == 100 and number > 64:
                    continue
                seconds = _median_seconds(model, number, words)
                print(
                    f"{threads:7}  {words:5}  {number:13}  {1e3 * seconds:20.1f}"
                    f"  {number / seconds:7.0f}"
                )
        print(f"{threads:7}   3-60            640  {'':20}  {640 / _mixed(model, 640):7.0f}")
        print(f"         first call, which loads and checks the weights: {first:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
