"""One study for the tests that change nothing, and its server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from recenter.store import Store, open_store
from recenter.study.ledger.desk import Desk
from recenter.web.site import Site
from tests.study.samples import Clock
from tests.web.desk import made


@pytest.fixture(scope="session")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A study that six annotators worked on."""
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'store.db'}") as store:
        desk = made.study(store.database, Clock())
        made.accounts(desk)
        yield desk


@pytest.fixture(scope="session")
def address(worked: Desk) -> Iterator[str]:
    """Address of its researcher's side."""
    with made.serving(Site(desk=worked)) as address:
        yield address


@pytest.fixture(scope="session")
def clients(address: str) -> Iterator[dict[str, httpx.Client]]:
    """A client of each kind of visitor."""
    with (
        httpx.Client(base_url=f"{address}/", timeout=60) as anonymous,
        httpx.Client(base_url=f"{address}/", timeout=60) as annotator,
        made.entered(address, "jo") as adjudicator,
        made.entered(address, "ada") as researcher,
    ):
        yield {
            "anonymous": anonymous,
            "annotator": annotator,
            "adjudicator": adjudicator,
            "researcher": researcher,
        }


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    """An empty store, for tests that change something."""
    with open_store(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened
