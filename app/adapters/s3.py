"""Files in a bucket of an object storage (Amazon's or any that speaks S3), for a city with several machines.

The bucket stays closed: nothing is ever given an access list of its own, photos are shown by our own pages alone.
This module is only imported where a city has configured a bucket; boto3 is in requirements-prod.txt.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from urllib.parse import urlsplit

import boto3
from botocore.config import Config as Habits
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from app.adapters.storage import (
    CHUNK,
    TREES,
    FolderStorage,
    StorageFull,
    StorageUnreachable,
    Stored,
    Ticket,
    checked,
)
from app.config import Bucket

PART = 8 * 1024 * 1024  # of a large file; the protocol wants at least 5 MB
IN_MEMORY = 32 * 1024 * 1024  # more than any photo; larger files are read by way of the disk
TRIES, CONNECT_S, READ_S = 3, 4, 20
MISSING = {"NoSuchKey", "404", "NotFound"}
FULL = {
    "EntityTooLarge",
    "InsufficientStorage",
    "QuotaExceeded",
    "QuotaExceededException",
    "StorageQuotaExceeded",
    "XMinioAdminBucketQuotaExceeded",
    "XMinioStorageFull",
}
INSUFFICIENT_STORAGE = 507  # of HTTP
PLAIN, WEBP = "application/octet-stream", "image/webp"
FOR_EVER = "public, max-age=31536000, immutable"  # a public file is never changed: a mask is another name

log = logging.getLogger(__name__)


class S3Storage:
    """Every key lies in the bucket under the configured prefix; work is done in a folder of this machine."""

    def __init__(self, bucket: Bucket, *, work: Path) -> None:
        self.bucket, self._prefix = bucket.name, bucket.prefix
        self._rooms = FolderStorage(work)
        habits = Habits(
            signature_version="s3v4",
            connect_timeout=CONNECT_S,
            read_timeout=READ_S,
            retries={"total_max_attempts": TRIES, "mode": "standard"},
            s3={"addressing_style": "path" if bucket.endpoint else "virtual"},
            request_checksum_calculation="when_required",  # others than Amazon know Content-MD5 alone
            response_checksum_validation="when_required",
        )
        self._s3 = boto3.session.Session().client(
            "s3", region_name=bucket.region, endpoint_url=bucket.endpoint or None, config=habits
        )
        self.upload_origin = _origin(bucket)
        self._upload_url = f"{bucket.endpoint}/{bucket.name}" if bucket.endpoint else self.upload_origin

    def put(self, key: str, data: bytes | IO[bytes]) -> None:
        """An object appears whole or not at all. The stream is read first, a part at a time: what breaks while it is
        read has sent nothing that anybody could see."""
        name, stream = self._name(key), BytesIO(data) if isinstance(data, bytes) else data
        first = _read_part(stream)
        if len(first) < PART:
            with _in_plain_words():
                self._s3.put_object(**self._at(name), Body=first, ContentMD5=_md5(first), **_headers(key))
        else:
            self._put_in_parts(name, key, first, stream)

    def copy(self, key: str, to: str) -> None:
        source, target = self._name(key), self._name(to)
        with _in_plain_words(key):
            self._s3.copy_object(
                **self._at(target),
                CopySource={"Bucket": self.bucket, "Key": source},
                MetadataDirective="REPLACE",
                **_headers(to),
            )

    def open(self, key: str) -> IO[bytes]:
        """Read whole before it is handed over, so that it can be sought in and no connection waits for the reader."""
        name = self._name(key)
        large = str(self._room_for_large())
        copy = cast("IO[bytes]", SpooledTemporaryFile(IN_MEMORY, dir=large))  # noqa: SIM115 - handed over open
        try:
            with _in_plain_words(key):
                body = self._s3.get_object(**self._at(name))["Body"]
                with body:
                    while chunk := body.read(CHUNK):
                        copy.write(chunk)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def exists(self, key: str) -> bool:
        name = self._name(key)
        try:
            with _in_plain_words(key):
                self._s3.head_object(**self._at(name))
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        name = self._name(key)
        with _in_plain_words():
            self._s3.delete_object(**self._at(name))

    def walk(self, under: str) -> Iterator[Stored]:
        top = under if under in TREES else checked(under)
        asked = {"Bucket": self.bucket, "Prefix": f"{self._prefix}{top}/"}
        for page in self._pages("list_objects_v2", **asked):
            for found in page.get("Contents", ()):
                key = found["Key"].removeprefix(self._prefix)
                with suppress(ValueError):  # somebody else's, put beside ours
                    yield Stored(checked(key), found["Size"], found["LastModified"])

    def workroom(self) -> AbstractContextManager[Path]:
        return self._rooms.workroom()

    def sweep_unfinished(self, *, before: datetime) -> int:
        """Parts of a file that a killed process had begun to send are kept, and paid for, until somebody ends them."""
        removed = self._rooms.sweep_unfinished(before=before)
        for page in self._pages("list_multipart_uploads", Bucket=self.bucket, Prefix=self._prefix):
            for begun in page.get("Uploads", ()):
                if begun["Initiated"] < before and _is_ours(begun["Key"].removeprefix(self._prefix)):
                    self._end(begun["Key"], begun["UploadId"])
                    removed += 1
        return removed

    def ticket(self, key: str, *, at_most: int, seconds: int) -> Ticket | None:
        """Signed here, without asking anybody. The bucket holds the browser to the key, the size and the time."""
        name = self._name(key)
        kind = {"Content-Type": PLAIN}
        with _in_plain_words():
            made = self._s3.generate_presigned_post(
                self.bucket,
                name,
                Fields=dict(kind),
                Conditions=[kind, ["content-length-range", 1, at_most]],
                ExpiresIn=seconds,
            )
        return Ticket(self._upload_url, made["fields"])

    def _put_in_parts(self, name: str, key: str, part: bytes, stream: IO[bytes]) -> None:
        with _in_plain_words():
            begun = self._s3.create_multipart_upload(**self._at(name), **_headers(key))["UploadId"]
        try:
            done: list[dict[str, Any]] = []
            while part:
                with _in_plain_words():
                    sent = self._s3.upload_part(
                        **self._at(name),
                        UploadId=begun,
                        PartNumber=len(done) + 1,
                        Body=part,
                        ContentMD5=_md5(part),
                    )
                done.append({"ETag": sent["ETag"], "PartNumber": len(done) + 1})
                part = _read_part(stream)
            with _in_plain_words():
                self._s3.complete_multipart_upload(**self._at(name), UploadId=begun, MultipartUpload={"Parts": done})
        except BaseException:
            with suppress(OSError):
                self._end(name, begun)
            raise

    def _end(self, name: str, upload: str) -> None:
        with suppress(FileNotFoundError), _in_plain_words(name):
            self._s3.abort_multipart_upload(**self._at(name), UploadId=upload)

    def _pages(self, call: str, **asked: Any) -> Iterator[dict[str, Any]]:
        with _in_plain_words():
            yield from self._s3.get_paginator(call).paginate(**asked)

    def _name(self, key: str) -> str:
        return self._prefix + checked(key)

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": name}

    def _room_for_large(self) -> Path:
        """A private file that is too large for the memory is read within our own folder, never in /tmp."""
        self._rooms.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        return self._rooms.root


def _origin(bucket: Bucket) -> str:
    if not bucket.endpoint:
        return f"https://{bucket.name}.s3.{bucket.region}.amazonaws.com"
    parts = urlsplit(bucket.endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _headers(key: str) -> dict[str, str]:
    kind = {"ContentType": WEBP if key.endswith(".webp") else PLAIN}
    return kind | {"CacheControl": FOR_EVER} if key.startswith("public/") else kind | {"CacheControl": "no-store"}


def _is_ours(key: str) -> bool:
    try:
        return bool(checked(key))
    except ValueError:
        return False


def _read_part(stream: IO[bytes]) -> bytes:
    """PART bytes; fewer only at the end of the stream."""
    gathered = bytearray()
    while len(gathered) < PART and (chunk := stream.read(min(CHUNK, PART - len(gathered)))):
        gathered += chunk
    return bytes(gathered)


def _md5(data: bytes) -> str:
    """What the bucket compares with what has come: half a file is no file."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


@contextmanager
def _in_plain_words(key: str = "") -> Iterator[None]:
    """What goes wrong outside, as the three things a storage may say. The log keeps the bucket's own word for it."""
    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        code, status = str(said.get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if key and (code in MISSING or code == "NoSuchUpload"):
            raise FileNotFoundError(errno.ENOENT, "no such file", key) from error
        log.warning("the object storage refused: %s (%s)", code, status)
        if code in FULL or status == INSUFFICIENT_STORAGE:
            raise StorageFull(errno.ENOSPC, "no room left for files", "the object storage") from error
        raise StorageUnreachable(f"The object storage refused us: {code}.") from error
    except (BotoCoreError, HTTPClientError) as error:
        log.warning("the object storage does not answer: %s", type(error).__name__)
        raise StorageUnreachable(
            f"The object storage does not answer ({type(error).__name__}): look at HOIAM_STORAGE_URL, the AWS_* "
            "settings, and whether it runs."
        ) from error
