"""What each format gives, and what it leaves out."""

import copy
from pathlib import Path
from typing import Any

import pytest

from recenter.importers.base import BadRow, SkippedRow
from recenter.importers.pseudonym import person_id
from recenter.importers.sharegpt import clean
from recenter.records import Conversation

from .rows import (
    CHATGPT,
    CLAUDE,
    KEY,
    OPENAI,
    OWN,
    SHAREGPT,
    WILDCHAT,
    read,
    read_one,
    said,
    write_lines,
)


def one(tmp_path: Path, row: dict[str, Any], **changes: Any) -> Conversation:
    return read_one(write_lines(tmp_path / "in", {**row, **changes}))


def skipped(tmp_path: Path, row: dict[str, Any], **changes: Any) -> str:
    (outcome,) = read(write_lines(tmp_path / "in", {**row, **changes}))
    return outcome.reason if isinstance(outcome, SkippedRow) else f"not skipped: {outcome}"


def chatgpt(**nodes: Any) -> dict[str, Any]:
    """The row with some nodes changed: `q2={"parent": None}`; None removes a node."""
    row = copy.deepcopy(CHATGPT)
    for name, changes in nodes.items():
        if changes is None:
            del row["mapping"][name]
        else:
            row["mapping"][name].update(changes)
    return row


def test_own_rows_keep_every_turn_in_its_place(tmp_path: Path) -> None:
    turns = [{"role": "user", "text": ""}, {"role": "user", "text": "Bees."}]
    row = one(tmp_path, OWN, turns=turns)
    assert said(row) == [("user", ""), ("user", "Bees.")]
    assert row.person == person_id(KEY, "RAW-USER-1")


def test_a_record_whose_ids_are_not_ours_gets_pseudonyms(tmp_path: Path) -> None:
    row = one(tmp_path, OWN, id="RAW-ID-1", person="ann@mail.example", source="mine")
    assert row.person == person_id(KEY, "ann@mail.example")
    assert row.id.startswith("con_")


def test_openai_messages_give_text_parts_and_no_tool_calls(tmp_path: Path) -> None:
    row = one(tmp_path, OPENAI)
    assert said(row) == [
        ("system", "Be brief."),
        ("user", "What is this bee?"),
        ("tool", "a mason bee"),
        ("assistant", "A mason bee."),
    ]
    assert row.at == "2023-11-14T22:13:20Z"
    assert row.person == person_id(KEY, "RAW-USER-1")


def test_wildchat_gives_time_language_and_marks(tmp_path: Path) -> None:
    row = one(tmp_path, WILDCHAT)
    assert said(row) == [("user", "Bees — or wasps?"), ("assistant", "Bees. 🐝")]
    assert (row.at, row.language, row.tags) == ("2024-05-01T10:00:00Z", "en", ("toxic",))
    assert row.person == person_id(KEY, "RAW-USER-1", source="wildchat")
    assert one(tmp_path, WILDCHAT, hashed_ip=None).person == row.person, "taken from the turns"


def test_chatgpt_gives_the_branch_that_was_seen(tmp_path: Path) -> None:
    row = one(tmp_path, CHATGPT)
    assert said(row) == [
        ("user", "How do I start with bees?"),
        ("assistant", "Get a hive ."),
        ("user", "Look at this.\nIt is my second year."),
        ("assistant", "Lovely."),
    ]
    assert row.turns[0].at == "2023-11-14T22:13:20Z"
    assert row.tags == ("project",)
    other = one(tmp_path, CHATGPT, current_node="a1-old")
    assert said(other)[-1] == ("assistant", "An answer that was regenerated.")
    assert other.id == row.id


def test_chatgpt_brackets_of_the_person_are_theirs(tmp_path: Path) -> None:
    row = chatgpt()
    row["mapping"]["q1"]["message"]["content"]["parts"] = ["【书】 and 【3†source】"]
    assert said(one(tmp_path, row))[0] == ("user", "【书】 and 【3†source】")


def test_chatgpt_what_is_not_to_be_remembered_is_not(tmp_path: Path) -> None:
    assert skipped(tmp_path, CHATGPT, is_do_not_remember=True) == "do_not_remember"


def test_chatgpt_custom_instructions_alone_are_no_conversation(tmp_path: Path) -> None:
    assert skipped(tmp_path, CHATGPT, current_node="custom") == "empty"


@pytest.mark.parametrize("current", [None, "absent"])
def test_chatgpt_without_a_current_node_takes_the_newest_leaf(
    tmp_path: Path, current: str | None
) -> None:
    row = chatgpt()
    row["mapping"]["a1-old"]["message"]["create_time"] = 1800000000.0
    row["current_node"] = current
    assert said(one(tmp_path, row))[-1] == ("assistant", "An answer that was regenerated.")


def test_chatgpt_cycles_end_and_missing_parents_begin_the_thread(tmp_path: Path) -> None:
    cycle = one(tmp_path, chatgpt(q2={"parent": "a2"}))
    assert said(cycle) == [
        ("user", "Look at this.\nIt is my second year."),
        ("assistant", "Lovely."),
    ]
    assert said(one(tmp_path, chatgpt(tool=None))) == said(cycle)
    everything_loops = {name: {"parent": name} for name in CHATGPT["mapping"]}
    looped = chatgpt(**everything_loops)
    looped["current_node"] = None
    assert skipped(tmp_path, looped) == "empty"


def test_chatgpt_a_hidden_message_is_one_of_weight_zero_too(tmp_path: Path) -> None:
    row = chatgpt()
    row["mapping"]["q1"]["message"]["weight"] = 0
    assert ("user", "How do I start with bees?") not in said(one(tmp_path, row))


def test_claude_gives_the_newest_branch_and_no_documents(tmp_path: Path) -> None:
    row = one(tmp_path, CLAUDE)
    assert said(row) == [("user", "My bees swarmed."), ("assistant", "Catch the swarm.")]
    assert row.at == "2025-03-01T10:00:00Z"
    assert row.person == person_id(KEY, "RAW-USER-1", source="claude")


def test_claude_without_parents_or_items_is_the_list_of_texts(tmp_path: Path) -> None:
    messages = [
        {"sender": "human", "text": "Bees?"},
        {"sender": "assistant", "text": "Bees.", "content": []},
    ]
    row = one(tmp_path, CLAUDE, chat_messages=messages)
    assert said(row) == [("user", "Bees?"), ("assistant", "Bees.")]


def test_claude_a_cycle_of_parents_ends(tmp_path: Path) -> None:
    messages = [
        {"uuid": "a", "parent_message_uuid": "b", "sender": "human", "text": "Bees?"},
        {"uuid": "b", "parent_message_uuid": "a", "sender": "assistant", "text": "Bees."},
    ]
    row = one(tmp_path, CLAUDE, chat_messages=messages)
    assert said(row) == [("user", "Bees?"), ("assistant", "Bees.")]


def test_sharegpt_cleans_answers_and_leaves_the_person_verbatim(tmp_path: Path) -> None:
    assert said(one(tmp_path, SHAREGPT)) == [
        ("user", "Why does <div> not center? 1 / 2"),
        ("assistant", "Use <flex>.\n\n- one\n\na"),
        ("assistant", "Or a grid."),
    ]


@pytest.mark.parametrize(
    "text", ["a < b > c", "Write <div class='x'> here", "1/2 cup of honey", "# <p>", ""]
)
def test_text_that_is_no_page_is_left_as_it_is(text: str) -> None:
    assert clean(text) == text


def test_unclosed_tags_take_time_linear_in_the_text() -> None:
    assert clean("<div><a" + "<a" * 200_000).endswith("<a")


def test_an_unknown_speaker_is_a_bad_row(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in", {"conversations": [{"from": "narrator", "value": "x"}]})
    (row,) = read(path)
    assert isinstance(row, BadRow)
    assert row.field == "conversations[0].from"
