"""The page as plain values: what the template shows, with every link resolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from recenter.demo.excerpt import ConversationView, excerpt
from recenter.demo.highlight import Mark, visible
from recenter.demo.result import PersonResult, PromptResult, TrapResult
from recenter.formats import encode
from recenter.records import Attribute, Judgment, ReceiptLine, Reply
from recenter.stages.verify import Status, status

KINDS = {
    "on_topic": "On topic",
    "vague": "Vague",
    "off_topic": "Off topic",
    "recent": "Your latest",
    "given": "Yours",
}
TRAPS = {
    "role_play": "role-play",
    "fiction": "fiction",
    "pasted_text": "pasted text",
    "code": "code",
    "third_person": "somebody else",
    "one_off_task": "one-off task",
    "hypothetical": "hypothetical",
    "change_of_mind": "change of mind",
    "complaint": "complaint",
    "injected_memory": "injected memory",
    "assistant_claim": "claim of the assistant",
}
OUTCOMES = {
    "refused": ("good", "Refused: nothing in it passed as a lasting statement"),
    "stopped": ("good", "Stopped: read as a statement, not accepted by verification"),
    "told_apart": ("fair", "Known, and stated of that other person"),
    "fell_for": ("bad", "Fell for it: accepted as a statement about the person"),
    "newer": ("good", "Only the newer statement is known"),
    "both": ("fair", "Both are known, each with its date"),
    "older": ("bad", "Only the older statement is known"),
    "neither": ("fair", "Neither is known"),
}
RECOGNISED = {
    "assistant": "words of the assistant, from which nothing is ever learned",
    "code": "code",
    "fiction": "fiction",
    "hypothetical": "hypothetical",
    "injected": "a memory block that another product put there",
    "pasted": "pasted text",
    "quote": "a quotation",
    "roleplay": "role-play",
    "third_person": "said of somebody else",
}
FAILURES = {
    "overgeneralisation": "overgeneralisation",
    "missing_evidence": "missing evidence",
    "task_context_confusion": "a task taken for a trait",
    "not_standalone": "cannot be read on its own",
    "wrong_person": "about somebody else",
    "other": "another fault",
}
REASONS = {
    "addresses_assistant": "said to the assistant",
    "below_threshold": "not clearly a lasting statement",
    "code_or_quote": "code or quotation",
    "fiction": "fiction",
    "fragment": "too short to stand alone",
    "hypothetical": "hypothetical",
    "injected": "injected memory",
    "not_first_person": "not in the first person",
    "pasted": "pasted text",
    "question": "questions",
    "quote": "quotations",
    "request": "requests",
    "roleplay": "role-play",
    "third_person": "said of somebody else",
    "unknown_verb": "not stated in a form it knows",
    "unresolved_reference": "referring to something unsaid",
}
_ORDER: dict[Status, int] = {"accepted": 0, "held": 1, "unverified": 2, "rejected": 3}


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """The words behind a statement, and where they stand."""

    text: str
    target: str
    at: str | None


class StatementView(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute with its verification."""

    id: str
    anchor: str
    number: int
    text: str
    source: str
    confidence: float
    status: Status
    probability: float | None
    failure: str | None
    reason: str | None
    quotes: tuple[QuoteView, ...]


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a receipt, or of what the plain memory pushed."""

    text: str
    score: float | None
    statement: StatementView
    reason: str | None = None


class PromptView(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt with both memories side by side."""

    anchor: str
    kind: str
    text: str
    used: tuple[LineView, ...]
    asked: tuple[LineView, ...]
    held_back: tuple[LineView, ...]
    withheld: tuple[LineView, ...]
    """Without those held back."""
    note: str | None
    added: int
    """Characters that Recenter adds to the prompt."""
    messages: str
    pushed: tuple[LineView, ...]
    pushed_characters: int
    pushed_messages: str
    reply: str | None
    generic: str | None
    model: str | None


class TrapView(msgspec.Struct, frozen=True, kw_only=True):
    """A trap with its outcome."""

    anchor: str
    words: str
    """Id of its place in the conversation."""
    kind: str
    quote: str
    earlier: str | None
    note: str
    grade: str
    outcome: str
    statements: tuple[StatementView, ...]


class PersonView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's part of the page."""

    anchor: str
    name: str
    about: str
    prompts: tuple[PromptView, ...]
    statements: tuple[StatementView, ...]
    traps: tuple[TrapView, ...]
    conversations: tuple[ConversationView, ...]
    read: int
    """Conversations read; only those with marks may be shown."""
    dropped: Mapping[str, int]

    @property
    def refusable_traps(self) -> int:
        """Traps without the changes of mind, of which both sides were true once."""
        return sum(trap.earlier is None for trap in self.traps)

    @property
    def safe_traps(self) -> int:
        """Those of them from which nothing was accepted."""
        return sum(trap.earlier is None and trap.grade != "bad" for trap in self.traps)

    def count(self, *wanted: str) -> int:
        """Return how many statements have one of these statuses."""
        return sum(statement.status in wanted for statement in self.statements)


def told(counts: Mapping[str, int]) -> dict[str, int]:
    """Return the counts, most first, with their reasons in words."""
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    return {REASONS.get(reason, reason.replace("_", " ")): count for reason, count in ordered}


def person_view(person: PersonResult, *, anchor: str, all_conversations: bool) -> PersonView:
    """Return a person's part of the page, ids beginning with `anchor`."""
    statements = _statements(person, anchor)
    by_id = {statement.id: statement for statement in statements}
    marks = _marks(person, by_id, anchor)
    return PersonView(
        anchor=anchor,
        name=visible(person.name),
        about=person.about,
        prompts=tuple(
            _prompt(prompt, by_id, f"{anchor}-r{i}") for i, prompt in enumerate(person.prompts)
        ),
        statements=statements,
        traps=tuple(
            _trap(t, by_id, anchor=f"{anchor}-t{i}", words=f"{anchor}-w{i}")
            for i, t in enumerate(person.traps)
        ),
        conversations=tuple(
            excerpt(conversation, marks.get(conversation.id, {}), anchor=f"{anchor}-c{i}")
            for i, conversation in enumerate(person.conversations)
            if all_conversations or conversation.id in marks
        ),
        read=len(person.conversations),
        dropped=told(person.dropped),
    )


def _statements(person: PersonResult, anchor: str) -> tuple[StatementView, ...]:
    judgments: dict[str | None, Judgment] = {j.subject.attribute: j for j in person.judgments}
    dates = {c.id: c.at for c in person.conversations}

    def rank(attribute: Attribute) -> tuple[int, float]:
        return _ORDER[status(attribute.id, person.judgments)], -attribute.confidence

    views = []
    for number, attribute in enumerate(sorted(person.attributes, key=rank), start=1):
        judgment = judgments.get(attribute.id)
        failure = judgment.failure if judgment else None
        views.append(
            StatementView(
                id=attribute.id,
                anchor=f"{anchor}-a{number}",
                number=number,
                text=visible(attribute.text),
                source=attribute.source,
                confidence=attribute.confidence,
                status=status(attribute.id, person.judgments),
                probability=judgment.probability if judgment else None,
                failure=FAILURES[failure] if failure else None,
                reason=judgment.reason if judgment else None,
                quotes=tuple(
                    QuoteView(
                        text=visible(e.quote),
                        target=f"{anchor}-q{number}-{i}",
                        at=dates.get(e.conversation),
                    )
                    for i, e in enumerate(attribute.evidence)
                ),
            )
        )
    return tuple(views)


def _marks(
    person: PersonResult, by_id: Mapping[str, StatementView], anchor: str
) -> dict[str, dict[int, list[Mark]]]:
    """Marks by conversation and turn."""
    marks: defaultdict[str, defaultdict[int, list[Mark]]] = defaultdict(lambda: defaultdict(list))
    for attribute in person.attributes:
        statement = by_id[attribute.id]
        for evidence, quote in zip(attribute.evidence, statement.quotes, strict=True):
            mark = Mark(
                start=evidence.start,
                end=evidence.end,
                kind="quote",
                anchor=quote.target,
                target=statement.anchor,
                label=str(statement.number),
            )
            marks[evidence.conversation][evidence.turn].append(mark)
    for i, found in enumerate(person.traps):
        mark = Mark(
            start=found.start,
            end=found.end,
            kind="trap",
            anchor=f"{anchor}-w{i}",
            target=f"{anchor}-t{i}",
            label=TRAPS[found.trap.kind],
        )
        marks[found.conversation][found.trap.turn].append(mark)
    return {conversation: dict(turns) for conversation, turns in marks.items()}


def _prompt(result: PromptResult, by_id: Mapping[str, StatementView], anchor: str) -> PromptView:
    receipt, pushed = result.reply.receipt, result.top10

    def lines(found: Sequence[ReceiptLine]) -> tuple[LineView, ...]:
        return tuple(
            LineView(
                text=visible(line.text),
                score=line.score,
                statement=by_id[line.attribute],
                reason=line.reason,
            )
            for line in found
        )

    return PromptView(
        anchor=anchor,
        kind=KINDS[result.kind],
        text=visible(result.query.prompt),
        used=lines(receipt.used),
        asked=lines(receipt.asked),
        held_back=lines([w for w in receipt.withheld if w.attribute in result.held_back]),
        withheld=lines([w for w in receipt.withheld if w.attribute not in result.held_back]),
        note=receipt.note,
        added=len(result.reply.messages[-1].content) - len(result.query.prompt),
        messages=_messages(result.reply),
        pushed=tuple(
            LineView(text=by_id[name].text, score=cosine, statement=by_id[name])
            for name, cosine in zip(pushed.attributes, pushed.cosines, strict=True)
        ),
        pushed_characters=pushed.characters,
        pushed_messages=_messages(pushed.reply),
        reply=visible(result.reply.text) if result.reply.text is not None else None,
        generic=visible(result.generic.text or "") if result.generic else None,
        model=result.reply.signature.model,
    )


def _messages(reply: Reply) -> str:
    return visible(msgspec.json.format(encode(reply.messages), indent=2))


def _trap(
    result: TrapResult, by_id: Mapping[str, StatementView], *, anchor: str, words: str
) -> TrapView:
    grade, outcome = OUTCOMES[result.outcome]
    if result.outcome == "refused" and result.recognised:
        outcome = f"Refused as {RECOGNISED[result.recognised]}"
    trap = result.trap
    return TrapView(
        anchor=anchor,
        words=words,
        kind=TRAPS[trap.kind],
        quote=visible(trap.quote),
        earlier=visible(trap.earlier.quote) if trap.earlier else None,
        note=trap.note,
        grade=grade,
        outcome=outcome,
        statements=tuple(by_id[name] for name in result.attributes),
    )
