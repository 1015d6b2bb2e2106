"""Rows of judged statements as examples, and the wrong statements made of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pytest

from recenter.errors import InputError
from recenter.records import Judge, Judgment, Record, Subject
from recenter.train.verifier_examples import examples, sessions_of
from recenter.train.verifier_negatives import constructed

TURNS: list[dict[str, Any]] = [
    {"role": "user", "text": "I'm a nurse in Leeds and I love hiking in the hills.", "i": 0},
    {"role": "assistant", "text": "Nice!"},
    {"role": "user", "text": "What should I pack for a weekend by the sea?"},
]
SESSIONS = sessions_of([{"session": "s1", "turns": TURNS}])
ROW: dict[str, Any] = {
    "session": "s1",
    "text": "Is a nurse",
    "evidence_text": "I'm a nurse in Leeds",
    "verdict": "kept",
    "why": "a reason",
    "confidence": 0.1,
}


def test_a_row_finds_its_quote_in_its_dialogue() -> None:
    (example,) = examples([ROW], SESSIONS)
    assert not example.rejected
    assert example.group == "s1"
    assert example.attribute.evidence[0].quote == "I'm a nurse in Leeds"
    assert len(example.turns) == 3


def test_reasons_and_confidence_are_not_read() -> None:
    bare = {key: ROW[key] for key in ("session", "text", "evidence_text", "verdict")}
    assert examples([ROW], SESSIONS) == examples([bare], SESSIONS)


@pytest.mark.parametrize(
    ("verdict", "rejected"),
    [("accept", False), ("kept", False), ("uncertain", True), ("reject", True), ("rejected", True)],
)
def test_uncertain_counts_as_rejected(verdict: str, rejected: bool) -> None:
    row = {"text": "Is a nurse", "evidence_text": "x", "turns": TURNS, "verdict": verdict}
    assert examples([row], {})[0].rejected is rejected


def test_rows_of_the_same_turns_are_one_dialogue_and_rows_without_their_own() -> None:
    row = {"text": "Is a nurse", "verdict": "accept", "evidence_text": "I'm a nurse"}
    with_turns = examples([row | {"turns": TURNS}, row | {"turns": TURNS, "text": "Hikes"}], {})
    assert len({example.group for example in with_turns}) == 1
    assert len({example.group for example in examples([row, row], {})}) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "maybe"}, r"verdict.*'maybe'"),
        ({"session": "s9"}, r"session.*'s9'.*--conversations"),
        ({"text": 3}, "text"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        examples([ROW | change], SESSIONS)


def test_two_dialogues_of_one_name_are_refused_and_the_same_one_twice_is_not() -> None:
    row = {"session": "s1", "turns": TURNS}
    assert sessions_of([row, row]) == SESSIONS
    with pytest.raises(InputError, match="line 2: session: the dialogue 's1' was there before"):
        sessions_of([row, row | {"turns": TURNS[:1]}])


KEPT = [
    ROW,
    ROW | {"text": "Loves hiking", "evidence_text": "I love hiking in the hills"},
    ROW | {"text": "Curious about packing", "evidence_text": "What should I pack for a weekend"},
]


def test_made_statements_are_wrong_in_a_known_way_and_stay_with_their_dialogue() -> None:
    kept = examples(KEPT * 40, SESSIONS)
    made = constructed(kept, seed=1)
    assert all(one.rejected and one.group == "s1" for one in made)
    assert all(one.origin == "constructed" for one in made)
    kinds = Counter(one.failure for one in made)
    assert {
        "overgeneralisation",
        "missing_evidence",
        "task_context_confusion",
        "wrong_person",
        "not_standalone",
    } == set(kinds)
    for one in made:
        quote = one.attribute.evidence[0].quote if one.attribute.evidence else ""
        own = {(k.attribute.text, k.attribute.evidence[0].quote) for k in kept}
        frame = one.conversations != kept[0].conversations
        assert (one.attribute.text, quote) not in own or frame


def test_what_holds_the_words_of_another_dialogue_says_so() -> None:
    other = {"session": "s2", "turns": [{"role": "user", "text": "I play the cello at night."}]}
    sessions = sessions_of([{"session": "s1", "turns": TURNS}, other])
    cello = {"text": "Plays the cello", "evidence_text": "I play the cello at night"}
    rows = [*KEPT, ROW | {"session": "s2"} | cello]
    kept = examples(rows * 20, sessions)
    made = constructed(kept, seed=2)
    said = {turn.text: group for group, turns in sessions.items() for turn in turns}
    for one in made:
        of = said.get(one.turns[0].text, one.group)
        assert one.borrowed == (None if of == one.group else of)
    assert {one.borrowed for one in made} == {None, "s1", "s2"}


def test_the_same_seed_makes_the_same_statements() -> None:
    kept = examples(KEPT * 5, SESSIONS)
    assert constructed(kept, seed=3) == constructed(kept, seed=3)
    assert constructed(kept, seed=3) != constructed(kept, seed=4)


def test_what_nothing_can_be_made_of_is_passed_over() -> None:
    row = {"text": "Tall", "evidence_text": "", "turns": [], "verdict": "accept"}
    assert constructed(examples([row], {}), seed=0) == []


def exported(*verdicts: tuple[str, str], kind: str = "person") -> list[dict[str, Any]]:
    """An export of one attribute that judges by these names answered so."""
    (row,) = examples([ROW], SESSIONS)
    attribute = msgspec.structs.replace(row.attribute, person="ada")
    made: list[tuple[str, Record]] = [
        ("conversation", row.conversations[0]),
        ("attribute", attribute),
    ]
    for name, answer in verdicts:
        judgment = Judgment(
            id=name,
            question="supported",
            subject=Subject(attribute=attribute.id),
            judge=Judge(kind=kind, name=name),  # type: ignore[arg-type]
            answer=answer,
            failure=None if answer == "accept" else "wrong_person",
        )
        made.append(("judgment", judgment))
    rows: list[dict[str, Any]] = []
    for name, record in made:
        rows.append({"kind": name, "record": msgspec.to_builtins(record)})
    return rows


def test_an_export_gives_the_majority_of_people_with_the_conversation_of_the_quote() -> None:
    rows = exported(("a", "accept"), ("b", "uncertain"), ("c", "reject"))
    (example,) = examples(rows, {})
    assert example.rejected
    assert example.failure == "wrong_person"
    assert example.group == "ada"
    assert example.turns[0].text == TURNS[0]["text"]
    (kept,) = examples(exported(("a", "accept"), ("b", "accept"), ("c", "reject")), {})
    assert not kept.rejected
    assert kept.failure is None


def test_ties_models_and_lost_conversations_give_no_example() -> None:
    assert examples(exported(("a", "accept"), ("b", "reject")), {}) == []
    assert examples(exported(("gpt", "accept"), kind="model"), {}) == []
    assert examples(exported(("a", "accept"))[1:], {}) == []


def test_an_answer_off_the_scale_is_named_by_its_line() -> None:
    rows = exported(("a", "accept"))
    rows[-1]["record"] |= {"answer": "perhaps"}
    with pytest.raises(InputError, match=r"line 3.*perhaps"):
        examples(rows, {})
