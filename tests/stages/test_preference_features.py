"""What is told of a reply: each figure by a pair of replies that differ in it."""

from __future__ import annotations

import numpy as np
import pytest

from recenter.stages.preference_features import NAMES, figures, form, meaning, sentences
from tests.stages.preference_makers import Letters

PROMPT = "Which soup should I cook tonight?"


def told(reply: str, prompt: str = PROMPT) -> dict[str, float]:
    values = figures(prompt, [reply], embedder=Letters())[0, : len(NAMES)]
    return dict(zip(NAMES, values.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "less", "more"),
    [
        ("log words", "Soup.", "A soup of lentils."),
        ("refusal", "Cook lentils.", "I'm sorry, but I cannot help."),
        ("machine", "Cook lentils.", "As an AI, I do not eat."),
        ("hedge", "Cook lentils.", "Perhaps you might cook lentils."),
        ("turn", "Cook lentils.", "Cook lentils.\nUser: And then?\nAssistant: Eat."),
        ("item", "Lentils, peas.", "- lentils\n- peas"),
        ("question", "Lentils.", "Lentils?"),
        ("number", "Some lentils.", "200 grams and 3 onions."),
        ("ends open", "Cook lentils.", "Cook lentils and then"),
        ("ends asking", "Are you hungry? Cook.", "Cook. Are you hungry?"),
        ("repeated threes", "One pot of lentils here.", "a pot of a pot of a pot of"),
        ("repeated sentences", "Cook. Eat.", "Cook. Cook."),
        ("prompt covered", "Lentils.", "Soup to cook tonight: lentils."),
        ("starts refusing", "Lentils. I cannot say more.", "I cannot say more. Lentils."),
        ("foreign", "Soup.", "Суп."),
    ],
)
def test_a_figure_is_higher_for_the_reply_that_has_more_of_it(
    name: str, less: str, more: str
) -> None:
    assert told(less)[name] < told(more)[name]


@pytest.mark.parametrize(
    "reply",
    [
        "",
        " ",
        "\n\n",
        "?",
        "🙂",
        "a" * 5000,
        "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    ],
)
def test_any_reply_has_finite_figures(reply: str) -> None:
    assert all(np.isfinite(value) for value in told(reply).values())
    assert np.isfinite(form("", reply)).all()


def test_the_figures_of_meaning_are_the_cosines_they_say() -> None:
    prompt, whole = np.array([1.0, 0.0]), np.array([0.6, 0.8])
    parts = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert meaning(prompt, whole, parts).tolist() == pytest.approx(
        [0.6, 1.0, 0.5, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0]
    )
    assert not meaning(prompt, whole, parts[:0]).any()


def test_replies_have_the_same_figures_alone_and_together() -> None:
    replies = ["Lentils.", "Peas. And a carrot.", ""]
    together = figures(PROMPT, replies, embedder=Letters())
    alone = [figures(PROMPT, [reply], embedder=Letters())[0] for reply in replies]
    assert together == pytest.approx(np.stack(alone))
    assert together.shape == (3, len(NAMES) + 3)


def test_sentences_end_at_marks_and_lines() -> None:
    assert sentences("One. Two!\n- three\n\n four") == ["One.", "Two!", "- three", "four"]
