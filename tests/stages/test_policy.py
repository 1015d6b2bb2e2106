"""What is withheld although it is relevant."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recenter.errors import InputError
from recenter.records import Use
from recenter.stages import conflicts as stages_conflicts
from recenter.stages.conflicts import conflicts
from recenter.stages.policy import Policy, apply_policy, make_policy, select
from recenter.stages.select_bm25 import Bm25Selector
from recenter.stages.sensitive import sensitive_topics
from tests.stages.makers import attribute, query, selected


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("The user has type 2 diabetes.", {"health"}),
        ("The user is allergic to peanuts.", {"health"}),
        ("The user goes to church on Sundays.", {"religion"}),
        ("The user votes for the Green Party.", {"politics"}),
        ("The user is gay.", {"sexuality"}),
        ("The user has two children.", {"minors"}),
        ("The user's sister moved to Oslo.", {"third_parties"}),
        ("The user's son has asthma.", {"health", "minors", "third_parties"}),
        ("The user takes Zoloft.", {"health"}),
        ("The user has MS.", {"health"}),
        ("The user is on blood thinners.", {"health"}),
        ("The user is a Jehovah's Witness.", {"religion"}),
        ("The user fasts during Lent.", {"religion"}),
        ("The user supports Labour.", {"politics"}),
        ("The user is trans.", {"sexuality"}),
        ("The user has a 7-year-old.", {"minors"}),
        ("The user is a high school student.", {"minors"}),
        ("The user is a mother of two.", {"minors"}),
        ("The user has a brother in jail.", {"third_parties", "crime"}),
        ("The user owes money and is insolvent.", {"finances"}),
        ("The user was convicted of fraud.", {"crime"}),
        ("The user is African American.", {"ethnicity"}),
        ("The user lent money to a bank.", set()),
        ("The user wears black.", set()),
        ("The user likes true crime.", set()),
        ("The user supports Arsenal.", set()),
        ("The user teaches at a high school.", set()),
        ("The user weighs his options.", set()),
        ("The user plays the cello.", set()),
        ("The user prefers short answers.", set()),
        ("The user works as a nurse.", set()),
        ("The user lives in Essex.", set()),
        ("The user is learning Portuguese.", set()),
    ],
)
def test_sensitive_topics_are_told_by_words(text: str, topics: set[str]) -> None:
    assert set(sensitive_topics(text)) == topics


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert isinstance(sensitive_topics(text), tuple)


def test_sensitive_is_withheld_unless_allowed_and_keeps_its_score() -> None:
    known = [attribute("The user is gay.", id="g"), attribute("The user runs.", id="r")]
    made = selected(g=("use", 0.9), r=("use", 0.5))
    withheld = apply_policy(made, known, policy=Policy())
    assert withheld.used == ("r",)
    assert withheld.decisions[0].score == 0.9
    assert "sexuality" in withheld.decisions[0].reason
    assert apply_policy(made, known, policy=make_policy(["sexuality"])) == made
    alone = apply_policy(selected(g=("use", 0.9)), known[:1], policy=Policy())
    assert alone.reason == "What would be used is withheld by the person's policy."


def test_what_is_not_used_anyway_keeps_its_own_reason() -> None:
    known = [attribute("The user is gay.", id="g")]
    made = selected(g=("withhold", 0.1))
    assert apply_policy(made, known, policy=Policy()) == made


def test_an_unknown_topic_is_refused() -> None:
    with pytest.raises(InputError, match=r"money.*health"):
        make_policy(["money"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("The user lives in Berlin.", "The user now lives in Lisbon."),
        ("The user works as a nurse.", "The user works as a teacher."),
        ("The user is vegan.", "The user is a vegetarian."),
        ("The user eats meat.", "The user no longer eats meat."),
        ("The user smokes.", "The user stopped smoking."),
        ("The user likes coffee.", "The user does not like coffee."),
        ("The user has been vegetarian since May.", "The user is not vegetarian anymore."),
    ],
)
def test_what_was_said_later_stands(old: str, new: str) -> None:
    before = attribute(old, id="old", at="2024-01-01T00:00:00Z")
    after = attribute(new, id="new", at="2025-01-01T00:00:00Z", source="inferred")
    made = selected(old=("use", 0.9), new=("use", 0.5))
    assert apply_policy(made, [before, after], policy=Policy()).used == ("new",)


def test_without_times_stated_outranks_inferred_and_equals_are_asked_about() -> None:
    def decided(**sources: bool) -> dict[str, Use]:
        known = [
            attribute(
                "The user is single.", id="a", source="stated" if sources["a"] else "inferred"
            ),
            attribute(
                "The user is married.", id="b", source="stated" if sources["b"] else "inferred"
            ),
        ]
        made = selected(a=("use", 0.9), b=("use", 0.5))
        decisions = apply_policy(made, known, policy=Policy()).decisions
        return {d.attribute: d.decision for d in decisions}

    assert decided(a=True, b=False) == {"a": "use", "b": "withhold"}
    assert decided(a=False, b=True) == {"a": "withhold", "b": "use"}
    assert decided(a=True, b=True) == {"a": "ask", "b": "ask"}


def test_a_denial_stands_against_every_wording_of_what_it_denies() -> None:
    before = [attribute("The user eats meat.", id=name, at="2024") for name in "ab"]
    after = attribute("The user doesn't eat meat.", id="c", at="2025")
    made = selected(a=("use", 0.9), b=("use", 0.8), c=("use", 0.5))
    assert apply_policy(made, [*before, after], policy=Policy()).used == ("c",)


def test_what_lost_is_not_asked_about_for_another_conflict() -> None:
    known = [
        attribute("The user lives in Bonn.", id="a", at="2024"),
        attribute("The user lives in Rome.", id="b", at="2025"),
        attribute("The user lives in Oslo.", id="c"),
    ]
    made = selected(a=("use", 0.9), b=("use", 0.8), c=("use", 0.7))
    decisions = {
        d.attribute: d.decision for d in apply_policy(made, known, policy=Policy()).decisions
    }
    assert decisions == {"a": "withhold", "b": "ask", "c": "ask"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The user lives in Lisbon now.", "The user's sister lives in Rome."),
        ("The user works as a nurse.", "The user has a son who works as a cook."),
        ("The user lives in Berlin.", "The user lives in Berlin, Germany."),
        ("The user lives in Berlin.", "The user works as a nurse."),
        ("The user likes tea.", "The user does not like coffee."),
        ("The user is 30 years old.", "The user is 30."),
    ],
)
def test_what_agrees_is_left_alone(one: str, other: str) -> None:
    assert conflicts([attribute(one), attribute(other)]) == ()


_FILLING = st.sampled_from(
    (
        "The user lives in Lisbon.",
        "The user ıs based in Rome.",
        "The user is 30 years old.",
        "The user is ٣٠.",
        "The user worKs as a nurſe.",
        "The user is DİVORCED.",
        "The user is named Ada.",
        "My name is Bo.",
        "The user is vegan now.",
        "The user likes tea since 2019.",
        "The user does not like tea.",
        "The user no longer lives in Lisbon.",
        "The user isn't.",
        "The user.",
    )
)


@given(st.lists(_FILLING | st.text("aeilnosuwıſK 3'", max_size=12), max_size=6))
def test_what_is_left_out_at_a_glance_contradicts_nothing(texts: list[str]) -> None:
    known = [attribute(text) for text in dict.fromkeys(texts)]
    found = {frozenset(pair[:2]) for pair in conflicts(known)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages_conflicts, "_may_fill", lambda slot, folded: True)
        assert {frozenset(pair[:2]) for pair in conflicts(known)} == found


@given(st.lists(_FILLING | st.text("aeilnosuwıſK 3'", max_size=12), max_size=6), st.randoms())
def test_of_some_are_the_contradictions_that_one_of_these_is_in(
    texts: list[str], random: Random
) -> None:
    known = [attribute(text) for text in dict.fromkeys(texts)]
    some = {one.id for one in known if random.random() < 0.5}
    every = set(conflicts(known))
    assert set(conflicts(known, of=some)) == {c for c in every if {c.first, c.second} & some}


def test_policy_and_cap_change_the_id_and_the_signature() -> None:
    known = [attribute("The user plays cello."), attribute("The user teaches cello.")]
    asked = query("Cello?")
    plain = select(asked, known, Bm25Selector())
    assert plain == Bm25Selector().select(asked, known)
    one = select(asked, known, Bm25Selector(), cap=1)
    assert len(one.used) == 1
    assert len({plain.id, one.id, select(asked, known, Bm25Selector(), policy=Policy()).id}) == 3
    assert one.signature.settings != plain.signature.settings


def test_what_would_be_asked_about_is_closed_as_well() -> None:
    known = [attribute("The user has asthma.", id="a"), attribute("The user rows.", id="b")]
    made = selected(a=("ask", 0.4), b=("ask", 0.4))
    closed = apply_policy(made, known, policy=Policy())
    assert {d.attribute: d.decision for d in closed.decisions} == {"a": "withhold", "b": "ask"}
    opened = apply_policy(made, known, policy=Policy(allowed=("health",)))
    assert {d.decision for d in opened.decisions} == {"ask"}
