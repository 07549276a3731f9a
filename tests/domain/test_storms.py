"""Storm mode has an end and a log; one press moves many reports, each by itself, and within its minute comes back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain import figures, queue, storms, workflow
from app.domain.city import store
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.workflow import many
from app.extensions import db, unit_of_work
from app.models import Declared, Event, Report, now
from app.models.choices import DeclaredKind, EventKind, Outcome, Role, Status
from tests.factories import a_report, actor, dispatcher, in_charge_of
from tests.support.application import Clock, Counted

pytestmark = pytest.mark.usefixtures("db_session", "clock")


def test_it_is_turned_on_with_an_end_by_those_with_the_right_and_logged(clock: Clock) -> None:
    admin, other = actor(None, Role.ADMIN), dispatcher()
    for until in (now(), now() + timedelta(days=15)):
        with pytest.raises(Invalid), unit_of_work():
            storms.begin(until, by=admin)
    with pytest.raises(Forbidden), unit_of_work():
        storms.begin(now() + timedelta(hours=1), by=other)
    assert storms.current() == []
    with unit_of_work():
        code = storms.begin(now() + timedelta(hours=9), ("10001",), by=admin).code
    assert [one.code for one in storms.current()] == [code]
    with unit_of_work():
        storms.end(code, by=admin)
    assert storms.current() == []
    with pytest.raises(Stale), unit_of_work():
        storms.end(code, by=admin)
    kinds = db.session.scalars(select(Declared.kind).order_by(Declared.id)).all()
    assert kinds == [DeclaredKind.STORM_BEGUN, DeclaredKind.STORM_ENDED]


def test_calm_weather_costs_no_query_of_its_own_before_a_storm_and_after_it(
    clock: Clock, count_queries: Callable[[], AbstractContextManager[Counted]]
) -> None:
    admin = actor(None, Role.ADMIN)

    def asked() -> int:
        store.current()
        with count_queries() as counted:
            storms.current()
        return counted.count

    assert asked() == 0
    with unit_of_work():
        storms.begin(now() + timedelta(hours=2), by=admin)
    assert asked() == 1
    clock.forward(hours=2)
    assert asked() == 0


def test_in_a_storm_the_queue_puts_danger_first_then_many_then_the_date(clock: Clock) -> None:
    plain = [a_report() for _n in range(2)]
    with unit_of_work() as session:
        session.get_one(Report, plain[1].id).affected = 30
    danger, elsewhere = a_report(is_dangerous=True), a_report(lat=21.02, lng=105.835)
    admin, by = actor(None, Role.ADMIN), dispatcher()
    calm = queue.page(queue.Question(), seen_by=by)
    with unit_of_work():
        storms.begin(now() + timedelta(hours=9), ("10001",), by=admin)
    seen, after = [], None
    for _page in range(4):  # one a page: the keys lead from each to the next
        page = queue.page(queue.in_this_weather(queue.Question(after=after)), seen_by=by, limit=1)
        seen += [one.id for one in page.reports]
        after = page.next
    assert seen == [danger.id, plain[1].id, plain[0].id, elsewhere.id]
    assert after is None
    assert {one.id for one in calm.reports} == set(seen)
    two = in_charge_of(plain[0])
    assert [one.id for one in queue.page(queue.in_this_weather(queue.Question()), seen_by=two).reports] == seen[:3]


def versions(*reports: Report) -> list[tuple[str, int]]:
    db.session.expire_all()
    return [(one.code, db.session.get_one(Report, one.id).version) for one in reports]


def statuses(*reports: Report) -> list[Status]:
    db.session.expire_all()
    return [db.session.get_one(Report, one.id).status for one in reports]


def test_each_report_is_answered_by_itself_and_what_was_refused_says_why(clock: Clock) -> None:
    reports = [a_report() for _n in range(3)]
    elsewhere = a_report(lat=21.02, lng=105.835)
    clerk = in_charge_of(reports[0])
    _batch, came = many.take_many(versions(*reports[:2]), "receive", by=clerk, details=workflow.Details())
    assert [one.is_done for one in came] == [True, True]
    chosen = versions(*reports, elsewhere)
    with unit_of_work():
        workflow.take(reports[1].code, "note", by=clerk, details=workflow.Details(words="Gọi lại"))
    details = workflow.Details(words="Đã kiểm tra toàn tuyến.", outcome=Outcome.CANNOT_FIX)
    batch, came = many.take_many(chosen, "resolve", by=clerk, details=details)
    assert [one.is_done for one in came] == [True, False, False, False]
    assert all(str(one.why) for one in came[1:])
    assert statuses(*reports) == [Status.RESOLVED, Status.RECEIVED, Status.NEW]
    events = db.session.scalars(select(Event).where(Event.batch == batch)).all()
    assert [event.report_id for event in events] == [reports[0].id]
    assert figures.verify() == []


def test_the_whole_press_is_taken_back_but_for_what_has_moved_on(clock: Clock) -> None:
    reports = [a_report() for _n in range(3)]
    clerk = in_charge_of(reports[0])
    batch, _came = many.take_many(versions(*reports), "receive", by=clerk, details=workflow.Details())
    with unit_of_work():
        workflow.take(reports[2].code, "start", by=clerk)
    stranger = in_charge_of(reports[0])
    assert many.undo_many(batch, by=stranger) == [], "only whoever pressed"
    came = many.undo_many(batch, by=clerk)
    assert {one.code: one.is_done for one in came} == {
        reports[0].code: True,
        reports[1].code: True,
        reports[2].code: False,
    }
    assert statuses(*reports) == [Status.NEW, Status.NEW, Status.IN_PROGRESS]
    undone = select(func.count()).select_from(Event).where(Event.kind == EventKind.UNDONE)
    assert db.session.scalar(undone) == 2
    late, _came = many.take_many(versions(reports[0]), "receive", by=clerk, details=workflow.Details())
    clock.forward(seconds=61)
    assert [one.is_done for one in many.undo_many(late, by=clerk)] == [False]


def test_many_are_merged_into_one_and_an_empty_press_moves_nothing(clock: Clock) -> None:
    head, *others = [a_report() for _n in range(3)]
    by = dispatcher()
    details = workflow.Details(merge_into=head.code)
    _batch, came = many.take_many(versions(head, *others), "merge", by=by, details=details)
    assert [one.is_done for one in came] == [False, True, True]
    assert statuses(head, *others) == [Status.NEW, Status.MERGED, Status.MERGED]
    for chosen, move in (([], "receive"), (versions(head), "withdraw"), (versions(head), "resolve")):
        with pytest.raises(Invalid):
            many.take_many(chosen, move, by=by, details=workflow.Details())
