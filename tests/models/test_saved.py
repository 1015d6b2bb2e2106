"""Trained models on disk."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import save

from recenter.errors import ChecksumError, ModelError, RecenterError
from recenter.models.saved import FILE, about_model, load_model, save_model

ARRAYS = {"weights": np.arange(6.0).reshape(2, 3), "bias": np.asarray([0.5], np.float32)}
SETTINGS = {"threshold": 0.25, "features": ["one", "two"]}


def saved(folder: Path) -> Path:
    path = folder / FILE
    save_model(path, "selector", ARRAYS, settings=SETTINGS, encoder="embedded:minilm@1")
    return path


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    saved(tmp_path)
    model = load_model(tmp_path, "selector", encoder="embedded:minilm@1")
    assert model.about.settings == SETTINGS
    assert model.name.startswith("trained:selector@")
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(model.arrays[name], array)
        assert model.arrays[name].dtype == array.dtype


@given(
    array=hnp.arrays(
        st.sampled_from([np.float32, np.float16, np.int64]), hnp.array_shapes(max_side=4)
    ),
    settings=st.dictionaries(
        st.text(max_size=5), st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
    ),
)
def test_any_model_comes_back(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, settings: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("model") / FILE
    save_model(path, "verifier", {"a": array}, settings=settings, encoder=None)
    model = load_model(path, "verifier")
    np.testing.assert_array_equal(model.arrays["a"], array)
    assert model.about.settings == settings


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    assert saved(tmp_path / "one").read_bytes() == saved(tmp_path / "two").read_bytes()


def test_every_cut_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(ModelError, match=r"truncated|part of one"):
            load_model(path, "selector")


def test_every_changed_byte_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(RecenterError):
            load_model(path, "selector", encoder="embedded:minilm@1")


def test_changed_numbers_are_refused_by_their_checksum(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ChecksumError, match="expected"):
        load_model(path, "selector")


def test_another_kind_is_named(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(ModelError, match="holds a selector; expected a verifier"):
        load_model(tmp_path, "verifier")


def test_another_encoder_is_named(tmp_path: Path) -> None:
    saved(tmp_path)
    with pytest.raises(ModelError, match="reads vectors of 'embedded:minilm@1'; got ollama:x"):
        load_model(tmp_path, "selector", encoder="ollama:x")


def test_what_a_file_says_of_itself_makes_no_long_message(tmp_path: Path) -> None:
    path = tmp_path / FILE
    save_model(path, "selector", ARRAYS, settings={}, encoder="\x1b[2J" + 10_000 * "x")
    with pytest.raises(ModelError) as caught:
        load_model(path, "selector", encoder="ollama:x")
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_later_format_is_named(tmp_path: Path) -> None:
    told = msgspec.json.encode({"format": 2, "kind": "selector", "news": 1}).decode()
    path = tmp_path / FILE
    path.write_bytes(save(ARRAYS, metadata={"recenter": told}))
    with pytest.raises(ModelError, match="format 2; this version of Recenter reads up to 1"):
        load_model(path, "selector")


def nested() -> bytes:
    """A header that no parser goes to the end of."""
    header = b'{"__metadata__":{"recenter":"{}"},"a":' + b"[" * 100_000
    return len(header).to_bytes(8, "little") + header


def test_what_is_none_of_ours_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / FILE
    with path.open("wb") as file:
        file.write(save(ARRAYS))
        file.truncate(2**40)
    with pytest.raises(ModelError, match="not a trained model"):
        about_model(path)


@pytest.mark.parametrize("data", [b"", b"\x80\x04pickle", b"\xff" * 64, save(ARRAYS), nested()])
def test_a_foreign_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / FILE
    path.write_bytes(data)
    with pytest.raises(ModelError, match="not a trained model"):
        load_model(path, "selector")


def test_a_missing_file_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="recenter train"):
        load_model(tmp_path / "absent", "selector")


def test_a_file_says_its_kind_without_its_arrays(tmp_path: Path) -> None:
    save_model(tmp_path / FILE, "verifier", {"a": np.ones(3)}, settings={"x": 1}, encoder="e")
    assert about_model(tmp_path).kind == "verifier"
    (tmp_path / FILE).write_bytes(b"\x00" * 9)
    with pytest.raises(ModelError, match="is not a trained model"):
        about_model(tmp_path / FILE)
