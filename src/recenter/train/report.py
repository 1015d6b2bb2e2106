"""What a training or an evaluation found, as a record."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from recenter.figures.record import Plot, Table
from recenter.models.saved import Kind


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found of a model on people it has not seen, or is said to have not."""

    kind: Kind
    counts: Mapping[str, int]
    """How much there was: answers, people, prompts."""
    split: str
    tables: tuple[Table, ...]
    plots: tuple[Plot, ...]
    limits: tuple[str, ...]
