"""Memory as LangGraph's store, and as tools in LangMem's shape."""

from recenter.errors import MissingExtraError

try:
    from recenter.integrations.langgraph.store import RecenterStore
    from recenter.integrations.langgraph.tools import (
        create_manage_memory_tool,
        create_search_memory_tool,
    )
except ImportError:
    raise MissingExtraError("recenter.integrations.langgraph", "langgraph") from None

__all__ = ["RecenterStore", "create_manage_memory_tool", "create_search_memory_tool"]
