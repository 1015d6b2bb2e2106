"""The client against a real server: plans, a yes, pages, rate limits, refusals, lost answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable

import pytest

from recenter.errors import (
    ConfigError,
    InputError,
    NotConfirmedError,
    OutcomeUnknownError,
    PlatformError,
)
from recenter.study.prolific.actions import Action, describe
from recenter.study.prolific.client import Prolific
from recenter.study.prolific.draft import Recruitment, new_codes
from recenter.study.prolific.records import Study
from recenter.study.prolific.transport import Waits
from tests.study.prolific_server import TOKEN, Fault, Played

Connect = Callable[..., Prolific]
WHY = (
    "Three of the five checks were answered wrongly, among them the one that named the answer "
    "to give."
    " Write to us if something was unclear."
)


def writes(played: Played) -> list[str]:
    return [f"{e.method} {e.path}" for e in played.exchanges if e.method != "GET"]


def recruitment() -> Recruitment:
    return Recruitment(
        title="Rate replies",
        description="<p>You rate replies of an assistant.</p>",
        url="https://study.example.com/go",
        places=20,
        minutes=15,
        reward=300,
        currency="GBP",
        codes=new_codes(),
        filters=({"filter_id": "first-language", "selected_values": ["4"]},),
    )


def test_a_study_from_draft_to_end(client: Prolific, played: Played) -> None:
    assert client.me().email == "researcher@example.com"
    made = client.create_draft(recruitment())
    assert (made.status, made.places, made.reward, made.minutes) == ("UNPUBLISHED", 20, 300, 15)
    publish = client.plan_publish(made.id, currency="GBP")
    # 20 times 3.00, a third of it as fee and a fifth of the fee as tax, each rounded up.
    assert (publish.people, publish.cost, publish.currency) == (20, 6000 + 1980 + 396, "GBP")
    assert describe(publish).endswith('"Rate replies" (20 people; 83.76 GBP with fees and tax)')
    assert played.studies[made.id]["status"] == "UNPUBLISHED"
    for action, status in (
        (publish, "ACTIVE"),
        (client.plan_pause, "PAUSED"),
        (client.plan_start, "ACTIVE"),
        (client.plan_stop, "COMPLETED"),
        (lambda study: client.plan_places(study, 25), "ACTIVE"),
    ):
        planned = action if isinstance(action, Action) else action(made.id)
        done = client.do(planned, yes=True)
        assert isinstance(done, Study)
        assert done.status == played.studies[made.id]["status"] == status
    assert played.studies[made.id]["total_available_places"] == 25


def test_the_draft_that_arrives_is_the_one_that_was_meant(client: Prolific, played: Played) -> None:
    asked = recruitment()
    kept = played.studies[client.create_draft(asked).id]
    assert kept["external_study_url"] == (
        "https://study.example.com/go?PROLIFIC_PID={{%PROLIFIC_PID%}}"
        "&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )
    assert {c["code"] for c in kept["completion_codes"]} == set(asked.codes.values())
    assert kept["filters"] == [{"filter_id": "first-language", "selected_values": ["4"]}]


def test_nothing_is_done_without_a_yes(client: Prolific, played: Played) -> None:
    study = played.add_study()
    running = played.add_study(status="ACTIVE")
    waiting = played.add_submissions(running, 2)
    actions = [
        client.plan_publish(study, currency="GBP"),
        client.plan_pause(running),
        client.plan_stop(running),
        client.plan_places(running, 11),
        client.plan_approve(running, waiting),
        client.plan_reject(running, waiting, rejection="FAILED_CHECK", message=WHY),
    ]
    before = writes(played)
    for action in actions:
        with pytest.raises(NotConfirmedError, match=re.escape(describe(action))):
            client.do(action)
        with pytest.raises(NotConfirmedError):
            client.do(action, yes="no")  # type: ignore[arg-type]
    assert writes(played) == before
    # Planning asks what it costs; it changes nothing.
    assert set(before) == {"POST /api/v1/study-cost-calculator/"}


def test_what_changed_since_it_was_planned_is_not_done(client: Prolific, played: Played) -> None:
    study = played.add_study()
    publish = client.plan_publish(study, currency="GBP")
    played.studies[study]["total_available_places"] = 1000
    with pytest.raises(InputError, match=r"has changed.* \(10 people; .* \(1000 people; "):
        client.do(publish, yes=True)
    assert played.studies[study]["status"] == "UNPUBLISHED"
    more = client.plan_places(study, 1010)
    played.studies[study]["total_available_places"] = 1009
    with pytest.raises(InputError, match="has changed"):
        client.do(more, yes=True)
    assert played.studies[study]["total_available_places"] == 1009


@pytest.mark.parametrize("places", [9, 10, 0, -1, 10.5, True])
def test_places_are_only_ever_added(client: Prolific, played: Played, places: int) -> None:
    study = played.add_study(status="ACTIVE")
    with pytest.raises(InputError, match="has 10 places"):
        client.plan_places(study, places)


def test_a_draft_that_pays_too_little_or_in_other_money_is_not_published(
    client: Prolific, played: Played
) -> None:
    with pytest.raises(InputError, match=r"5\.94 GBP an hour; the least is 6\.00 GBP"):
        client.plan_publish(played.add_study(reward=99), currency="GBP")
    with pytest.raises(InputError, match="pays in GBP, not USD"):
        client.plan_publish(played.add_study(), currency="USD")
    with pytest.raises(InputError, match="is not complete"):
        client.plan_publish(played.add_study(is_ready_to_publish=False), currency="GBP")
    with pytest.raises(InputError, match="is ACTIVE, not UNPUBLISHED"):
        client.plan_publish(played.add_study(status="ACTIVE"), currency="GBP")


@pytest.mark.parametrize(("largest", "past"), [(100, 404), (100, 200), (20, 200), (20, 404)])
def test_all_pages_are_read_whatever_their_size(
    client: Prolific, played: Played, largest: int, past: int
) -> None:
    played.largest_page, played.past_the_end = largest, past
    study = played.add_study(status="ACTIVE")
    other = played.add_submissions(played.add_study(), 3)
    ids = played.add_submissions(study, 200)
    found = client.submissions(study)
    assert [row.id for row in found] == ids
    assert not set(other) & {row.id for row in found}
    assert found[0].participant == "person0004"
    assert client.submission(ids[0]).study == study


def test_pages_that_never_end_are_an_error(client: Prolific, played: Played) -> None:
    study = played.add_study()
    page = (
        '{"results": [{"id": "sub1", "participant_id": "p", "status": "TIMED-OUT",'
        ' "started_at": "2026-03-01T10:00:00Z", "has_siblings": false}]}'
    )
    played.fail("get_submissions", Fault(text=page), Fault(text=page))
    with pytest.raises(PlatformError, match="page 2 of the submissions repeats"):
        client.submissions(study)


def test_a_rate_limit_is_waited_for_as_long_as_it_asks(connect: Connect, played: Played) -> None:
    waited: list[float] = []
    limit = Fault(status=429, headers={"Retry-After": "7"})
    played.fail("get_user", limit, limit)
    assert connect(sleep=waited.append).me().id == "account1"
    assert waited == [7, 7]


def test_a_rate_limit_that_asks_for_too_long_is_an_error_at_once(
    connect: Connect, played: Played
) -> None:
    waited: list[float] = []
    played.fail("get_user", Fault(status=429, headers={"Retry-After": "9999"}))
    with pytest.raises(PlatformError, match="Wait 9999 s") as caught:
        connect(sleep=waited.append).me()
    assert caught.value.status == 429
    assert (waited, len(played.exchanges)) == ([], 1)


def test_a_fault_is_met_again_only_where_asking_twice_is_asking_once(
    client: Prolific, played: Played
) -> None:
    study = played.add_study()
    played.fail("get_study", Fault(status=502), Fault(status=503))
    assert client.study(study).id == study
    publish = client.plan_publish(study, currency="GBP")
    for status, kind in ((429, PlatformError), (500, OutcomeUnknownError)):
        played.fail("publish_study", Fault(status=status, headers={"Retry-After": "0"}))
        with pytest.raises(kind) as caught:
            client.do(publish, yes=True)
        assert caught.value.status == status
    assert len(played.calls("POST", "/transition/")) == 2
    assert played.studies[study]["status"] == "UNPUBLISHED"


def test_a_publication_whose_answer_is_lost_is_said_to_be_unknown(
    connect: Connect, played: Played
) -> None:
    client = connect(waits=Waits(read=0.3, total=2))
    publish = client.plan_publish(played.add_study(), currency="GBP")
    played.fail("publish_study", Fault(silence=60))
    with pytest.raises(OutcomeUnknownError, match=r"unknown\. Look at the platform"):
        client.do(publish, yes=True)


def test_a_slow_answer_is_still_an_answer(client: Prolific, played: Played) -> None:
    played.fail("get_user", Fault(silence=0.5))
    assert client.me().id == "account1"


def test_a_server_that_is_not_there_was_sent_nothing(connect: Connect, played: Played) -> None:
    client = Prolific("abc", base_url="http://127.0.0.1:1", sleep=lambda _: None)
    with pytest.raises(PlatformError, match="nothing was sent") as caught:
        client.create_draft(recruitment())
    assert not isinstance(caught.value, OutcomeUnknownError)


@pytest.mark.parametrize(
    "text",
    ["", "null", "<html>", '{"id": 5}', '{"id": "x"}', '{"id": "x", "email": 5}', "[" * 9999],
)
def test_an_answer_that_cannot_be_read_is_an_error(
    client: Prolific, played: Played, text: str
) -> None:
    played.fail("get_user", Fault(text=text))
    with pytest.raises(PlatformError, match="not in the form it documents"):
        client.me()


def test_an_amount_that_is_none_is_an_error(client: Prolific, played: Played) -> None:
    study = played.add_study()
    played.fail("calculate_study_cost", Fault(text='{"total_cost": -1}'))
    with pytest.raises(PlatformError, match="no amount"):
        client.plan_places(study, 11)


def test_an_endless_answer_is_not_read_to_its_end(connect: Connect, played: Played) -> None:
    client = connect(waits=Waits(largest=1000, attempts=1))
    played.fail("get_user", Fault(text=" " * 5000))
    with pytest.raises(PlatformError, match="more than 1000 bytes"):
        client.me()


def test_a_redirect_does_not_carry_the_token_elsewhere(client: Prolific, played: Played) -> None:
    played.fail("get_user", Fault(status=307, text="", headers={"Location": played.url + "/x"}))
    with pytest.raises(PlatformError, match="not followed"):
        client.me()


def test_the_token_is_nowhere_to_be_read(
    connect: Connect, played: Played, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "very-secret-token-42"
    client = connect(secret)
    with caplog.at_level(logging.DEBUG):
        played.fail("get_user", Fault(status=400, text=f'{{"detail": "no {secret} here"}}'))
        with pytest.raises(PlatformError) as told:
            connect(secret).me()
        with pytest.raises(PlatformError, match="Check the API token") as refused:
            client.me()
    assert refused.value.status == 401
    shown = [caplog.text, repr(client), repr(client._transport), str(vars(client))]
    shown += [str(told.value), repr(told.value), str(refused.value)]
    assert not [text for text in shown if secret in text]


@pytest.mark.parametrize("token", ["", "  ", "a b", "a\nb", "schlüssel"])
def test_what_cannot_be_a_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Prolific(token)
    assert not token.strip() or token not in str(caught.value)


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "api.example.com"])
def test_the_token_is_sent_over_https_only(url: str) -> None:
    with pytest.raises(ConfigError, match="https only"):
        Prolific(TOKEN, base_url=url)


@pytest.mark.parametrize("name", ["", "../users/me", "a/b", "a?b", "x" * 65, "ü"])
def test_an_id_cannot_change_the_address(client: Prolific, played: Played, name: str) -> None:
    for ask in (client.study, client.submission, client.submissions, client.cost):
        with pytest.raises(InputError, match="no id"):
            ask(name)
    assert not played.exchanges


def test_people_are_approved_and_rejected_once(client: Prolific, played: Played) -> None:
    study = played.add_study(status="ACTIVE")
    good, bad = played.add_submissions(study, 2), played.add_submissions(study, 1)
    approve = client.plan_approve(study, good)
    reject = client.plan_reject(study, bad, rejection="FAILED_CHECK", message=WHY)
    client.do(approve, yes=True)
    client.do(reject, yes=True)
    assert [played.submissions[s]["status"] for s in good + bad] == ["APPROVED"] * 2 + ["REJECTED"]
    assert played.told == {bad[0]: WHY}
    with pytest.raises(InputError, match="is APPROVED, not AWAITING REVIEW"):
        client.plan_reject(study, good, rejection="OTHER", message=WHY)
    with pytest.raises(InputError, match="not in this study"):
        client.plan_approve(played.add_study(), good)
    with pytest.raises(InputError, match="stands twice"):
        client.plan_approve(study, [good[0], good[0]])


def test_an_approval_that_broke_off_can_be_done_again(client: Prolific, played: Played) -> None:
    study = played.add_study(status="ACTIVE")
    ids = played.add_submissions(study, 3)
    approve = client.plan_approve(study, ids)
    client.do(approve, yes=True)
    for one in ids:
        played.submissions[one]["status"] = "AWAITING REVIEW"
    played.fail("transition_submission", Fault(), *[Fault(status=500, after=True)] * 4)
    with pytest.raises(PlatformError, match=r"1 of 3 were done before\. It is safe"):
        client.do(approve, yes=True)
    client.do(approve, yes=True)
    assert {one["status"] for one in played.submissions.values()} == {"APPROVED"}


@pytest.mark.parametrize(
    ("rejection", "message", "match"),
    [
        ("FAILED_CHECK", WHY[:60], "has 60 characters"),
        ("FAILED_CHECK", " " * 200, "has 0 characters"),
        ("BORING", WHY, "expected one of TOO_QUICKLY"),
    ],
)
def test_a_rejection_that_prolific_would_refuse_is_not_sent(
    client: Prolific, played: Played, rejection: str, message: str, match: str
) -> None:
    study = played.add_study(status="ACTIVE")
    ids = played.add_submissions(study, 1)
    with pytest.raises(InputError, match=match):
        client.plan_reject(study, ids, rejection=rejection, message=message)
    assert not played.exchanges


def test_a_hand_made_rejection_is_checked_again(client: Prolific, played: Played) -> None:
    study = played.add_study(status="ACTIVE")
    (one,) = played.add_submissions(study, 1)
    made = Action(
        kind="reject",
        study=study,
        what="",
        people=1,
        submissions=(one,),
        rejection="OTHER",
        message="",
    )
    with pytest.raises(InputError, match="has 0 characters"):
        client.do(made, yes=True)
    assert not played.told
