"""Refine what is stored: one attribute after the other, none twice, by several processes."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from recenter.errors import ModelError
from recenter.models.base import ChatModel
from recenter.models.calls import is_of_one_request
from recenter.progress import Progress, Silent
from recenter.provenance import digest
from recenter.records import Attribute, Conversation, Judgment, Record
from recenter.stages.refine import Refined, best_wordings, refine, refining_signature
from recenter.stages.verify import Verifier
from recenter.stages.verify_stored import cited
from recenter.store import Store
from recenter.store.work import Item, Task

REFINE = "refine"

_OUTCOMES = ("keep", "drop", "give_up")


class Refiner(NamedTuple):
    """Who rewords, who verifies each wording, and how often."""

    verifier: Verifier
    model: ChatModel | None
    """None for the rules of `rewrite`."""
    rounds: int = 2

    @property
    def signature(self) -> str:
        """Digest of everything the outcome depends on beside the attribute."""
        made = refining_signature(self.model, self.verifier.signature, self.rounds)
        return digest(REFINE, made)

    def refine(
        self, attribute: Attribute, conversations: list[Conversation], judgments: list[Judgment]
    ) -> Refined:
        """Return what becomes of an attribute; a verdict among the judgments is not asked again."""
        own = (j for j in judgments if j.signature == self.verifier.signature)
        return refine(
            attribute,
            conversations,
            verifier=self.verifier,
            model=self.model,
            rounds=self.rounds,
            judgment=next((j for j in own if j.subject.attribute == attribute.id), None),
        )


class RefinedStore(Record, frozen=True):
    """What a refinement over the store did."""

    outcomes: Mapping[str, int] = {}
    """`keep`: accepted, in a new wording; `drop`; `give_up`: as it was, held or rejected."""
    refused: int = 0
    """Wordings offered that added something."""
    known: int = 0
    """Attributes that were tried before, with the same outcome."""
    failed: int = 0
    """Attributes on which an answer could not be read; tried again by the next run."""


def refine_stored(
    store: Store,
    refiner: Refiner,
    *,
    people: Iterable[str] | None = None,
    progress: Progress | None = None,
    keep: bool = True,
) -> RefinedStore:
    """Refine every attribute that the verifier does not accept, unless a person judged it.

    The accepted wording takes the place of the old one, which stays in the store, retired, as a
    member of the new one, with the verdicts on both. Without `keep`, nothing is stored.

    Raises:
        ModelError: a model cannot be asked; what is done stays done.
    """
    progress = progress or Silent()
    chosen = list(store.people() if people is None else people)
    waiting = [attribute for one in chosen for attribute in _waiting(store, one, refiner.verifier)]
    progress.start("not accepted", len(waiting))
    if not keep:
        for attribute in waiting:
            refiner.refine(attribute, cited(store, attribute), [])
        return RefinedStore()
    work, signature = store.work, refiner.signature
    work.add(REFINE, map(_item, waiting), signature=signature)
    work.release_dead(REFINE, signature=signature)
    work.reopen(REFINE, signature=signature)
    total: Counter[str] = Counter()
    while tasks := work.claim(REFINE, signature=signature):
        for task in tasks:
            with work.held(task):
                total += _refine_one(store, refiner, task)
            progress.advance()
    tried = sum(total[outcome] for outcome in (*_OUTCOMES, "failed"))
    return RefinedStore(
        outcomes={outcome: total[outcome] for outcome in _OUTCOMES if total[outcome]},
        refused=total["refused"],
        known=max(0, len(waiting) - tried),
        failed=total["failed"],
    )


def in_best_wording(store: Store, person: str, found: Iterable[Attribute]) -> tuple[Attribute, ...]:
    """Return what was extracted of a person, in the wordings it was refined to earlier."""
    known = itertools.chain(store.attributes(person), store.attributes(person, retired=True))
    return best_wordings(found, known, _judgments(store, person))


def _refine_one(store: Store, refiner: Refiner, task: Task) -> Counter[str]:
    attribute = next((a for a in store.attributes(task.person) if a.id == task.item), None)
    if attribute is None:  # gone, or replaced by a run that was killed before it could say so
        store.work.done(task)
        return Counter()
    try:
        judgments = _judgments(store, attribute.person)
        made = refiner.refine(attribute, cited(store, attribute), judgments)
    except BaseException as error:
        if isinstance(error, ModelError) and is_of_one_request(error):
            store.work.fail(task, str(error))
            return Counter(failed=1)
        store.work.fail(task, type(error).__name__, retry=True)
        raise
    used = made.wordings[-1] if made.judgment.answer == "accept" else attribute
    store.put_wordings(made.wordings, made.judgments, used=used.id)
    store.work.done(task)
    actions = [step.action for step in made.history]
    return Counter({actions[-1]: 1, "refused": actions.count("refused")})


def _waiting(store: Store, person: str, verifier: Verifier) -> Iterator[Attribute]:
    """Yield what this verifier did not accept, or has not seen, and no person judged."""
    judgments = _judgments(store, person)
    settled = {
        judgment.subject.attribute
        for judgment in judgments
        if judgment.judge.kind == "person"
        or (judgment.signature == verifier.signature and judgment.answer == "accept")
    }
    yield from (a for a in store.attributes(person) if a.id not in settled)


def _judgments(store: Store, person: str) -> list[Judgment]:
    return list(store.judgments(person, question="supported"))


def _item(attribute: Attribute) -> Item:
    content = digest(attribute.text, attribute.evidence)
    return Item(item=attribute.id, person=attribute.person, content=content)
