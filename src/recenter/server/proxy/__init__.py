"""OpenAI's interface in front of any endpoint that speaks it: the same answers, with memory."""

from recenter.server.proxy.routes import Proxy
from recenter.server.proxy.upstream import Upstream

__all__ = ["Proxy", "Upstream"]
