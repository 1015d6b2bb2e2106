"""Memory for applications: two lines of code, a receipt, and the right to be forgotten."""

from recenter.memory.asynchronous import AsyncMemory
from recenter.memory.context import Context
from recenter.memory.memory import Memory
from recenter.memory.wrap import wrap_openai
from recenter.memory.wrap_messages import wrap_anthropic

__all__ = ["AsyncMemory", "Context", "Memory", "wrap_anthropic", "wrap_openai"]
