"""A real S3 server on this machine (moto), and a fresh bucket in it for whoever asks."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

if TYPE_CHECKING:  # a test that wants no bucket does not wait for boto3 and moto
    from app.adapters.s3 import S3Storage
    from app.config import Bucket, Config

KEYS = {"AWS_ACCESS_KEY_ID": "only-for-tests", "AWS_SECRET_ACCESS_KEY": "only-for-tests"}


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Its address. It serves threads of this process and forgets everything at the end."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    """A bucket with nothing in it; the keys to it stand in the environment, as in a city."""
    from app.config import Bucket

    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    made = Bucket(f"hoiam-{secrets.token_hex(6)}", "city/", s3_server, "us-east-1")
    s3_client(made).create_bucket(Bucket=made.name)
    return made


def s3_client(bucket: Bucket) -> Any:
    """The operator's own look into the bucket."""
    import boto3

    return boto3.client("s3", region_name=bucket.region, endpoint_url=bucket.endpoint)


def url_of(bucket: Bucket) -> str:
    return f"s3://{bucket.name}/{bucket.prefix}?endpoint={bucket.endpoint}&region={bucket.region}"


@pytest.fixture
def in_bucket(app: Flask, bucket: Bucket, config: Config, monkeypatch: pytest.MonkeyPatch) -> S3Storage:
    """The application keeps its photos in a bucket."""
    from app.adapters.s3 import S3Storage

    kept = S3Storage(bucket, work=config.storage)
    monkeypatch.setitem(app.extensions, "storage", kept)
    return kept


@pytest.fixture(params=["folder", "bucket"])
def storage_url(request: pytest.FixtureRequest, app: Flask) -> str:
    """The application keeps its photos in its data folder, and once more in a bucket; the setting that says so."""
    if request.param == "folder":
        return ""
    request.getfixturevalue("in_bucket")
    return url_of(request.getfixturevalue("bucket"))
