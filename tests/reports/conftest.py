"""What people could reach is told with rough intervals: its figure is what these tests read."""

from __future__ import annotations

import pytest

from recenter.stats.ceiling import noise_ceiling


@pytest.fixture(autouse=True)
def _few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand correlations of all pairs of people take seconds, three times a section."""
    defaults = noise_ceiling.__kwdefaults__
    assert defaults
    monkeypatch.setitem(defaults, "repeats", 100)
