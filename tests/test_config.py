"""What the settings say of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT, Bucket, Config, SettingError


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 8080}, "http://127.0.0.1:8080"),
        ({"host": "::"}, "http://127.0.0.1:8000"),
        ({"host": "::1"}, "http://[::1]:8000"),
        ({"host": "10.0.0.7"}, "http://10.0.0.7:8000"),
        ({"host": "0.0.0.0", "public_url": "https://hoiam.example.org"}, "https://hoiam.example.org"),
    ],
)
def test_the_address_that_is_printed_and_mailed_can_be_opened(said: dict[str, object], address: str) -> None:
    assert Config(data=Path("var"), database_url="sqlite://", secret_key="x", **said).address == address


@pytest.mark.parametrize(
    "url", ["city", "mysql://host/hoiam", "postgres://host/hoiam", "postgresql+psycopg://host:port/hoiam", "sqlite3:x"]
)
def test_an_address_of_no_database_of_ours_is_refused_without_being_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingError, match="HOIAM_DATABASE_URL must look like postgresql") as refused:
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_DATABASE_URL": url})
    assert url not in str(refused.value)


def test_a_missing_driver_is_named_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.config.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"driver is not installed: .* requirements-prod\.txt"):
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_DATABASE_URL": "postgresql+psycopg://host/hoiam"})


@pytest.mark.parametrize(
    "url",
    [
        "photos",
        "https://host/bucket",
        "s3://",
        "s3://UPPER/x",
        "s3://bucket/../x",
        "s3://bucket?endpoint=host",
        "s3://bucket?endpoint=https://user:word@host",
        "s3://bucket?endpoint=https://one&endpoint=https://two",
        "s3://bucket?colour=red",
        "s3://bucket?region=a b",
    ],
)
def test_an_address_of_no_bucket_is_refused_without_being_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingError, match="HOIAM_STORAGE_URL must look like s3://bucket/prefix") as refused:
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_STORAGE_URL": url})
    assert "colour" not in str(refused.value)
    assert "user:word" not in str(refused.value)


def test_the_address_of_a_bucket_is_read_in_its_parts(tmp_path: Path) -> None:
    assert Config.from_env({"HOIAM_DATA": str(tmp_path)}).bucket is None
    said = "s3://photos/hanoi/2025?endpoint=https://s3.example.vn/&region=hn-1"
    bucket = Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_STORAGE_URL": said}).bucket
    assert bucket == Bucket("photos", "hanoi/2025/", "https://s3.example.vn", "hn-1")


def test_a_missing_driver_of_the_bucket_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.config.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"object storage, whose driver is not installed: .* requirements-prod"):
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_STORAGE_URL": "s3://photos"})


def test_a_log_level_that_is_none_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="HOIAM_LOG_LEVEL=chatty is none of DEBUG, INFO, WARNING, ERROR"):
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_LOG_LEVEL": "chatty"})
    assert Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_LOG_LEVEL": "debug"}).log_level == "debug"


@pytest.mark.parametrize(
    "url",
    ["here", "http://host:6379/0", "redis://", "redis://host:port/0", "redis://host/city", "unix://", "redis:///0"],
)
def test_an_address_of_no_redis_is_refused_without_being_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingError, match="HOIAM_REDIS_URL must look like redis://:password@host") as refused:
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_REDIS_URL": url})
    assert f"{url}," not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://:secret@host:6379/1", "rediss://host", "unix:///run/redis.sock", ""])
def test_an_address_of_redis_is_taken_as_it_stands(tmp_path: Path, url: str) -> None:
    assert Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_REDIS_URL": url}).redis_url == url


def test_missing_libraries_for_redis_are_named_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.config.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r"libraries for it are not installed: .* requirements-prod\.txt"):
        Config.from_env({"HOIAM_DATA": str(tmp_path), "HOIAM_REDIS_URL": "redis://host"})


WITHOUT = """
import sys

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"redis", "celery", "kombu", "gunicorn", "boto3"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Nothing())
from wsgi import app
print(app.test_client().get("/healthz").text)
"""


def test_the_embedded_default_starts_without_the_libraries_of_a_large_city(tmp_path: Path) -> None:
    own = {"HOIAM_DATA": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, env=own, capture_output=True, text=True)
    assert done.stdout.strip() == "ok", done.stderr


def test_the_workers_of_a_larger_city_say_what_they_need(tmp_path: Path) -> None:
    own = {"HOIAM_DATA": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "-c", "import work"], cwd=ROOT, env=own, capture_output=True, text=True)
    assert done.stderr.strip() == (
        "Hồi Âm does not start. HOIAM_REDIS_URL is not set: set it, or run the worker that needs no Redis: flask work"
    )
