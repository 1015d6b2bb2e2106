"""The interface as OpenAPI, without a running server."""

from __future__ import annotations

import json

from recenter.memory import Memory
from recenter.server.app import make_app


def openapi_text() -> str:
    """Return the description that `/openapi.json` gives, as it is kept with the documentation."""
    return json.dumps(make_app(Memory()).openapi(), indent=1, ensure_ascii=False) + "\n"
