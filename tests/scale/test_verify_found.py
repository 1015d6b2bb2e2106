"""What was found of a person is judged once each, with all its evidence."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from recenter.batch.contract import Row
from recenter.errors import InputError, ModelUnavailableError, UnreadableAnswerError
from recenter.provenance import Signature
from recenter.records import Attribute, Conversation, Judgment
from recenter.scale.found import AnsweredRow, found_in
from recenter.scale.verify_found import VerifyFound
from recenter.stages.verify import supported
from recenter.stages.verify_rules import RulesVerifier

MADE = Signature(model="made")
CATS = {"text": "The user has cats.", "source": "stated", "confidence": 0.5}
TEA = CATS | {"text": "The user drinks tea."}


class Scripted:
    """Accepts what is not of tea, about which it cannot be read, and counts the evidence."""

    name = "scripted"
    signature = Signature(model="scripted")

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self._error = error

    def verify(self, attribute: Attribute, conversations: Sequence[Conversation]) -> Judgment:
        self.asked.append((attribute.text, [one.turns[0].text for one in conversations]))
        if self._error is not None and "tea" in attribute.text:
            raise self._error
        return supported(
            attribute,
            judge="scripted",
            answer="accept",
            probability=1.0,
            failure=None,
            reason=None,
            signature=self.signature,
        )


def row(said: str, *attributes: Row, **more: object) -> Row:
    spans = {"evidence": [{"turn": 0, "start": 0, "end": len(said), "quote": said}]}
    turns = [{"role": "user", "text": said}]
    found = [one | spans for one in attributes]
    return {"person": "ada", "turns": turns, "attributes": found} | more


def test_an_attribute_is_judged_once_with_all_its_conversations() -> None:
    rows = [row("My cats!", CATS, session=1), row("Two cats.", CATS, TEA, session=1), row("Hi.")]
    verifier = Scripted()
    made = VerifyFound(verifier, Signature())(rows)
    assert sorted(verifier.asked) == [
        (TEA["text"], ["Two cats."]),
        (CATS["text"], ["My cats!", "Two cats."]),
    ]
    answered = [one["attributes"] for one in made if isinstance(one, dict)]
    assert [[item["verdict"] for item in some] for some in answered] == [
        ["accept"],
        ["accept", "accept"],
        [],
    ]
    assert answered[0][0]["id"] == answered[1][0]["id"] != answered[1][1]["id"]


@pytest.mark.parametrize("ids", [("c1", "c1"), (None, "0 None")])
def test_rows_of_one_id_are_held_apart(ids: tuple[str | None, str]) -> None:
    rows = [row("I have cats.", CATS, id=ids[0]), row("Hello.", id=ids[1])]
    for some in (rows, rows[::-1]):
        made = VerifyFound(RulesVerifier(), Signature())(some)
        judged = [item for one in made if isinstance(one, dict) for item in one["attributes"]]
        assert [item["verdict"] for item in judged] == ["accept"]


def test_the_id_of_an_attribute_is_that_of_the_store() -> None:
    rows = [row("Two cats.", CATS, id="c1"), row("My cats!", CATS, id="c1")]
    (stored,) = found_in([msgspec.convert(one, AnsweredRow) for one in rows], MADE).attributes
    made = VerifyFound(Scripted(), MADE)(rows)
    ids = [one["attributes"][0]["id"] for one in made if isinstance(one, dict)]
    assert ids == [stored.id, stored.id]


def test_what_cannot_be_read_costs_the_rows_it_stands_in() -> None:
    rows = [row("My cats!", CATS), row("Tea, cats.", TEA, CATS), {"person": "ada", "turns": 1}]
    first, second, third = VerifyFound(Scripted(UnreadableAnswerError("no.")), Signature())(rows)
    assert isinstance(first, dict)
    assert isinstance(second, UnreadableAnswerError)
    assert isinstance(third, InputError)


def test_what_nobody_could_escape_is_raised() -> None:
    verifier = Scripted(ModelUnavailableError("gone."))
    with pytest.raises(ModelUnavailableError):
        VerifyFound(verifier, Signature())([row("Tea.", TEA)])
