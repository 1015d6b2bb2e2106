"""The memory to compare with: whatever is nearest to the prompt goes into it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recenter.demo.result import Pushed
from recenter.models.base import Embedder
from recenter.records import Attribute, Query
from recenter.stages.respond import prepare


def push(
    query: Query, attributes: Sequence[Attribute], *, embedder: Embedder, k: int = 10
) -> Pushed:
    """Return the `k` attributes of highest cosine with the prompt, written as Recenter writes.

    There is no threshold and no verification, as in memories that search and prepend.
    """
    vectors = embedder.embed([query.prompt, *(attribute.text for attribute in attributes)])
    cosines = vectors[1:] @ vectors[0]
    order = np.argsort(-cosines, kind="stable")[:k]
    nearest = [attributes[i] for i in order]
    reply = prepare(query, None, nearest, arm="given")
    return Pushed(
        attributes=tuple(attribute.id for attribute in nearest),
        cosines=tuple(float(cosines[i]) for i in order),
        characters=len(reply.messages[-1].content) - len(query.prompt),
        reply=reply,
    )
