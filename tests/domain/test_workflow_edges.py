"""Where moves meet: a clock that stood still, a report that changes its kind, two hands at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.domain import figures, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.public_view import whole
from app.domain.reports import following
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Report, now
from app.models.choices import Outcome, Publication, Role, Severity, Status, WaitingFor
from tests.factories import a_minute_later, a_report, actor, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")


def take(report, move, by, **said):
    with unit_of_work():
        return workflow.take(report.code, move, by=by, details=Details(**({"words": "Đã làm"} | said)))


def at_work(**said):
    report = a_report(**said)
    clerk = in_charge_of(report)
    take(report, "receive", clerk)
    return report, clerk


def today():
    return (now() + timedelta(hours=7)).date()


def paused(report, clerk, days=20):
    take(report, "pause", clerk, waiting_for=WaitingFor.WEATHER, until=today() + timedelta(days=days))


# The clock ------------------------------------------------------------------------------------------------------------


def test_a_pause_does_not_make_a_late_answer_punctual(clock):
    report, clerk = at_work(category="parking")
    clock.forward(days=30)
    assert report.is_overdue(now())
    paused(report, clerk)
    take(report, "resolve", clerk, outcome=Outcome.CANNOT_FIX)
    assert report.is_late
    assert figures.verify() == []


def test_what_is_answered_during_a_pause_in_time_is_punctual(clock):
    report, clerk = at_work(category="parking")
    paused(report, clerk)
    clock.forward(days=15)
    take(report, "resolve", clerk, outcome=Outcome.CANNOT_FIX)
    assert not report.is_late


def test_a_pause_of_what_was_late_leaves_the_promise_where_it_was(clock):
    report, clerk = at_work(category="parking")
    promised = report.handle_due_at
    clock.forward(days=30)
    paused(report, clerk)
    clock.forward(days=2)
    take(report, "resume", clerk)
    assert report.due_at == report.handle_due_at == promised


def test_a_transfer_during_the_pause_of_what_was_late_leaves_the_promise_too(clock):
    report, clerk = at_work(category="parking")
    promised = report.handle_due_at
    clock.forward(days=30)
    paused(report, clerk)
    take(report, "transfer", clerk, transfer_to="so-ha-tang", transfer_reason=next(iter(store.current().transfers)))
    assert report.handle_due_at == promised


def test_an_extension_granted_during_a_pause_counts_after_it(clock):
    report, clerk = at_work(category="parking")
    until = (report.handle_due_at + timedelta(days=14)).date()
    take(report, "ask_extension", clerk, until=until)
    paused(report, clerk)
    take(report, "extend", in_charge_of(report, Role.LEAD))
    granted = report.handle_due_at
    take(report, "resume", clerk)
    assert report.due_at == report.handle_due_at
    assert abs(report.handle_due_at - granted) <= timedelta(minutes=1)


def test_an_extension_of_planned_work_runs_once_the_work_begins(clock):
    report, clerk = at_work(category="parking")
    take(report, "plan", clerk, planned_on=today() + timedelta(days=10))
    take(report, "ask_extension", clerk, until=today() + timedelta(days=30))
    take(report, "extend", in_charge_of(report, Role.LEAD))
    take(report, "begin_planned", clerk)
    assert report.due_at == report.handle_due_at
    assert report.due_at.date() >= today() + timedelta(days=29)


def test_another_severity_during_a_pause_counts_after_it(clock):
    report, clerk = at_work(category="parking")
    paused(report, clerk)
    take(report, "reclassify", in_charge_of(report, Role.LEAD), severity=Severity.COMPLEX)
    promised = report.handle_due_at
    take(report, "resume", clerk)
    assert abs(report.handle_due_at - promised) <= timedelta(minutes=1)


def test_the_lead_of_another_unit_makes_no_promise_later():
    report, _clerk = at_work(category="parking")
    mine, elsewhere = in_charge_of(report), actor("so-van-hoa", Role.LEAD)
    both = replace(mine, grants=(*mine.grants, *elsewhere.grants))
    with pytest.raises(Forbidden):
        take(report, "reclassify", both, severity=Severity.COMPLEX)


# Another category -----------------------------------------------------------------------------------------------------


def test_a_report_that_becomes_sensitive_shows_its_place_no_more():
    report, clerk = at_work()
    assert report.publication is Publication.PIN
    take(report, "reclassify", clerk, category="staff-conduct")
    assert report.publication is Publication.NONE
    assert (report.public_lat, report.public_lng, report.public_cell) == (None, None, None)
    assert figures.verify() == []


def test_another_category_brings_its_own_precision(clock):
    report, clerk = at_work()
    take(report, "reclassify", clerk, category="parking")
    a_minute_later(clock)
    assert report.publication is Publication.PIN
    assert (report.public_lat, report.public_lng) != (report.lat, report.lng)
    assert whole(report).point != (report.lat, report.lng)
    assert figures.verify() == []


def test_a_report_that_is_sensitive_no_more_shows_its_pin(clock):
    report, clerk = at_work(category="staff-conduct")
    take(report, "reclassify", clerk, category="rubbish")
    a_minute_later(clock)
    assert report.publication is Publication.PIN
    assert (report.public_lat, report.public_lng) == (report.lat, report.lng)
    assert figures.verify() == []


def test_taking_the_change_of_category_back_brings_the_pin_back():
    report, clerk = at_work()
    event = take(report, "reclassify", clerk, category="staff-conduct")
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    assert report.publication is Publication.PIN
    assert (report.public_lat, report.public_lng) == (report.lat, report.lng)
    assert figures.verify() == []


# Two hands ------------------------------------------------------------------------------------------------------------


def test_somebody_who_joins_does_not_stop_an_undo():
    report, clerk = at_work()
    event = take(report, "start", clerk)
    neighbour = actor("so-van-hoa")
    with unit_of_work():
        following.join(report.code, by=neighbour)
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    assert report.status is Status.RECEIVED
    assert report.affected == 2


def test_what_the_reporter_adds_does_stop_it():
    report, clerk = at_work()
    event = take(report, "start", clerk)
    with unit_of_work():
        following.add(report.code, "Thêm", by=its_reporter(report))
    with pytest.raises(Stale), unit_of_work():
        workflow.undo(event.id, by=clerk)


def test_nothing_is_merged_into_a_report_somebody_may_not_handle():
    report, head = a_report(), a_report(category="staff-conduct")
    limited = actor(None, Role.DISPATCHER, categories=["rubbish"])
    with pytest.raises(Invalid) as refused:
        take(report, "merge", limited, merge_into=head.code)
    assert refused.value.field == "merge_into"


def test_a_merge_counts_who_joined_the_head_meanwhile():
    """The head is read fresh and locked: a count from before the wait would lose whoever joined during it."""
    report, head = a_report(), a_report()
    by = dispatcher()
    with unit_of_work():
        stale = db.session.scalars(select(Report).where(Report.id == head.id)).one()
        table = Report.__table__
        db.session.execute(table.update().where(table.c.id == head.id).values(affected=5))
        assert stale.affected == 1
        workflow.take(report.code, "merge", by=by, details=Details(merge_into=head.code))
    assert db.session.get_one(Report, head.id).affected == 6
