"""How a suspension moves the dates of reports: what was left when it began is worked off after it, as after a pause.

Reports that stood are moved in batches by a job, those filed meanwhile when they are filed, and what a step counts
anew in these hours in that step. A date somebody chose by hand, a clock that stands still, and a promise that had
passed stay as they are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, or_, select

from app.domain import events, promises, settling
from app.domain.city import store
from app.domain.deadlines import WorkingTime
from app.domain.permissions import SYSTEM
from app.domain.reports.find import get_for_change
from app.domain.suspensions import reading
from app.extensions import db, unit_of_work
from app.models import Report, SuspendedReport, Suspension, now
from app.models.choices import EventKind, Status
from app.models.report import is_open

BATCH = 50
RUN = (Status.NEW, Status.RECEIVED, Status.IN_PROGRESS)  # whose clocks count working time
# Steps that count a promise from now on, rather than name a day.
COUNT_ANEW = frozenset({"receive", "resume", "reply", "reopen", "grant_appeal", "transfer", "return", "not_accepted"})

log = logging.getLogger(__name__)


def later(hours: WorkingTime, due: datetime, suspension: Suspension, *, since: datetime) -> datetime:
    """When a promise is due that runs `since` then: itself, where none of its time lies in these hours."""
    begins = max(suspension.starts_at, since)
    if begins >= suspension.until or due <= begins:
        return due
    return _worked_off(hours, due, begins, suspension.until)


def after_all(hours: WorkingTime, due: datetime, held: Iterable[Suspension], *, since: datetime) -> datetime:
    for suspension in held:
        due = later(hours, due, suspension, since=since)
    return due


def _worked_off(hours: WorkingTime, due: datetime, begins: datetime, until: datetime) -> datetime:
    left = hours.minutes_between(begins, due)
    return hours.add_minutes(until, left) if left else due


# A step in these hours ------------------------------------------------------------------------------------------------


def count_anew(report: Report, move: str, *, was: tuple[datetime, datetime | None], at: datetime) -> None:
    """A step has just counted promises as if every hour counted. `was`: handling and running date before it."""
    if move not in COUNT_ANEW:
        return
    held = _held(report, at)
    if not held:
        return
    hours = promises.working_time(store.current(), report.unit_id)
    handle, is_handling = report.handle_due_at, report.due_at == report.handle_due_at
    if handle != was[0]:
        moved = after_all(hours, handle, held, since=at)
        report.handle_due_at = min(moved, was[0]) if move == "receive" else moved
    if is_handling:
        report.due_at = report.handle_due_at
    elif report.due_at is not None and report.due_at != was[1]:
        report.due_at = after_all(hours, report.due_at, held, since=at)
    for suspension in held:
        mark = db.session.get(SuspendedReport, (suspension.id, report.id))
        if mark is not None:
            mark.handle_due_at = report.handle_due_at


def _held(report: Report, at: datetime) -> list[Suspension]:
    city = store.current()
    return reading.holding(city.category_of(report.category_id).code, city.ward_of(report.ward_id).code, at)


# Those that stood -----------------------------------------------------------------------------------------------------


def turn() -> int:
    """Move what is to be moved, and back; answers how many reports. Harmless to repeat."""
    waiting = select(Suspension).where(
        Suspension.done_at.is_(None), Suspension.undone_at.is_(None), Suspension.applies_at <= now()
    )
    return sum(_turn_one(suspension) for suspension in db.session.scalars(waiting.order_by(Suspension.id)).all())


def _turn_one(suspension: Suspension) -> int:
    """Back first. When its hours are over and nothing is left to do it is never looked at again."""
    id, is_over = suspension.id, suspension.until <= now()
    back = db.session.scalars(_to_come_back(suspension).limit(BATCH)).all()
    forth = db.session.scalars(_to_move(suspension).limit(BATCH)).all()
    if is_over and not back and not forth:
        with unit_of_work() as session:
            session.get_one(Suspension, id).done_at = now()
        return 0
    return sum(_back(id, code) for code in back) + sum(_forth(id, code) for code in forth)


def _to_come_back(suspension: Suspension) -> Any:
    return (
        select(Report.code)
        .join(SuspendedReport, SuspendedReport.report_id == Report.id)
        .where(SuspendedReport.suspension_id == suspension.id, SuspendedReport.until != suspension.until)
        .order_by(Report.id)
    )


def _to_move(suspension: Suspension) -> Any:
    city = store.current()
    is_marked = exists().where(SuspendedReport.suspension_id == suspension.id, SuspendedReport.report_id == Report.id)
    wanted = [
        is_open(),
        Report.status.in_(RUN),
        Report.filed_at < suspension.until,
        or_(Report.due_at > suspension.starts_at, Report.handle_due_at > suspension.starts_at),
        ~is_marked,
    ]
    if suspension.wards:
        wanted.append(Report.ward_id.in_([city.wards[code].id for code in suspension.wards if code in city.wards]))
    if suspension.categories:
        known = [code for code in suspension.categories if code in city.categories]
        wanted.append(Report.category_id.in_([city.categories[code].id for code in known]))
    return select(Report.code).where(*wanted).order_by(Report.id)


def _forth(suspension_id: int, code: str) -> bool:
    """One report, in a unit of work of its own."""
    with unit_of_work() as session:
        suspension = session.get_one(Suspension, suspension_id)
        report = get_for_change(code, by=SYSTEM)
        is_marked = session.get(SuspendedReport, (suspension_id, report.id)) is not None
        if is_marked or report.status not in RUN or _can_be_undone(report):
            return False
        hours = promises.working_time(store.current(), report.unit_id)
        handle = later(hours, report.handle_due_at, suspension, since=report.filed_at)
        receive, was = report.receive_due_at, (report.handle_due_at, report.receive_due_at)
        if report.received_at is None:
            receive = later(hours, receive, suspension, since=report.filed_at)
        running = report.due_at and later(hours, report.due_at, suspension, since=report.filed_at)
        _set(report, handle, receive, running, suspension)
        session.add(mark(suspension, report, handle_was=was[0], receive_was=was[1]))
    log.info("moved by a suspension", extra={"report": code})
    return True


def mark(suspension: Suspension, report: Report, *, handle_was: datetime, receive_was: datetime) -> SuspendedReport:
    """That it was moved, and from which dates to which."""
    return SuspendedReport(
        suspension_id=suspension.id,
        report_id=report.id,
        until=suspension.until,
        handle_was=handle_was,
        handle_due_at=report.handle_due_at,
        receive_was=receive_was,
        receive_due_at=report.receive_due_at,
    )


def forget(report: Report) -> None:
    """Its dates are counted from the beginning: no suspension has moved them. Inside a unit of work."""
    db.session.execute(delete(SuspendedReport).where(SuspendedReport.report_id == report.id))


def _back(suspension_id: int, code: str) -> bool:
    """Its hours were cut short: as much comes back, of dates that nobody has touched since."""
    with unit_of_work() as session:
        suspension = session.get_one(Suspension, suspension_id)
        report = get_for_change(code, by=SYSTEM)
        kept = session.get(SuspendedReport, (suspension_id, report.id))
        if kept is None or kept.until == suspension.until or _can_be_undone(report):
            return False
        hours = promises.working_time(store.current(), report.unit_id)
        begins = max(suspension.until, report.filed_at)

        def earlier(due: datetime, moved: datetime | None, was: datetime | None) -> datetime:
            if due != moved or was is None or moved == was:
                return due
            return max(was, _worked_off(hours, due, kept.until, begins))

        if report.status in RUN:
            running = report.due_at
            handle = earlier(report.handle_due_at, kept.handle_due_at, kept.handle_was)
            receive = report.receive_due_at
            if report.received_at is None:
                receive = earlier(receive, kept.receive_due_at, kept.receive_was)
            if running == report.handle_due_at:
                running = handle
            elif running == report.receive_due_at:
                running = receive
            _set(report, handle, receive, running, suspension)
            kept.handle_due_at, kept.receive_due_at = report.handle_due_at, report.receive_due_at
        kept.until = suspension.until
    log.info("moved back by a suspension", extra={"report": code})
    return True


def _can_be_undone(report: Report) -> bool:
    """Somebody's step still has its minute: it is moved after that, so that nobody loses their undo to us."""
    return settling.shown(report, now()) is not report


def _set(report: Report, handle: datetime, receive: datetime, running: datetime | None, suspension: Suspension) -> None:
    """The new dates, with an event that shows the old beside them; nothing where none has changed."""
    was = report.handle_due_at
    if (handle, receive, running) == (was, report.receive_due_at, report.due_at):
        return
    with events.recording(report, EventKind.SUSPENDED, by=SYSTEM) as entry:
        report.handle_due_at, report.receive_due_at, report.due_at = handle, receive, running
        entry.data |= {"due_was": int(was.timestamp()), "due": int(handle.timestamp()), "suspension": suspension.code}
