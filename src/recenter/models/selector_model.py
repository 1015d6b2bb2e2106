"""The small trained model that says which attributes would change the answer to a message.

Four parts. A gate reads the message alone and closes on what has the same answer for everyone. A
kernel machine, trained on people's answers, reads attribute, message and the set the attribute is
of. A likeness, not trained on answers, finds the attribute that is on the topic of the message. A
scope tells what is bound to a topic: where that is far, the kernel machine is not heard.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from recenter.errors import ModelError
from recenter.models.checked import check_arrays, length, settings_of
from recenter.models.saved import RETRAIN, Saved, load_model, load_packaged
from recenter.models.selector_features import MARKS, marks, weighted_grams
from recenter.models.selector_scope import KINDS, is_bound, objects_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Scale = Annotated[float, msgspec.Meta(gt=0)]
LogOdds = Annotated[float, msgspec.Meta(ge=-30, le=30)]
Rate = Annotated[float, msgspec.Meta(gt=0, lt=1)]

PLACE = ("rank", "cosine", "nearest")
"""What is read of an attribute among the others of its set."""

STEPPED = ("attribute_landmarks", "message_landmarks", "gram_parts")
"""Arrays that are stored as whole numbers of steps, beside the size of their step."""

_PLACE_SCALE = np.asarray([1.5, 6.0, 3.0])

STANDS_OUT, USUAL = 0.3, 20

FULL = 24
"""Size of a set from which on `Setting.match` holds as it is."""
_LEAST_SPREAD = 0.03
_LARGEST_EXPONENT = 700.0
SELECTOR_CHECKSUM = "8b20df84425a31f259d219f783d922c1a6de066583f8dc17564ffdd51f989d4f"
"""Of the packaged weights; `python -m training.selector` prints it."""

MEANING_SCALE, MARK_SCALE = 3.0, 0.5
"""How the gate weighs a message's vector against its standardised marks."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """A named way to decide, fixed when the model was trained.

    The margin of an attribute is the larger of (trained - `study`) / `study_scale` and
    (likeness - `match`) / `match_scale`. The former is cut to below 0 for what is afar, unless
    `heard_afar`, and both where the gate is below `gate`. The probability is the sigmoid of slope
    * margin + shift, so a margin of 0 is the threshold.
    """

    study: float
    study_scale: Scale
    slope: Scale
    shift: LogOdds
    match: float | None = None
    """None leaves the likeness out."""
    match_step: float = 0.0
    """How much less likeness is enough each time the set is half as large, from `FULL` on: one of
    few attributes is on the topic by chance less often than the best of many."""
    match_scale: Scale = 1.0
    gate: float | None = None
    """None leaves the gate open."""
    heard_afar: bool = True
    """Whether the kernel machine is heard on what is bound to a topic far from the message."""

    @property
    def threshold(self) -> float:
        """Probability from which an attribute is used."""
        return float(1 / (1 + np.exp(-self.shift)))


class Read(NamedTuple):
    """Attributes as the model reads them, one row each; the same for every message."""

    features: Floats
    centred: Floats
    """Unit vectors of attributes as they differ from the usual attribute."""
    bound: Bools
    """Which are bound to a topic, and so of no use for a message far from it."""
    objects: Ints
    """Which objects of wishes they name: see `objects_of`."""


class Scores(NamedTuple):
    """What the parts of the model say of one message and the attributes of a person."""

    gate: float
    """Log odds that the message leaves room for anything personal."""
    trained: Floats
    likeness: Floats
    afar: Bools | Literal[False] = False
    """Which attributes are bound to a topic that the message is far from."""


class SelectorModel:
    """The numbers of a trained selector, and how they are read. Safe to share between threads."""

    def __init__(self, saved: Saved) -> None:
        """Take what was saved.

        Raises:
            ModelError: a setting or an array is missing or cannot be; see `_arrays`.
        """
        self.name = saved.name
        self.encoder = saved.about.encoder
        self._told = settings_of(saved, _Told, where=saved.name)
        self._a = _arrays(saved, len(self._told.vocabulary))
        self._attribute_middle = self._a["attribute_landmarks"].mean(0)
        self._message_middle = self._a["message_landmarks"].mean(0)
        self._usual = unit(self._a["attribute_landmarks"] - self._attribute_middle)

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The named settings that the model was trained with."""
        return self._told.settings

    @property
    def base_rate(self) -> float:
        """Share of relevant attributes among those that the probabilities were calibrated on."""
        return self._told.base_rate

    def read(self, texts: Sequence[str], vectors: NDArray[np.floating]) -> Read:
        """Return what the model reads of attributes; `vectors` are theirs, shape (n, dims)."""
        rows = np.asarray(vectors, np.float64)
        near = gaussian(rows, self._a["attribute_landmarks"], self._told.attribute_width)
        pieces = weighted_grams(texts, self._told.vocabulary, self._a["gram_rarity"])
        features = np.hstack([np.ones((len(rows), 1)), near, dot(pieces, self._a["gram_parts"])])
        kinds = dot(rows, self._a["scope"][:-1]) + self._a["scope"][-1]
        centred = unit(rows - self._attribute_middle)
        return Read(features, centred, is_bound(kinds), objects_of(texts))

    def score(self, message: str, vector: NDArray[np.floating], known: Read) -> Scores:
        """Return what each part says of a message, whose vector is of shape (dims,)."""
        row = np.asarray(vector, np.float64)[None]
        near = gaussian(row, self._a["message_landmarks"], self._told.message_width)
        features = np.hstack([np.ones((1, 1)), near])[0]
        centred = unit(row - self._message_middle)[0]
        cosines = dot(known.centred, centred)
        likeness = likeness_of(cosines, dot(self._usual, centred))
        place = waves(place_of(cosines), self._a["place_waves"], self._a["place_phase"])
        # One product of them all: each reads the whole of what is known.
        heard = np.vstack([dot(self._a["both"], features), self._a["place_attribute"]])
        parts = dot(known.features, heard.T)
        trained: Floats = parts[:, 0] + (place * parts[:, 1:]).sum(1)
        apart = (known.objects & objects_of([message])) == 0
        afar = known.bound & (cosines < self._a["near"]) & apart
        return Scores(self.gate(message, vector), trained + self._told.middle, likeness, afar)

    def gate(self, message: str, vector: NDArray[np.floating]) -> float:
        """Return the log odds that a message leaves room for anything personal."""
        standard = (marks([message])[0] - self._a["marks_mean"]) / self._a["marks_scale"]
        inputs = np.r_[np.asarray(vector) * MEANING_SCALE, standard * MARK_SCALE, 1.0]
        return float((self._a["gate"] * inputs).sum())


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    vocabulary: tuple[str, ...]
    settings: dict[str, Setting]
    base_rate: Rate
    middle: float
    attribute_width: Scale
    message_width: Scale


def _arrays(saved: Saved, grams: int) -> Mapping[str, Floats]:
    """Return the arrays of a selector that knows so many runs of characters, steps counted out.

    Raises:
        ModelError: one is missing, of another shape, not finite, or 0 where it is divided by.
    """
    steps = [f"{name}_step" for name in STEPPED]
    shapes = _shapes(saved, grams) | dict.fromkeys(steps, (1,))
    check_arrays(saved.arrays, shapes, positive=("marks_scale", *steps), where=saved.name)
    found = {name: array.astype(np.float64) for name, array in saved.arrays.items()}
    for name in STEPPED:
        found[name] *= found[f"{name}_step"]
    return found


def _shapes(saved: Saved, grams: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array, by the number of landmarks, parts and waves."""
    arrays = saved.arrays
    nearby, dimensions = (length(arrays, "attribute_landmarks", axis) for axis in (0, 1))
    asked, parts = length(arrays, "message_landmarks", 0), length(arrays, "gram_parts", 1)
    waves, columns = length(arrays, "place_phase", 0), 1 + nearby + parts
    return {
        "attribute_landmarks": (nearby, dimensions),
        "message_landmarks": (asked, dimensions),
        "gram_parts": (grams, parts),
        "gram_rarity": (grams,),
        "both": (columns, 1 + asked),
        "place_phase": (waves,),
        "place_waves": (len(PLACE), waves),
        "place_attribute": (waves, columns),
        "marks_mean": (len(MARKS),),
        "marks_scale": (len(MARKS),),
        "gate": (dimensions + len(MARKS) + 1,),
        "scope": (dimensions + 1, len(KINDS)),
        "near": (1,),
    }


def margins(scores: Scores, setting: Setting) -> Floats:
    """Return by how much each attribute is above the threshold of a setting, negative below."""
    margin = (scores.trained - setting.study) / setting.study_scale
    if not setting.heard_afar:
        margin = np.where(scores.afar, np.minimum(margin, 0.0) - 1.0, margin)
    if setting.match is not None:
        enough = match_for(len(scores.likeness), setting.match, setting.match_step)
        margin = np.maximum(margin, (scores.likeness - enough) / setting.match_scale)
    if setting.gate is not None and scores.gate < setting.gate:
        margin = np.minimum(margin, 0.0) - 1.0
    return margin


def match_for(size: int, match: float, step: float) -> float:
    """Return the likeness that is enough in a set of this size."""
    return float(match - step * np.log2(FULL / min(max(size, 1), FULL)))


def probabilities(margin: Floats, setting: Setting, *, shift: float = 0.0) -> Floats:
    """Return the calibrated probability of each margin. `shift` is added to the log odds."""
    odds = setting.slope * margin + setting.shift + shift
    probability: Floats = 1 / (1 + np.exp(np.minimum(-odds, _LARGEST_EXPONENT)))
    return probability


def likeness_of(cosines: Floats, usual: Floats) -> Floats:
    """Return how much an attribute is on the topic of a message, from centred cosines of a set.

    Nearness, and how far it stands out from the rest, in standard deviations. `usual` are the
    cosines of made-up attributes with the message; they count as some of the set, so that one of
    few attributes is not judged by the others alone.
    """
    weights = np.r_[np.ones(len(cosines)), np.full(len(usual), USUAL / max(len(usual), 1))]
    everything = np.r_[cosines, usual]
    middle = np.average(everything, weights=weights)
    spread = np.sqrt(np.average((everything - middle) ** 2, weights=weights)) + _LEAST_SPREAD
    likeness: Floats = 2 * cosines + STANDS_OUT * np.clip((cosines - middle) / spread, -4, 4)
    return likeness


def place_of(cosines: Floats) -> Floats:
    """Return an attribute's place among those of its set, shape (n, 3): see `PLACE`.

    A rank is the share of the set below it, ties halved, so that order in the set is nothing.
    """
    ordered = np.sort(cosines)
    below = np.searchsorted(ordered, cosines, "left") + np.searchsorted(ordered, cosines, "right")
    rank = below / 2 / max(len(cosines), 1)
    nearest = np.full(len(cosines), cosines.max(initial=-1.0))
    place: Floats = np.column_stack([rank, cosines, nearest]) * _PLACE_SCALE
    return place


@functools.cache
def packaged_selector() -> SelectorModel:
    """Return the selector that comes with the installation.

    Raises:
        ModelError: its file is damaged.
        ChecksumError: it is a whole model, but not the one that this version was released with.
    """
    return selector_of(load_packaged("selector", SELECTOR_CHECKSUM))


def load_selector(path: Path, *, encoder: str | None = None) -> SelectorModel:
    """Return the selector in a file or in the folder that `recenter train` wrote.

    Raises:
        ModelError: see `saved.load_model` and `selector_of`.
    """
    return selector_of(load_model(path, "selector", encoder=encoder))


def selector_of(saved: Saved) -> SelectorModel:
    """Return a saved model as a selector that decides.

    Raises:
        ModelError: a part of it is missing or cannot be, or it has no setting to decide by.
    """
    model = SelectorModel(saved)
    if not model.settings:
        raise ModelError(f"{saved.name} has no setting to decide by.", cure=RETRAIN)
    return model


def gaussian(rows: Floats, landmarks: Floats, width: float) -> Floats:
    """Return exp(-width |x - l|^2) of unit rows, shape (rows, landmarks)."""
    kernel: Floats = np.exp(-2 * width * (1 - dot(rows, landmarks.T)))
    return kernel


def waves(rows: Floats, frequencies: Floats, phase: Floats) -> Floats:
    """Return random Fourier features of a Gaussian kernel: Rahimi & Recht (NIPS 2007)."""
    features: Floats = np.sqrt(2 / len(phase)) * np.cos(dot(rows, frequencies) + phase)
    return features


def unit(rows: Floats) -> Floats:
    """Return rows of length 1; a row of zeros stays one."""
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    result: Floats = rows / np.where(norms == 0, 1, norms)
    return result


def dot(rows: Floats, columns: Floats) -> Floats:
    """Return the product, the same for a row alone as among others.

    BLAS rounds a row by the size of its batch; what it returns is rounded to where all agree.
    """
    product: Floats = np.round(rows @ columns, 10)
    return product
