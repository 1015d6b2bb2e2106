"""What a study file says: what is asked of whom, how often, for what pay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from recenter.questions import QUESTIONS, Question
from recenter.records import Arm

Outcome = Literal[
    "completed", "screened_out", "failed_checks", "no_consent", "withdrawn", "technical", "full"
]
"""How somebody's part in a study can end; each may have a code of its own."""

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9-]{0,47}$",
        description="at most 48 lower-case letters, digits and hyphens, a letter first",
        examples=["my-study"],
    ),
]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Text = Annotated[str, Meta(min_length=1, max_length=500)]
Code = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{4,64}$",
        description="4 to 64 letters, digits, - and _",
        examples=["K7DONE2Q"],
    ),
]


ASKED = ("supported", "relevant", "relevant_five", "better")
"""The questions that have a page for people."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the parts of a study file: what is not known is refused."""


class Training(Part, frozen=True):
    """Items with known answers that come before the work, with feedback."""

    items: str
    """File of items with `key`, beside the study file."""
    needed: Share = 0.75
    """Share of right answers that lets somebody begin to work."""
    tries: Annotated[int, Meta(ge=1, le=10)] = 2
    """How often it may be done; who fails the last time is screened out."""


class Checks(Part, frozen=True):
    """Items between the others that say themselves how they are to be answered."""

    items: str
    """File of items with `key`, beside the study file."""
    every: Annotated[int, Meta(ge=3, le=1000)] = 10
    """About one check in so many items."""
    failures: Annotated[int, Meta(ge=1, le=100)] = 2
    """So many wrong answers to checks end somebody's part as `failed_checks`."""


class Gold(Part, frozen=True):
    """Items with known answers that nobody can tell from the others: for quality, without
    feedback."""

    items: str
    """File of items with `key`, beside the study file."""
    per_annotator: Annotated[int, Meta(ge=1, le=100)] = 2
    needed: Share | None = None
    """Share of right answers below which an annotator is shown to the researcher as doubtful."""


class Task(Part, frozen=True):
    """One question about one set of items."""

    name: Name
    question: Literal["supported", "relevant", "relevant_five", "better"]
    items: str
    """File of JSON lines beside the study file, or `store`."""
    guidelines: str
    """Markdown file beside the study file; its hash stands on every answer."""
    overlap: Annotated[int, Meta(ge=1, le=100)] = 3
    """People who answer each item: never more."""
    per_annotator: Annotated[int, Meta(ge=1, le=1000)] = 20
    """Items of one annotator, before what returns and what checks: for `relevant`, pages."""
    seconds: Annotated[float, Meta(gt=0, le=3600)] = 30.0
    """Expected for one decision: for minutes and cost."""
    page: Annotated[int, Meta(ge=1, le=100)] = 20
    """Decisions on one page, in `relevant`."""
    pooled: bool = False
    """In `relevant`, whether a page mixes the attributes of all people who have its prompt."""
    repeat: Share = 0.0
    """Share of an annotator's items that return to them later."""
    evidence: bool = True
    """In `supported`, whether the quotes that the extractor gave are shown beside the whole
    conversations."""
    reason: bool = False
    """In `supported`, whether the extractor's reason is shown."""
    arms: tuple[Arm, Arm] | None = None
    """In `better` from the store: the arm that is rated, and the one it is compared with."""
    unblinding: bool = True
    """In `better`, whether "which side was personalised?" is asked at the end."""
    people: tuple[str, ...] = ()
    """From the store: pseudonyms of whose items these are; nobody named means everyone."""
    groups: tuple[Name, ...] = ()
    """Groups of annotators who do this task; none named means everyone."""
    training: Training | None = None
    checks: Checks | None = None
    gold: Gold | None = None

    @property
    def asks(self) -> Question:
        """The question itself."""
        return QUESTIONS[self.question]


class Payment(Part, frozen=True):
    """What an annotator gets for a completed part."""

    currency: Literal["GBP", "USD", "EUR"]
    amount: Annotated[float, Meta(ge=0, le=10_000)]
    """For the whole part of one annotator, in units of the currency."""
    least_per_hour: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    """The plan is refused where the expected time makes it less."""
    fee: Share = 0.0
    """What the platform takes on top, as a share of the amount."""


class Recruitment(Part, frozen=True):
    """Where annotators come from."""

    kind: Literal["links", "prolific", "platform"] = "links"
    """`links`: signed links that the researcher hands out; `prolific`; `platform`: any other that
    brings an id in the URL and takes a return link."""
    parameter: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$",
            description="at most 40 letters, digits and _, a letter first",
            examples=["participant"],
        ),
    ] = "participant"
    """Of the URL, where `platform` puts the id."""
    id_pattern: Annotated[str, Meta(min_length=1, max_length=200)] = r"[A-Za-z0-9_-]{4,64}"
    """Regular expression that a whole id of `platform` has to match."""
    return_to: (
        Annotated[
            str,
            Meta(
                pattern=r"^https://[^\s]+$",
                description="an https link without spaces",
                examples=["https://example.com/back?code={code}"],
            ),
        ]
        | None
    ) = None
    """Link back to the platform; `{code}` stands for the code of the outcome."""
    signed: Literal["required", "checked", "ignored"] = "checked"
    """Of `prolific`: whether a signed participant token has to come, or is checked if it does."""
    groups: Mapping[Name, Annotated[float, Meta(gt=0)]] = {}
    """Groups that annotators are dealt to, with their weights; links may name one."""


class Lease(Part, frozen=True):
    """How long work is kept for somebody."""

    minutes: Annotated[float, Meta(ge=1, le=1440)] = 30.0
    """Without a sign of life, after which it is given to another."""
    pause_hours: Annotated[float, Meta(ge=0, le=336)] = 48.0
    """The same after they said that they will come back."""


class Scan(Part, frozen=True):
    """Who has looked for personal data in the texts, and let them be shown."""

    review: str
    """File of the review, beside the study file."""
    signed_off: (
        Annotated[
            str,
            Meta(
                pattern=r"^[0-9a-f]{24}$",
                description="the hash of 24 characters that `recenter study scan` prints",
                examples=["0123456789abcdef01234567"],
            ),
        ]
        | None
    ) = None
    """Hash of the scan that was reviewed; other texts need another review."""
    by: Text | None = None
    on: (
        Annotated[
            str,
            Meta(
                pattern=r"^\d{4}-\d\d-\d\d$",
                description="a date",
                examples=["2026-11-26"],
            ),
        ]
        | None
    ) = None
    consent: Text | None = None
    """How the people whose words these are agreed to have them shown, and in what scope."""
    names: str | None = None
    """File of names, one a line, that are to be found beside those that the rules find."""


class Study(Part, frozen=True):
    """A study as its file says it."""

    study: Name
    title: Text
    contact: Text
    """Whom an annotator can ask: shown on the consent page."""
    consent: str
    """Markdown file beside the study file."""
    tasks: Annotated[tuple[Task, ...], Meta(min_length=1, max_length=12)]
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    annotators: Count | None = None
    """People to recruit; left out, as many as the plan needs."""
    payment: Payment | None = None
    recruitment: Recruitment = Recruitment()
    lease: Lease = Lease()
    scan: Scan | None = None
    codes: Mapping[Outcome, Code] = {}
    """Shown at the end, by outcome; one that is left out is made from the study's key."""

    def task(self, name: str) -> Task:
        """Return the task of this name.

        Raises:
            StopIteration: there is none.
        """
        return next(task for task in self.tasks if task.name == name)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A study file that was read, with the texts that stand in files beside it."""

    path: Path
    study: Study
    consent: str
    """Markdown."""
    guidelines: Mapping[str, str]
    """Markdown by task."""
