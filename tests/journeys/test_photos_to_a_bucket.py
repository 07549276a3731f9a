"""A browser puts its photos into the city's bucket by itself; where that fails they come through us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Bucket, Config
from app.domain.media import store
from app.models import Photo
from tests import photos
from tests.support.application import close
from tests.support.browser import Watched
from tests.support.buckets import url_of

pytestmark = pytest.mark.browser


@pytest.fixture
def app(app: Flask, config: Config, bucket: Bucket) -> Iterator[Flask]:
    """The same city, its photos in a bucket."""
    other = create_app(replace(config, storage_url=url_of(bucket)))
    other.test_client_class = app.test_client_class
    yield other
    with other.app_context():
        close(other)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "anh.jpg"
    path.write_bytes(photos.jpeg(2600, 1900))
    return path


def sendings(page: Page) -> list[tuple[str, bool]]:
    """Where every POST goes, and whether it carries the photo: Chromium tells a body without its files' bytes."""
    seen: list[tuple[str, bool]] = []

    def note(one: Request) -> None:
        if one.method == "POST":
            seen.append((one.url, b'filename="anh.jpg"' in (one.post_data_buffer or b"")))

    page.on("request", note)
    return seen


def test_a_photo_goes_straight_to_the_bucket_and_only_its_name_to_us(
    open_page: Callable[..., Page], bucket: Bucket, watched: Watched, picture: Path, db_session: Session
) -> None:
    watched.may_ask(bucket.endpoint)
    page = open_page()
    sent = sendings(page)
    page.goto("/report")
    page.locator("#photos").set_input_files(picture)
    expect(page.locator(".shot")).to_have_count(1)
    (photo,) = db_session.scalars(select(Photo)).all()
    assert photo.size > 20_000
    assert (photo.lat, photo.lng) == pytest.approx(photos.HOAN_KIEM, abs=1e-4), "read before it was made smaller"
    assert [url for url, carries in sent if carries] == [f"{bucket.endpoint}/{bucket.name}"]
    store.finish_pending()
    page.reload()
    expect(page.locator(".shot img")).to_have_js_property("naturalWidth", 320)


def test_when_the_bucket_turns_the_browser_away_the_photo_comes_through_us(
    open_page: Callable[..., Page], bucket: Bucket, watched: Watched, picture: Path, db_session: Session
) -> None:
    watched.may_ask(bucket.endpoint)
    watched.expect("ERR_FAILED", "net::")
    page = open_page()
    page.route(f"{bucket.endpoint}/**", lambda route: route.abort())
    sent = sendings(page)
    page.goto("/report")
    page.locator("#photos").set_input_files(picture)
    expect(page.locator(".shot")).to_have_count(1)
    assert len(db_session.scalars(select(Photo)).all()) == 1
    assert [url for url, carries in sent if carries][-1].endswith("/report")


def test_without_scripts_the_photo_travels_with_the_form(
    open_page: Callable[..., Page], bucket: Bucket, picture: Path, db_session: Session
) -> None:
    page = open_page(javascript=False)
    page.goto("/report")
    page.locator("#photos").set_input_files(picture)
    page.locator(".go__on").click()
    page.wait_for_url("**/report/place**")
    assert len(db_session.scalars(select(Photo)).all()) == 1
