"""From the draft to the last place, on the command line: nothing is spent without a yes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recenter.study.ledger.desk import Desk
from tests.cli.prolific.conftest import URL, Study
from tests.study.prolific_server import TOKEN, Fault, Played


def test_a_draft_is_made_of_the_study_and_its_plan(
    drafted: Study, desk: Desk, played: Played
) -> None:
    ((id, made),) = played.studies.items()
    assert made["name"] == desk.study.title
    assert made["status"] == "UNPUBLISHED"
    assert made["total_available_places"] == 3
    assert made["reward"] == 250
    assert made["external_study_url"].startswith(f"{URL}/s/replies/?PROLIFIC_PID=")
    assert made["is_external_study_url_secure"] is False
    codes = {code["code"] for code in made["completion_codes"]}
    assert desk.code("completed") in codes
    assert desk.code("withdrawn") in codes
    assert len(codes) == 7
    link = json.loads((drafted.file.parent / "prolific.json").read_text())
    assert link == {"study": "replies", "prolific": id}


def test_links_are_to_be_signed_where_the_study_requires_it(study: Study, played: Played) -> None:
    study.change("kind: prolific ", "signed: required\n  kind: prolific ")
    study.done("draft", "--url", URL, "--description", "<p>Read and choose.</p>")
    (made,) = played.studies.values()
    assert made["is_external_study_url_secure"] is True
    assert made["description"] == "<p>Read and choose.</p>"


def test_a_second_draft_is_not_made_by_mistake(drafted: Study, played: Played) -> None:
    result = drafted.say("draft", "--url", URL)
    assert result.exit_code == 1
    assert "has the study study001 at Prolific" in result.output
    assert len(played.studies) == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("kind: prolific ", "kind: links ", "recruitment.kind: 'replies' recruits by 'links'"),
        ("amount: 2.50", "amount: 2.505", "payment.amount: '2.505' is no amount of money"),
        ("currency: GBP", "currency: EUR", "'EUR' is not a currency of Prolific"),
        ("amount: 2.50\n  least_per_hour: 9", "amount: 0.40", "the least is 6.00 GBP"),
    ],
)
def test_a_draft_that_cannot_be_meant_is_refused_before_prolific_is_asked(
    study: Study, played: Played, old: str, new: str, why: str
) -> None:
    study.change(old, new)
    result = study.say("draft", "--url", URL)
    assert result.exit_code == 1
    assert why in result.output
    assert played.exchanges == []
    assert not (study.file.parent / "prolific.json").exists()


def test_without_a_draft_the_other_commands_say_how_to_make_one(study: Study) -> None:
    assert "no study at Prolific yet" in study.done("check")
    assert "there is no study 'replies'" in study.say("publish", "--yes").output
    study.done("draft", "--url", URL)
    (study.file.parent / "prolific.json").unlink()
    for verb in ("publish", "status", "approve"):
        result = study.say(verb)
        assert result.exit_code == 1
        assert "recenter study prolific draft" in result.output


@pytest.mark.parametrize("text", ["", "[]", '{"study": "other", "prolific": "x"}', '{"x": 1}'])
def test_a_link_that_is_not_the_studys_is_refused(drafted: Study, text: str) -> None:
    (drafted.file.parent / "prolific.json").write_text(text)
    result = drafted.say("publish", "--yes")
    assert result.exit_code == 1
    assert "prolific.json" in result.output


def test_check_tells_whose_token_it_is_and_no_secret(
    drafted: Study, played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = drafted.done("check")
    assert "researcher@example.com" in told
    assert "no RECENTER_PROLIFIC_HOOK_SECRET" in told
    assert "keys can be fetched" in told
    assert "UNPUBLISHED, 3 places, 2.50 GBP" in told
    assert "all places: 10.48 GBP with fees and tax" in told
    monkeypatch.setenv("RECENTER_PROLIFIC_HOOK_SECRET", "hush")
    played.fail("get_study_jwks", Fault(status=500))
    told = drafted.done("check")
    assert "secret is set" in told
    assert "keys cannot be fetched" in told
    assert "hush" not in told
    assert TOKEN not in told


@pytest.mark.parametrize("token", [None, "", "  "])
def test_a_missing_token_is_named(
    drafted: Study, monkeypatch: pytest.MonkeyPatch, token: str | None
) -> None:
    if token is None:
        monkeypatch.delenv("RECENTER_PROLIFIC_TOKEN")
    else:
        monkeypatch.setenv("RECENTER_PROLIFIC_TOKEN", token)
    for verb in ("check", "publish", "status"):
        result = drafted.say(verb)
        assert result.exit_code == 1
        assert "RECENTER_PROLIFIC_TOKEN is not set" in result.output


def test_a_wrong_token_and_an_address_in_clear_are_refused(
    drafted: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECENTER_PROLIFIC_TOKEN", "another-token-987")
    result = drafted.say("publish", "--yes")
    assert result.exit_code == 1
    assert "Check the API token" in result.output
    assert "another-token-987" not in result.output
    monkeypatch.setenv("RECENTER_PROLIFIC_URL", "http://prolific.example.com")
    assert "over https only" in drafted.say("publish", "--yes").output


STEPS: list[tuple[str, tuple[Any, ...], str]] = [
    ("publish", (), "ACTIVE"),
    ("pause", (), "PAUSED"),
    ("start", (), "ACTIVE"),
    ("places", (5,), "ACTIVE"),
    ("stop", (), "COMPLETED"),
]


def test_every_step_is_told_and_only_done_with_a_yes(drafted: Study, played: Played) -> None:
    for verb, words, after in STEPS:
        before = drafted.there()
        told = drafted.done(verb, *words)
        assert "study study001" in told
        assert "nothing was done: add --yes" in told
        assert drafted.there() == before
        assert "nothing was done" not in drafted.done(verb, *words, "--yes")
        assert played.studies["study001"]["status"] == after
    assert played.studies["study001"]["total_available_places"] == 5


def test_the_cost_is_told_before_it_is_spent(drafted: Study) -> None:
    assert "(3 people; 10.48 GBP with fees and tax)" in drafted.done("publish")
    assert "(2 people; 6.98 GBP with fees and tax)" in drafted.done("places", 5)


def test_a_draft_that_was_edited_to_underpay_is_not_published(
    drafted: Study, played: Played
) -> None:
    played.studies["study001"]["reward"] = 1
    result = drafted.say("publish", "--yes")
    assert result.exit_code == 1
    assert "the least is 6.00 GBP" in result.output
    assert played.studies["study001"]["status"] == "UNPUBLISHED"
