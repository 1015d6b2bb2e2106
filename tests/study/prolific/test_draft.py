"""A draft says what was meant, in whole pence, and what it cannot mean is refused."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from recenter.errors import InputError
from recenter.study.design import Outcome
from recenter.study.prolific.draft import (
    Device,
    PaidScreenOut,
    Recruitment,
    draft,
    new_codes,
    study_url,
)

CODES: dict[Outcome, str] = {
    "completed": "DONE01",
    "screened_out": "SCREEN02",
    "no_consent": "NOCONSENT3",
    "failed_checks": "CHECKS04",
    "withdrawn": "WITHDREW7",
    "technical": "TECH05",
    "full": "FULL06",
}
GOOD = Recruitment(
    title="Rate replies",
    description="<p>You read <b>two</b> replies.</p>",
    url="https://study.example.com/go",
    places=20,
    minutes=15,
    reward=300,
    currency="GBP",
    codes=CODES,
)
QUERY = "PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"


def changed(**fields: Any) -> Recruitment:
    made: Recruitment = msgspec.structs.replace(GOOD, **fields)
    return made


def test_each_outcome_has_its_code_and_what_follows() -> None:
    actions = {c["code"]: (c["code_type"], c["actions"]) for c in draft(GOOD)["completion_codes"]}
    review = [{"action": "MANUALLY_REVIEW"}]
    assert actions["DONE01"] == ("COMPLETED", review)
    assert actions["CHECKS04"] == ("FAILED_ATTENTION_CHECK", review)
    assert actions["TECH05"] == ("OTHER", review)
    assert actions["WITHDREW7"] == ("OTHER", review)
    for code, kind in (
        ("SCREEN02", "SCREENED_OUT"),
        ("NOCONSENT3", "NO_CONSENT"),
        ("FULL06", "OTHER"),
    ):
        assert actions[code][0] == kind
        assert [a["action"] for a in actions[code][1]] == ["REQUEST_RETURN"]


def test_nobody_is_paid_or_rejected_without_the_researcher() -> None:
    text = msgspec.json.encode(draft(GOOD)).decode()
    assert "AUTOMATICALLY" not in text
    assert "REJECT" not in text


def test_screening_out_can_be_paid() -> None:
    body = draft(changed(paid_screen_out=PaidScreenOut(reward=50, people=10)))
    (code,) = [c for c in body["completion_codes"] if c["code"] == "SCREEN02"]
    assert code["code_type"] == "FIXED_SCREENOUT"
    assert code["actions"] == [
        {"action": "FIXED_SCREEN_OUT_PAYMENT", "fixed_screen_out_reward": 50, "slots": 10}
    ]
    for reward in (0, 300, 1.5):
        with pytest.raises(InputError, match=r"paid_screen_out\.reward: .* 1 to 299"):
            draft(changed(paid_screen_out=PaidScreenOut(reward=reward, people=10)))  # type: ignore[arg-type]


def test_every_draft_is_as_the_documents_want_it(prolific_schemas: Any) -> None:
    schemas = prolific_schemas("studies")
    kinds = schemas["CreateStudyCompletionCodesItemsCodeType"]["enum"]
    for made in (GOOD, changed(paid_screen_out=PaidScreenOut(reward=5, people=1), signed=True)):
        body = draft(made)
        assert set(schemas["CreateStudy"]["required"]) <= set(body)
        assert set(body) <= set(schemas["CreateStudy"]["properties"])
        assert {code["code_type"] for code in body["completion_codes"]} <= set(kinds)
    assert set(get_args(Device)) == set(schemas["CreateStudyDeviceCompatibilityItems"]["enum"])


@pytest.mark.parametrize(
    ("fields", "match"),
    [
        ({"reward": 3.0}, r"reward: 3\.0 is not a whole number in pence or cents"),
        ({"reward": "300"}, "reward: '300' is not"),
        ({"reward": True}, "reward: True is not"),
        ({"reward": 3}, r"at least 150 \(1\.50 GBP\)\."),
        ({"reward": 0}, "from 1 to"),
        ({"places": 0}, "places"),
        ({"places": 10**6}, "places"),
        ({"minutes": 0}, "minutes"),
        ({"currency": "EUR"}, "expected GBP or USD"),
        ({"title": " "}, "title: it is empty"),
        ({"description": ""}, "description: it is empty"),
        ({"description": "<script>x</script>"}, "does not show the tags script"),
        ({"devices": ()}, "not none"),
        ({"devices": ("desktop", "watch")}, "not watch"),
        ({"codes": CODES | {"full": "DONE01"}}, "two outcomes have the same code"),
        ({"codes": CODES | {"full": "ab"}}, "'ab', is not 6 to 32"),
        ({"codes": {"completed": "DONE01"}}, "missing or unknown: failed_checks, full"),
        ({"codes": {"other": "OTHER07"}}, "missing or unknown: .*other"),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        draft(changed(**fields))


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://a.example.com", f"https://a.example.com?{QUERY}"),
        ("https://a.example.com/b?c=d", f"https://a.example.com/b?c=d&{QUERY}"),
        (f"https://a.example.com/?{QUERY}", f"https://a.example.com/?{QUERY}"),
    ],
)
def test_the_address_holds_the_three_parameters_once(url: str, made: str) -> None:
    assert study_url(url) == made
    assert study_url(made) == made


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://a.example.com",
        "https://",
        "https://user:pass@a.example.com",
        "https://a.example.com/#part",
        "https://a.example.com/?PROLIFIC_PID={{%PROLIFIC_PID%}}",
        "https://a.example.com/?STUDY_ID=5",
        f"https://a.example.com/?{QUERY}".replace("PROLIFIC_PID=", "pid="),
        "https://a.example.com:port/",
    ],
)
def test_an_address_that_would_lose_people_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="url"):
        study_url(url)


def test_new_codes_can_be_used_and_are_new() -> None:
    codes, others = new_codes(), new_codes()
    assert len(draft(changed(codes=codes))["completion_codes"]) == len(get_args(Outcome))
    assert not set(codes.values()) & set(others.values())
