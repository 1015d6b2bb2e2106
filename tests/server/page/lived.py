"""A person who has talked for some weeks: something of everything that their page shows."""

from __future__ import annotations

from recenter.memory import Memory
from tests.server.page.conftest import Clock

_DAY = 86_400


def _id(memory: Memory, text: str) -> str:
    return next(m.attribute.id for m in memory.memories("kim") if m.attribute.text == text)


def live(memory: Memory, clock: Clock) -> Memory:
    """Let Kim talk to an application, now and then correcting it; asks before it is sure."""
    for said in (
        "I work nights as a nurse. Can you fix my CSS?",
        "I live in Berlin. I'm learning Portuguese. Which tram goes to the zoo?",
        "I'm allergic to peanuts. What can I bake for my class?",
        "I play chess every Sunday. I prefer short answers.",
        "I don't eat meat. I have a dog. Any ideas for the weekend?",
        "I use a Mac. My favourite colour is green.",
        "I sing in a choir.",
    ):
        memory.add(said, user_id="kim")
        clock.now += 3 * _DAY
    memory.add("I moved. I live in Lisbon now.", user_id="kim")
    memory.delete(_id(memory, "The user sings in a choir."))
    memory.add("I am a choir singer.", user_id="kim")
    memory.review(_id(memory, "The user uses a Mac."), "decline")
    for asked in (
        "Suggest a dinner that I can cook in 20 minutes.",
        "What is 17 * 23?",
        "Suggest a snack bar, I cannot have peanuts.",
        "How do I sleep better after work?",
    ):
        clock.now += 7200
        memory.context(asked, user_id="kim")
    return memory
