"""What somebody does not eat is used where a message asks for food, whatever a model says."""

from __future__ import annotations

import pytest

from recenter.models.embedded import Minilm
from recenter.records import Attribute, Query
from recenter.stages.limits import asks_for_food, limits_food
from recenter.stages.select_trained import TrainedSelector


@pytest.mark.parametrize(
    "said",
    [
        "The user is vegetarian.",
        "The user is a strict vegan.",
        "The user doesn't eat meat.",
        "The user is allergic to peanuts.",
        "The user has been severely allergic to kiwi.",
        "The user has a peanut allergy.",
        "The user has celiac disease.",
        "The user eats halal.",
        "The user follows a strict gluten-free diet.",
        "The user is on a low-carb diet.",
        "The user is lactose intolerant.",
        "The user avoids pork.",
        "I'm vegan.",
    ],
)
def test_what_limits_food(said: str) -> None:
    assert limits_food(said)


@pytest.mark.parametrize(
    "said",
    [
        "The user is not vegetarian.",
        "The user is no longer vegan.",
        "The user was vegetarian.",
        "The user is allergic to cats.",
        "The user is allergic to penicillin.",
        "The user's sister is vegan.",
        "The user is likely interested in vegan recipes.",
        "The user runs a vegan café.",
        "The user likes Thai food.",
        "The user avoids phone calls.",
        "The user eats lunch at noon.",
        "",
    ],
)
def test_what_does_not(said: str) -> None:
    assert not limits_food(said)


@pytest.mark.parametrize(
    "prompt",
    [
        "What should I cook for dinner tonight?",
        "Suggest a quick lunch recipe.",
        "Plan my meals for the week",
        "Can you recommend a restaurant nearby?",
        "I need ideas for a birthday cake I can bake.",
        "What can I eat before a race?",
    ],
)
def test_what_asks_for_food(prompt: str) -> None:
    assert asks_for_food(prompt)


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a Python function that parses recipes.",
        "How long do I boil an egg for breakfast?",
        "Can you translate 'dinner is ready' into French?",
        "Which cat food should I buy?",
        "What is the history of the sandwich at lunch?",
        "We had fish for dinner and then sat in the garden.",
        "Help me with my essay on school meals.",
        "Can you help? " + "We talked at dinner. " * 30,
        "",
    ],
)
def test_what_does_not_ask(prompt: str) -> None:
    assert not asks_for_food(prompt)


def attribute(text: str) -> Attribute:
    return Attribute(id=text, person="p", text=text, source="stated", confidence=1.0, evidence=())


def test_a_limit_is_used_with_its_reason_and_nothing_else_is() -> None:
    known = [attribute(f"The user {said}.") for said in ("is vegetarian", "owns two bicycles")]
    selector = TrainedSelector(Minilm())
    made = selector.select(
        Query(id="q", person="p", prompt="What should I cook for dinner tonight?"), known
    )
    assert made.used == ("The user is vegetarian.",)
    (line,) = [d for d in made.decisions if d.decision == "use"]
    assert line.reason == "Limits what may be eaten, and the message asks for food."
    far = selector.select(Query(id="q", person="p", prompt="How do I change a flat tyre?"), known)
    assert "The user is vegetarian." not in far.used
