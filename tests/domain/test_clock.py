"""What the pages say of a clock: the promise that runs, its arithmetic, and by which moment lateness was judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain import clock as clocks
from app.domain import deadlines, promises, workflow
from app.domain.city import store
from app.domain.clock import Runs
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Event, Report, now
from app.models.choices import Outcome, Role, WaitingFor
from tests.factories import a_minute_later, a_report, dispatcher, in_charge_of
from tests.support.application import Browser, Clock

pytestmark = pytest.mark.usefixtures("db_session")


def take(report: Report, move: str, by=None, **said) -> None:
    by = by or in_charge_of(report, Role.LEAD)
    with unit_of_work():
        workflow.take(report.code, move, by=by, details=Details(**said))


def of(report: Report) -> clocks.Clock:
    db.session.expire_all()
    events = db.session.query(Event).filter_by(report_id=report.id, undone_at=None).order_by(Event.id)
    return clocks.of(store.current(), db.session.get_one(Report, report.id), events)


def test_a_report_with_a_new_unit_is_counted_by_the_hours_to_accept() -> None:
    report = a_report()
    reason = next(iter(store.current().transfers))
    take(report, "transfer", words="Nhầm", transfer_to="so-ha-tang", transfer_reason=reason)
    stands = of(report)
    assert (stands.runs, stands.due) == (Runs.ACCEPT, report.due_at)
    assert stands.arithmetic is not None
    assert (stands.arithmetic.limit, stands.arithmetic.due) == (store.current().settings.accept_transfer, report.due_at)


def test_a_paused_clock_says_what_is_left_and_counts_nothing() -> None:
    report = a_report()
    take(report, "receive")
    take(report, "pause", words="Mưa", waiting_for=WaitingFor.WEATHER, until=now().date() + timedelta(days=3))
    stands = of(report)
    assert (stands.runs, stands.arithmetic) == (Runs.PAUSED, None)
    assert stands.minutes_left == report.remaining_minutes > 0


def test_a_refusal_is_judged_by_the_time_to_receive(clock: Clock) -> None:
    report = a_report()
    receive_by = report.receive_due_at
    clock.forward(days=3)  # past the time to receive, well before the time to handle
    take(report, "decline", words="Ngoài phạm vi", refusal=next(iter(store.current().refusals)))
    stands = of(report)
    assert (stands.runs, stands.due, stands.is_receipt) == (Runs.JUDGED, receive_by, True)
    assert report.is_late
    assert stands.arithmetic is not None
    assert stands.arithmetic.limit == store.current().settings.receive


def test_an_answer_during_a_pause_is_judged_with_the_minutes_that_were_left(clock: Clock) -> None:
    report = a_report()
    take(report, "receive")
    promised = report.handle_due_at
    take(report, "pause", words="Mưa", waiting_for=WaitingFor.WEATHER, until=now().date() + timedelta(days=20))
    clock.forward(days=15)
    take(report, "resolve", words="Xong", outcome=Outcome.CANNOT_FIX)
    stands = of(report)
    assert not report.is_late
    assert stands.due is not None
    assert stands.due >= now() > promised


def test_a_reopened_report_is_counted_from_its_reopening(clock: Clock) -> None:
    report = a_report()
    take(report, "receive")
    take(report, "resolve", words="Xong", outcome=Outcome.CANNOT_FIX)
    clock.forward(days=2)
    take(report, "reopen", dispatcher(), words="Vẫn còn")
    stands = of(report)
    hours = promises.working_time(store.current(), report.unit_id)
    limit = promises.limit_of(store.current(), report.severity)
    assert stands.arithmetic == deadlines.explain(limit, hours, now())


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_no_page_shows_a_date_that_a_pause_has_made_old_as_the_one_that_holds(
    clock: Clock, client: Browser, sign_in, prefix: str
) -> None:
    from app.domain.reports import secret_of
    from tests.factories import staff, unit_of

    report = a_report()
    take(report, "receive")
    take(report, "pause", words="Mưa", waiting_for=WaitingFor.WEATHER, until=now().date() + timedelta(days=20))
    a_minute_later(clock)
    clock.forward(days=15)
    left = "làm việc" if not prefix else "of working time left"
    old = "Hạn trước khi tạm dừng" if not prefix else "Date before it stood still"
    desk = sign_in(staff(unit_of(report)))
    for page in (
        client.get(f"{prefix}/r/{report.code}"),
        client.get(f"{prefix}/r/{report.code}/mine/{secret_of(report)}"),
        desk.get(f"{prefix}/desk/r/{report.code}"),
    ):
        assert left in page.text
        assert old in page.text
    row = desk.get(f"{prefix}/desk?tab=open").text
    assert ("tạm dừng, còn" if not prefix else "on hold, ") in row
