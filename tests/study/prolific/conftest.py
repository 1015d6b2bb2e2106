"""A platform of one's own for each test, held to Prolific's documents where they are at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from recenter.study.prolific.client import Prolific
from recenter.study.prolific.ledger import FileLedger
from recenter.study.prolific.transport import Waits
from tests.conftest import DATA_REASON, SHARED_DATA
from tests.study.prolific_documents import Documents
from tests.study.prolific_server import TOKEN, Played, serving

FOLDER = SHARED_DATA / "prolific_api"


@cache
def documents() -> Documents:
    return Documents(FOLDER)


@pytest.fixture
def prolific_documents() -> Documents:
    """The documents; the test skips where they are absent."""
    if not FOLDER.is_dir():
        pytest.skip(f"{DATA_REASON} in {FOLDER} (set RECENTER_SHARED_DATA)")
    return documents()


@pytest.fixture
def played() -> Iterator[Played]:
    with serving() as platform:
        yield platform
    if FOLDER.is_dir():
        found = [fault for e in platform.exchanges for fault in documents().violations(e)]
        assert not found, "\n".join(found)


@pytest.fixture
def connect(played: Played, tmp_path: Path) -> Callable[..., Prolific]:
    """Makes clients that share a ledger and wait no longer than a test may."""

    def make(token: str = TOKEN, **options: Any) -> Prolific:
        options.setdefault("ledger", FileLedger(tmp_path / "ledger.jsonl"))
        options.setdefault("waits", Waits(connect=2, read=5, total=5))
        options.setdefault("sleep", lambda _: None)
        return Prolific(token, base_url=played.url, **options)

    return make


@pytest.fixture
def client(connect: Callable[..., Prolific]) -> Prolific:
    return connect()


@pytest.fixture
def prolific_schemas(prolific_documents: Documents) -> Callable[[str], Any]:
    """Returns the schemas of a document by its name; the test skips where there are none."""

    def load(name: str) -> Any:
        return yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))["components"]["schemas"]

    return load
