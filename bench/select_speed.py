"""How long the trained selector takes: a decision over 25 attributes, load, batch, memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np

from bench.common import print_signature
from recenter.models.embedded import Minilm
from recenter.models.selector_model import packaged_selector
from recenter.records import Attribute, Query
from recenter.stages.select_trained import TrainedSelector
from recenter.train import texts

ATTRIBUTES, ROUNDS = 25, 400
_LOAD = (
    "import time; t = time.perf_counter();"
    "from recenter.models.embedded import Minilm;"
    "from recenter.stages.select_trained import TrainedSelector;"
    "encoder = Minilm(); TrainedSelector(encoder); encoder.embed(['a first message']);"
    "print(time.perf_counter() - t)"
)


def main() -> None:
    embedder = Minilm()
    selector = TrainedSelector(embedder)
    print_signature("select_speed", model=selector.signature.model, attributes=ATTRIBUTES)
    known = [_attribute(number) for number in range(ATTRIBUTES)]
    prompts = [text for pair in texts.pairs() for text in (pair.matters, pair.other)]
    selector.select(_query(prompts[-1]), known)
    took = []
    for prompt in prompts[:ROUNDS]:
        began = time.perf_counter()
        selector.select(_query(prompt), known)
        took.append(1000 * (time.perf_counter() - began))
    words = np.median([len(prompt.split()) for prompt in prompts[:ROUNDS]])
    print(
        f"decision, new prompt of {words:.0f} words at the median: p50 {np.median(took):.1f} ms, "
        f"p99 {np.quantile(took, 0.99):.1f} ms ({ROUNDS} prompts; limits 20 and 60)"
    )
    long = " ".join(texts.lines("open"))[:2000]
    took = []
    for number in range(60):
        began = time.perf_counter()
        selector.select(_query(f"{number} {long}"), known)
        took.append(1000 * (time.perf_counter() - began))
    print(f"decision, prompt of 256 word pieces: p50 {np.median(took):.1f} ms")
    _batch(embedder, known, prompts)
    loads = [
        float(subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    load = np.median(loads)
    print(f"import, load and a first vector: {load:.2f} s, median of 5 processes (limit 1.5)")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak resident: {peak:.0f} MB (limit 400)")


def _batch(embedder: Minilm, known: list[Attribute], prompts: list[str]) -> None:
    model = packaged_selector()
    listed = [attribute.text for attribute in known]
    read = model.read(listed, embedder.embed(listed))
    vectors = embedder.embed(prompts[:ROUNDS])
    began = time.perf_counter()
    for prompt, vector in zip(prompts[:ROUNDS], vectors, strict=True):
        model.score(prompt, vector, read)
    pairs = ROUNDS * len(known) / (time.perf_counter() - began)
    print(f"with cached vectors: {pairs:,.0f} pairs a second (limit 2,000)")


def _attribute(number: int) -> Attribute:
    return Attribute(
        id=str(number),
        person="p",
        text=texts.pairs()[number * 7].attribute,
        source="stated",
        confidence=1.0,
        evidence=(),
    )


def _query(prompt: str) -> Query:
    return Query(id="q", person="p", prompt=prompt)


if __name__ == "__main__":
    main()
