"""The whole comparison: sections, the paragraph, what is shown of texts, and degenerate corpora."""

from __future__ import annotations

import pytest

from recenter.compare.build import Asked, compare, report_of
from recenter.compare.measure import FEW
from recenter.compare.planted import NOBODY, SERVING
from recenter.compare.records import Corpus
from recenter.compare.steps import StepName, StepSettings
from recenter.models.embedded import Minilm
from recenter.progress import Silent
from recenter.reports.page import page
from recenter.reports.render import as_data, markdown
from recenter.reports.section import GapReport
from tests.compare.made import corpus, people, planted, talk

EMBEDDER = Minilm()
REAL_TALKS = people("real", 60, bad=2)
MADE_TALKS = people("made", 60, bad=6, words=4)
PLANTED = [planted(f"made{i}", f"I like chess very much, {i} times a year.") for i in range(60)]
REAL = corpus("real", REAL_TALKS)
MADE = corpus("made", MADE_TALKS, PLANTED)


def report(
    *corpora: Corpus,
    texts: bool = False,
    steps: tuple[StepName, ...] = (),
    verdicts: dict[str, bool] | None = None,
) -> GapReport:
    talks = {"real": REAL_TALKS, "made": MADE_TALKS}
    asked = Asked(
        embedder=EMBEDDER,
        steps=StepSettings(steps=steps, sample=20),
        verdicts=verdicts,
        seed=0,
        texts=texts,
        settings="s",
        models="literal+wary",
    )
    reads = [lambda one=one: talks.get(one.name, []) for one in corpora]
    return report_of(compare(corpora, reads, asked, Silent()), asked)


def figure(of: GapReport, table: str, row: str, column: str) -> dict[str, object]:
    found = [
        one
        for section in as_data(of)["sections"]
        for one in section["figures"]
        if (one["table"], one["row"], one["figure"]) == (table, row, column)
    ]
    assert len(found) == 1
    return dict(found[0])


def test_every_section_is_there_and_the_paragraph_says_what_the_intervals_allow() -> None:
    made = report(REAL, MADE, texts=True, steps=("duplicates", "sample"))
    assert [one.name for one in made.sections] == [
        "corpora",
        "extracted",
        "matched",
        "diversity",
        "planted",
        "examples",
    ]
    said = made.front.summary
    assert "more problematic ones in real" in said
    assert "Of the preferences planted in made" in said
    found = figure(made, "What was extracted", "problematic, by the verifier", "real − made")
    assert found["low"] > 0  # type: ignore[operator]
    assert markdown(made).startswith("# real against made\n\nThe same extractor")


def test_twins_are_not_told_apart() -> None:
    twin = corpus("made", people("twin", 60, bad=2))
    said = report(REAL, twin).front.summary
    assert "the two are not told apart (0 points" in said
    assert "not told apart in diversity" in said


def test_without_texts_no_word_of_an_attribute_is_in_page_text_or_data() -> None:
    made = report(REAL, MADE, steps=("language", "sample"))
    whole = page(made) + markdown(made) + str(as_data(made))
    for text in ("chess", "goats", "guess", "maybe two"):
        assert text not in whole
    assert "guess" in page(report(REAL, MADE, texts=True))


def test_verdicts_of_people_stand_beside_those_of_the_verifier() -> None:
    verdicts = {one.id: i % 3 == 0 for i, one in enumerate(REAL.attributes + MADE.attributes)}
    made = report(REAL, MADE, verdicts=verdicts)
    found = figure(made, "What was extracted", "problematic, by readers", "real")
    assert found["value"] == pytest.approx(1 / 3, abs=0.02)
    assert "By readers: the two are not told apart" in made.front.summary


def test_the_paragraph_says_how_many_units_there_are_and_who_is_in_both() -> None:
    personas = [planted(f"made{i}", f"Persona {i // 3}.", "persona") for i in range(60)]
    few = report(REAL, corpus("made", MADE_TALKS, personas))
    assert "60 people in real, 60 people in made (20 independent units)." in few.front.summary
    assert few.sections[0].counts["independent units in made"] == 20
    assert "share conversations" not in few.front.summary
    both = corpus("made", [*MADE_TALKS, *(talk(f"again{i}", *_said(i)) for i in range(4))])
    said = "4 of 60 people of real and 4 of 64 of made share conversations"
    assert said in report(REAL, both).front.summary
    assert any(said in limit for limit in report(REAL, both).sections[0].limits)


def test_equal_ids_are_the_same_people_though_they_say_other_things() -> None:
    ids = [talk(f"real{i}", f"I keep {i} hens.") for i in range(8)]
    summary = report(REAL, corpus("made", ids)).front.summary
    assert "0 of 60 people of real and 0 of 8 of made share conversations" in summary
    assert "8 have the same id in both, so that the two are 60 independent units" in summary


def test_all_or_none_are_told_with_how_many_there_are() -> None:
    said = [planted(f"made{i}", f"I sail {i} seas.") for i in range(8)]
    summary = report(REAL, corpus("made", people("made", 1, bad=2), said[:1])).front.summary
    assert "1 person in made" in summary
    summary = report(REAL, corpus("made", MADE_TALKS, said)).front.summary
    assert "Of the preferences planted in made, 0 % " in summary
    assert "(0 of 8) are found." in summary


def _said(place: int) -> list[str]:
    return [turn.text for turn in REAL_TALKS[place].turns if turn.role == "user"]


def test_a_single_unit_has_no_interval_anywhere() -> None:
    persona = [planted(f"made{i}", "One persona.", "persona") for i in range(60)]
    made = report(REAL, corpus("made", MADE_TALKS, persona))
    found = figure(made, "What was extracted", "problematic, by the verifier", "real − made")
    assert found["value"] is not None
    assert (found["low"], found["reason"]) == (None, f"{FEW} there is 1.")
    found = figure(made, "Planted sentences", "made: persona", "among others' attributes")
    assert (found["value"], found["reason"]) == (None, NOBODY)


def test_what_is_found_among_others_has_no_interval_since_each_serves_for_several() -> None:
    made = report(REAL, corpus("made", MADE_TALKS, PLANTED))
    for column in ("among others' attributes", "difference"):
        found = figure(made, "Planted sentences", "made: preference", column)
        assert found["value"] is not None
        assert (found["clusters"], found["low"], found["reason"]) == (60, None, SERVING)
    assert figure(made, "Planted sentences", "made: preference", "found")["low"] is not None


def test_three_corpora_are_each_held_against_the_first() -> None:
    third = corpus("third", people("third", 30, bad=3))
    made = report(REAL, MADE, third)
    columns = made.sections[1].tables[0].columns
    assert columns == ("real", "made", "third", "real − made", "real − third")


@pytest.mark.parametrize(
    "other",
    [
        corpus("one", [talk("p", "I like tea", "I guess I like rain")]),
        corpus("bare", people("bare", 30, bad=2)[:0] + [talk(f"p{i}", "Hello") for i in range(9)]),
        corpus("none", []),
    ],
    ids=lambda one: str(one.name),
)
def test_one_person_no_attributes_or_nothing_at_all_are_told_with_a_reason(other: Corpus) -> None:
    made = report(REAL, other, texts=True, steps=("sample",))
    found = figure(
        made, "What was extracted", "problematic, by the verifier", f"real − {other.name}"
    )
    assert found["low"] is None
    assert found["reason"]
    assert "more problematic" not in made.front.summary
    assert f"<h1>real against {other.name}</h1>" in page(made)


def test_a_corpus_in_a_script_without_spaces_is_said_to_have_no_words_to_compare() -> None:
    said = "Most of chinese is in a script without spaces between words"
    spoken = [talk(f"zh{i}", f"我是一名护士，住在上海，喜欢爬山{i}。") for i in range(12)]
    made = report(REAL, corpus("chinese", spoken), corpus("mixed", [*REAL_TALKS, *spoken[:2]]))
    assert said in made.front.summary
    assert said in markdown(made).split("What the corpora hold")[1]
    assert "Most of real" not in made.front.summary
    assert "Most of mixed" not in made.front.summary
