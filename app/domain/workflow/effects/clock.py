"""The clock stands still, runs again, is given another day: pause, plan, extension."""

from __future__ import annotations

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import deadlines, promises, publication
from app.domain.errors import Invalid
from app.domain.workflow.effects.step import Step, day_within, old_and_new
from app.extensions import db
from app.models import Event
from app.models.choices import EventKind, Status, WaitingFor

EXTENSION_DAYS = 60  # the furthest an extension or a pause may reach
PLAN_DAYS = 3 * 366


def pause(step: Step) -> None:
    waiting_for = step.details.waiting_for
    if waiting_for is None or waiting_for is WaitingFor.REPORTER:
        raise Invalid(_l("Choose what the work waits for."), field="waiting_for")
    until = day_within(step, step.details.until, field="until", days=EXTENSION_DAYS)
    _stand_still(step, waiting_for, promises.end_of(step.city, step.report.unit_id, until))


def ask(step: Step) -> None:
    hours = promises.working_time(step.city, step.report.unit_id)
    _stand_still(step, WaitingFor.REPORTER, hours.add_days(step.at, step.city.settings.question_days))
    step.report.questions_asked += 1


def _stand_still(step: Step, waiting_for: WaitingFor, until: datetime) -> None:
    report = step.report
    if report.status is not Status.PLANNED or report.remaining_minutes is None:
        report.remaining_minutes = promises.pause(step.city, report, step.at)
    report.waiting_for = waiting_for
    report.planned_on = None
    report.due_at = until
    step.entry.data |= {"waiting_for": waiting_for.value, "until": int(until.timestamp())}


def go_on(step: Step) -> None:
    """The clock runs again with the minutes that were left; the new moment stands beside the old."""
    report = step.report
    old = report.handle_due_at
    report.handle_due_at = promises.go_on(step.city, step.report, step.at)
    report.due_at = report.handle_due_at
    report.remaining_minutes = None
    report.waiting_for = None
    step.entry.data |= old_and_new(old, report.handle_due_at)


def moves_with_the_promise(step: Step, old: datetime) -> None:
    """The promise was changed on purpose: what runs follows it, and so do the minutes a pause keeps."""
    report = step.report
    if report.status in (Status.RECEIVED, Status.IN_PROGRESS):
        report.due_at = report.handle_due_at
    elif report.status is Status.WAITING:
        hours = promises.working_time(step.city, report.unit_id)
        longer = hours.minutes_between(max(old, step.at), report.handle_due_at)
        shorter = hours.minutes_between(report.handle_due_at, old)
        report.remaining_minutes = max(0, (report.remaining_minutes or 0) + longer - shorter)


def reply(step: Step) -> None:
    go_on(step)
    step.report.has_news = True
    publication.await_check(step.city, step.report, step.at)


def plan(step: Step) -> None:
    on = day_within(step, step.details.planned_on, field="planned_on", days=PLAN_DAYS)
    report, old = step.report, step.report.handle_due_at
    report.planned_on = on
    report.handle_due_at = promises.end_of(step.city, report.unit_id, on)
    report.due_at = report.handle_due_at
    report.waiting_for = None
    report.remaining_minutes = None
    step.entry.data |= {"planned_on": on.isoformat()} | old_and_new(old, report.handle_due_at)


def begin_planned(step: Step) -> None:
    step.report.planned_on = None
    step.report.due_at = step.report.handle_due_at


def ask_extension(step: Step) -> None:
    on = day_within(step, step.details.until, field="until", days=EXTENSION_DAYS)
    until = promises.end_of(step.city, step.report.unit_id, on)
    if until <= step.report.handle_due_at:
        raise Invalid(_l("An extension must reach beyond the present promise."), field="until")
    step.report.extension_asked_until = until
    step.entry.data |= old_and_new(step.report.handle_due_at, until)


def extend(step: Step) -> None:
    report, old = step.report, step.report.handle_due_at
    until = report.extension_asked_until
    if until is None:
        raise Invalid(_l("Nobody asked for an extension."))
    report.handle_due_at = until
    moves_with_the_promise(step, old)
    report.extended_at = step.at
    report.extension_asked_until = None
    step.entry.data |= old_and_new(old, until)


def refuse_extension(step: Step) -> None:
    """Whoever asked is told, though the report may be with a colleague by now."""
    step.report.extension_asked_until = None
    asked_by = db.session.scalar(
        select(Event.actor_id)
        .where(
            Event.report_id == step.report.id,
            Event.kind == EventKind.EXTENSION_ASKED,
            Event.undone_at.is_(None),
        )
        .order_by(Event.id.desc())
        .limit(1)
    )
    step.entry.data |= {"asker": asked_by}


def promise_again(step: Step) -> None:
    report, old = step.report, step.report.handle_due_at
    hours = promises.working_time(step.city, report.unit_id)
    start = report.received_at or report.receive_due_at
    report.handle_due_at = deadlines.promise(promises.limit_of(step.city, report.severity), hours, start)
    moves_with_the_promise(step, old)
    step.entry.data |= old_and_new(old, report.handle_due_at)
