"""A city whose photos lie in a bucket: the same page, and browsers that put photos there by themselves."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.s3 import S3Storage
from app.adapters.storage import StorageUnreachable
from app.domain.media import store, sweep
from app.models import Draft, Photo
from app.models.choices import PhotoState
from tests import photos
from tests.support.application import Browser, Clock


def passes(client: Browser, count: int = 1) -> list[dict[str, Any]]:
    answer = client.post("/report/photos/passes", data={"count": str(count)})
    assert answer.json is not None
    given: list[dict[str, Any]] = answer.json["passes"]
    return given


def put(pass_: dict[str, Any], data: bytes) -> None:
    """As a browser does: the fields of the pass, then the file."""
    boundary = "photo-boundary"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pass_["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'.encode()
    body = b"".join([*parts, head, data, f"\r\n--{boundary}--\r\n".encode()])
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    with urllib.request.urlopen(urllib.request.Request(pass_["url"], body, kind)) as answer:
        assert answer.status in (200, 201, 204)


def tell(client: Browser, proof: str, name: str = "anh.jpg") -> Any:
    return client.post("/report", data={"sent": proof, "sent_name": name, "then": "more"})


def rows(session: Session) -> list[Photo]:
    session.expire_all()
    return list(session.scalars(select(Photo)))


def raw_files(kept: S3Storage) -> set[str]:
    return {file.key for file in kept.walk("private/raw")}


def test_a_photo_goes_through_us_into_the_bucket_and_is_shown_from_there(
    client: Browser, in_bucket: S3Storage, db_session: Session
) -> None:
    sent = {"photos": [(BytesIO(photos.jpeg()), "anh.jpg")], "then": "more"}
    assert client.post("/report", data=sent, content_type="multipart/form-data").status_code == 303
    (photo,) = rows(db_session)
    assert raw_files(in_bucket) == {photo.raw}
    store.finish_pending()
    answer = client.get(f"/photos/{photo.name}-thumb.webp")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")


def test_a_photo_put_into_the_bucket_becomes_a_row_once_we_have_looked_at_it(
    client: Browser, in_bucket: S3Storage, db_session: Session
) -> None:
    (given,) = passes(client)
    put(given, photos.jpeg())
    assert rows(db_session) == []
    assert tell(client, given["proof"]).status_code == 303
    (photo,) = rows(db_session)
    assert photo.state is PhotoState.RAW
    assert (photo.lat, photo.lng) == pytest.approx(photos.HOAN_KIEM, abs=1e-5)
    assert raw_files(in_bucket) == {photo.raw}
    assert not given["fields"]["key"].endswith(photo.raw), "whoever holds the pass could still change the file"


def test_a_pass_is_good_for_one_photo(client: Browser, in_bucket: S3Storage, db_session: Session) -> None:
    (given,) = passes(client)
    put(given, photos.jpeg())
    tell(client, given["proof"])
    answer = tell(client, given["proof"], "lai.jpg")
    assert answer.status_code == 422
    assert "lai.jpg" in answer.text
    assert len(rows(db_session)) == 1


def test_what_is_no_photo_is_refused_and_does_not_stay(
    client: Browser, in_bucket: S3Storage, db_session: Session
) -> None:
    (given,) = passes(client)
    put(given, photos.text())
    answer = tell(client, given["proof"], "ghi-chu.jpg")
    assert answer.status_code == 422
    assert "ghi-chu.jpg" in answer.text
    assert rows(db_session) == []
    assert raw_files(in_bucket) == set()


def test_somebody_elses_photo_is_refused(
    client: Browser, new_browser: Callable[[], Browser], in_bucket: S3Storage, db_session: Session
) -> None:
    (given,) = passes(client)
    put(given, photos.jpeg())
    thief = new_browser()
    passes(thief)
    assert tell(thief, given["proof"]).status_code == 422
    assert rows(db_session) == []
    assert tell(client, given["proof"]).status_code == 303, "and it still waits for whoever sent it"


@pytest.mark.parametrize("proof", ["", "private/raw/ab/abc", "../../x", "a.b.c", "x" * 5000])
def test_an_invented_key_is_refused(client: Browser, in_bucket: S3Storage, db_session: Session, proof: str) -> None:
    in_bucket.put("private/raw/ab/abc", photos.jpeg())
    passes(client)
    assert tell(client, proof).status_code == 422
    assert rows(db_session) == []
    assert in_bucket.exists("private/raw/ab/abc")


def test_a_pass_ends_soon(client: Browser, in_bucket: S3Storage, db_session: Session, clock: Clock) -> None:
    (given,) = passes(client)
    clock.forward(minutes=21)
    assert tell(client, given["proof"]).status_code == 422
    assert rows(db_session) == []


def test_nobody_gets_more_passes_than_a_report_has_photos(client: Browser, in_bucket: S3Storage) -> None:
    given = passes(client, 50)
    assert len({one["fields"]["key"] for one in given}) == 4
    assert passes(client, 0) == passes(client, -3) == []


def test_what_was_put_and_never_told_is_swept(client: Browser, in_bucket: S3Storage, db_session: Session) -> None:
    (given,) = passes(client)
    put(given, photos.jpeg())
    assert len(raw_files(in_bucket)) == 1
    sweep.sweep_orphans(timedelta(seconds=-2))
    assert raw_files(in_bucket) == set()


def test_without_a_bucket_there_are_no_passes(client: Browser, db_session: Session) -> None:
    assert passes(client) == []
    assert db_session.scalars(select(Draft)).all() == []
    page = client.get("/report")
    assert "data-passes" not in page.text
    assert re.search(r"connect-src 'self'(;|$)", page.headers["Content-Security-Policy"])


def test_only_with_a_bucket_may_pages_ask_it(
    edge: Callable[..., Browser], bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.buckets import url_of

    page = edge(storage_url=url_of(bucket)).get("/report")
    assert "data-passes" in page.text
    assert f"connect-src 'self' {bucket.endpoint};" in page.headers["Content-Security-Policy"]


def test_when_the_bucket_is_away_the_words_and_the_place_stay(
    client: Browser, in_bucket: S3Storage, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(key: str, data: object) -> None:
        raise StorageUnreachable("nobody there")

    client.post("/report/what", data={"words": "Rác trước cổng"})
    monkeypatch.setattr(in_bucket, "put", away)
    sent = {"photos": [(BytesIO(photos.jpeg()), "anh.jpg")]}
    answer = client.post("/report", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 503
    assert "Hiện chưa nhận được ảnh" in answer.text
    assert "Tiếp tục" in answer.text
    assert "Rác trước cổng" in client.get("/report/what").text


def test_a_photo_that_cannot_be_fetched_is_an_error_that_passes(
    client: Browser, app: Flask, in_bucket: S3Storage, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"photos": [(BytesIO(photos.jpeg()), "anh.jpg")]}
    client.post("/report", data=sent, content_type="multipart/form-data")
    store.finish_pending()
    (photo,) = rows(db_session)

    def away(key: str) -> None:
        raise StorageUnreachable("nobody there")

    monkeypatch.setattr(in_bucket, "open", away)
    answer = client.get(f"/photos/{photo.name}-thumb.webp")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
