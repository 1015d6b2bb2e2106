"""Selection by shared words: BM25 over the attributes of one person."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import msgspec
import numpy as np
from bm25s.stopwords import STOPWORDS_EN
from numpy.typing import NDArray

from recenter.provenance import Signature, digest
from recenter.records import Attribute, Decision, Query, Selection
from recenter.stages.select import selection

_WORD = re.compile(r"\w+")
# Every attribute is about "the user": the word tells none from another.
_STOPWORDS = frozenset(STOPWORDS_EN) | {"user", "person"}


class Bm25Selector(msgspec.Struct, frozen=True, kw_only=True):
    """Uses the attributes that share words with the prompt.

    A score `s` of BM25 becomes `s / (1 + s)`, which keeps the order and lies in [0, 1]; it is not
    a probability. Robertson & Zaragoza, "The Probabilistic Relevance Framework" (2009), in the
    variant of Lucene, which is never negative.
    """

    threshold: float = 0.0
    """Attributes that score above it are used; 0 means any shared word that is not a stop word."""

    @property
    def name(self) -> str:
        """`bm25`."""
        return "bm25"

    @property
    def signature(self) -> Signature:
        """Names the library and its version, and the threshold."""
        return Signature(model=f"bm25s@{bm25s.__version__}", settings=digest(self.threshold))

    def select(self, query: Query, attributes: Sequence[Attribute]) -> Selection:
        """Return one decision per attribute; see `Selector.select`."""
        scores = bm25_scores(query.prompt, [attribute.text for attribute in attributes])
        asked = set(_words(query.prompt))
        decisions = [
            self._decision(attribute, float(score / (1 + score)), asked)
            for attribute, score in zip(attributes, scores, strict=True)
        ]
        return selection(
            query,
            decisions,
            signature=self.signature,
            reason="Nothing known of the person shares enough words with this message.",
        )

    def _decision(self, attribute: Attribute, score: float, asked: set[str]) -> Decision:
        shared = list(dict.fromkeys(w for w in _words(attribute.text) if w in asked))
        words = "Shares " + ", ".join(shared) if shared else "Shares no word"
        return Decision(
            attribute=attribute.id,
            decision="use" if score > self.threshold else "withhold",
            score=score,
            reason=f"{words} with the message.",
        )


def bm25_scores(prompt: str, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the BM25 score of each text for the prompt, 0 or more, shape (len(texts),)."""
    scores = np.zeros(len(texts))
    # Sorted, so that sums of floats do not depend on the order in which texts are listed.
    order = sorted(range(len(texts)), key=lambda i: texts[i])
    documents = [_words(texts[i]) for i in order]
    known = {word for document in documents for word in document}
    asked = sorted(set(_words(prompt)) & known)
    if asked:
        index = bm25s.BM25(method="lucene")
        index.index(documents, show_progress=False)
        scores[order] = index.get_scores(asked)
    return scores


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in _STOPWORDS]
