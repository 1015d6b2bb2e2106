"""The check of client and test server against Prolific's documents can fail."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.study.prolific_documents import Documents, Exchange

GOOD = Exchange(
    method="POST",
    path="/api/v1/submissions/sub1/transition/",
    query={},
    headers={"authorization": "Token abc"},
    body={"action": "APPROVE"},
    status=200,
    answer={"id": "sub1", "started_at": "now", "status": "APPROVED", "study_id": "study1"},
)


def test_an_exchange_as_documented_is_allowed(prolific_documents: Documents) -> None:
    assert prolific_documents.violations(GOOD) == []
    limit = msgspec.structs.replace(GOOD, status=429, answer={})
    assert prolific_documents.violations(limit) == []


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"path": "/api/v1/submissions/sub1/approve/"}, "is not documented"),
        ({"method": "PUT"}, "is not documented"),
        ({"headers": {}}, "header lacks authorization"),
        ({"query": {"yes": "1"}}, "query has yes"),
        ({"body": None}, "request $: None is not of type 'object'"),
        ({"body": {"action": "PRAISE"}}, "'PRAISE' is not one of"),
        ({"body": {"action": "APPROVE", "mesage": "x"}}, "'mesage' was unexpected"),
        ({"status": 202}, "202 is not documented"),
        ({"answer": {"id": "sub1"}}, "'status' is a required property"),
        ({"answer": {**GOOD.answer, "mood": "good"}}, "'mood' was unexpected"),
        ({"status": 400, "answer": {"detail": "No."}}, "'error' is a required property"),
    ],
)
def test_what_is_not_documented_is_found(
    prolific_documents: Documents, fields: dict[str, Any], fault: str
) -> None:
    found = prolific_documents.violations(msgspec.structs.replace(GOOD, **fields))
    assert [line for line in found if fault in line], found
