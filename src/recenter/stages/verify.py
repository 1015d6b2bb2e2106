"""Is an attribute supported by what the person wrote? Judgments, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

import msgspec

from recenter.errors import InputError
from recenter.provenance import Signature, digest
from recenter.questions import SUPPORTED
from recenter.records import (
    Attribute,
    Conversation,
    Failure,
    Judge,
    Judgment,
    Subject,
    Verdict,
    judgment_id,
)

Status = Literal["accepted", "held", "rejected", "unverified"]

_STATUS: dict[str, Status] = {"accept": "accepted", "uncertain": "held", "reject": "rejected"}


class Verifier(Protocol):
    """Answers the question `supported` about an attribute."""

    @property
    def name(self) -> str:
        """Name of the judge: `rules`, or that of the model."""

    @property
    def signature(self) -> Signature:
        """What the judgments are made by."""

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return accept, uncertain or reject, with a probability in [0, 1] of accept.

        `conversations` are those of the attribute's person that its evidence cites; others of
        the person may be among them.

        Raises:
            ModelError: a model was asked and gave no usable answer; never read as a reject.
        """


def supported(
    attribute: Attribute,
    *,
    judge: str,
    answer: Verdict,
    probability: float | None,
    failure: Failure | None,
    reason: str | None,
    signature: Signature,
) -> Judgment:
    """Return a model's judgment on the question `supported`.

    Raises:
        InputError: an accepted attribute was given a failure, or a probability out of [0, 1].
    """
    if answer == "accept" and failure is not None:
        raise InputError(
            f"accept cannot have a failure mode, got {failure!r}.",
            field="failure",
        )
    if probability is not None and not 0 <= probability <= 1:
        raise InputError(
            f"a probability must lie in [0, 1], got {probability!r}.", field="probability"
        )
    subject = Subject(attribute=attribute.id)
    by = Judge(kind="model", name=judge)
    return Judgment(
        id=judgment_id(SUPPORTED.name, subject, by, None, signature),
        question=SUPPORTED.name,
        subject=subject,
        judge=by,
        answer=answer,
        person=attribute.person,
        probability=probability,
        failure=failure,
        reason=reason,
        signature=signature,
    )


class Both(msgspec.Struct, frozen=True):
    """Several verifiers in a row, the strictest of them deciding.

    A reject ends the row, so that a cheap verifier in front saves the calls of a dear one. The
    probability is the lowest given: none of them may be outvoted.
    """

    verifiers: tuple[Verifier, ...]

    @property
    def name(self) -> str:
        """Names of the verifiers, in order."""
        return "+".join(verifier.name for verifier in self.verifiers)

    @property
    def signature(self) -> Signature:
        """Signature that depends on all of theirs."""
        models = [v.signature.model for v in self.verifiers if v.signature.model is not None]
        return Signature(
            model="+".join(models) or None,
            settings=digest([verifier.signature for verifier in self.verifiers]),
        )

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        """Return the strictest of the verifiers' judgments, as one judgment of this judge."""
        judgments: list[Judgment] = []
        for verifier in self.verifiers:
            judgments.append(verifier.verify(attribute, conversations))
            if judgments[-1].answer == "reject":
                break
        strictest = min(judgments, key=lambda j: SUPPORTED.values.index(j.answer))
        given = [j.probability for j in judgments if j.probability is not None]
        return supported(
            attribute,
            judge=self.name,
            answer=msgspec.convert(strictest.answer, Verdict),
            probability=min(given, default=None),
            failure=strictest.failure,
            reason=strictest.reason,
            signature=self.signature,
        )


def status(attribute: str, judgments: Iterable[Judgment]) -> Status:
    """Return what the judgments on this attribute's support make of it.

    A person's answer outranks every model's; among several of the same rank the strictest
    decides. Uncertain is held for review and not used, as is what nobody has judged.
    """
    about = [
        judgment
        for judgment in judgments
        if judgment.question == SUPPORTED.name and judgment.subject.attribute == attribute
    ]
    people = [judgment for judgment in about if judgment.judge.kind == "person"]
    answers = [SUPPORTED.check(judgment.answer) for judgment in people or about]
    if not answers:
        return "unverified"
    return _STATUS[min(answers, key=SUPPORTED.values.index)]


def accepted(
    attributes: Iterable[Attribute], judgments: Iterable[Judgment]
) -> tuple[Attribute, ...]:
    """Return the attributes that may be used, in their order: those with status accepted."""
    by_attribute: dict[str, list[Judgment]] = {}
    for judgment in judgments:
        if judgment.subject.attribute is not None:
            by_attribute.setdefault(judgment.subject.attribute, []).append(judgment)
    return tuple(
        attribute
        for attribute in attributes
        if status(attribute.id, by_attribute.get(attribute.id, [])) == "accepted"
    )
