"""What each benchmark gives: whose it is, what they said and when, and what is known of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from recenter.importers.base import BadRow, SkippedRow
from recenter.importers.pseudonym import person_id
from recenter.importers.reading import Row
from tests.importers.benchmarks.rows import (
    CONTEXT,
    CUPID,
    LOCOMO,
    LONGMEMEVAL,
    PERSONALENS_PROFILE,
    PERSONAMEM,
    PERSONAMEM_QUESTION,
    PLANTED,
    PREFEVAL_CHOICE,
    PREFEVAL_EXPLICIT,
    PREFEVAL_PERSONA,
    both,
    message,
    rows_of,
    talks,
    told,
    words,
)
from tests.importers.rows import KEY, read


def bad(rows: list[Row]) -> BadRow:
    (row,) = rows
    if not isinstance(row, BadRow):
        raise TypeError(row)
    return row


def test_cupid_is_one_person_over_all_instances_and_each_dialogue_once(tmp_path: Path) -> None:
    later = {**CUPID, "current_request": "GOLD Another.", "current_contextual_preference": "GOLD x"}
    rows = rows_of(tmp_path, CUPID, later)
    first, second = talks(rows)
    assert {one.person for one in both(rows)} == {person_id(KEY, "RAW-persona-7", source="cupid")}
    assert [row.reason for row in rows if isinstance(row, SkippedRow)] == ["repeated"] * 2
    assert [(one.text, one.conversation, one.question, one.context) for one in told(rows)] == [
        ("GOLD Wants soft words.", first.id, None, "GOLD the neighbours"),
        ("GOLD Wants hard figures.", second.id, None, "GOLD the inspector"),
        ("GOLD Wants bullet points.", None, "GOLD Plan the visit.", "GOLD the apiary inspector"),
        ("GOLD x", None, "GOLD Another.", "GOLD the apiary inspector"),
    ]


def test_prefeval_talks_go_by_number(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, PREFEVAL_PERSONA)
    (talk,) = talks(rows)
    assert [turn.text for turn in talk.turns if turn.role == "user"] == [
        "I leave lavender on the shelf.", "What else is there?", "And the last one."
    ]  # fmt: skip
    assert [(one.kind, one.text, one.question, one.conversation) for one in told(rows)] == [
        ("preference", PREFEVAL_PERSONA["preference"], PREFEVAL_PERSONA["question"], talk.id),
        ("persona", "GOLD A retired roofer.", None, talk.id),
    ]


def test_prefeval_choices_are_two_exchanges(tmp_path: Path) -> None:
    options = {**PREFEVAL_CHOICE["conversation"], "assistant_options": ["set", "runny"]}
    (talk,) = talks(rows_of(tmp_path, {**PREFEVAL_CHOICE, "conversation": options}))
    assert words(talk.turns) == [
        ("user", "What jars are there?"),
        ("assistant", "set\nrunny"),
        ("user", "The second."),
        ("assistant", "A good choice."),
    ]


def test_prefeval_items_are_people_of_their_own(tmp_path: Path) -> None:
    other = {**PREFEVAL_EXPLICIT, "question": "Another?"}
    rows = rows_of(tmp_path, PREFEVAL_PERSONA, PREFEVAL_CHOICE, PREFEVAL_EXPLICIT, other)
    assert len({one.person for one in told(rows)}) == 4


@pytest.mark.parametrize(
    ("conversation", "field"),
    [
        ({"0": "x"}, "conversation.0"),
        ({"first": {"user": "x"}}, "conversation"),
        ({"query": {"user": "x"}}, "conversation.query"),
        ({"0": {"user": 1}}, "conversation[...].user"),
    ],
)
def test_prefeval_says_where_a_talk_is_odd(
    tmp_path: Path, conversation: dict[str, Any], field: str
) -> None:
    row = bad(rows_of(tmp_path, {**PREFEVAL_PERSONA, "conversation": conversation}))
    assert row.field == field


def test_personalens_profiles_say_what_is_liked_done_and_who_it_is(tmp_path: Path) -> None:
    rows = told(rows_of(tmp_path, PERSONALENS_PROFILE))
    assert {one.person for one in rows} == {person_id(KEY, "RAW-user-3", source="personalens")}
    assert [(one.kind, one.text, one.context) for one in rows] == [
        ("persona", "age: GOLD 71", None),
        ("persona", "GOLD children: 2", None),
        ("preference", "GOLD genre: GOLD fable, GOLD saga", "Books"),
        ("fact", "GOLD Asks for one at a time.", "Books"),
    ]


def test_personamem_contexts_are_cut_where_the_persona_is_told(tmp_path: Path) -> None:
    first, second = talks(rows_of(tmp_path, PERSONAMEM))
    assert first.person == second.person == person_id(KEY, CONTEXT, source="personamem")
    assert words(first.turns) == [("user", "I moved the hives."), ("assistant", "Where to?")]
    assert words(second.turns)[0] == ("user", "To the north wall. User: yes.")


def table(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_personamem_questions_are_read_from_the_table(tmp_path: Path) -> None:
    long = {**PERSONAMEM_QUESTION, "user_question_or_message": 'GOLD two\nlines, "quoted"'}
    path = tmp_path / "in"
    path.write_text("\ufeff" + table(PERSONAMEM_QUESTION, long))
    one, two = told(read(path))
    assert (one.kind, one.text, one.question) == (
        "question_answer", "GOLD the bees' wall", PERSONAMEM_QUESTION["user_question_or_message"]
    )  # fmt: skip
    assert two.question == 'GOLD two\nlines, "quoted"'
    assert {one.person, two.person} == {talks(rows_of(tmp_path, PERSONAMEM))[0].person}
    assert told(rows_of(tmp_path, PERSONAMEM_QUESTION)) == [one], "as JSON too"


def test_a_row_of_a_table_that_is_cut_is_named_and_the_others_read(tmp_path: Path) -> None:
    whole = table(PERSONAMEM_QUESTION).encode()
    path = tmp_path / "in"
    odd = b"1,2\r\n" + whole.split(b"\r\n")[1].replace(b"bees", b"\xff", 1) + b"\r\n"
    path.write_bytes(whole + odd + b"\r\n" + whole.split(b"\r\n")[1] + b'\r\n"' + b"x" * 200_000)
    good, short, foreign, last, endless = read(path)
    assert told([good, last]) == [good, last]
    for row, line in ((short, 3), (foreign, 4), (endless, 7)):
        assert isinstance(row, BadRow)
        assert row.line == line


@pytest.mark.parametrize(
    ("answer", "options", "meant"),
    [
        ("(c)", "['(a) x', '(b) y', '(c) z']", "z"),
        ("(a)", '["(a) has (c) in it", "(b) y"]', "has (c) in it"),
        ("(d)", "['(a) x']", "(d)"),
        ("(a)", "", "(a)"),
        ("in words", "['(a) x']", "in words"),
    ],
)
def test_personamem_answers_by_letter_are_the_option(
    tmp_path: Path, answer: str, options: str, meant: str
) -> None:
    row = {**PERSONAMEM_QUESTION, "correct_answer": answer, "all_options": options}
    (one,) = told(rows_of(tmp_path, row))
    assert one.text == meant


def test_locomo_is_two_people_and_nobody_gets_the_others_words(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, LOCOMO)
    maud, theo, theo_again = talks(rows)
    assert words(maud.turns) == [
        ("user", "My bees swarmed."),
        ("assistant", "Mine are calm, I have two hives."),
    ]
    assert words(theo.turns) == [
        ("assistant", "My bees swarmed."),
        ("user", "Mine are calm, I have two hives."),
    ]
    assert maud.person != theo.person
    assert maud.id != theo.id
    assert (maud.at, maud.turns[0].at) == ("2022-05-08T13:56:00Z",) * 2
    # In the second session Maud says nothing, so that nothing of hers is there to be learned.
    assert [row.reason for row in rows if isinstance(row, SkippedRow)] == ["no_user_turn"]
    assert theo_again.person == theo.person


def test_locomo_answers_go_to_whom_they_are_about(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, LOCOMO)
    maud, theo, theos_second = talks(rows)
    facts = [(one.person, one.text, one.conversation) for one in told(rows) if one.kind == "fact"]
    assert facts == [
        (maud.person, "GOLD Maud's bees swarmed.", maud.id),
        (theo.person, "GOLD Theo has two hives.", theo.id),
    ]
    answers = [one for one in told(rows) if one.kind == "question_answer"]
    assert [(one.person, one.text, one.conversation) for one in answers] == [
        (theo.person, "2", theo.id),
        (theo.person, "GOLD a smoker", None),
        (maud.person, "GOLD bees", maud.id),
        (theo.person, "GOLD bees", theos_second.id),
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"speaker_b": None}, "conversation.speaker_b"),
        ({"speaker_b": "Maud"}, "conversation.speaker_b"),
        ({"session_1": "x"}, "conversation.session_1"),
        ({"session_1_date_time": "noon"}, "conversation.session_1_date_time"),
        ({"session_1": [{"speaker": "Ann"}]}, "conversation.session_1[0].speaker"),
    ],
)
def test_locomo_says_where_a_row_is_odd(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    row = {**LOCOMO, "conversation": {**LOCOMO["conversation"], **changes}}
    assert bad(rows_of(tmp_path, row)).field == field


def test_longmemeval_is_a_person_for_each_question_with_dates(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, LONGMEMEVAL, {**LONGMEMEVAL, "question_id": "RAW-other"})
    first, second, third, _ = talks(rows)
    assert words(second.turns) == [("user", "What is brood?"), ("assistant", "Young bees.")]
    assert first.person == second.person != third.person
    assert (first.at, first.turns[0].at) == ("2023-05-20T02:21:00Z",) * 2
    one, _ = told(rows)
    assert (one.kind, one.text, one.question, one.conversation) == (
        "question_answer", "3", "GOLD How many hives do I have?", first.id
    )  # fmt: skip


def test_longmemeval_what_would_be_preferred_is_a_preference(tmp_path: Path) -> None:
    row = {**LONGMEMEVAL, "question_type": "single-session-preference", "answer": "GOLD wood"}
    (one,) = told(rows_of(tmp_path, row))
    assert (one.kind, one.text) == ("preference", "GOLD wood")


def test_longmemeval_without_what_stands_beside_the_sessions(tmp_path: Path) -> None:
    row = {name: LONGMEMEVAL[name] for name in ("question_id", "haystack_sessions", "answer")}
    first, second = {talk.id for talk in talks(rows_of(tmp_path, row))}
    (one,) = told(rows_of(tmp_path, row))
    assert first != second
    assert one.conversation is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"haystack_dates": ["2023/05/20 (Sat) 02:21"]}, "haystack_dates"),
        ({"haystack_dates": ["2023/13/20", "", ""]}, "haystack_dates[0]"),
        ({"haystack_dates": ["", "some day", ""]}, "haystack_dates[1]"),
        ({"haystack_sessions": [[message("ghost", "x")]] * 3}, "haystack_sessions[0][0].role"),
    ],
)
def test_longmemeval_says_where_a_row_is_odd(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    assert bad(rows_of(tmp_path, {**LONGMEMEVAL, **changes})).field == field


def test_planted_turns_keep_their_places_and_the_system_is_not_heard(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, {**PLANTED, "person": "ada", "at": "2024-05-01"})
    (talk,) = talks(rows)
    assert words(talk.turns)[:2] == [("system", ""), ("user", "Wood lasts longer, I find.")]
    assert (talk.person, talk.at) == (person_id(KEY, "ada"), "2024-05-01T00:00:00Z")
    preference, persona = told(rows)
    assert (preference.kind, persona.kind) == ("preference", "persona")
    assert preference.question == "GOLD Which feeder?"


def test_references_of_own_rows_are_about_their_people(tmp_path: Path) -> None:
    own = {"person": "ada", "session": 4, "turns": [{"role": "user", "text": "Bees!"}]}
    (talk,) = talks(rows_of(tmp_path, own))
    known = {"person": "ada", "kind": "fact", "text": "Has bees.", "conversation": 4}
    (one,) = told(rows_of(tmp_path, known))
    assert (one.person, one.conversation) == (talk.person, talk.id)
    assert bad(rows_of(tmp_path, {**known, "text": " "})).field == "text"
    assert bad(rows_of(tmp_path, {**known, "kind": "guess"})).field == "kind"
