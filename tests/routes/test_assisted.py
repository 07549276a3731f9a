"""Filing for somebody at the counter or on the telephone: one page, one report, one receipt."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import Event, Photo, Report
from app.models.choices import Channel, EventKind, PlaceSource
from tests import factories, photos
from tests.support.application import Browser
from tests.support.html import faults

SignIn = Callable[..., Browser]


@pytest.fixture
def desk(db_session: Session, sign_in: SignIn) -> Browser:
    return sign_in(factories.staff("ubnd-10001"))


def said(**more: Any) -> dict[str, Any]:
    plain = {
        "client_id": "desk-1",
        "channel": "phone",
        "place": "21.02, 105.76",
        "category": "rubbish",
        "words": "Rác chất đống đầu ngõ",
        "phone": "0912 345 678",
        "name": "Bà Lan",
        "language": "vi",
    }
    return plain | more


def file(browser: Browser, **more: Any) -> Any:
    return browser.post("/desk/assisted", data=said(**more), content_type="multipart/form-data")


def reports() -> list[Report]:
    return list(db.session.scalars(select(Report)))


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_form_is_well_made(desk: Browser, prefix: str) -> None:
    page = desk.get(f"{prefix}/desk/assisted")
    assert page.status_code == 200
    assert faults(page.text) == []


def test_a_call_becomes_a_report_and_a_receipt(desk: Browser) -> None:
    answer = file(desk)
    assert answer.status_code == 302
    (report,) = reports()
    assert (report.channel, report.place_source) == (Channel.PHONE, PlaceSource.TYPED)
    assert report.is_contact_confirmed is False
    page = desk.get(answer.location)
    assert page.status_code == 200
    assert faults(page.text) == []
    assert f"/r/{report.code}/mine/" in page.text
    assert '<svg class="qr"' in page.text
    filed = db.session.scalars(select(Event).where(Event.kind == EventKind.FILED)).one()
    assert filed.actor_id is not None


def test_sent_twice_it_is_one_report_with_its_photos_once(desk: Browser) -> None:
    for _ in range(2):
        answer = file(desk, photos=(BytesIO(photos.jpeg()), "rac.jpg"))
        assert answer.status_code == 302
    assert len(reports()) == 1
    assert db.session.scalar(select(func.count()).select_from(Photo)) == 1


def test_only_whoever_entered_it_prints_the_receipt(
    desk: Browser, sign_in: SignIn, new_browser: Callable[[], Browser]
) -> None:
    location = file(desk).location
    colleague = sign_in(factories.staff("ubnd-10001"), browser=new_browser())
    assert colleague.get(location).status_code == 404


def test_a_ward_alone_is_enough(desk: Browser) -> None:
    assert file(desk, place="", ward="10002", wayfinding="Đầu ngõ 12, cạnh trạm bơm").status_code == 302
    assert reports()[0].place_source is PlaceSource.WARD


def test_a_name_with_several_places_is_asked_about(desk: Browser) -> None:
    page = file(desk, place="Phường")
    assert page.status_code == 422
    assert faults(page.text) == []
    hits = re.findall(r'name="hit" type="radio" value="([^"]+)"|name="hit"[^>]*value="([^"]+)"', page.text)
    assert len(hits) > 1
    chosen = next(one or other for one, other in hits)
    assert file(desk, place="Phường", hit=chosen).status_code == 302


def test_a_category_with_questions_asks_them_once(desk: Browser) -> None:
    page = file(desk, category="pothole")
    assert page.status_code == 200
    assert faults(page.text) == []
    assert 'name="answer_road"' in page.text
    assert file(desk, category="pothole", asked="pothole", answer_road="alley").status_code == 302
    assert reports()[0].answers == {"road": "alley"}


def test_a_photo_stays_while_the_page_asks_further(desk: Browser) -> None:
    page = file(desk, category="pothole", photos=(BytesIO(photos.jpeg()), "ho.jpg"))
    (name,) = re.findall(r'name="picked" value="([\w-]+)" checked', page.text)
    assert faults(page.text) == []
    assert 'name="picked"' not in desk.get("/desk/assisted").text  # the next caller's form begins empty
    assert file(desk, category="pothole", asked="pothole", answer_road="alley", picked=name).status_code == 302
    assert db.session.scalars(select(Photo.name)).all() == [name]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"category": ""}, "category"),
        ({"words": ""}, "words"),
        ({"phone": "abc"}, "phone"),
        ({"email": "khong-phai"}, "email"),
        ({"place": "", "ward": ""}, "ward"),
        ({"place": "10.7, 106.7"}, "place"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_stays(
    desk: Browser, wrong: dict[str, str], field: str
) -> None:
    page = file(desk, **wrong)
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "Bà Lan" in page.text
    assert faults(page.text) == []
    assert reports() == []


def test_a_text_named_jpg_is_refused_and_nothing_is_filed(desk: Browser) -> None:
    page = file(desk, photos=(BytesIO(photos.text()), "anh.jpg"))
    assert page.status_code == 422
    assert "anh.jpg" in page.text
    assert reports() == []
