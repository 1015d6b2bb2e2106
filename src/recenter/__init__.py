"""Personalization for LLM applications that mostly stays quiet and shows its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recenter.memory import AsyncMemory, Memory, wrap_anthropic, wrap_openai

__version__ = "0.1.0"
__all__ = ["AsyncMemory", "Memory", "__version__", "wrap_anthropic", "wrap_openai"]


def __getattr__(name: str) -> Any:
    """Import what an application uses when it is asked for, so that the stages stay light."""
    if name in __all__:
        from recenter import memory

        return getattr(memory, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
