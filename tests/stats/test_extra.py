"""Libraries that only some figures need."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.stats.extra import load


def test_a_library_that_is_there_is_loaded() -> None:
    assert load("numpy.linalg") is np.linalg


def test_one_that_is_not_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(ImportError, match=r"needs absent_library.*pip install 'recenter\[stats\]'"):
        load("absent_library.part")
