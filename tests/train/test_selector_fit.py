"""The selector's kernel machine: against scikit-learn, without some rows, and as it ships."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.kernel_ridge import KernelRidge

from recenter.models.selector_model import STEPPED
from recenter.train.selector_fit import (
    MIDDLE,
    RIDGE,
    Columns,
    Fit,
    columns_of,
    contents,
    fit,
    kernel_of,
    model_of,
    weights_of,
    without,
)
from recenter.train.selector_parts import (
    ATTRIBUTE_WIDTH,
    Parts,
    Vectors,
    as_stored,
    make_parts,
    stored,
)
from recenter.train.selector_rows import Row, labelled_rows, made_up_rows, make_folds
from tests.train.selector_makers import answers, embedder, fewer_texts

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return Vectors(embedder())


@pytest.fixture(scope="module")
def parts(vectors: Vectors) -> Iterator[Parts]:
    with fewer_texts():
        yield make_parts(vectors, seed=0)


@pytest.fixture(scope="module")
def rows(parts: Parts) -> list[Row]:
    labelled = answers(prompts=3)
    folds = make_folds(labelled, seed=0)
    return labelled_rows(labelled, folds) + made_up_rows(labelled, folds, seed=0)[::8]


@pytest.fixture(scope="module")
def made(rows: list[Row], parts: Parts, vectors: Vectors) -> Fit:
    return fit(rows, parts, vectors)


def outside(made: Fit, kept: NDArray[np.bool_]) -> Floats:
    """Return the coefficients that scikit-learn finds for some of the rows, zero at the others."""
    columns = Columns(*(block[kept] for block in made.columns))
    machine = KernelRidge(alpha=RIDGE, kernel="precomputed")
    machine.fit(
        kernel_of(columns, columns),
        np.asarray([row.target for row in made.rows])[kept] - MIDDLE,
        sample_weight=np.asarray([row.weight for row in made.rows])[kept],
    )
    found = np.zeros(len(kept))
    found[kept] = machine.dual_coef_
    return found


def kept_without(made: Fit, *groups: str) -> NDArray[np.bool_]:
    return np.asarray([not row.groups & set(groups) for row in made.rows])


def test_the_fit_is_that_of_scikit_learn(made: Fit) -> None:
    assert len({row.weight for row in made.rows}) > 1
    everybody = np.ones(len(made.rows), bool)
    np.testing.assert_allclose(made.coefficients, outside(made, everybody), atol=1e-9)


@pytest.mark.parametrize(
    "groups",
    [("person:0",), ("prompt:1", "domain:1"), ("person:2", "prompt:0", "domain:2", "kind:2")],
)
def test_without_some_groups_is_a_fit_to_the_others(made: Fit, groups: tuple[str, ...]) -> None:
    kept = kept_without(made, *groups)
    assert 0 < kept.sum() < len(kept)
    found = without(made, frozenset(groups))
    np.testing.assert_allclose(found, outside(made, kept), atol=1e-9)
    assert (found[~kept] == 0).all()


def test_what_was_left_out_could_have_said_anything(
    rows: list[Row], parts: Parts, vectors: Vectors, made: Fit
) -> None:
    groups = frozenset(("person:1",))
    lies = [row._replace(target=9.0 - row.target) if row.groups & groups else row for row in rows]
    found = without(fit(lies, parts, vectors), groups)
    np.testing.assert_allclose(found, without(made, groups), atol=1e-9)


def test_without_nobody_is_the_fit_and_without_everybody_is_nothing(made: Fit) -> None:
    for groups in (frozenset[str](), frozenset(("person:99",))):
        np.testing.assert_array_equal(without(made, groups), made.coefficients)
    everybody = frozenset(group for row in made.rows for group in row.groups)
    np.testing.assert_array_equal(without(made, everybody), np.zeros(len(made.rows)))


def test_the_kernel_is_what_it_says(rows: list[Row], made: Fit) -> None:
    kernel = kernel_of(made.columns, made.columns)
    np.testing.assert_allclose(kernel, kernel.T)
    assert np.linalg.eigvalsh(kernel).min() > -1e-9
    one, other = (Columns(*(block[[at]] for block in made.columns)) for at in (0, 7))
    a, m, s = (float(x[0] @ y[0]) for x, y in zip(one, other, strict=True))
    assert kernel[0, 7] == pytest.approx(a * m + a + 0.2 * m + 0.5 * s * a)


def test_features_of_landmarks_have_the_gaussian_as_their_product(parts: Parts) -> None:
    """Nystroem features are exact at the landmarks, but for the ridge."""
    landmarks = parts.arrays["attribute_landmarks"]
    near = np.exp(-2 * ATTRIBUTE_WIDTH * (1 - landmarks @ landmarks.T))
    features = near @ parts.attribute_root
    np.testing.assert_allclose(features @ features.T, near, atol=1.1e-3)


def test_a_model_says_of_a_row_what_the_kernel_says(made: Fit, vectors: Vectors) -> None:
    left_out = without(made, frozenset(("person:0", "prompt:0")))
    gate = np.zeros(64 + 15 + 1)
    for coefficients in (made.coefficients, left_out):
        model = model_of(made, coefficients, gate, settings={}, base_rate=0.2)
        for row in made.rows[::9]:
            columns = columns_of([row], made.parts, vectors)
            expansion = (kernel_of(columns, made.columns) @ coefficients)[0] + MIDDLE
            known = model.read(row.of, vectors(row.of))
            said = model.score(row.message, vectors([row.message])[0], known)
            # What is stored has the precision of 32 bits.
            assert said.trained[row.of.index(row.attribute)] == pytest.approx(expansion, abs=2e-4)


def test_weights_are_linear_in_the_coefficients(made: Fit) -> None:
    one = weights_of(made, made.coefficients)
    for name, weights in weights_of(made, -2 * made.coefficients).items():
        np.testing.assert_allclose(weights, -2 * one[name])


def test_landmarks_are_kept_as_they_are_read_again(made: Fit) -> None:
    arrays, told = contents(made, made.coefficients, np.zeros(80), settings={}, base_rate=0.2)
    for name in STEPPED:
        again = arrays[name].astype(float) * arrays[f"{name}_step"].astype(float)
        np.testing.assert_allclose(again, made.parts.arrays[name], atol=1e-9)
        assert arrays[name].dtype == np.int8
    assert set(told) >= {"vocabulary", "settings", "base_rate", "middle"}


def test_steps_hold_an_array_to_half_a_step() -> None:
    array = np.random.default_rng(0).normal(size=(5, 4))
    steps, step = stored(array)
    assert np.abs(steps * step.astype(float) - array).max() <= step[0] / 2 * (1 + 1e-6)
    np.testing.assert_array_equal(as_stored(as_stored(array)), as_stored(array))
    np.testing.assert_array_equal(as_stored(np.zeros((2, 2))), np.zeros((2, 2)))
