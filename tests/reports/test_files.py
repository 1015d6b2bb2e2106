"""Files of every shape become answers; what makes no sense is counted, what is none is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recenter.errors import InputError
from recenter.progress import Silent
from recenter.provenance import Signature
from recenter.records import Subject
from recenter.reports import kappas, preferences, rewards
from recenter.reports.build import Asked, build
from recenter.reports.extraction import VERIFIERS
from recenter.reports.files import read_files
from recenter.reports.material import RESERVED, Answer, Material
from recenter.reports.readers.base import PEOPLE, VERDICT
from recenter.reports.selection_baselines import BASELINES
from tests.reports.rows import (
    EXPORT,
    PREFERENCE,
    RATING,
    VOTES,
    Row,
    judgment,
    pair,
    reply,
    said,
)


def read(folder: Path, *files: list[Row]) -> Material:
    paths = []
    for number, rows in enumerate(files):
        paths.append(folder / f"{number}.jsonl")
        paths[-1].write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_files(paths)[0]


def by(material: Material, judge: str, question: str = "relevant") -> list[Answer]:
    return [a for a in material.answers if a.judge == judge and a.question == question]


def told(material: Material) -> dict[str, int]:
    return {problem.what: problem.count for problem in material.problems}


def test_people_and_models_meet_on_the_same_items(tmp_path: Path) -> None:
    found = read(tmp_path, [pair("ada", True, False, None)], [said("ada", "gpt", True, None, True)])
    people = {a.item: a.value for a in found.answers if a.kind == "majority"}
    models = {a.item: a.value for a in by(found, "gpt")}
    assert people == {"ada-Soup?/a0": 1.0, "ada-Soup?/a1": 0.0, "ada-Soup?/a2": None}
    assert models == {"ada-Soup?/a0": 1.0, "ada-Soup?/a1": None, "ada-Soup?/a2": 1.0}
    item = found.items["relevance", "ada-Soup?/a0"]
    assert (item.person, item.message, item.text) == ("ada", "Soup?", "Fact 0.")
    assert "Soup" not in item.prompt
    assert told(found) == {"people gave no majority": 1}


def test_what_models_say_of_pairs_that_no_file_describes_is_counted(tmp_path: Path) -> None:
    found = read(tmp_path, [pair("ada", True)], [said("ida", "gpt", True, False)])
    assert by(found, "gpt") == []
    assert told(found) == {"an answer on an item that no file describes": 2}


def test_a_second_answer_of_a_judge_is_left_out_and_counted(tmp_path: Path) -> None:
    twice = [said("ada", "gpt", True), said("ada", "gpt", False)]
    found = read(tmp_path, [pair("ada", True)], twice)
    assert [a.value for a in by(found, "gpt")] == [1.0]
    assert told(found) == {"a judge answered the same item before": 1}


def test_votes_keep_the_rater_and_know_when_they_answer_again(tmp_path: Path) -> None:
    found = read(tmp_path, [VOTES])
    assert [(a.judge, a.value, a.again) for a in found.answers if a.question == "relevant"] == [
        ("R1", 1.0, False),
        ("R2", 0.0, False),
        ("R2", 1.0, True),
    ]
    assert [a.value for a in found.answers if a.question == "relevant_five"] == [2.0, 0.0]


def test_answers_off_the_scale_are_counted_and_never_a_no(tmp_path: Path) -> None:
    row = VOTES | {"votes": {"R1": {"relevant": True, "rating": "sometimes"}}}
    found = read(tmp_path, [row])
    assert [a.value for a in by(found, "R1", "relevant_five")] == [None]
    assert told(found) == {"an answer off the scale": 1}


def test_a_preference_tells_how_much_longer_the_chosen_reply_is(tmp_path: Path) -> None:
    found = read(tmp_path, [PREFERENCE])
    assert [a.value for a in by(found, "ada", "preferred")] == [1.0]
    assert [a.value for a in by(found, "gpt (age, forced)", "preferred")] == [0.0]
    assert [a.value for a in by(found, "gpt (none, forced)", "preferred")] == [None]
    (item,) = found.items.values()
    assert item.longer == len("Lentils are good.") - len("No.")


def test_ratings_have_a_rater_for_each_place(tmp_path: Path) -> None:
    found = read(tmp_path, [RATING])
    assert [a.value for a in found.answers if a.question == "overall"] == [3, 4, 2]
    assert len({a.judge for a in found.answers}) == 3


def test_statements_have_the_verdict_of_the_file(tmp_path: Path) -> None:
    rows = [
        {"session": "s", "text": f"{verdict}.", "verdict": verdict, "source": "made"}
        for verdict in ("kept", "uncertain", "reject", "maybe")
    ]
    found = read(tmp_path, rows)
    assert [a.value for a in found.answers] == [2.0, 1.0, 0.0]
    assert told(found) == {"an answer off the scale": 1}


def test_an_export_gives_judgments_with_whom_and_what_they_are_about(tmp_path: Path) -> None:
    rows = [
        judgment("supported", Subject(attribute="att"), "reject", failure="wrong_person"),
        judgment("relevant", Subject(attribute="att", query="q"), "yes", by="model", judge="gpt"),
        judgment("supported", Subject(attribute="gone"), "accept"),
        judgment("supported", Subject(attribute="att"), "perhaps"),
        judgment("beauty", Subject(attribute="att"), "yes"),
    ]
    found = read(tmp_path, [*rows, *EXPORT])
    first, second = found.answers
    assert (first.value, first.failure, first.kind) == (0.0, "wrong_person", "person")
    assert (second.value, second.judge, second.kind) == (1.0, "gpt", "model")
    assert found.items["store", "att"].source == "wildchat"
    assert found.items["store", second.item].prompt == "q"
    assert sum(told(found).values()) == 3
    assert "a judgment on nobody that is known" in told(found)


def test_a_comparison_is_turned_to_the_reply_that_knows_the_person(tmp_path: Path) -> None:
    knows = Subject(query="q", reply="knows", other_reply="plain")
    plain = Subject(query="q", reply="plain", other_reply="knows")
    rows = [
        judgment("better", knows, "5", judge="one", position="first"),
        judgment("better", plain, "5", judge="two", position="first"),
    ]
    found = read(tmp_path, [*EXPORT, *rows])
    one, two = found.answers
    assert one.item == two.item
    assert (one.value, one.position) == (5.0, "first")
    assert (two.value, two.position) == (1.0, "second")
    assert found.items["store", one.item].longer == len("Lentils.") - len("No.")


def test_rows_of_no_shape_are_refused_with_file_line_and_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"0\.jsonl: line 1.*colour.*relevance by models"):
        read(tmp_path, [{"colour": "red"}])


def test_a_row_of_another_shape_than_the_first_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"0\.jsonl: line 2"):
        read(tmp_path, [pair("ada", True), PREFERENCE])


def test_rows_of_two_files_with_the_same_names_are_not_one_item(tmp_path: Path) -> None:
    real = [{"session": "s", "text": "Real.", "verdict": "reject", "source": "real"}]
    made = [{"session": "s", "text": "Made.", "verdict": "accept", "source": "made"}]
    found = read(tmp_path, real, made)
    sources = {found.items[a.group, a.item].source: a.value for a in found.answers}
    assert sources == {"real": 0.0, "made": 2.0}
    other = PREFERENCE | {"user": "ida", "chosen": "No.", "rejected": "Lentils are good."}
    found = read(tmp_path, [PREFERENCE], [other])
    assert {item.person for item in found.items.values()} == {"ada", "ida"}


def test_an_item_that_two_files_describe_otherwise_is_counted(tmp_path: Path) -> None:
    changed = pair("ada", True)
    changed["attributes"] = [{"id": "a0", "text": "Another.", "relevant": True}]
    found = read(tmp_path, [pair("ada", True)], [changed])
    assert found.items["relevance", "ada-Soup?/a0"].text == "Fact 0."
    assert told(found)["an item that was described otherwise before"] == 1


def test_names_are_one_line_and_pass_for_nobody_else(tmp_path: Path) -> None:
    evil = "gpt\x1b[31m\u202e\n# H1"
    found = read(
        tmp_path, [pair("ada", True)], [said("ada", evil, True), said("ada", "people", True)]
    )
    judges = {a.judge for a in found.answers if a.kind == "model"}
    assert judges == {"gpt\\u001b[31m\\u202e\\u000a# H1", "people (a model)"}


def test_free_words_of_a_failure_or_a_condition_are_not_kept(tmp_path: Path) -> None:
    secret = "The user told me that she is ill"
    row = {"session": "s", "text": "x", "verdict": "reject", "failure": secret}
    (answer,) = read(tmp_path, [row]).answers
    assert answer.failure == "other"
    judges = [{"judge": "gpt", "profile": secret, "verdict": "chosen"}]
    found = read(tmp_path, [PREFERENCE | {"llm_judges": judges}])
    assert not any("ill" in a.judge for a in found.answers)


def test_ratings_off_the_scale_are_counted(tmp_path: Path) -> None:
    reply = RATING["responses"][0] | {"overall": [99, -7, 4]}
    found = read(tmp_path, [RATING | {"responses": [reply]}])
    assert [a.value for a in found.answers if a.question == "overall"] == [None, None, 4]
    assert told(found) == {"an answer off the scale": 2}


def test_comparisons_that_are_no_personal_against_generic_are_a_group_of_their_own(
    tmp_path: Path,
) -> None:
    control = Subject(query="q", reply="plain", other_reply="plain")
    lost = Subject(query="q", reply="knows", other_reply="gone")
    rows = [judgment("better", control, "3"), judgment("better", lost, "3", judge="two")]
    found = read(tmp_path, [*EXPORT, *rows])
    assert {a.group for a in found.answers} == {
        "store, generic against generic",
        "store, replies not in the export",
    }


def test_every_row_that_stands_beside_judges_keeps_its_name() -> None:
    beside = {kappas.PEOPLE, preferences.LONGER, rewards.LONGER, rewards.PERSON}
    assert beside | {PEOPLE, VERDICT, *BASELINES, *VERIFIERS} <= RESERVED


def test_no_source_and_no_model_takes_the_name_of_a_row_over_others(tmp_path: Path) -> None:
    statements = [
        {"session": f"s{i}", "text": "A.", "verdict": verdict, "source": source}
        for i, (verdict, source) in enumerate((("accept", "all"), ("reject", "b"), ("reject", "b")))
    ]
    found = read(
        tmp_path, statements, [pair("ada", True)], [said("ada", "people (majority)", False)]
    )
    assert [item.source for item in found.items.values()][:3] == ["all (a source)", "b", "b"]
    (model,) = (a for a in found.answers if a.kind == "model")
    assert (model.judge, model.value) == ("people (majority) (a model)", 0.0)
    made = build(found, (), Asked(None, 0, texts=False), Silent())
    (of,) = (one for one in made.sections if one.stage == "extraction")
    assert [line.name for line in of.tables[0].lines] == ["all", "all (a source)", "b"]
    whole = of.tables[0].lines[0].figures[-1]
    assert whole is not None
    assert whole.value == pytest.approx(2 / 3)


def test_what_judgments_are_about_may_stand_in_another_file(tmp_path: Path) -> None:
    rated = Subject(query="q", reply="knows", other_reply="plain")
    found = read(tmp_path, [judgment("better", rated, "4")], EXPORT)
    (answer,) = found.answers
    assert answer.group == "store"
    assert found.items["store", answer.item].longer == 5.0
    assert found.problems == ()


def test_another_question_about_the_same_replies_takes_nothing_from_the_first(
    tmp_path: Path,
) -> None:
    rated = Subject(query="q", reply="knows", other_reply="plain")
    rows = [*EXPORT, judgment("better", rated, "4"), judgment("loses", rated, "yes")]
    (item,) = read(tmp_path, rows).items.values()
    assert item.reply_ids == ("knows", "plain")
    assert item.replies == ("Lentils.", "No.")


def test_sections_have_names_for_links_and_say_how_many_answers_and_which_prompts(
    tmp_path: Path,
) -> None:
    rated = Subject(query="q", reply="knows", other_reply="whole")
    asked = Signature(model="gpt", prompt="abc123")
    rows = [
        *EXPORT,
        reply("whole", "all", "Lentils, dear cook."),
        judgment("better", rated, "4"),
        judgment("better", rated, "5", by="model", judge="gpt", signature=asked),
    ]
    found = read(tmp_path, rows)
    made = build(found, (), Asked(None, 0, texts=False), Silent())
    (section,) = made.sections
    assert section.name == "better-store-selected-against-all"
    assert section.counts["prompts"] == 1
    assert (section.counts["labels by people"], section.counts["answers of models"]) == (1, 1)
    assert section.limits[-1] == "Prompts, by their hashes: gpt by abc123."


def test_where_people_have_no_majority_a_model_is_no_help_to_few_answers(tmp_path: Path) -> None:
    pairs = [pair(f"u{i}", True, False, None) for i in range(12)]
    models = [said(f"u{i}", "gpt", True, i % 2 == 0, True) for i in range(12)]
    found = read(tmp_path, pairs, models)
    (section,) = build(found, (), Asked(None, 0, texts=False), Silent()).sections
    assert [one.title for one in section.tables if one.title.startswith("What a model adds")] == []
    assert section.counts["labels by people"] == 24


def test_rows_without_an_answer_are_counted(tmp_path: Path) -> None:
    mute = [VOTES | {"votes": {}}, VOTES | {"votes": {"R1": {"relevant": None}}}]
    assert told(read(tmp_path, mute, [pair("ada")])) == {"a row without an answer": 3}
