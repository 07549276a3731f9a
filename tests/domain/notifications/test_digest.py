"""The morning letter: at eight, on working days, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.adapters.mail import FakeMail
from app.domain import promises, wording, workflow
from app.domain.city import store
from app.domain.permissions import actor_of
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs.deliver import deliver
from app.jobs.digest import digest
from app.models import Delivery, Report, now
from app.models.choices import DeliveryState, Role, WaitingFor
from tests.factories import a_report, in_charge_of, staff, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def at(clock, hour: int, day: int = 25):
    """An hour of Hanoi's clock in November 2025; the 25th is a Tuesday."""
    clock.set(datetime(2025, 11, day, hour - 7, 5, tzinfo=UTC))


def test_those_who_work_a_queue_get_one_letter_a_morning(clock):
    report = a_report()
    clerk, lead = staff(unit_of(report)), staff(unit_of(report), Role.LEAD)
    staff(None, Role.OBSERVER)
    at(clock, 7, 26)
    assert digest() == 0
    at(clock, 8, 26)
    assert digest() == 2
    assert digest() == 0
    people = db.session.scalars(select(Delivery.person_id).where(Delivery.kind == "digest"))
    assert set(people) == {clerk.id, lead.id}


def test_not_on_a_sunday_and_not_after_noon(clock):
    report = a_report()
    staff(unit_of(report))
    at(clock, 8, 30)
    assert digest() == 0
    at(clock, 13, 26)
    assert digest() == 0


def test_an_empty_desk_gets_none(clock):
    a_report()
    staff("ubnd-10002")
    at(clock, 8, 26)
    assert digest() == 1
    deliver()
    db.session.expire_all()
    letter = db.session.scalars(select(Delivery).where(Delivery.kind == "digest")).one()
    assert (letter.state, letter.error) == (DeliveryState.CANCELLED, "nothing is open")


def test_a_pause_is_not_told_as_a_due_date(app, clock, monkeypatch):
    report = a_report()
    lead = staff(unit_of(report), Role.LEAD)
    with unit_of_work():
        workflow.take(report.code, "receive", by=actor_of(lead), details=Details())
    until = (now() + timedelta(days=10)).date()
    details = Details(waiting_for=WaitingFor.WEATHER, until=until, words="Chờ hết mưa")
    with unit_of_work():
        workflow.take(report.code, "pause", by=actor_of(lead), details=details)
    at(clock, 8, 26)
    letter = morning_letter(lead, app, monkeypatch)
    paused = db.session.get_one(Report, report.id)
    stops, runs_out = (
        wording.say_due(one, "vi", now(), "Asia/Ho_Chi_Minh")
        for one in (paused.due_at, promises.at_the_latest(store.current(), paused))
    )
    assert f"đang tạm dừng đến {stops}, sau đó hạn xử lý là {runs_out}" in letter
    assert f"hạn {stops}" not in letter


# Dispatchers ----------------------------------------------------------------------------------------------------------


def returned(report):
    """A unit gives it back: nobody but a dispatcher moves it on."""
    clerk, details = in_charge_of(report), Details(transfer_reason="wrong-unit", words="Không thuộc đơn vị")
    with unit_of_work():
        workflow.take(report.code, "return", by=clerk, details=details)


def morning_letter(person, app, monkeypatch) -> str:
    post = FakeMail()
    monkeypatch.setitem(app.extensions, "mail", post)
    digest()
    deliver()
    (letter,) = [one for one in post.sent if one["To"] == person.email]
    return f"{letter['Subject']}\n{letter.get_body(('plain',)).get_content()}"


def test_a_dispatcher_hears_of_what_no_unit_has_and_how_late_the_city_is(app, clock, monkeypatch):
    late, disputed, quiet = a_report(), a_report(), a_report()
    dispatcher = staff(None, Role.DISPATCHER)
    at(clock, 9, 27)
    returned(disputed)
    with unit_of_work():
        db.session.get_one(Report, quiet.id).due_at = now() + timedelta(days=30)
    at(clock, 8, 28)
    letter = morning_letter(dispatcher, app, monkeypatch)
    assert "Phản ánh cần điều phối ngày 28/11" in letter
    assert "Chưa rõ đơn vị hoặc bị trả lại: 1" in letter
    assert "Quá hạn trên toàn thành phố: 2" in letter
    assert "Tổng số đang mở: 3" in letter
    assert f"/desk/r/{disputed.code}" in letter
    assert f"/desk/r/{late.code}" not in letter  # a unit has it, and hears of it
    assert "/desk?tab=unrouted" in letter


def test_where_no_unit_is_in_doubt_a_dispatcher_sees_the_latest_of_all(app, clock, monkeypatch):
    late, dispatcher = a_report(), staff(None, Role.DISPATCHER)
    at(clock, 8, 28)
    letter = morning_letter(dispatcher, app, monkeypatch)
    assert "Không có phản ánh nào chờ điều phối" in letter
    assert f"/desk/r/{late.code}" in letter
    assert "/desk?tab=overdue" in letter


def test_where_nothing_is_late_or_in_doubt_a_dispatcher_gets_none(clock):
    a_report()
    staff(None, Role.DISPATCHER)
    at(clock, 8, 25)
    assert digest() == 1
    deliver()
    db.session.expire_all()
    letter = db.session.scalars(select(Delivery).where(Delivery.kind == "digest")).one()
    assert (letter.state, letter.error) == (DeliveryState.CANCELLED, "nothing waits for a dispatcher")


def test_a_dispatcher_rests_when_the_dispatching_unit_does(clock):
    a_report()
    staff(None, Role.DISPATCHER)
    at(clock, 8, 30)
    assert digest() == 0
