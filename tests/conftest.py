"""What all tests share: no network beyond this machine, and where the study's data would be."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from recenter.config import load_settings
from recenter.models.local import LocalChat
from recenter.models.local_weights import weights_path
from tests import servers
from tests.browser import running

SHARED_DATA = Path(
    os.environ.get("RECENTER_SHARED_DATA", Path(__file__).parents[1].parent / "shared" / "data")
)

# Before the tests get homes of their own: `recenter setup local` put the weights here.
LLAMA_WEIGHTS = weights_path(load_settings().home)

# How fast an example is depends on what else the machine does; no test asserts it.
settings.register_profile("recenter", deadline=None)
settings.load_profile("recenter")

DATA_REASON = "needs the study's data"

_connect = socket.socket.connect


def _connect_here_only(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = "127.0.0.1" if address[0] == "localhost" else address[0]
        if not ipaddress.ip_address(host).is_loopback:
            raise RuntimeError(f"a test tried to reach {address!r}; tests stay on this machine")
    _connect(self, address)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Any:
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", _connect_here_only)
    yield
    patch.undo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed, a test that skips for want of a package has failed."""
    report = yield
    no_skip = os.environ.get("RECENTER_NO_SKIP") and not hasattr(report, "wasxfail")
    if no_skip and report.skipped and DATA_REASON not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} may not skip here: {report.longrepr}"
    return report


@pytest.fixture
def shared_data() -> Path:
    """Folder of the study's data; the test skips where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"{DATA_REASON} in {SHARED_DATA} (set RECENTER_SHARED_DATA)")
    return SHARED_DATA


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New folders. pytest's own cost a look at all that there are for each one more."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def _own_home(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's own settings and stores."""
    home = next(_homes)
    home.mkdir(mode=0o700)
    monkeypatch.setenv("RECENTER_HOME", str(home))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a real PostgreSQL, started once for all tests."""
    with servers.postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[str]:
    """URL of a database in it that the tests use one after the other."""
    with servers.postgres_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """URL of a database without tables and other connections; mark the test `postgres`."""
    servers.empty_database(postgres_database)
    return postgres_database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty store, of each database in turn."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(scope="session")
def llama_weights() -> Path:
    """The weights of the local model; the test skips where they are absent."""
    servers.require("xllamacpp", "run: pip install 'recenter[local]'")
    if not LLAMA_WEIGHTS.is_file():
        pytest.skip(f"needs {LLAMA_WEIGHTS}; run: recenter setup local")
    return LLAMA_WEIGHTS


@pytest.fixture(scope="session")
def llama_chat(llama_weights: Path) -> Iterator[LocalChat]:
    """A chat model on a real llama.cpp server, started once for all; mark the test `llama`."""
    with servers.llama_chat(llama_weights) as chat:
        yield chat


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, for tests marked `browser`."""
    yield from running()
