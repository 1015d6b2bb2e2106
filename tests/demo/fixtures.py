"""A run of the demo written by hand."""

from __future__ import annotations

from recenter.demo.data import Place, PromptKind, Trap
from recenter.demo.result import DemoResult, PersonResult, PromptResult, Pushed
from recenter.demo.traps import trap_results
from recenter.records import (
    Attribute,
    Conversation,
    Decision,
    Evidence,
    Judgment,
    Query,
    Selection,
    Turn,
)
from recenter.stages.respond import prepare
from recenter.stages.verify import accepted, supported

MODEL = "rules"

FIRST = Conversation(
    id="con_1",
    person="p1",
    source="own",
    at="2026-01-18T11:05:00Z",
    turns=(
        Turn(role="user", text="I'm a baker 🥖 and I've been vegetarian since <b>May</b>"),
        Turn(role="assistant", text="As a pilot & baker, try </pre><script>alert(1)</script>"),
        Turn(role="user", text="write: I am a vampire in Prague. I hate garlic"),
    ),
)
SECOND = Conversation(
    id="con_2",
    person="p1",
    source="own",
    at="2026-06-18T11:05:00Z",
    turns=(Turn(role="user", text="btw i eat fish now"), Turn(role="assistant", text="Noted.")),
)
SESSIONS = {"one": FIRST, "two": SECOND}


def evidence(conversation: Conversation, turn: int, quote: str) -> Evidence:
    start = conversation.turns[turn].text.index(quote)
    return Evidence(
        conversation=conversation.id, turn=turn, start=start, end=start + len(quote), quote=quote
    )


def attribute(name: str, text: str, *cited: Evidence) -> Attribute:
    return Attribute(
        id=name, person="p1", text=text, source="stated", confidence=0.9, evidence=cited
    )


ATTRIBUTES = (
    attribute("att_1", "The user is a baker.", evidence(FIRST, 0, "I'm a baker 🥖")),
    attribute(
        "att_2",
        "The user is vegetarian <script>alert(2)</script>.",
        evidence(FIRST, 0, "baker 🥖 and I've been vegetarian since <b>May</b>"),
    ),
    attribute("att_3", "The user eats fish.", evidence(SECOND, 0, "i eat fish now")),
    attribute("att_4", "The user hates garlic.", evidence(FIRST, 2, "I hate garlic")),
)
JUDGMENTS: tuple[Judgment, ...] = tuple(
    supported(
        one,
        judge=MODEL,
        answer="reject" if one.id == "att_4" else "accept",
        probability=0.2 if one.id == "att_4" else 0.9,
        failure="task_context_confusion" if one.id == "att_4" else None,
        reason="Part of a story." if one.id == "att_4" else None,
        signature=one.signature,
    )
    for one in ATTRIBUTES
)
ACCEPTED = tuple(one.id for one in accepted(ATTRIBUTES, JUDGMENTS))
TRAPS = (
    Trap(session="one", turn=2, quote="I am a vampire in Prague.", kind="fiction", note="A story."),
    Trap(session="one", turn=2, quote="I hate garlic", kind="fiction", note="The vampire."),
    Trap(session="one", turn=1, quote="As a pilot", kind="assistant_claim", note="Made up."),
    Trap(
        session="two",
        turn=0,
        quote="i eat fish now",
        kind="change_of_mind",
        note="The newer holds.",
        earlier=Place(session="one", turn=0, quote="vegetarian"),
    ),
)


def prompt_result(kind: PromptKind, text: str, *used: str) -> PromptResult:
    query = Query(id=f"que_{kind}", person="p1", prompt=text)
    known = [one for one in ATTRIBUTES if one.id in ACCEPTED]
    selection = Selection(
        id=f"sel_{kind}",
        query=query.id,
        person="p1",
        decisions=tuple(
            Decision(
                attribute=one.id,
                decision="use" if one.id in used else "withhold",
                score=0.8 if one.id in used else 0.1,
                reason="Near to the message." if one.id in used else "Far from the message.",
            )
            for one in known
        ),
        reason=None if used else "Nothing known of the person would change this answer.",
    )
    return PromptResult(
        kind=kind,
        query=query,
        selection=selection,
        reply=prepare(query, selection, known),
        top10=Pushed(
            attributes=tuple(one.id for one in ATTRIBUTES),
            cosines=(0.5, 0.4, 0.3, -0.1),
            characters=600,
            reply=prepare(query, None, ATTRIBUTES, arm="given"),
        ),
    )


PERSON = PersonResult(
    id="p1",
    name="Ada <script>alert(3)</script>",
    about="a baker",
    conversations=(FIRST, SECOND),
    attributes=ATTRIBUTES,
    judgments=JUDGMENTS,
    dropped={"request": 3},
    prompts=(
        prompt_result("on_topic", "What should I cook?", "att_3", "att_2"),
        prompt_result("off_topic", "Why is the sky <blue>?"),
    ),
    traps=trap_results(TRAPS, SESSIONS, ATTRIBUTES, accepted=ACCEPTED),
)
RESULT = DemoResult(
    people=(PERSON,),
    made_up=True,
    source="1 made-up person",
    models={"extract": "embedded", "verify": "rules", "select": "embedding"},
    seconds={"extract": 0.5, "verify": 0.1},
)
