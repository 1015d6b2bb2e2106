"""The server keeps to what its OpenAPI says, whatever is sent: tried with made-up requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from recenter.memory import Memory
from recenter.server.openapi import openapi_text
from tests.server.serving import SAID, key_of, served

FILE = Path(__file__).parents[2] / "docs/reference/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address and key of a server with something in it."""
    folder = tmp_path_factory.mktemp("contract")
    config = {"home": str(folder), "store": f"sqlite:///{folder}/store.db"}
    with Memory(config) as memory, served(memory, living=False, per_minute=0) as address:
        memory.of_application("shop").add(SAID, user_id="ada")
        yield address, key_of(memory, "shop")


SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_text()))
# The boundaries of every value would take minutes; what is drawn at random comes near them.
SCHEMA.config.phases.coverage.enabled = False


@SCHEMA.parametrize()
@hypothesis.settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_whatever_is_sent_is_answered_as_documented(
    case: Case[Any], running: tuple[str, str]
) -> None:
    address, key = running
    answer = case.call(base_url=address, headers={"Authorization": f"Bearer {key}"})
    case.validate_response(answer, checks=CHECKS)


def test_the_documented_interface_is_the_present_one() -> None:
    """Else run: recenter serve --openapi > docs/reference/openapi.json."""
    assert FILE.read_text("utf-8") == openapi_text()


def test_every_route_is_documented(tmp_path: Path) -> None:
    for path, methods in json.loads(openapi_text())["paths"].items():
        for method, told in methods.items():
            assert told["description"].endswith("."), f"{method} {path}"
            assert told["tags"]
            assert ("security" in told) == (path != "/healthz"), f"{method} {path}"
