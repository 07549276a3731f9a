"""The answer did not hold, or the refusal is looked at again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import promises
from app.domain.errors import Forbidden, Invalid
from app.domain.workflow.effects.step import Step, old_and_new
from app.extensions import db
from app.models import Event
from app.models.choices import EventKind


def reopen(step: Step) -> None:
    """Back to the unit's lead, with a clock of its own."""
    report, old = step.report, step.report.handle_due_at
    report.handle_due_at = promises.anew(step.city, report, step.at)
    report.due_at = report.handle_due_at
    report.received_at = report.received_at or step.at
    report.resolved_at = None
    report.object_until = None
    report.ask_around_at = None
    report.doubts = 0  # of the old answer; the new one is doubted anew
    report.outcome = None
    report.is_late = False
    report.assignee_id = None
    report.extended_at = None
    report.questions_asked = 0
    report.reopened += 1
    report.rating = None  # the new answer is rated anew; what was said of the old one stays in its event
    report.has_news = True
    step.entry.data |= old_and_new(old, report.handle_due_at)
    if step.details.rating_reason:
        step.entry.data |= {"reason": step.details.rating_reason.value}


def grant_appeal(step: Step) -> None:
    _another_decides(step)
    reopen(step)
    step.report.is_appeal_open = False
    step.entry.data |= {"appeal": True}


def uphold(step: Step) -> None:
    _another_decides(step)
    step.report.is_appeal_open = False
    step.report.object_until = None


def _another_decides(step: Step) -> None:
    declined_by = db.session.scalar(
        select(Event.actor_id)
        .where(Event.report_id == step.report.id, Event.kind == EventKind.DECLINED, Event.undone_at.is_(None))
        .order_by(Event.id.desc())
        .limit(1)
    )
    if declined_by == step.by.person_id:
        raise Forbidden(_l("Somebody else decides on an appeal than who refused."))


def appeal(step: Step) -> None:
    """The refusal is looked at again; the unit's lead finds it in the queue of what has news."""
    report = step.report
    if report.object_until is None or step.at > report.object_until:
        raise Invalid(_l("The time to ask for another look has passed."))
    report.appealed_at = step.at
    report.is_appeal_open = True
    report.has_news = True
