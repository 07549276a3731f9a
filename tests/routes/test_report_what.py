"""What it is: nothing is answered beforehand, and what is missing is said beside its field."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

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
