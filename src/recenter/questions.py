"""What can be asked about a thing, once for people and models alike."""

from __future__ import annotations

import functools
from typing import Literal

import msgspec

from recenter.errors import InputError
from recenter.provenance import digest

SubjectKind = Literal[
    "attribute", "attribute_query", "reply_pair", "reply_attribute", "reply", "reply_over_generic"
]


class Answer(msgspec.Struct, frozen=True):
    """One point of a scale."""

    value: str
    label: str
    """The words shown to a person and to a model."""


class Question(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A question with its wording, its scale and how it is put to a model."""

    name: str
    subject: SubjectKind
    wording: str
    """Put to people and models in the same words."""
    guidance: str
    """What counts as which answer; also in the same words for both."""
    answers: tuple[Answer, ...]
    """From the lowest to the highest point of the scale."""
    positive: tuple[str, ...]
    """Answers that count as a yes when the question is read as binary."""
    prompt: str
    """Name of the prompt file that renders the question for a model."""
    ordinal: bool = False
    failures: bool = False
    """Whether a negative answer asks for a failure mode."""

    @functools.cached_property
    def values(self) -> tuple[str, ...]:
        """The values of the scale, lowest first."""
        return tuple(answer.value for answer in self.answers)

    @property
    def hash(self) -> str:
        """Digest of everything that a judge is shown; part of a judgment's signature."""
        return digest(self.name, self.wording, self.guidance, self.answers, self.prompt)

    def check(self, value: str) -> str:
        """Return the value if it is on the scale.

        Raises:
            InputError: it is not; the message lists what is.
        """
        if value not in self.values:
            raise InputError(
                f"{value!r} is not an answer to {self.name!r}; expected one of "
                f"{', '.join(self.values)}.",
                field="answer",
            )
        return value


SUPPORTED = Question(
    name="supported",
    subject="attribute",
    wording="Do these conversations support this statement about the person who wrote them?",
    guidance=(
        "Accept it if what the person wrote shows that it holds of them beyond the task at hand. "
        "Choose uncertain if it may be so but the conversations do not show it. Reject it if it "
        "is wrong, invented, about someone else, about a character or a pasted document, or reads "
        "a single request as a lasting trait."
    ),
    answers=(
        Answer("reject", "No, reject"),
        Answer("uncertain", "Uncertain"),
        Answer("accept", "Yes, accept"),
    ),
    positive=("accept",),
    prompt="judge_supported",
    ordinal=True,
    failures=True,
)

RELEVANT = Question(
    name="relevant",
    subject="attribute_query",
    wording="Should this statement about the person change the answer to their new message?",
    guidance=(
        "Yes if a good answer would differ because of it in any way: named outright, or in its "
        "content, examples, tone, vocabulary or depth. No if the answer would be the same without "
        "it."
    ),
    answers=(Answer("no", "No"), Answer("yes", "Yes")),
    positive=("yes",),
    prompt="judge_relevant",
)

RELEVANT_FIVE = Question(
    name="relevant_five",
    subject="attribute_query",
    wording="How should this statement about the person bear on the answer to their new message?",
    guidance=(
        "Necessary explicitly: a good answer has to name it. Necessary implicitly: a good answer "
        "has to follow it without naming it. Optional: it may help. Irrelevant: it makes no "
        "difference. Avoid: using it would make the answer worse or unwelcome."
    ),
    answers=(
        Answer("avoid", "Avoid"),
        Answer("irrelevant", "Irrelevant"),
        Answer("optional", "Optional"),
        Answer("necessary_implicit", "Necessary, implicitly"),
        Answer("necessary_explicit", "Necessary, explicitly"),
    ),
    positive=("optional", "necessary_implicit", "necessary_explicit"),
    prompt="judge_relevant_five",
    ordinal=True,
)

BETTER = Question(
    name="better",
    subject="reply_pair",
    wording="For the person described, how does reply B compare with reply A?",
    guidance=(
        "Judge how well each reply serves this person's message. Naming a statement about the "
        "person is not in itself a reason to prefer a reply, and neither is length."
    ),
    answers=(
        Answer("1", "B is much worse"),
        Answer("2", "B is worse"),
        Answer("3", "No difference"),
        Answer("4", "B is better"),
        Answer("5", "B is much better"),
    ),
    positive=("4", "5"),
    prompt="judge_better",
    ordinal=True,
)

MENTIONS = Question(
    name="mentions",
    subject="reply_attribute",
    wording="Does this reply name this statement about the person outright?",
    guidance=(
        "Yes if a reader of the reply alone would learn the statement, or see it referred to as "
        "something known about the person. No if it only shapes tone, content or examples."
    ),
    answers=(Answer("no", "No"), Answer("yes", "Yes")),
    positive=("yes",),
    prompt="judge_mentions",
)


def _check(name: str, wording: str, guidance: str, *, subject: SubjectKind = "reply") -> Question:
    """Return a yes-or-no question about a reply; yes is what it is named after."""
    return Question(
        name=name,
        subject=subject,
        wording=wording,
        guidance=guidance,
        answers=(Answer("no", "No"), Answer("yes", "Yes")),
        positive=("yes",),
        prompt="judge_reply" if subject == "reply" else "judge_reply_over_generic",
    )


APPLIES = _check(
    "applies",
    "Does this reply use what is known about the person where that helps with their message?",
    "Yes if it follows or names at least one statement and is better for this message because of "
    "it. No if it uses nothing, or only what does not help here.",
)
MISAPPLIES = _check(
    "misapplies",
    "Does this reply use something about the person that has no bearing on their message?",
    "Yes if a statement is named, or shapes the reply, though the message gives no reason for it. "
    "No if nothing is used, or only what bears on the message.",
)
VIOLATES = _check(
    "violates",
    "Does this reply go against something that is known about the person?",
    "Yes if it recommends, assumes or does what a statement rules out. Leaving a statement out is "
    "not going against it.",
)
INVENTS = _check(
    "invents",
    "Does this reply say something about the person that is not known about them?",
    "Yes if it takes for a fact about the person what neither the statements nor the message say, "
    "or makes more of a statement than it says.",
)
FLATTERS = _check(
    "flatters",
    "Does this reply flatter the person, or agree with them against the facts, because of what is "
    "known about them?",
    "Yes if praise or agreement serves to please and not to help. Plain courtesy is not flattery.",
)
LOSES = _check(
    "loses",
    "Is something that is right and useful in the generic reply wrong or missing in this reply?",
    "Yes if a fact, step or answer that the message asks for was right in the generic reply and is "
    "wrong or gone in this one. Other words, order or length are no loss.",
    subject="reply_over_generic",
)
REPLY_CHECKS = (APPLIES, MISAPPLIES, VIOLATES, INVENTS, FLATTERS, LOSES)
"""What can be right or wrong with a reply that knows the person; after the over-personalisation
checks of PrefEval (arXiv 2502.09597) and of later work."""

QUESTIONS: dict[str, Question] = {
    question.name: question
    for question in (SUPPORTED, RELEVANT, RELEVANT_FIVE, BETTER, MENTIONS, *REPLY_CHECKS)
}


def get_question(name: str) -> Question:
    """Return the question of this name.

    Raises:
        InputError: there is none; the message lists the names.
    """
    try:
        return QUESTIONS[name]
    except KeyError:
        raise InputError(
            f"there is no question {name!r}; expected one of {', '.join(QUESTIONS)}.",
            field="question",
        ) from None
