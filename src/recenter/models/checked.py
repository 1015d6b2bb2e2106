"""The arrays and settings of a trained model, checked before anything is computed with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.saved import RETRAIN, Saved

T = TypeVar("T")
Array = NDArray[Any]


def settings_of(saved: Saved, kind: type[T], *, where: str) -> T:
    """Return the settings of a model as a record; those it does not name are left alone.

    Raises:
        ModelError: one is missing, of the wrong kind or out of the range that the record allows.
    """
    try:
        return msgspec.convert(dict(saved.about.settings), kind)
    except msgspec.ValidationError as error:
        raise ModelError(
            f"{where} lacks what a {saved.about.kind} needs: {error}.", cure=RETRAIN
        ) from None


def length(arrays: Mapping[str, Array], name: str, axis: int) -> int:
    """Return how long an axis of an array is, 0 where there is none, for shapes that follow."""
    shape = arrays[name].shape if name in arrays else ()
    return shape[axis] if -len(shape) <= axis < len(shape) else 0


def check_arrays(
    arrays: Mapping[str, Array],
    shapes: Mapping[str, tuple[int, ...]],
    *,
    positive: Collection[str] = (),
    where: str,
) -> None:
    """Refuse arrays that nothing can be computed with.

    `shapes` are those expected, by name; arrays of other names are left alone. Those of `positive`
    are divided by.

    Raises:
        ModelError: one is missing, empty, of another shape or not of numbers, or holds what is not
            finite or, of `positive`, not above 0.
    """
    for name, shape in shapes.items():
        problem = _problem(arrays.get(name), shape)
        if problem is None and name in positive and not (arrays[name] > 0).all():
            problem = f"holds {arrays[name].min()}; expected above 0"
        if problem is not None:
            raise ModelError(f"{where}: {name} {problem}.", cure=RETRAIN)


def _problem(array: Array | None, shape: tuple[int, ...]) -> str | None:
    if array is None:
        return f"is missing; expected shape {shape}"
    if array.shape != shape or not array.size:
        some = "" if 0 not in shape else ", with none of 0"
        return f"has shape {array.shape}; expected {shape}{some}"
    if array.dtype.kind not in "fiu":
        return f"is of {array.dtype}; expected numbers"
    return None if np.isfinite(array).all() else "holds what is not a finite number"
