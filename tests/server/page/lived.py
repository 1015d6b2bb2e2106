"""A person who has talked for some weeks: something of everything that their page shows."""

from __future__ import annotations

from recenter.memory import Memory
from tests.memory.conftest import Clock

_DAY = 86_400
_WEEKEND = "Any ideas for a day out at the weekend?"


def _id(memory: Memory, text: str) -> str:
    return next(m.attribute.id for m in memory.memories("kim") if m.attribute.text == text)


def live(memory: Memory, clock: Clock) -> Memory:
    """Let Kim talk to an application, now and then putting it right."""
    memory.add("I'm allergic to peanuts. What can I bake for my class?", user_id="kim")
    memory.add("I'm allergic to shellfish.", user_id="kim")
    memory.delete(_id(memory, "The user is allergic to shellfish."))
    for said in (
        "I live in Berlin. I'm learning Portuguese. Which tram goes to the zoo?",
        "I work nights as a nurse. Can you fix my CSS?",
        "I use a Mac. My favourite colour is green.",
        "I love hiking in the mountains. I am training for a marathon.",
        "I play chess every Sunday. I'm a beginner at the piano.",
        "I don't eat meat. I have a dog. Any ideas for the weekend?",
        "I work nights as a nurse, so I sleep late. When is the market open?",
        "I moved. I live in Lisbon now.",
        # Resembles what was forgotten, and waits.
        "I have asthma. Is it windy today?",
    ):
        memory.add(said, user_id="kim")
        clock.now += 3 * _DAY
    memory.review(_id(memory, "The user uses a Mac."), "decline")
    first = memory.context(_WEEKEND, user_id="kim")
    memory.should_have_used(
        first.receipt_id, _id(memory, "The user loves hiking in the mountains.")
    )
    for asked in (
        "Suggest a snack bar, I cannot have peanuts.",
        "What is 17 * 23?",
        "Suggest a lunch that I can cook in 10 minutes.",
        "Where could I spend a day out this weekend?",
        "How do I sleep better after work?",
    ):
        clock.now += 7200
        memory.context(asked, user_id="kim")
    return memory
