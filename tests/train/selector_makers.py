"""People who answered what should change the answers to their messages, and a small trainer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from recenter.models.scripted import ScriptedEmbedder
from recenter.train import texts
from recenter.train.examples import Item, Labelled

TOPICS = ("chess", "tea", "sailing", "opera", "judo", "pottery", "rugby", "poetry")
PEOPLE, PROMPTS = 10, 5


def embedder() -> ScriptedEmbedder:
    """Texts that share words are near each other, at no cost."""
    return ScriptedEmbedder(dimensions=64)


def answers(*, people: int = PEOPLE, prompts: int = PROMPTS) -> tuple[Labelled, ...]:
    """Each person met each prompt; what is on its topic is relevant. No two share a statement."""
    return tuple(
        Labelled(
            f"{person}-{prompt}",
            f"person {person}",
            f"Which {TOPICS[prompt]} book should I read?",
            tuple(
                Item(f"The user has loved {topic} since {1900 + person}.", at == prompt, None)
                for at, topic in enumerate(TOPICS)
            ),
            "test",
        )
        for person in range(people)
        for prompt in range(prompts)
    )


@contextmanager
def fewer_texts(each: int = 4) -> Iterator[None]:
    """Leave a few of the made-up sentences of each kind, so that a fit takes a second."""
    patch = pytest.MonkeyPatch()
    pairs = texts.pairs()
    domains = {pair.domain: [p for p in pairs if p.domain == pair.domain] for pair in pairs}
    few = tuple(pair for found in domains.values() for pair in found[:each])
    lines = {name: texts.lines(name)[:20] for name in ("open", "personal", "style", "wishes")}
    bound = texts.bound()[:20]
    more = texts.ordinary_more()[::12]
    patch.setattr(texts, "pairs", lambda: few)
    patch.setattr(texts, "lines", lines.__getitem__)
    patch.setattr(texts, "bound", lambda: bound)
    patch.setattr(texts, "ordinary_more", lambda: more)
    try:
        yield
    finally:
        patch.undo()
