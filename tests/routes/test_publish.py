"""The check before publication: masked by default, boxes drawn, withheld with a reason, taken back in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.city import store as store_of_city
from app.domain.media import mask, store
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Event, Photo, Report, Words
from app.models.choices import EventKind, Publication, WordsKind
from tests import factories, photos
from tests.support.application import Browser, Clock, Counted, new_client
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


def seen_on(photo: Photo, *found: list[object]) -> Photo:
    """As if a machine had looked, found these, and covered them."""
    with unit_of_work() as session:
        fresh = session.get_one(Photo, photo.id)
        fresh.found = list(found)
        fresh.boxes = [box[1:] for box in found]
    db.session.refresh(photo)
    return photo


FACE = ["face", 0.4, 0.3, 0.1, 0.2]


def test_the_page_says_when_nobody_looked_for_faces(desk: Browser, report: Report) -> None:
    photo = a_photo(report)
    assert "Chưa ai tìm khuôn mặt và biển số trên ảnh này" in desk.get(f"/desk/publish/{report.code}").text
    seen_on(photo, FACE)
    page = desk.get(f"/desk/publish/{report.code}").text
    assert "Máy đã tìm thấy và che: 1 khuôn mặt" in page
    assert 'value="40"' in page


def test_a_face_is_uncovered_only_with_the_word_that_it_is_an_adult_in_public(desk: Browser, report: Report) -> None:
    photo = seen_on(a_photo(report), FACE)
    shown = {f"photo-{photo.id}": "1"}
    assert publish(desk, report, **shown) == 422
    db.session.refresh(photo)
    assert photo.published_at is None
    assert publish(desk, report, **shown, **{f"adult-{photo.id}": "1"}) == 302
    event = db.session.scalars(select(Event).where(Event.kind == EventKind.PUBLISHED)).one()
    assert event.data["faces_shown"] == 1


def test_a_face_under_a_box_that_was_moved_a_little_is_published(desk: Browser, report: Report) -> None:
    photo = seen_on(a_photo(report), FACE)
    box = dict(zip("xywh", ("39", "29", "12", "22"), strict=True))
    assert (
        publish(desk, report, **{f"photo-{photo.id}": "1"}, **{f"{side}-{photo.id}": n for side, n in box.items()})
        == 302
    )
    db.session.refresh(photo)
    assert photo.boxes == [[0.39, 0.29, 0.12, 0.22]]


def test_only_who_may_publish_sees_a_photo_whole(
    desk: Browser, report: Report, client: Browser, sign_in: SignIn, app: Flask
) -> None:
    photo = a_photo(report)
    prepared = mask.prepare_mask(photo, mask.boxes_from([FACE[1:]]))
    with unit_of_work():
        name = mask.apply_mask(prepared).name
    assert desk.get(f"/desk/photos/{name}.webp").status_code == 200
    assert f"/desk/photos/{name}.webp" in desk.get(f"/desk/r/{report.code}").text
    assert desk.get("/desk/photos/nothing.webp").status_code == 404
    assert new_client(app).get(f"/desk/photos/{name}.webp").status_code == 302
    other = next(code for code in store_of_city.current().units if code != factories.unit_of(report))
    stranger = new_client(app)
    stranger.sign_in(factories.staff(other))
    assert stranger.get(f"/desk/photos/{name}.webp").status_code == 404


def test_what_the_sender_wants_shown_is_covered_here_all_the_same(db_session: Session, sign_in: SignIn) -> None:
    report = factories.a_report(words=BETRAYING, shown=("0912345678",))
    page = sign_in(factories.staff(factories.unit_of(report))).get(f"/desk/publish/{report.code}").text
    assert "gọi •••</textarea>" in page
    assert "người gửi muốn để lộ" in page


def test_what_is_public_at_once_is_covered_but_for_what_the_sender_uncovered(
    db_session: Session, client: Browser, clock: Clock
) -> None:
    report = factories.a_report(category="street-light", words=BETRAYING, shown=("29A1-123.45",))
    clock.forward(minutes=20)
    clocks.show_settled()
    clocks.release_held()
    page = client.get(f"/r/{report.code}").text
    assert "Xe 29A1-123.45 đổ rác, gọi •••" in page
    assert report.code in client.get("/reports?words=29A1-123.45").text.replace("-", "")
    assert f"/r/{report.code}" not in client.get("/reports?words=0912345678").text
