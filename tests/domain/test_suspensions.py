"""Hours that do not count: dates move once, as after a pause, the old ones stay shown, an early end gives back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain import figures, promises, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.permissions import Actor
from app.domain.suspensions import declaring, moving, reading
from app.domain.suspensions.declaring import Decision
from app.extensions import db, unit_of_work
from app.models import Declared, Event, Localized, Report, SuspendedReport, Suspension, now
from app.models.choices import DeclaredKind, EventKind, Outcome, Role, WaitingFor
from app.statements import tally
from tests.factories import a_report, actor, dispatcher, in_charge_of
from tests.support.application import Clock

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def by(clock: Clock, db_session: Any) -> Actor:
    return dispatcher()


@pytest.fixture
def declare(by: Actor) -> Callable[..., Suspension]:
    def declare(**said: Any) -> Suspension:
        at = now()
        plain: dict[str, Any] = {
            "reason": Localized("Bão số 5"),
            "starts_at": at,
            "until": at + timedelta(days=2),
            "wards": ("10001",),
        }
        with unit_of_work():
            return declaring.declare(Decision(**(plain | said)), by=by)

    return declare


def at_work(clock: Clock) -> None:
    """Its minute is over and the worker has passed."""
    clock.forward(minutes=1)
    while moving.turn():
        pass
    db.session.expire_all()


def fresh(report: Report) -> Report:
    db.session.expire_all()
    return db.session.get_one(Report, report.id)


def take(report: Report, move: str, **said: Any) -> None:
    clerk = in_charge_of(report)
    with unit_of_work():
        workflow.take(report.code, move, by=clerk, details=workflow.Details(**said))


def test_dates_of_matching_reports_move_once_by_the_minutes_that_were_left(
    clock: Clock, declare: Callable[..., Suspension]
) -> None:
    report, elsewhere, other = a_report(), a_report(lat=21.02, lng=105.835), a_report(category="street-light")
    first = report.handle_due_at
    suspension = declare(categories=("rubbish",))
    assert moving.turn() == 0, "not within its minute"
    at_work(clock)
    hours = promises.working_time(store.current(), report.unit_id)
    moved = fresh(report)
    left = hours.minutes_between(suspension.starts_at, first)
    assert moved.handle_due_at == hours.add_minutes(suspension.until, left) > first
    assert moved.receive_due_at == moved.due_at > suspension.until
    assert moved.first_handle_due_at == first
    (event,) = db.session.scalars(select(Event).where(Event.kind == EventKind.SUSPENDED)).all()
    assert (event.data["due_was"], event.data["due"]) == (first.timestamp(), moved.handle_due_at.timestamp())
    assert event.public_at is not None
    for still in (elsewhere, other):
        assert fresh(still).handle_due_at == still.first_handle_due_at
    assert moving.turn() == 0, "once"
    assert figures.verify() == []


def test_a_report_filed_meanwhile_is_promised_what_one_filed_before_is(
    clock: Clock, declare: Callable[..., Suspension]
) -> None:
    before = a_report()
    declare()
    at_work(clock)
    new = a_report()
    assert abs(new.handle_due_at - fresh(before).handle_due_at) <= timedelta(minutes=1)
    assert new.first_handle_due_at < new.handle_due_at
    assert moving.turn() == 0
    assert len(db.session.scalars(select(Event).where(Event.kind == EventKind.SUSPENDED)).all()) == 2


def test_a_step_in_these_hours_counts_from_their_end(clock: Clock, declare: Callable[..., Suspension]) -> None:
    received, waits = a_report(), a_report()
    for report in (received, waits):
        take(report, "receive")
    take(waits, "pause", words="Chờ vật tư", waiting_for=WaitingFor.OUTSIDE, until=now().date() + timedelta(days=9))
    kept = fresh(waits).remaining_minutes
    new = a_report()
    suspension = declare()
    at_work(clock)
    assert fresh(waits).remaining_minutes == kept, "it stands still anyway"
    hours = promises.working_time(store.current(), received.unit_id)
    take(waits, "resume")
    assert hours.minutes_between(suspension.until, fresh(waits).handle_due_at) == kept
    promised = fresh(new).handle_due_at
    take(new, "receive")
    assert suspension.until < fresh(new).due_at <= promised  # type: ignore[operator]


def test_ended_early_as_much_comes_back_but_not_what_somebody_has_set_since(
    clock: Clock, declare: Callable[..., Suspension], by: Actor
) -> None:
    untouched, planned = a_report(), a_report()
    first = untouched.handle_due_at
    take(planned, "receive")
    suspension = declare()
    at_work(clock)
    take(planned, "plan", words="Đã có lịch", planned_on=now().date() + timedelta(days=20))
    chosen = fresh(planned).handle_due_at
    clock.forward(hours=3)
    with unit_of_work():
        declaring.end(suspension.code, by=by)
    at_work(clock)
    hours = promises.working_time(store.current(), untouched.unit_id)
    back = fresh(untouched).handle_due_at
    assert hours.minutes_between(first, back) == hours.minutes_between(
        suspension.starts_at, reading.get(suspension.code).until
    )
    assert fresh(planned).handle_due_at == chosen
    assert reading.get(suspension.code).done_at is not None
    assert moving.turn() == 0
    assert figures.verify() == []


def test_nobody_loses_their_undo_to_it(clock: Clock, declare: Callable[..., Suspension]) -> None:
    report = a_report()
    declare()
    clock.forward(minutes=1)
    clerk = in_charge_of(report)
    with unit_of_work():
        event = workflow.take(report.code, "receive", by=clerk)
    assert moving.turn() == 0
    with unit_of_work():
        workflow.undo(event.id, by=clerk)
    assert moving.turn() == 1


def test_within_its_minute_it_is_taken_back_and_after_that_it_is_not(
    clock: Clock, declare: Callable[..., Suspension], by: Actor
) -> None:
    report = a_report()
    gone, stands = declare(), declare(wards=("10002",))
    with unit_of_work():
        declaring.undo(gone.code, by=by)
    at_work(clock)
    assert fresh(report).handle_due_at == report.first_handle_due_at
    with pytest.raises(Stale), unit_of_work():
        declaring.undo(stands.code, by=by)
    with pytest.raises(Stale), unit_of_work():
        declaring.end(gone.code, by=by)
    kinds = db.session.scalars(select(Declared.kind).where(Declared.about == gone.code).order_by(Declared.id)).all()
    assert kinds == [DeclaredKind.SUSPENDED, DeclaredKind.SUSPENSION_UNDONE]
    assert len(reading.page().suspensions) == 2, "the public list hides none"


def test_nobody_declares_the_past_the_same_hours_twice_or_without_the_right(
    clock: Clock, declare: Callable[..., Suspension]
) -> None:
    declare(wards=())
    for said in (
        {},
        {"until": now() - timedelta(hours=1)},
        {"reason": Localized("")},
        {"wards": ("99999",)},
        {"until": now() + timedelta(days=31)},
    ):
        with pytest.raises(Invalid):
            declare(**said)
    lead, at = actor("ubnd-10001", Role.LEAD), now()
    with pytest.raises(Forbidden), unit_of_work():
        declaring.declare(Decision(Localized("x"), at, at + timedelta(hours=1)), by=lead)
    assert declare(starts_at=at + timedelta(days=3), until=at + timedelta(days=4)).id


def test_the_figures_are_kept_with_and_without_it(clock: Clock, declare: Callable[..., Suspension]) -> None:
    report, since = a_report(), now()
    take(report, "receive")
    suspension = declare(wards=())
    at_work(clock)
    mark = db.session.scalars(select(SuspendedReport)).one()
    clock.forward(seconds=int((mark.handle_was - now()).total_seconds()) + 60)
    take(report, "resolve", words="Đã kiểm tra.", outcome=Outcome.CANNOT_FIX)
    assert not fresh(report).is_late
    kept = reading.kept([suspension])[suspension.id]
    assert (kept.moved, kept.answered, kept.in_time, kept.in_time_without) == (1, 1, 1, 0)
    assert reading.only_in_time_by_them(since.date()) == 1


def test_a_city_that_never_declared_any_asks_for_none(clock: Clock, declare: Callable[..., Suspension]) -> None:
    store.current()
    asked = tally().count
    assert reading.holding("rubbish", "10001", now()) == []
    assert tally().count == asked
    suspension = declare()
    clock.forward(minutes=1)
    assert reading.holding("rubbish", "10001", now()) == [suspension]
    assert reading.holding("rubbish", "10002", now()) == []
    clock.forward(days=2)
    asked = tally().count
    assert reading.holding("rubbish", "10001", now()) == []
    assert tally().count == asked
