"""Libraries of the `stats` extra, loaded when a figure first needs them."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def load(name: str) -> Any:
    """Return a module by name, or raise ImportError with the command that installs it."""
    try:
        return import_module(name)
    except ImportError as error:
        library = name.partition(".")[0]
        raise ImportError(
            f"This figure needs {library}, which is not installed: pip install 'recenter[stats]'"
        ) from error
