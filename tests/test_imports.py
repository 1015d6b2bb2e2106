"""Every module of the package can be imported, without a warning, and says what it is for."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import recenter

MODULES = [
    found.name
    for found in pkgutil.walk_packages(recenter.__path__, "recenter.")
    if found.name != "recenter.__main__"
]


@pytest.mark.parametrize("name", MODULES)
def test_it_can_be_imported(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
