"""Somebody else than the reporter tells the unit something: that it is fixed, or more about the same problem."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import dossier
from app.models import Photo, Report
from app.models.choices import PhotoKind
from tests import factories, photos
from tests.support.application import Browser
from tests.support.html import faults


@pytest.fixture
def report(db_session: Session) -> Report:
    return factories.a_report()


def test_a_claim_with_a_photo_is_shown_as_a_claim_and_its_photo_to_the_unit_alone(
    client: Browser, report: Report, db_session: Session
) -> None:
    address = f"/r/{report.code}/fixed"
    assert faults(client.get(address).text) == []
    sent = {"words": "Sáng nay đã dọn sạch", "photos": [(BytesIO(photos.jpeg()), "sau.jpg")]}
    page = client.post(address, data=sent, follow_redirects=True).text
    assert "chờ đơn vị xác nhận" in page
    assert "Sáng nay đã dọn sạch" not in page
    assert address not in page  # one claim at a time
    photo = db_session.scalars(select(Photo)).one()
    assert (photo.kind, photo.event_id is not None, photo.published_at) == (PhotoKind.TESTIMONY, True, None)
    assert client.get(f"/photos/{photo.name}-view.webp").status_code in (403, 404)


@pytest.mark.parametrize("what", ["fixed", "tell"])
def test_nothing_said_is_refused_beside_the_field_and_the_photo_is_not_kept(
    client: Browser, report: Report, db_session: Session, what: str
) -> None:
    refused = client.post(f"/r/{report.code}/{what}", data={"words": " ", "photos": [(BytesIO(b"text"), "a.jpg")]})
    assert refused.status_code == 422
    assert 'id="words-error"' in refused.text
    assert db_session.scalars(select(Photo)).all() == []


def test_more_about_the_same_problem_is_told_from_the_page_of_whoever_joined(client: Browser, report: Report) -> None:
    client.get(f"/r/{report.code}/join")
    joined = client.post(f"/r/{report.code}/join", data={}, follow_redirects=True).text
    assert f"/r/{report.code}/tell" in joined
    thanked = client.post(f"/r/{report.code}/tell", data={"words": "Bốc mùi cả đêm"}, follow_redirects=True).text
    assert "Bốc mùi cả đêm" not in thanked
    seen = dossier.of(report.code, seen_by=factories.in_charge_of(report))
    assert "Bốc mùi cả đêm" in [words.original for event in seen.events for words in event.words]
