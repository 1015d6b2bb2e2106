"""Systems on Recenter's own exports: comparisons, statements and attributes, and never a label."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recenter.records import (
    Attribute,
    Conversation,
    Evidence,
    Query,
    Receipt,
    ReceiptLine,
    Reply,
    Subject,
    Turn,
)
from tests.reports.rows import Row, exported, judgment
from tests.reports.test_systems import figure, report, script, told

PEOPLE = 12


def person(number: int) -> list[Row]:
    """One person with a statement, a prompt, two replies, and what two annotators said of them.

    The reply that knows the person is the shorter one for every second, and is liked there.
    """
    who, good = f"p{number}", number % 2 == 0
    name = {part: f"{part}{number}" for part in ("con", "att", "q", "plain", "knows")}
    said = f"I keep {number} bees."
    quote = Evidence(conversation=name["con"], turn=0, start=0, end=len(said), quote=said)
    known = Attribute(
        id=name["att"],
        person=who,
        text=f"Keeps {number} bees.",
        source="stated",
        confidence=0.9,
        evidence=(quote,),
    )
    line = ReceiptLine(attribute=known.id, text=known.text, reason="")
    texts = ("Plain words, some more.", "Honey!") if good else ("Words.", "Honey for you, dear!")
    replies = [
        Reply(
            id=name[part],
            query=name["q"],
            person=who,
            arm="generic" if part == "plain" else "selected",
            text=text,
            messages=(),
            receipt=Receipt(used=() if part == "plain" else (line,)),
        )
        for part, text in zip(("plain", "knows"), texts, strict=True)
    ]
    better = Subject(query=name["q"], reply=name["knows"], other_reply=name["plain"])
    of_query = Subject(attribute=known.id, query=name["q"])
    of_reply = Subject(attribute=known.id, query=name["q"], reply=name["knows"])
    turns = (Turn(role="user", text=said),)
    return [
        exported(
            "conversation", Conversation(id=name["con"], person=who, turns=turns, source="made")
        ),
        exported("attribute", known),
        exported("query", Query(id=name["q"], person=who, prompt=f"Soup {number}?")),
        *(exported("reply", one) for one in replies),
        *(
            judgment("better", better, "4" if good else "2", judge=rater, id=f"b{number}{rater}")
            for rater in ("r1", "r2")
        ),
        judgment("relevant", of_query, "yes" if good else "no", id=f"r{number}"),
        judgment("mentions", of_reply, "yes", by="model", judge="gpt", id=f"m{number}"),
        judgment("supported", Subject(attribute=known.id), "accept", id=f"s{number}"),
    ]


EXPORT = [row for number in range(PEOPLE) for row in person(number)]


def asked(folder: Path, code: str, *words: str) -> dict[str, list[Row]]:
    """Return what a system is asked, by question; `code` answers a row and may use `question`."""
    whole = f"""
question = os.environ["RECENTER_QUESTION"]
seen = open({str(folder / "seen")!r} + question, "a")
for line in sys.stdin:
    seen.write(line)
    row = json.loads(line)
    {code}
    print(json.dumps(row))
"""
    made = report(folder, EXPORT, "--system", f"ours={script(folder, whole)}", *words)
    assert made.exit_code == 0, made.output
    found = {path.name.removeprefix("seen"): path for path in folder.glob("seen*")}
    return {
        name: [json.loads(line) for line in path.read_text().splitlines()]
        for name, path in found.items()
    }


ORDERS = """
    if question == "better":
        good = len(row["a"]) < len(row["b"])
        row["orders"] = {"first": "4" if good else "2", "second": 4 if good else 2}
"""


def better(folder: Path, column: str) -> Any:
    return figure(folder, "ours", column)


def test_an_export_is_asked_about_as_people_were_and_without_their_answers(tmp_path: Path) -> None:
    rows = asked(tmp_path, ORDERS)
    assert set(rows) == {"better", "relevant", "supported"}
    assert {name: len(some) for name, some in rows.items()} == dict.fromkeys(rows, PEOPLE)
    assert {frozenset(row) for row in rows["better"]} == {
        frozenset({"row", "prompt", "a", "b", "user", "profile"})
    }
    first = next(row for row in rows["better"] if row["user"] == "p0")
    assert first["profile"] == ["Keeps 0 bees."]
    assert {first["a"], first["b"]} == {"Plain words, some more.", "Honey!"}
    # The side of the reply that knows the person is dealt.
    assert 1 < sum("Honey" in row["a"] for row in rows["better"]) < PEOPLE - 1
    (of_first,) = (row for row in rows["supported"] if row["text"] == "Keeps 0 bees.")
    assert of_first["evidence_text"] == "I keep 0 bees."
    assert of_first["turns"] == [{"role": "user", "text": "I keep 0 bees."}]
    # What only a model was asked of another question is no attribute to pick from.
    assert all(len(row["attributes"]) == 1 for row in rows["relevant"])
    held = json.dumps(rows)
    assert all(word not in held for word in ("r1", "gpt", "answer", "generic", "selected", "knows"))


def test_ratings_in_both_orders_are_turned_back_to_the_reply_that_knows(tmp_path: Path) -> None:
    asked(tmp_path, ORDERS)
    # It likes the shorter one: that is the one that knows the person for every second.
    assert better(tmp_path, "mean rating")["value"] == pytest.approx(3.0)
    assert better(tmp_path, "inflation: judge less people")["value"] == pytest.approx(0.0)
    assert better(tmp_path, "Spearman with people")["value"] == pytest.approx(1.0)
    assert better(tmp_path, "same verdict in both orders")["value"] == 1.0
    assert better(tmp_path, "prefers the first shown")["value"] == pytest.approx(0.5)
    assert better(tmp_path, "wins")["n"] == 2 * PEOPLE


def test_a_system_that_favours_the_first_is_seen_to_whatever_side_it_was_dealt(
    tmp_path: Path,
) -> None:
    asked(tmp_path, 'row["orders"] = {"first": 5, "second": 1}')
    assert better(tmp_path, "prefers the first shown")["value"] == 1.0
    assert better(tmp_path, "same verdict in both orders")["value"] == 0.0
    assert better(tmp_path, "mean rating")["value"] == 3.0


@pytest.mark.parametrize(
    "code",
    [
        'row["scores"] = {"a": -len(row.get("a", "")), "b": -len(row.get("b", ""))}',
        'row["preference"] = 0.9 if len(row.get("a", "")) < len(row.get("b", "")) else 0.1',
    ],
)
def test_scores_and_bare_preferences_are_a_scale_of_their_own(tmp_path: Path, code: str) -> None:
    asked(tmp_path, code)
    assert better(tmp_path, "pairwise accuracy")["value"] == 1.0
    assert better(tmp_path, "Spearman with people")["value"] == pytest.approx(1.0)
    assert better(tmp_path, "prefers the longer")["value"] == 0.0
    assert figure(tmp_path, "one more person", "pairwise accuracy")["value"] == 1.0
    data = json.loads((tmp_path / "out" / "report.json").read_text())
    rated = [f for s in data["sections"] for f in s["figures"] if f["figure"] == "mean rating"]
    assert "ours" not in {f["row"] for f in rated}


def test_comparisons_that_make_no_sense_are_counted_and_unread(tmp_path: Path) -> None:
    code = """
    at = int(row["row"])
    if question == "better":
        row |= {
            1: {"orders": {"first": "6", "second": "1"}},
            2: {"orders": {"first": "1"}},
            3: {"scores": {"a": 1e300, "b": 0}},
            4: {"scores": {"a": True, "b": 0}},
            5: {"preference": 1.5},
            6: {},
            7: {"scores": {"a": 1, "b": 0}},
        }.get(at, {"orders": {"first": 4, "second": 2}})
"""
    asked(tmp_path, code)
    place = "ours (better, store): "
    assert {what: n for what, n in told(tmp_path).items() if what.startswith(place)} == {
        f"{place}orders that are not two ratings from 1 to 5": 2,
        f"{place}scores that are not two numbers": 2,
        f"{place}answers without orders, scores or a preference in [0, 1]": 2,
        # The first that could be read is a score.
        f"{place}answers of another form than its first one": PEOPLE - 7,
    }


def test_scores_in_a_file_meet_the_replies_of_an_export(tmp_path: Path) -> None:
    scores = [
        {"reply": f"{part}{number}", "model": "rm", "score": score}
        for number in range(PEOPLE)
        for part, score in (("knows", 900.0 if number % 2 == 0 else -900.0), ("plain", 0.5))
    ]
    del scores[-1]
    scores += [
        {"reply": "knows0", "model": "rm", "score": 1.0},
        {"reply": "nobody's", "model": "rm", "score": 1.0},
        {"reply": "knows1", "model": "other", "score": None},
    ]
    (tmp_path / "scores.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scores))
    made = report(tmp_path, EXPORT, "--from", str(tmp_path / "scores.jsonl"))
    assert made.exit_code == 0, made.output
    found = figure(tmp_path, "rm", "pairwise accuracy")
    assert (found["value"], found["n"], found["clusters"]) == (1.0, PEOPLE - 1, PEOPLE - 1)
    problems = told(tmp_path)
    assert problems["a model scored the same reply before"] == 1
    assert problems["a score of a reply that is in no comparison"] == 1
    assert problems["a model scored one reply of a comparison alone"] == 1
    assert problems["a score that is no number"] == 1
