"""Random people take random steps; whatever they do, a report never stands in an impossible place."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain import figures, workflow
from app.domain.city import store
from app.domain.errors import Refusal
from app.domain.permissions import ANONYMOUS, SYSTEM
from app.domain.reports import following
from app.domain.workflow import MOVES, Details, Letter
from app.extensions import db, unit_of_work
from app.models import AnonymousJoin, Event, Membership, Person, Report, ReportText, now
from app.models.choices import Outcome, Publication, Role, Severity, Status, StatusClass, WaitingFor
from tests.factories import HERE, a_report, actor, dispatcher, its_reporter

CATEGORIES = ("rubbish", "street-light", "staff-conduct", "live-wire")
UNITS = ("ubnd-10001", "so-ha-tang", "so-van-hoa", "dien-luc", "dieu-phoi")
STEPS = st.lists(
    st.tuples(
        st.sampled_from([move.code for move in MOVES] + ["undo"]),
        st.integers(0, 6),  # who
        st.integers(0, 4),  # which unit, outcome, reason …
        st.integers(0, 20),  # days ahead
    ),
    min_size=3,
    max_size=18,
)


def said(choice: int, days: int) -> Details:
    """Something for every question a move may ask; now and then out of place on purpose."""
    city = store.current()
    on = (now() + timedelta(days=days, hours=7)).date()
    return Details(
        words="Đã làm" if choice else "",
        outcome=list(Outcome)[choice % 4],
        waiting_for=list(WaitingFor)[choice % 4],
        until=on,
        planned_on=on,
        refusal=next(iter(city.refusals)),
        transfer_to=UNITS[choice],
        transfer_reason=next(iter(city.transfers)),
        visit_on=(now() + timedelta(hours=7)).date(),
        letter=Letter("Cơ quan khác", "12/CV", now().date() - timedelta(days=1)),
        category=CATEGORIES[choice % 4],
        severity=list(Severity)[choice % 3],
        pin=(HERE[0] + choice / 1000, HERE[1] + days / 1000),
    )


def invariants(report: Report) -> None:
    is_open = report.status_class is StatusClass.OPEN
    assert (report.due_at is not None) == is_open, (report.status, report.due_at)
    assert (report.outcome is not None) == (report.status in (Status.RESOLVED, Status.CLOSED))
    assert (report.waiting_for is not None) == (report.status is Status.WAITING)
    assert (report.status is Status.PLANNED) <= (report.planned_on is not None)
    assert (report.status is Status.WAITING) <= (report.remaining_minutes is not None)
    assert (report.merged_into_id is not None) == (report.status is Status.MERGED)
    if report.status_class is StatusClass.GONE:
        assert report.publication is Publication.NONE
    if report.status in (Status.RESOLVED, Status.CLOSED, Status.DECLINED):
        assert report.resolved_at is not None
    else:
        assert report.resolved_at is None or report.status_class is StatusClass.GONE
    assert report.transfers <= 10
    text = db.session.get_one(ReportText, report.id)
    assert (text.unit_id, text.is_open) == (report.unit_id, report.is_open)
    assert report.affected >= 1


@pytest.mark.usefixtures("db_session")
@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS, category=st.sampled_from(CATEGORIES))
def test_no_chain_of_steps_leads_to_an_impossible_report(steps, category):
    report, head = a_report(category=category), a_report(category=category)
    everywhere = _somebody_everywhere()
    people = [
        everywhere,
        _somebody_everywhere(Role.LEAD),
        dispatcher(),
        its_reporter(report),
        SYSTEM,
        actor("ubnd-10002"),
        actor(None, Role.OBSERVER),
    ]
    last = None
    for move, who, choice, days in steps:
        by = people[who]
        try:
            with unit_of_work():
                if move == "undo":
                    if last is not None:
                        workflow.undo(last.id, by=by)
                        last = None
                else:
                    details = said(choice, days)
                    if move == "merge":
                        details = Details(merge_into=head.code)
                    last = workflow.take(report.code, move, by=by, details=details)
        except Refusal:
            pass
        report = db.session.get_one(Report, report.id)
        invariants(report)
    assert figures.verify() == []
    versions = db.session.scalars(select(Event.id).where(Event.report_id == report.id)).all()
    assert len(versions) >= 2


MERGING = st.lists(
    st.tuples(st.sampled_from(["merge", "unmerge", "undo", "join"]), st.integers(0, 3), st.integers(0, 3)),
    min_size=4,
    max_size=16,
)


@pytest.mark.usefixtures("db_session")
@settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(steps=[("merge", 0, 1), ("merge", 1, 2), ("unmerge", 0, 0), ("unmerge", 1, 0)])
@example(steps=[("merge", 0, 1), ("merge", 1, 2), ("undo", 0, 0)])
@example(steps=[("merge", 0, 1), ("merge", 1, 2), ("unmerge", 0, 0), ("undo", 0, 0)])
@example(steps=[("merge", 0, 1), ("unmerge", 0, 0), ("merge", 1, 0), ("undo", 0, 0), ("unmerge", 1, 0)])
@given(steps=MERGING)
def test_whoever_is_affected_counts_once_in_every_report_it_lives_on_in(steps):
    ids = [a_report().id for _ in range(4)]
    by, done = dispatcher(), {}
    for number, (step, one, other) in enumerate(steps):
        report, into = (db.session.get_one(Report, ids[place]) for place in (one, other))
        try:
            with unit_of_work():
                match step:
                    case "join":
                        following.join(report.code, by=ANONYMOUS, browser_hash=str(number))
                    case "undo" if one in done:
                        workflow.undo(done[one], by=by)
                    case "merge" | "unmerge":
                        details = Details(merge_into=into.code)
                        done[one] = workflow.take(report.code, step, by=by, details=details).id
        except Refusal:
            pass
        _everybody_counts_once(ids)
    assert figures.verify() == []


def _everybody_counts_once(ids: list[int]) -> None:
    for report in (db.session.get_one(Report, id) for id in ids):
        merged = db.session.scalars(select(Report.affected).where(Report.merged_into_id == report.id)).all()
        joined = select(func.count(AnonymousJoin.id)).where(AnonymousJoin.report_id == report.id)
        assert report.affected == 1 + (db.session.scalar(joined) or 0) + sum(merged)


def _somebody_everywhere(role: Role = Role.CLERK):
    """One person who serves in all units, so that random steps are seldom refused."""
    from app.domain.permissions import actor_of

    city = store.current()
    with unit_of_work() as session:
        person = Person(name="Ở khắp nơi", created_at=now())
        session.add(person)
        session.flush()
        for unit in UNITS:
            session.add(Membership(person_id=person.id, unit_id=city.units[unit].id, role=role, created_at=now()))
    db.session.expire_all()
    return actor_of(db.session.get_one(Person, person.id))
