"""What a bucket alone can do wrong: large files, closed doors, full shelves, somebody else's browser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from app.adapters.s3 import PART, S3Storage
from app.adapters.storage import BadKey, StorageFull, StorageUnreachable
from app.config import Bucket
from tests.support.buckets import s3_client, url_of

ROOT = Path(__file__).resolve().parents[2]
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture
def files(bucket: Bucket, tmp_path: Path) -> S3Storage:
    return S3Storage(bucket, work=tmp_path / "work")


def content(files: S3Storage, key: str) -> bytes:
    with files.open(key) as stream:
        return stream.read()


def unfinished(bucket: Bucket) -> list[str]:
    found = s3_client(bucket).list_multipart_uploads(Bucket=bucket.name)
    return [one["Key"] for one in found.get("Uploads", ())]


def test_a_large_file_travels_in_parts_and_comes_back_whole(files: S3Storage, bucket: Bucket) -> None:
    large = os.urandom(PART + 5)
    files.put("private/raw/ab/large", BytesIO(large))
    assert content(files, "private/raw/ab/large") == large
    assert unfinished(bucket) == []


def test_a_stream_that_breaks_between_parts_leaves_nothing(files: S3Storage, bucket: Bucket) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= PART:
                raise ConnectionError
            return super().read(size)

    with pytest.raises(ConnectionError):
        files.put("private/raw/ab/large", Broken(os.urandom(PART + 5)))
    assert not files.exists("private/raw/ab/large")
    assert unfinished(bucket) == []


KILLED = """
import os, sys
from pathlib import Path
from app.adapters.s3 import PART, S3Storage
from app.config import Bucket
class Endless:
    given = 0
    def read(self, size):
        self.given += size
        if self.given > PART:
            os.kill(os.getpid(), 9)
        return b"x" * size
S3Storage(Bucket.of(sys.argv[1]), work=Path(sys.argv[2])).put("public/a", Endless())
"""


def test_parts_that_a_kill_left_are_swept_once_they_are_old(files: S3Storage, bucket: Bucket, tmp_path: Path) -> None:
    files.put("public/a", b"before")
    done = subprocess.run([sys.executable, "-c", KILLED, url_of(bucket), str(tmp_path)], cwd=ROOT, check=False)
    assert done.returncode == -9
    assert content(files, "public/a") == b"before"
    assert unfinished(bucket) == ["city/public/a"]
    assert files.sweep_unfinished(before=datetime(2010, 1, 1, tzinfo=UTC)) == 0  # this server begins everything in 2010
    assert files.sweep_unfinished(before=LATER) == 1
    assert unfinished(bucket) == []


def test_what_others_keep_in_the_same_bucket_is_left_alone(files: S3Storage, bucket: Bucket) -> None:
    s3 = s3_client(bucket)
    for key in ("public/theirs", "city/public/not ours", "city2/public/a"):
        s3.put_object(Bucket=bucket.name, Key=key, Body=b"x")
    s3.create_multipart_upload(Bucket=bucket.name, Key="city/backup.tar")
    assert list(files.walk("public")) == []
    assert files.sweep_unfinished(before=LATER) == 0


def test_originals_are_closed_and_public_files_may_be_kept_for_ever(files: S3Storage, bucket: Bucket) -> None:
    files.put("private/original/ab/a.webp", b"face")
    files.put("public/photo/ab/a-full.webp", b"street")
    files.copy("private/original/ab/a.webp", "public/photo/ab/b-full.webp")
    s3 = s3_client(bucket)

    def told(key: str) -> tuple[str, str, int]:
        head = s3.head_object(Bucket=bucket.name, Key=f"city/{key}")
        grants = s3.get_object_acl(Bucket=bucket.name, Key=f"city/{key}")["Grants"]
        return head["CacheControl"], head["ContentType"], sum("URI" in one["Grantee"] for one in grants)

    assert told("private/original/ab/a.webp") == ("no-store", "image/webp", 0)
    for name in ("a", "b"):
        kept = "public, max-age=31536000, immutable"
        assert told(f"public/photo/ab/{name}-full.webp") == (kept, "image/webp", 0)


def test_what_was_read_can_be_sought_in_like_a_file(files: S3Storage) -> None:
    files.put("private/raw/ab/a", b"0123456789")
    with files.open("private/raw/ab/a") as stream:
        assert stream.seek(0, os.SEEK_END) == 10
        stream.seek(4)
        assert stream.read(2) == b"45"


# --- doors and shelves ------------------------------------------------------------------------------------------------


def test_nobody_there_is_said_in_plain_words(bucket: Bucket, tmp_path: Path) -> None:
    nowhere = S3Storage(Bucket(bucket.name, "", "http://127.0.0.1:9", "us-east-1"), work=tmp_path)
    uses: tuple[Callable[[], object], ...] = (
        lambda: nowhere.put("public/a", b"x"),
        lambda: nowhere.open("public/a"),
        lambda: list(nowhere.walk("public")),
    )
    for use in uses:
        with pytest.raises(StorageUnreachable, match="does not answer"):
            use()


def test_a_bucket_that_is_not_there_is_no_missing_file(bucket: Bucket, tmp_path: Path) -> None:
    """Else every waiting photo would be given up for lost while somebody mends a setting."""
    elsewhere = S3Storage(Bucket("no-such-bucket", "", bucket.endpoint, "us-east-1"), work=tmp_path)
    with pytest.raises(StorageUnreachable, match="NoSuchBucket"):
        elsewhere.open("private/raw/ab/a")


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    """A storage that answers everything with this error."""

    class Refusing(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "wanted"),
    [
        (403, "QuotaExceeded", StorageFull),
        (507, "XMinioStorageFull", StorageFull),
        (507, "Whatever", StorageFull),
        (403, "AccessDenied", StorageUnreachable),
    ],
)
def test_a_full_storage_is_told_from_a_closed_one(
    bucket: Bucket, tmp_path: Path, status: int, code: str, wanted: type[OSError]
) -> None:
    with answering(status, code) as endpoint:
        storage = S3Storage(Bucket(bucket.name, "", endpoint, "us-east-1"), work=tmp_path)
        with pytest.raises(wanted) as said:
            storage.put("public/a", b"x")
    assert type(said.value) is wanted


def test_a_ticket_names_one_key_one_size_and_its_end(files: S3Storage, bucket: Bucket) -> None:
    import base64
    import json

    ticket = files.ticket("private/raw/ab/abc", at_most=1000, seconds=60)
    assert ticket.url.startswith(f"{files.upload_origin}/")
    policy = json.loads(base64.b64decode(ticket.fields["policy"]))
    assert {"key": "city/private/raw/ab/abc"} in policy["conditions"]
    assert {"bucket": bucket.name} in policy["conditions"]
    assert ["content-length-range", 1, 1000] in policy["conditions"]
    ends = datetime.fromisoformat(policy["expiration"]) - datetime.now(UTC)
    assert timedelta(seconds=0) < ends <= timedelta(seconds=60)
    with pytest.raises(BadKey):
        files.ticket("private/../a", at_most=1, seconds=1)


DEFAULT = """
import sys
from pathlib import Path
from app import Config, create_app
create_app(Config(data=Path(sys.argv[1]), database_url=f"sqlite:///{sys.argv[1]}/x", secret_key="x" * 40))
print(sorted(name for name in sys.modules if name in ("boto3", "botocore")))
"""


def test_without_a_bucket_its_driver_is_not_even_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEFAULT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
