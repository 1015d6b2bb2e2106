"""Made-up answers of people that a model can tell apart by a word."""

from __future__ import annotations

from recenter.models.tuned import Kind
from recenter.train.examples import Item, Labelled
from recenter.train.finetune_pairs import Pair, selector_pairs, verifier_pairs
from recenter.train.verifier_examples import examples

_THINGS = ("chess", "tea", "maps", "poetry", "bread", "kites", "radio", "trains", "moss", "opera")


def labelled(people: int = 12) -> list[Labelled]:
    """Everybody has ten dislikes, which change nothing, and ten demands, which do."""
    items = [
        *(Item(f"The user demands {thing}.", True, None) for thing in _THINGS),
        *(Item(f"The user dislikes {thing}.", False, None) for thing in _THINGS),
    ]
    return [
        Labelled(f"pair{n}", f"person{n}", f"What should I do today, number {n}?", tuple(items), "")
        for n in range(people)
    ]


def pairs(kind: Kind = "selector") -> list[Pair]:
    """Pairs for either kind, all of them judged."""
    if kind == "selector":
        return selector_pairs(labelled(), negatives=False)
    return verifier_pairs(examples(verdicts(), {}))


def verdicts() -> list[dict[str, object]]:
    """What the user demands is kept, and what they are said to dislike is rejected."""
    return [
        {
            "text": f"The user {verb} {thing}.",
            "evidence_text": f"I demand {thing}",
            "turns": [{"role": "user", "text": f"I demand {thing}, and {thing} number {n}."}],
            "verdict": verdict,
        }
        for n in range(6)
        for thing in _THINGS
        for verb, verdict in (("demands", "kept"), ("dislikes", "rejected"))
    ]
