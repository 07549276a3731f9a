"""Whose it is: released, received, given to a colleague or to another unit, and back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain import promises, publication
from app.domain.errors import Invalid
from app.domain.permissions import IN_CHARGE, actor_of
from app.domain.workflow.effects.step import Step
from app.extensions import db
from app.models import Event, Person, Report
from app.models.choices import EventKind, Role, Status


def release(step: Step) -> None:
    """Into the queue and onto the map, as if it had been filed without a time to edit. The clocks ran all along."""
    step.report.status = Status.NEW
    publication.release(step.city, step.report)


def receive(step: Step) -> None:
    report = step.report
    if report.is_transferred:
        step.entry.kind = EventKind.ACCEPTED
    if report.received_at is None:
        report.handle_due_at = promises.from_receipt(step.city, report, step.at)
        report.received_at = step.at
    report.is_transferred = False
    report.needs_routing_check = False
    report.due_at = report.handle_due_at
    if report.assignee_id is None and step.by.has(Role.CLERK, Role.LEAD):
        report.assignee_id = step.by.person_id
    step.entry.data |= {"due": int(report.handle_due_at.timestamp())}


def assign(step: Step) -> None:
    person = db.session.get(Person, step.details.assignee_id) if step.details.assignee_id else None
    if person is None or person.closed_at is not None or not _serves_here(person, step.report):
        raise Invalid(_l("Choose somebody who serves in this unit and handles such reports."), field="assignee")
    step.report.assignee_id = person.id
    step.entry.data |= {"assignee": person.id}


def _serves_here(person: Person, report: Report) -> bool:
    """In the unit itself, and within the categories and wards of that service."""
    grants = actor_of(person).grants
    return any(grant.role in IN_CHARGE and grant.unit_id and grant.covers(report) for grant in grants)


def take(step: Step) -> None:
    step.report.assignee_id = step.by.person_id
    step.entry.data |= {"assignee": step.by.person_id}


def transfer(step: Step) -> None:
    """To another unit. The third transfer, or a return to a former unit, is the dispatcher's to decide."""
    city, report = step.city, step.report
    unit = city.units.get(step.details.transfer_to)
    if unit is None:
        raise Invalid(_l("Choose a unit from the list."), field="transfer_to")
    if unit.id == report.unit_id:
        raise Invalid(_l("The report is in this unit already."), field="transfer_to")
    _transfer_reason(step)
    guard = None if step.by.has(Role.DISPATCHER) else _guard(step, unit.id)
    if guard:
        step.entry.kind = EventKind.RETURNED
        step.entry.data |= {"guard": guard, "proposed": unit.code}
        unit = city.units[city.dispatch]
    report.transfers += 1
    _hand_over(step, unit.id)


def _guard(step: Step, unit_id: int) -> str | None:
    if step.report.transfers >= 2:
        return "third"
    former = db.session.scalars(
        select(Event.unit_id).where(
            Event.report_id == step.report.id,
            Event.kind.in_((EventKind.TRANSFERRED, EventKind.RETURNED)),
            Event.undone_at.is_(None),
        )
    ).all()
    return "former" if unit_id in former else None


def give_back(step: Step) -> None:
    dispatch = step.city.units[step.city.dispatch]
    if dispatch.id == step.report.unit_id:
        raise Invalid(_l("The report is with the dispatcher already."))
    _transfer_reason(step)
    _hand_over(step, dispatch.id)
    step.report.needs_routing_check = True


def not_accepted(step: Step) -> None:
    """The new unit let its time pass: the dispatcher decides."""
    report, dispatch = step.report, step.city.units[step.city.dispatch]
    if dispatch.id == report.unit_id:
        raise Invalid(_l("The report is with the dispatcher already."))
    if report.due_at is None or step.at <= report.due_at:
        raise Invalid(_l("The unit still has time to accept this report."))
    step.entry.data |= {"guard": "not_accepted"}
    _hand_over(step, dispatch.id)
    report.needs_routing_check = True


def _transfer_reason(step: Step) -> None:
    if step.details.transfer_reason not in step.city.transfers:
        raise Invalid(_l("Choose a reason from the list."), field="transfer_reason")
    step.entry.data |= {"reason": step.details.transfer_reason}


def _hand_over(step: Step, unit_id: int) -> None:
    """The new unit has its time to accept; the resident's date stays."""
    report, city = step.report, step.city
    step.entry.data |= {"from": city.unit_of(report.unit_id).code, "to": city.unit_of(unit_id).code}
    if report.waiting_for is not None and report.remaining_minutes is not None:
        report.handle_due_at = promises.go_on(step.city, step.report, step.at)
    report.unit_id = unit_id
    report.assignee_id = None
    report.is_transferred = True
    report.needs_routing_check = False
    report.waiting_for = None
    report.remaining_minutes = None
    report.planned_on = None
    report.extension_asked_until = None
    report.due_at = promises.to_accept(city, unit_id, step.at)
