"""What judgments on support make of an attribute."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from recenter.errors import InputError
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judge, Judgment, Subject, Verdict
from recenter.stages import verify
from tests.stages.makers import attribute

RUNS = attribute("The user runs.")


class Fixed:
    """Gives one answer, and counts how often it is asked."""

    def __init__(self, answer: Verdict, probability: float | None) -> None:
        self.name = answer
        self.signature = Signature(model=answer)
        self.answer = answer
        self.probability = probability
        self.asked = 0

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        self.asked += 1
        return verify.supported(
            attribute,
            judge=self.name,
            answer=self.answer,
            probability=self.probability,
            failure=None if self.answer == "accept" else "other",
            reason=f"says {self.answer}",
            signature=self.signature,
        )


def judged(answer: str, kind: str = "model") -> Judgment:
    by = Judge(kind="person" if kind == "person" else "model", name=kind + answer)
    subject = Subject(attribute=RUNS.id)
    return Judgment(
        id=answer + kind, question="supported", subject=subject, judge=by, answer=answer
    )


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], "unverified"),
        ([judged("accept")], "accepted"),
        ([judged("uncertain")], "held"),
        ([judged("accept"), judged("reject")], "rejected"),
        ([judged("accept"), judged("uncertain")], "held"),
        ([judged("reject"), judged("accept", "person")], "accepted"),
        ([judged("accept"), judged("reject", "person")], "rejected"),
    ],
)
def test_the_strictest_decides_and_a_person_outranks_models(
    answers: list[Judgment], expected: str
) -> None:
    assert verify.status(RUNS.id, answers) == expected
    assert verify.status(RUNS.id, answers[::-1]) == expected
    assert bool(verify.accepted([RUNS], answers)) == (expected == "accepted")


def test_answers_to_other_questions_and_attributes_count_for_nothing() -> None:
    other = attribute("The user swims.")
    relevant = Judgment(
        id="r",
        question="relevant",
        subject=Subject(attribute=other.id, query="q"),
        judge=Judge(kind="model", name="m"),
        answer="yes",
    )
    assert verify.accepted([RUNS, other], [judged("accept"), relevant]) == (RUNS,)


def test_both_is_as_strict_as_its_strictest_and_stops_at_a_reject() -> None:
    strict, mild = Fixed("reject", 0.2), Fixed("accept", 0.9)
    judgment = verify.Both((strict, mild)).verify(RUNS, [])
    assert (judgment.answer, judgment.probability, judgment.failure) == ("reject", 0.2, "other")
    assert (strict.asked, mild.asked) == (1, 0)

    judgment = verify.Both((Fixed("uncertain", 0.6), Fixed("accept", 0.4))).verify(RUNS, [])
    assert (judgment.answer, judgment.probability) == ("uncertain", 0.4)
    assert verify.Both((mild, strict)).signature != verify.Both((mild, mild)).signature


def test_an_accepted_attribute_has_no_failure_and_probabilities_stay_in_range() -> None:
    for probability, failure in ((1.2, None), (0.5, "other")):
        with pytest.raises(InputError):
            verify.supported(
                RUNS,
                judge="j",
                answer="accept",
                probability=probability,
                failure="other" if failure else None,
                reason=None,
                signature=Signature(),
            )
