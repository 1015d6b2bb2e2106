"""Personalization for LLM applications that mostly stays quiet and shows its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recenter.memory import Memory

__version__ = "0.1.0"
__all__ = ["Memory", "__version__"]


def __getattr__(name: str) -> Any:
    """Import what an application uses when it is asked for, so that the stages stay light."""
    if name == "Memory":
        from recenter.memory import Memory

        return Memory
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
