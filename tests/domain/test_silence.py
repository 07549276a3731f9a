"""Nobody is left without a word unseen: the unit is warned after three weeks, the public told after four."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.domain import silence, workflow
from app.domain.reports import following, secret_of
from app.domain.workflow import Details
from app.extensions import unit_of_work
from app.models import Report
from app.models.choices import WaitingFor
from tests.factories import a_minute_later, a_report, in_charge_of, its_reporter
from tests.support.application import Browser, Clock


@pytest.fixture
def report(clock: Clock, db_session: Session) -> Report:
    return a_report()


def step(report: Report, move: str, **said: object) -> None:
    by = in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, move, by=by, details=Details(**said))  # type: ignore[arg-type]


def test_three_weeks_warn_the_unit_and_four_are_told_to_everybody(
    report: Report, clock: Clock, client: Browser, db_session: Session
) -> None:
    step(report, "receive")
    a_minute_later(clock)
    clock.forward(days=21)
    fresh = db_session.get_one(Report, report.id)
    assert (silence.weeks_warned(fresh), silence.weeks_told(fresh)) == (3, 0)
    clock.forward(days=7)
    assert (silence.weeks_warned(fresh), silence.weeks_told(fresh)) == (4, 4)
    said = "Đã 4 tuần đơn vị chưa có thông tin mới."
    assert said in client.get(f"/r/{report.code}").text
    assert said in client.get(f"/r/{report.code}/mine/{secret_of(report)}").text


def test_what_the_reporter_adds_is_no_word_of_the_unit(report: Report, clock: Clock, db_session: Session) -> None:
    clock.forward(days=29)
    with unit_of_work():
        following.add(report.code, "Vẫn còn nguyên", by=its_reporter(report))
    db_session.expire_all()
    assert silence.weeks_told(db_session.get_one(Report, report.id)) == 4


def test_what_waits_with_a_reason_and_a_date_is_not_passed_over(
    report: Report, clock: Clock, db_session: Session
) -> None:
    step(report, "receive")
    until = (clock.now + timedelta(days=40)).date()
    step(report, "pause", words="Chờ hết mưa", waiting_for=WaitingFor.WEATHER, until=until)
    a_minute_later(clock)
    clock.forward(days=30)
    assert silence.weeks_warned(db_session.get_one(Report, report.id)) == 0
