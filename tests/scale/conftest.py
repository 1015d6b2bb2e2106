"""A bucket of a real S3-compatible server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pyarrow import fs

from tests.servers import s3_server


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """URL of a server, started once for all tests."""
    with s3_server() as url:
        yield url


@pytest.fixture
def bucket(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """URL of an empty bucket, which the environment says how to reach."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    name = f"b{uuid.uuid4().hex}"
    client = fs.S3FileSystem(
        endpoint_override=s3_url.removeprefix("http://"),
        scheme="http",
        allow_bucket_creation=True,
    )
    client.create_dir(name)
    return f"s3://{name}"
