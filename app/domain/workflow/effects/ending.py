"""What ends a report: an answer with its proof, a refusal, the reporter who takes it back, thirty days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import promises
from app.domain.errors import Invalid
from app.domain.workflow.effects.step import Step, past_day
from app.extensions import db
from app.models import Event, Photo, Report
from app.models.choices import EventKind, Outcome, Status

ASK_AROUND_AFTER = timedelta(days=7)


def resolve(step: Step) -> None:
    report, details = step.report, step.details
    if details.outcome is None:
        raise Invalid(_l("Choose what came of it."), field="outcome")
    _PROOFS[details.outcome](step)
    report.outcome = details.outcome
    _judge(step)
    _end(step)
    step.entry.data |= {"outcome": details.outcome.value}


def _prove_fixed(step: Step) -> None:
    """A category may want to see it: an after-photo, with the place it was taken or a reason why not."""
    if not step.city.category_of(step.report.category_id).proof:
        return
    photos = proof_photos(step)
    if not photos:
        raise Invalid(_l("Attach a photo taken after the work: this category asks for proof."), field="photos")
    if not any(photo.has_location for photo in photos) and not step.details.proof_reason.strip():
        raise Invalid(_l("The photo carries no place. Say in a few words why."), field="proof_reason")


def proof_photos(step: Step) -> list[Photo]:
    if not step.details.photo_ids:
        return []
    mine = select(Photo).where(
        Photo.id.in_(list(step.details.photo_ids)), Photo.report_id == step.report.id, Photo.event_id.is_(None)
    )
    return list(db.session.scalars(mine))


def _prove_visit(step: Step) -> None:
    on = step.details.visit_on
    visited = db.session.scalar(
        select(Event.id).where(
            Event.report_id == step.report.id, Event.kind == EventKind.VISITED, Event.undone_at.is_(None)
        )
    )
    if on is None and visited is None:
        raise Invalid(_l("“Nothing found” needs a visit: say on which day somebody looked."), field="visit_on")
    if on is not None:
        past_day(step, on)
        step.entry.data |= {"visit_on": on.isoformat()}


def _prove_letter(step: Step) -> None:
    letter = step.details.letter
    if letter is None or not letter.body.strip():
        raise Invalid(_l("Name the body outside the system that has it now."), field="letter_body")
    if not letter.number.strip():
        raise Invalid(_l("Give the number of the letter, so that everybody can ask for it."), field="letter_number")
    if letter.on is None:
        raise Invalid(_l("Give the date of the letter."), field="letter_on")
    if letter.on > step.today:
        raise Invalid(_l("The letter cannot be dated in the future."), field="letter_on")
    step.entry.data |= {
        "letter": {
            "body": letter.body.strip()[:200],
            "number": letter.number.strip()[:60],
            "on": letter.on.isoformat(),
        }
    }


def _prove_nothing(step: Step) -> None:
    """The answer's words say why; nothing else is asked."""


_PROOFS: dict[Outcome, Callable[[Step], None]] = {
    Outcome.FIXED: _prove_fixed,
    Outcome.NOTHING_FOUND: _prove_visit,
    Outcome.REFERRED: _prove_letter,
    Outcome.CANNOT_FIX: _prove_nothing,
}


def _judge(step: Step) -> None:
    """Was the promise that ran kept? The event keeps by which moment that was judged.

    During a pause that is the promise with the minutes that were left, or the one that had passed before it.
    """
    report = step.report
    by = promises.go_on(step.city, step.report, step.at) if report.status is Status.WAITING else report.due_at
    report.is_late = by is not None and step.at > by
    if by is not None:
        step.entry.data |= {"judged_by": int(by.timestamp())}


def _end(step: Step) -> None:
    """The clock stops; objections are open for a while."""
    report = step.report
    report.resolved_at = step.at
    report.due_at = None
    report.waiting_for = None
    report.remaining_minutes = None
    report.extension_asked_until = None
    report.object_until = step.at + timedelta(days=step.city.settings.object_days)
    report.ask_around_at = step.at + ASK_AROUND_AFTER if _is_asked_around(report) else None
    report.claimed_at = None
    report.has_news = False


def _is_asked_around(report: Report) -> bool:
    """Only what is said to be fixed can be doubted; made-up neighbours are asked nothing."""
    return report.outcome is Outcome.FIXED and not report.is_demo


def decline(step: Step) -> None:
    reason = step.city.refusals.get(step.details.refusal)
    if reason is None:
        raise Invalid(_l("Choose a reason from the list."), field="refusal")
    _judge(step)
    _end(step)
    step.report.is_transferred = False
    step.entry.data |= {"refusal": reason.code}


def visit(step: Step) -> None:
    if step.details.visit_on is None:
        raise Invalid(_l("Choose a day."), field="visit_on")
    past_day(step, step.details.visit_on)
    step.entry.data |= {"visit_on": step.details.visit_on.isoformat()}


def withdraw(step: Step) -> None:
    step.report.due_at = None
    step.report.waiting_for = None
    step.report.remaining_minutes = None
    step.report.closed_at = step.at


def close(step: Step) -> None:
    step.report.closed_at = step.at
    step.report.object_until = None
