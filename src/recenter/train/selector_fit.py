"""Fits the selector's kernel machine, and says what it would be without some rows.

Kernel ridge regression; the kernel of two rows is

    k_a k_m + k_a + .2 k_m + .5 k_s k_a

with k_a of the attributes, k_m of the messages and k_s of their places in their sets. One inverse
gives the fit without any rows: Cawley, "Leave-one-out cross-validation based model selection
criteria for weighted LS-SVMs" (IJCNN 2006), in blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from recenter.models.saved import About, Saved
from recenter.models.selector_features import weighted_grams
from recenter.models.selector_model import (
    STEPPED,
    SelectorModel,
    Setting,
    gaussian,
    place_of,
    unit,
    waves,
)
from recenter.train.selector_parts import (
    ATTRIBUTE_WIDTH,
    MESSAGE_WIDTH,
    Parts,
    Vectors,
    stored,
)
from recenter.train.selector_rows import Row

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

RIDGE = 2.0
MIDDLE = 0.1
"""Taken off the targets and added to the scores: what is said where nothing is known."""

_MESSAGE, _PLACE = 0.2, 0.5


class Columns(NamedTuple):
    """Features of rows, a block for each factor of the kernel."""

    attribute: Floats
    message: Floats
    place: Floats


class Fit(NamedTuple):
    """A fitted kernel machine that can say what it would be without some rows."""

    rows: Sequence[Row]
    columns: Columns
    inverse: Floats
    coefficients: Floats
    parts: Parts
    encoder: str


def fit(rows: Sequence[Row], parts: Parts, vectors: Vectors) -> Fit:
    """Fit the kernel machine on rows; n of them take 16 n^2 bytes for a moment."""
    columns = columns_of(rows, parts, vectors)
    kernel = kernel_of(columns, columns)
    kernel[np.diag_indices(len(rows))] += RIDGE / np.asarray([row.weight for row in rows])
    inverse = scipy.linalg.inv(kernel, overwrite_a=True, check_finite=False)
    targets = np.asarray([row.target for row in rows]) - MIDDLE
    return Fit(rows, columns, inverse, inverse @ targets, parts, vectors.name)


def without(made: Fit, groups: frozenset[str]) -> Floats:
    """Return the coefficients as fitted without the rows of these groups, zero at those rows."""
    out = np.asarray([bool(row.groups & groups) for row in made.rows])
    if not out.any():
        return made.coefficients
    block = made.inverse[np.ix_(out, out)]
    share = scipy.linalg.solve(block, made.coefficients[out], assume_a="sym")
    coefficients: Floats = made.coefficients - made.inverse[:, out] @ share
    coefficients[out] = 0.0
    return coefficients


def kernel_of(one: Columns, other: Columns) -> Floats:
    """Return the kernel of two lists of rows, shape (rows, other rows)."""
    a = one.attribute @ other.attribute.T
    m = one.message @ other.message.T
    s = one.place @ other.place.T
    kernel: Floats = a * m + a + _MESSAGE * m + _PLACE * s * a
    return kernel


def columns_of(rows: Sequence[Row], parts: Parts, vectors: Vectors) -> Columns:
    """Return the features of rows; products of a block's rows are the factor of the kernel."""
    attributes = list(dict.fromkeys(row.attribute for row in rows))
    messages = list(dict.fromkeys(row.message for row in rows))
    a = dict(zip(attributes, _attributes(attributes, parts, vectors), strict=True))
    m = dict(zip(messages, _messages(messages, parts, vectors), strict=True))
    place: dict[tuple[tuple[str, ...], str], Floats] = {}
    for row in rows:
        if (row.of, row.message) not in place:
            place[row.of, row.message] = _places(row.of, row.message, parts, vectors)
    return Columns(
        np.stack([a[row.attribute] for row in rows]),
        np.stack([m[row.message] for row in rows]),
        np.stack([place[row.of, row.message][row.of.index(row.attribute)] for row in rows]),
    )


def _attributes(listed: Sequence[str], parts: Parts, vectors: Vectors) -> Floats:
    landmarks = parts.arrays["attribute_landmarks"]
    near = gaussian(vectors(listed), landmarks, ATTRIBUTE_WIDTH)
    pieces = weighted_grams(listed, parts.vocabulary, parts.arrays["gram_rarity"])
    return np.hstack([near @ parts.attribute_root, pieces @ parts.arrays["gram_parts"]])


def _messages(listed: Sequence[str], parts: Parts, vectors: Vectors) -> Floats:
    near = gaussian(vectors(listed), parts.arrays["message_landmarks"], MESSAGE_WIDTH)
    product: Floats = near @ parts.message_root
    return product


def _places(of: tuple[str, ...], message: str, parts: Parts, vectors: Vectors) -> Floats:
    about = unit(vectors(of) - parts.arrays["attribute_landmarks"].mean(0))
    asked = unit(vectors([message]) - parts.arrays["message_landmarks"].mean(0))[0]
    place = place_of(about @ asked)
    return waves(place, parts.arrays["place_waves"], parts.arrays["place_phase"])


def weights_of(made: Fit, coefficients: Floats) -> dict[str, Floats]:
    """Return the weights on products of features that coefficients of rows amount to."""
    a, m, s = made.columns
    scaled = coefficients[:, None]
    both = np.zeros((a.shape[1] + 1, m.shape[1] + 1))
    both[1:, 1:] = a.T @ (scaled * m)
    both[1:, 0] = a.T @ coefficients
    both[0, 1:] = _MESSAGE * (m.T @ coefficients)
    place = np.zeros((s.shape[1], a.shape[1] + 1))
    place[:, 1:] = _PLACE * (s.T @ (scaled * a))
    return {
        "both": _raw(_raw(both, made.parts.message_root).T, made.parts.attribute_root).T,
        "place_attribute": _raw(place, made.parts.attribute_root),
    }


def _raw(weights: Floats, root: Floats) -> Floats:
    """Turn weights on Nystroem features (after the constant) into weights on raw nearness."""
    turned = weights.copy()
    turned[:, 1 : 1 + len(root)] = weights[:, 1 : 1 + len(root)] @ root.T
    return turned


def model_of(
    made: Fit,
    coefficients: Floats,
    gate: Floats,
    *,
    settings: Mapping[str, Setting],
    base_rate: float,
) -> SelectorModel:
    """Return the selector of coefficients and a gate, as it would be loaded from its file."""
    arrays, told = contents(made, coefficients, gate, settings=settings, base_rate=base_rate)
    about = About(kind="selector", checksum="", encoder=made.encoder, settings=told)
    return SelectorModel(Saved(about=about, arrays=arrays))


def contents(
    made: Fit,
    coefficients: Floats,
    gate: Floats,
    *,
    settings: Mapping[str, Setting],
    base_rate: float,
) -> tuple[Arrays, dict[str, object]]:
    """Return the arrays and the settings of a selector's file."""
    arrays: Arrays = {}
    for name, array in (dict(made.parts.arrays) | weights_of(made, coefficients)).items():
        if name in STEPPED:
            arrays[name], arrays[f"{name}_step"] = stored(array)
        else:
            arrays[name] = array.astype(np.float32)
    arrays["gate"] = gate.astype(np.float32)
    told: dict[str, object] = {
        "vocabulary": list(made.parts.vocabulary),
        "settings": {
            name: {field: getattr(setting, field) for field in setting.__struct_fields__}
            for name, setting in settings.items()
        },
        "base_rate": base_rate,
        "middle": MIDDLE,
        "attribute_width": ATTRIBUTE_WIDTH,
        "message_width": MESSAGE_WIDTH,
    }
    return arrays, told
