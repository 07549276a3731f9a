"""What it is: nothing is answered beforehand, and what is missing is said beside its field."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.city import store
from app.domain.reports import nearby
from app.extensions import unit_of_work
from app.models import Report, now
from app.models.choices import Outcome, Status
from tests import factories
from tests.routes.test_report import middle
from tests.support.application import Browser

RUBBISH = {"words": "Rác chất đống", "category": "rubbish", "asked": "rubbish"}


def test_whether_it_is_dangerous_is_answered_by_nobody_else(client: Browser) -> None:
    page = client.get("/report/what").text
    assert not [tag for tag in re.findall(r"<input[^>]*name=\"danger\"[^>]*>", page) if "checked" in tag]
    refused = client.post("/report/what", data=RUBBISH)
    assert refused.status_code == 422
    assert 'id="danger-error"' in refused.text
    assert "Rác chất đống" in refused.text


def test_no_summary_without_an_answer_about_danger(client: Browser) -> None:
    lat, lng = middle_of(client)
    client.post("/report/place", data={"lat": lat, "lng": lng})
    client.post("/report/what", data=RUBBISH)
    assert client.get("/report/send").headers["Location"].endswith("/report/what")


def test_what_was_answered_lately_may_have_come_back_and_both_pages_say_so(
    client: Browser, db_session: Session, count_queries: Any
) -> None:
    lat, lng = middle_of(client)
    old = factories.a_report(lat=lat, lng=lng)
    answered(old)
    client.post("/report/place", data={"lat": lat + 0.0005, "lng": lng})  # 55 m: nearer would be linked by itself
    client.post("/report/what", data=RUBBISH | {"danger": "no", "asked": ""})
    with count_queries() as counted:
        page = client.get("/report/what").text
    assert counted.count <= 12, str(counted)
    assert f'name="earlier" value="{old.code}"' in page
    assert f"/r/{old.code}/join" not in page  # nobody works on it any more
    refused = client.post("/report/what", data=RUBBISH | {"danger": "", "earlier": old.code})
    assert "được liên kết với phản ánh này" in refused.text, "what was pressed is kept, whatever else is missing"
    client.post("/report/what", data=RUBBISH | {"danger": "no", "earlier": old.code})
    assert codes.shown(old.code) in client.get("/report/send").text
    client.post("/report/send", data={"email": "ten@example.org"})
    new = db_session.scalars(select(Report).order_by(Report.id.desc()).limit(1)).one()
    assert (new.recurs_of_id, new.recurrence) == (old.id, 2)
    with unit_of_work() as session:
        session.execute(update(Report).where(Report.id == new.id).values(status=Status.NEW, publication="pin"))
    for code in (old.code, new.code):
        assert "tái diễn lần 2" in client.get(f"/r/{code}").text.lower()


def test_nobody_links_a_report_to_one_elsewhere_or_still_open(client: Browser, db_session: Session) -> None:
    lat, lng = middle_of(client)
    still_open = factories.a_report(lat=lat, lng=lng)
    answered(far := factories.a_report(lat=lat + 0.02, lng=lng))
    for named in (still_open, far):
        filed = factories.a_report(lat=lat, lng=lng, earlier=named.code)
        assert filed.recurs_of_id is None


def answered(report: Report) -> None:
    with unit_of_work() as session:
        done = {"status": Status.RESOLVED, "outcome": Outcome.FIXED, "resolved_at": now()}
        session.execute(update(Report).where(Report.id == report.id).values(**done))


def middle_of(client: Browser) -> tuple[float, float]:
    with client.application.app_context():
        return middle()


def test_neither_words_nor_a_photo_is_said_beside_the_words(client: Browser) -> None:
    refused = client.post("/report/what", data=RUBBISH | {"words": " ", "danger": "no"})
    assert refused.status_code == 422
    assert 'id="words-error"' in refused.text
    assert "flash--error" not in refused.text


def test_the_buttons_of_the_last_steps_hide_nothing(client: Browser) -> None:
    assert "go--still" in client.get("/report/what").text


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_only_open_reports_are_offered_as_the_same_problem(db_session: Session, status: Status) -> None:
    report = factories.a_report()
    place = (report.lat, report.lng)
    category = store.current().category_of(report.category_id).code
    assert [one.report.id for one in nearby.similar(category, *place)] == [report.id]
    with unit_of_work() as session:
        done = {"status": status, "outcome": Outcome.CANNOT_FIX, "resolved_at": now()}
        session.execute(update(Report).where(Report.id == report.id).values(**done))
    assert nearby.similar(category, *place) == []
    assert [one.report.id for one in nearby.similar(category, *place, also_done=True)] == [report.id]
