"""Prolific's documents, where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml

from tests.conftest import DATA_REASON, SHARED_DATA
from tests.study.prolific_documents import Documents

FOLDER = SHARED_DATA / "prolific_api"


@cache
def documents() -> Documents:
    return Documents(FOLDER)


@pytest.fixture
def prolific_documents() -> Documents:
    """The documents; the test skips where they are absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"{DATA_REASON} in {FOLDER} (set RECENTER_SHARED_DATA)")
    return documents()


@pytest.fixture
def prolific_schemas(prolific_documents: Documents) -> Callable[[str], Any]:
    """Returns the schemas of a document by its name; the test skips where there are none."""

    def load(name: str) -> Any:
        return yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))["components"]["schemas"]

    return load
