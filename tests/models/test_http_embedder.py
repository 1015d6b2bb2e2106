from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recenter.config import Settings
from recenter.errors import ModelHTTPError, UnreadableAnswerError
from recenter.models.base import Embedder
from recenter.models.load import load_embedder
from tests.models.endpoint import Answer, Handler, raw, refusal, serving


def _embedder(url: str, tmp_path: Path) -> Embedder:
    return load_embedder(f"http:m@{url}", Settings(home=tmp_path))


def _lengths(handler: Handler) -> None:
    """Vectors that tell the texts apart, given back in another order."""
    texts = handler.body["input"]
    data = [{"index": n, "embedding": [len(text), 1]} for n, text in enumerate(texts)]
    raw(json.dumps({"data": data[::-1]}))(handler)


def test_vectors_are_scaled_and_in_the_order_of_the_texts(tmp_path: Path) -> None:
    texts = ["x" * n for n in range(150)]
    with serving(_lengths) as server:
        vectors = _embedder(server.url, tmp_path).embed(texts)
        assert len(server.requests) == 3
        assert server.requests[0][0] == "/v1/embeddings"
    assert vectors.shape == (150, 2)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert (np.diff(vectors[1:, 0]) > 0).all()


def test_no_texts_are_not_sent(tmp_path: Path) -> None:
    assert _embedder("http://127.0.0.1:1/v1", tmp_path).embed([]).shape == (0, 0)


def _data(*rows: tuple[int, Any]) -> Answer:
    return raw(json.dumps({"data": [{"index": n, "embedding": row} for n, row in rows]}))


@pytest.mark.parametrize(
    "bad",
    [
        raw('{"data": []}'),
        raw('{"data": null}'),
        _data((0, [1, 2])),
        _data((0, [1, 2]), (0, [1, 2])),
        _data((0, [1, 2]), (1, [1])),
        _data((0, [1, 2]), (1, ["x", 2])),
        _data((0, [1, 2]), (1, [0, 0])),
        _data((0, []), (1, [])),
        raw('{"data": [{"index": 0, "embedding": [1e999]}, {"index": 1, "embedding": [1]}]}'),
    ],
)
def test_other_than_one_vector_per_text_is_unreadable(bad: Answer, tmp_path: Path) -> None:
    with serving(bad) as server, pytest.raises(UnreadableAnswerError):
        _embedder(server.url, tmp_path).embed(["a", "b"])


def test_errors_are_those_of_the_transport(tmp_path: Path) -> None:
    told = "Check the model's name"
    with serving(refusal(404, "none")) as server, pytest.raises(ModelHTTPError, match=told):
        _embedder(server.url, tmp_path).embed(["a"])
