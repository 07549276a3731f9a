"""What time alone decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import figures, workflow
from app.domain.accounts import joining
from app.domain.city import store
from app.domain.permissions import handled_by
from app.domain.public_view import whole
from app.domain.reports import filing, following
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.jobs import clocks
from app.models import Delivery, Event, OneTimeCode, Person, Report, ReportContact, now
from app.models.choices import ActorKind, EventKind, Outcome, Publication, Status
from tests.factories import a_person, a_report, dispatcher, in_charge_of, its_reporter, with_time_to_edit

pytestmark = pytest.mark.usefixtures("db_session")


def take(report, move, by, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**said))


def fresh(report) -> Report:
    db.session.expire_all()
    return db.session.get_one(Report, report.id)


def last_event(report) -> Event:
    return db.session.scalars(select(Event).where(Event.report_id == report.id).order_by(Event.id.desc())).first()


def test_a_pause_ends_by_itself_and_the_clock_goes_on(clock):
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "ask", clerk, words="Ở ngõ nào ạ?")
    until = fresh(report).due_at
    assert clocks.turn() == 0
    clock.set(until)
    assert clocks.turn() == 1
    assert clocks.turn() == 0
    assert fresh(report).status is Status.IN_PROGRESS
    assert fresh(report).due_at > until
    event = last_event(report)
    assert (event.kind, event.actor_kind, event.public_at) == (EventKind.RESUMED, ActorKind.SYSTEM, event.at)
    assert figures.verify() == []


def in_queues() -> list[str]:
    return list(db.session.scalars(select(Report.code).where(handled_by(dispatcher()))))


def test_a_report_reaches_its_unit_when_the_time_to_edit_is_over(clock):
    with_time_to_edit()
    report = a_report()
    assert (report.status, report.publication, in_queues()) == (Status.HELD, Publication.NONE, [])
    due = report.due_at
    clock.forward(minutes=14, seconds=59)
    assert clocks.turn() == 0
    clock.forward(seconds=1)
    assert (clocks.turn(), clocks.turn()) == (1, 0)
    report = fresh(report)
    assert (report.status, report.publication, report.due_at) == (Status.NEW, Publication.PIN, due)
    assert in_queues() == [report.code]
    event = last_event(report)
    assert (event.kind, event.actor_kind, event.public_at) == (EventKind.RELEASED, ActorKind.SYSTEM, event.at)
    assert figures.verify() == []


def test_words_that_are_public_at_once_are_so_when_the_time_to_edit_is_over(clock):
    with_time_to_edit()
    report = a_report(category="street-light", words="Đèn tắt")
    clock.forward(minutes=15)
    clocks.turn()
    report = fresh(report)
    assert (whole(report).words, report.content_due_at) == ("Đèn tắt", None)


def test_a_sensitive_report_is_released_and_stays_private(clock):
    with_time_to_edit()
    report = a_report(category="staff-conduct")
    clock.forward(minutes=15)
    clocks.turn()
    assert (fresh(report).status, fresh(report).publication) == (Status.NEW, Publication.NONE)


def test_what_was_withdrawn_in_the_time_to_edit_is_not_released(clock):
    with_time_to_edit()
    report = a_report()
    take(report, "withdraw", its_reporter(report))
    clock.forward(minutes=15)
    assert clocks.turn() == 0
    assert fresh(report).status is Status.WITHDRAWN


def test_a_city_that_ends_the_time_to_edit_releases_what_it_held(clock):
    with_time_to_edit()
    report = a_report()
    with_time_to_edit(0)
    clocks.turn()
    assert fresh(report).status is Status.NEW


def test_what_is_urgent_is_never_held(clock):
    with_time_to_edit()
    assert a_report(is_dangerous=True).status is Status.NEW


def test_a_private_report_is_woken_too(clock):
    report = a_report(category="staff-conduct")
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "ask", clerk, words="Ở đâu ạ?")
    clock.set(fresh(report).due_at)
    assert clocks.wake_waiting() == 1


def test_an_answer_without_objection_is_closed_after_thirty_days(clock):
    report = a_report()
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    take(report, "resolve", clerk, words="Xong", outcome=Outcome.CANNOT_FIX)
    clock.forward(days=29)
    assert clocks.close_answered() == 0
    clock.forward(days=2)
    assert clocks.close_answered() == 1
    assert fresh(report).status is Status.CLOSED
    assert figures.verify() == []


def test_a_transfer_that_nobody_accepts_goes_to_the_dispatcher(clock):
    report = a_report()
    city = store.current()
    take(
        report,
        "transfer",
        in_charge_of(report),
        words="Nhầm đơn vị",
        transfer_to="so-ha-tang",
        transfer_reason=next(iter(city.transfers)),
    )
    promised = fresh(report).handle_due_at
    clock.set(fresh(report).due_at + timedelta(minutes=1))
    assert clocks.return_unaccepted() == 1
    report = fresh(report)
    assert city.unit_of(report.unit_id).code == city.dispatch
    assert (report.needs_routing_check, report.handle_due_at) == (True, promised)
    assert last_event(report).data["guard"] == "not_accepted"
    clock.set(report.due_at + timedelta(minutes=1))
    assert clocks.return_unaccepted() == 0  # it lies with the dispatcher already
    assert figures.verify() == []


def test_a_typed_address_is_forgotten_after_fourteen_days_and_a_number_with_the_report(clock):
    by_mail, by_phone = a_report(), a_report(contact=filing.Contact("Bà Tư", "", "0912345678"))
    known = a_report()
    with unit_of_work():
        following.confirm_contact(known.code, by=its_reporter(known))
    clock.forward(days=13)
    assert clocks.forget_contacts() == 0
    clock.forward(days=2)
    assert clocks.forget_contacts() == 1
    assert clocks.forget_contacts() == 0
    db.session.expire_all()
    assert db.session.get_one(ReportContact, by_mail.id).email == ""
    assert db.session.get_one(ReportContact, known.id).email != ""
    assert db.session.get_one(ReportContact, by_phone.id).phone == "0912345678"
    take(by_phone, "withdraw", its_reporter(by_phone))
    assert clocks.forget_contacts() == 1
    kept = db.session.get_one(ReportContact, by_phone.id, populate_existing=True)
    assert (kept.name, kept.phone) == ("", "")


def test_a_sign_up_that_nobody_confirmed_is_forgotten_after_two_weeks(clock):
    joining.sign_up("la@example.org", "bốn từ chẳng liên quan gì nhau")
    kept = a_person().id
    clock.forward(days=14)
    assert clocks.forget() == 0
    clock.forward(minutes=1)
    assert clocks.forget() == 1
    assert db.session.scalars(select(Person.id)).all() == [kept]
    assert db.session.scalars(select(Delivery)).all() == []


def test_codes_are_swept_a_day_after_they_ran_out(clock):
    with unit_of_work() as session:
        session.add(OneTimeCode(purpose="x", subject="y", code_hash="z", created_at=now(), expires_at=now()))
    clocks.forget()
    assert db.session.scalars(select(OneTimeCode)).all() != []
    clock.forward(days=1, minutes=1)
    assert clocks.forget() == 1
    assert db.session.scalars(select(OneTimeCode)).all() == []


@pytest.mark.only_sqlite
@pytest.mark.parametrize(
    "turn",
    [
        clocks.release_held,
        clocks.wake_waiting,
        clocks.return_unaccepted,
        clocks.close_answered,
        clocks.show_settled,
    ],
)
def test_no_clock_walks_every_report(turn, count_queries):
    with count_queries() as counted:
        assert turn() == 0
    asked = next(one for one in counted.statements if one.startswith("SELECT report.code"))
    with db.engine.connect() as plain:
        plan = plain.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", (1,) * asked.count("?")).all()
    assert [row[3] for row in plan if row[3].startswith("SCAN")] == []
