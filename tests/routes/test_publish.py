"""The check before publication: masked by default, boxes drawn, withheld with a reason, taken back in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.media import store
from app.extensions import db
from app.models import Photo, Report, Words
from app.models.choices import Publication, WordsKind
from tests import factories, photos
from tests.support.application import Browser, Clock, Counted
from tests.support.html import faults

SignIn = Callable[..., Browser]
BETRAYING = "Xe 29A1-123.45 đổ rác, gọi 0912345678"


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report(words=BETRAYING)


@pytest.fixture
def desk(report: Report, sign_in: SignIn) -> Browser:
    return sign_in(factories.staff(factories.unit_of(report)))


def words_of(report: Report) -> Words:
    said = select(Words).where(Words.report_id == report.id, Words.kind == WordsKind.DESCRIPTION)
    return db.session.scalars(said).one()


def publish(browser: Browser, report: Report, **said: str) -> int:
    db.session.refresh(report)
    one = words_of(report)
    data = {"version": str(report.version), "decision": "publish", f"show-{one.id}": "1", **said}
    data.setdefault(f"text-{one.id}", "Xe ••• đổ rác")
    return browser.post(f"/desk/publish/{report.code}", data=data).status_code


def a_photo(report: Report) -> Photo:
    photo = store.attach(report, BytesIO(photos.jpeg()), "truoc.jpg")
    store.finish_pending()
    db.session.refresh(photo)
    return photo


def test_the_queue_shows_what_waits_and_is_well_made(
    desk: Browser, report: Report, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    factories.a_report()
    with count_queries() as counted:
        page = desk.get("/desk/publish")
    assert f"/desk/publish/{report.code}" in page.text
    assert faults(page.text) == []
    assert counted.count <= 12, str(counted)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_betrays_somebody_is_masked_before_anybody_presses(desk: Browser, report: Report, prefix: str) -> None:
    a_photo(report)
    page = desk.get(f"{prefix}/desk/publish/{report.code}")
    assert faults(page.text) == []
    assert "Xe ••• đổ rác, gọi •••</textarea>" in page.text
    assert "<mark data-piece>0912345678</mark>" in page.text


def test_another_unit_may_not_check_it(report: Report, sign_in: SignIn) -> None:
    stranger = sign_in(factories.staff("so-van-hoa"))
    assert stranger.get(f"/desk/publish/{report.code}").status_code == 404
    assert publish(stranger, report) == 404


def test_published_words_are_the_masked_ones(clock: Clock, desk: Browser, client: Browser, report: Report) -> None:
    assert publish(desk, report) == 302
    db.session.refresh(report)
    assert (report.publication, report.content_due_at) == (Publication.FULL, None)
    assert words_of(report).public_text == "Xe ••• đổ rác"
    factories.a_minute_later(clock)
    page = client.get(f"/r/{report.code}").text
    assert "Xe ••• đổ rác" in page
    assert "0912345678" not in page


def test_boxes_are_drawn_before_a_photo_is_shown(desk: Browser, report: Report) -> None:
    photo = a_photo(report)
    old = photo.name
    boxes = {f"{side}-{photo.id}": number for side, number in zip("xywh", ("10", "10", "30", "12,5"), strict=True)}
    assert publish(desk, report, **{f"photo-{photo.id}": "1"}, **boxes) == 302
    db.session.refresh(photo)
    assert photo.boxes == [[0.1, 0.1, 0.3, 0.125]]
    assert photo.name != old
    assert photo.published_at is not None
    assert desk.get(f"/photos/{old}-view.webp").status_code == 410


def test_numbers_that_are_none_are_refused_and_everything_typed_stays(desk: Browser, report: Report) -> None:
    photo = a_photo(report)
    one = words_of(report)
    said = {f"x-{photo.id}": "trái", f"y-{photo.id}": "1", f"w-{photo.id}": "5", f"h-{photo.id}": "5"}
    data = {
        "version": str(report.version),
        "decision": "publish",
        f"photo-{photo.id}": "1",
        f"text-{one.id}": "Đã che",
        **said,
    }
    page = desk.post(f"/desk/publish/{report.code}", data=data)
    assert page.status_code == 422
    assert 'value="trái"' in page.text
    assert "Đã che</textarea>" in page.text
    assert faults(page.text) == []
    db.session.refresh(report)
    assert report.publication is Publication.PIN


def test_withholding_needs_a_reason_that_stands_on_the_page(desk: Browser, client: Browser, report: Report) -> None:
    data = {"version": str(report.version), "decision": "withhold"}
    page = desk.post(f"/desk/publish/{report.code}", data=data)
    assert page.status_code == 422
    assert "reason-error" in page.text
    answer = desk.post(f"/desk/publish/{report.code}", data=data | {"reason": "Có hình người không liên quan."})
    assert answer.status_code == 302
    db.session.refresh(report)
    assert report.withheld_reason == "Có hình người không liên quan."


def test_a_publication_can_be_taken_back(desk: Browser, report: Report) -> None:
    publish(desk, report)
    event = re.search(r'name="event" value="(\d+)"', desk.get("/desk/publish").text)
    assert event is not None
    desk.post("/desk/undo", data={"event": event[1]})
    db.session.refresh(report)
    assert report.publication is Publication.PIN
    assert report.content_due_at is not None
    assert words_of(report).public_text is None


def test_a_stale_check_is_not_taken(desk: Browser, report: Report) -> None:
    page = desk.post(f"/desk/publish/{report.code}", data={"version": "0", "decision": "publish"})
    assert page.status_code == 409
    assert faults(page.text) == []
    db.session.refresh(report)
    assert report.publication is Publication.PIN
