"""What each move changes, one small function a move. All run inside `change.take`, on a fresh, locked report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from app.domain import areas, deadlines, geo, promises, publication, routing
from app.domain.city.model import City
from app.domain.errors import Forbidden, Invalid, Stale
from app.domain.events import Recording
from app.domain.permissions import IN_CHARGE, SYSTEM, Actor, Permission, actor_of, may
from app.domain.reports import filing
from app.domain.reports.placing import ward_at
from app.domain.standing import put_back
from app.domain.workflow.details import Details
from app.extensions import db
from app.models import Event, Person, Photo, Report, ReportContact, Words
from app.models.choices import (
    EventKind,
    Outcome,
    PhotoKind,
    PlaceSource,
    Role,
    Severity,
    Status,
    WaitingFor,
    WordsKind,
)

EXTENSION_DAYS = 60  # the furthest an extension or a pause may reach
PLAN_DAYS = 3 * 366
MERGE_WITHIN_M = 250  # two reports farther apart are hardly one problem
_BY_WEIGHT = (Severity.COMPLEX, Severity.NORMAL, Severity.URGENT)


@dataclass(frozen=True)
class Step:
    """Everything an effect may look at."""

    city: City
    report: Report
    details: Details
    entry: Recording
    by: Actor

    @property
    def at(self) -> datetime:
        return self.entry.at

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo(self.city.timezone)).date()


def day_within(step: Step, on: date | None, *, field: str, days: int) -> date:
    """A day from today on, not further than `days` ahead."""
    if on is None:
        raise Invalid(_l("Choose a day."), field=field)
    if on < step.today:
        raise Invalid(_l("Choose today or a later day."), field=field)
    if on > step.today + timedelta(days=days):
        raise Invalid(_l("That day is too far ahead."), field=field)
    return on


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
        _past_day(step, on)
        step.entry.data |= {"visit_on": on.isoformat()}


def _past_day(step: Step, on: date) -> None:
    if on > step.today:
        raise Invalid(_l("A visit cannot lie in the future."), field="visit_on")
    if on < step.today - timedelta(days=366):
        raise Invalid(_l("That visit is more than a year ago."), field="visit_on")


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
    report.has_news = False


def decline(step: Step) -> None:
    reason = step.city.refusals.get(step.details.refusal)
    if reason is None:
        raise Invalid(_l("Choose a reason from the list."), field="refusal")
    _judge(step)
    _end(step)
    step.report.is_transferred = False
    step.entry.data |= {"refusal": reason.code}


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
    step.entry.data |= _old_and_new(old, report.handle_due_at)


def _moves_with_the_promise(step: Step, old: datetime) -> None:
    """The promise was changed on purpose: what runs follows it, and so do the minutes a pause keeps."""
    report = step.report
    if report.status in (Status.RECEIVED, Status.IN_PROGRESS):
        report.due_at = report.handle_due_at
    elif report.status is Status.WAITING:
        hours = promises.working_time(step.city, report.unit_id)
        longer = hours.minutes_between(max(old, step.at), report.handle_due_at)
        shorter = hours.minutes_between(report.handle_due_at, old)
        report.remaining_minutes = max(0, (report.remaining_minutes or 0) + longer - shorter)


def _old_and_new(old: datetime, new: datetime) -> dict[str, int]:
    return {"due_was": int(old.timestamp()), "due": int(new.timestamp())}


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
    step.entry.data |= {"planned_on": on.isoformat()} | _old_and_new(old, report.handle_due_at)


def ask_extension(step: Step) -> None:
    on = day_within(step, step.details.until, field="until", days=EXTENSION_DAYS)
    until = promises.end_of(step.city, step.report.unit_id, on)
    if until <= step.report.handle_due_at:
        raise Invalid(_l("An extension must reach beyond the present promise."), field="until")
    step.report.extension_asked_until = until
    step.entry.data |= _old_and_new(step.report.handle_due_at, until)


def extend(step: Step) -> None:
    report, old = step.report, step.report.handle_due_at
    until = report.extension_asked_until
    if until is None:
        raise Invalid(_l("Nobody asked for an extension."))
    report.handle_due_at = until
    _moves_with_the_promise(step, old)
    report.extended_at = step.at
    report.extension_asked_until = None
    step.entry.data |= _old_and_new(old, until)


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


def visit(step: Step) -> None:
    if step.details.visit_on is None:
        raise Invalid(_l("Choose a day."), field="visit_on")
    _past_day(step, step.details.visit_on)
    step.entry.data |= {"visit_on": step.details.visit_on.isoformat()}


def reclassify(step: Step) -> None:
    """Another category or severity. The promise follows; a later one needs a lead."""
    report, details, city = step.report, step.details, step.city
    category = city.categories.get(details.category) or city.category_of(report.category_id)
    severity = details.severity or report.severity
    if category.id == report.category_id and severity is report.severity:
        raise Invalid(_l("Choose another category or severity."), field="category")
    was = city.category_of(report.category_id)
    step.entry.data |= {
        "category_was": was.code,
        "category": category.code,
        "severity_was": report.severity.value,
        "severity": severity.value,
    }
    is_heavier = _BY_WEIGHT.index(severity) < _BY_WEIGHT.index(report.severity)
    if is_heavier and not may(step.by, Permission.APPROVE, report):
        raise Forbidden(_l("A change that makes the promise later needs the lead of the unit."))
    if category.id != report.category_id:
        report.category_id = category.id
        publication.follow_category(city, report, was, step.at)
    if severity is not report.severity:
        report.severity = severity
        _promise_again(step)


def move_pin(step: Step) -> None:
    """The problem lies elsewhere. Ward, public point and map follow; unit and promise stay until somebody transfers it.

    Where the rules lead to another unit from the new place, the event proposes it.
    """
    report, city, pin = step.report, step.city, step.details.pin
    if pin is None:
        raise Invalid(_l("Say where it is: coordinates like 21.0285, 105.8542, or a map link."), field="pin")
    lat, lng = round(pin[0], 6), round(pin[1], 6)
    if (lat, lng) == (report.lat, report.lng):
        raise Invalid(_l("The pin stands there already."), field="pin")
    ward, is_sure = ward_at(city, lat, lng, chosen=step.details.ward, field="pin")
    step.entry.data |= {
        "ward_was": city.ward_of(report.ward_id).code,
        "ward": ward,
        "pin_was": [report.lat, report.lng],
    }
    report.lat, report.lng, report.cell = lat, lng, geo.cell_of(lat, lng)
    report.ward_id, report.is_ward_confirmed = city.wards[ward].id, is_sure
    report.place_source, report.accuracy_m = PlaceSource.MAP, None
    report.nearest_address = ""  # it named the former place
    publication.follow_place(city, report)
    _route_from_here(step, ward)


def _route_from_here(step: Step, ward: str) -> None:
    """What the rules say of the new place: the same unit, then for its own reason; or another one, to be proposed."""
    report, city = step.report, step.city
    category = city.category_of(report.category_id).code
    if category not in city.categories:
        return  # the category has left the city, and its rules with it
    routed = routing.route(
        city,
        category=category,
        place=areas.place(report.lat, report.lng, ward=ward),
        severity=report.severity,
        answers=report.answers,
    )
    if city.units[routed.unit].id != report.unit_id:
        step.entry.data |= {"proposed": routed.unit}
        return
    report.rule_code, report.site_code, report.city_version = routed.rule_code, routed.site or "", city.version


def _promise_again(step: Step) -> None:
    report, old = step.report, step.report.handle_due_at
    hours = promises.working_time(step.city, report.unit_id)
    start = report.received_at or report.receive_due_at
    report.handle_due_at = deadlines.promise(promises.limit_of(step.city, report.severity), hours, start)
    _moves_with_the_promise(step, old)
    step.entry.data |= _old_and_new(old, report.handle_due_at)


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


def reopen(step: Step) -> None:
    """Back to the unit's lead, with a clock of its own."""
    report, old = step.report, step.report.handle_due_at
    report.handle_due_at = promises.anew(step.city, report, step.at)
    report.due_at = report.handle_due_at
    report.received_at = report.received_at or step.at
    report.resolved_at = None
    report.object_until = None
    report.outcome = None
    report.is_late = False
    report.assignee_id = None
    report.extended_at = None
    report.questions_asked = 0
    report.reopened += 1
    report.rating = None  # the new answer is rated anew; what was said of the old one stays in its event
    report.has_news = True
    step.entry.data |= _old_and_new(old, report.handle_due_at)
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


def withdraw(step: Step) -> None:
    step.report.due_at = None
    step.report.waiting_for = None
    step.report.remaining_minutes = None
    step.report.closed_at = step.at


def close(step: Step) -> None:
    step.report.closed_at = step.at
    step.report.object_until = None


def merge(step: Step) -> None:
    """This report lives on in another; its words, people and clock stay with it, so that it can be taken back."""
    report = step.report
    head = locked(Report.code == step.details.merge_into)
    if head is None or head.id == report.id or not may(step.by, Permission.HANDLE, head):
        raise Invalid(_l("There is no other report with this code."), field="merge_into")
    if head.status in (Status.MERGED, Status.WITHDRAWN, Status.HELD):
        raise Invalid(_l("That report cannot take another one in."), field="merge_into")
    if not step.details.is_sure:
        _looks_the_same(report, head)
    step.entry.data |= {"into": head.code, "status": report.status.value}
    report.merged_into_id = head.id
    report.due_at = None
    head.affected += report.affected
    head.version += 1


def _looks_the_same(report: Report, head: Report) -> None:
    """One problem is of one kind and in one place; whoever merges other things says that they are sure."""
    away = geo.distance_m((report.lat, report.lng), (head.lat, head.lng))
    if head.category_id != report.category_id:
        raise Invalid(_l("That report is of another category. Is it the same problem?"), field="is_sure")
    if away > MERGE_WITHIN_M:
        raise Invalid(_l("That report lies %(n)s m away. Is it the same problem?", n=round(away)), field="is_sure")


def split(step: Step) -> None:
    """A second problem in the same report goes to the unit in charge of it, as a report of its own.

    It stands at the same place with the reporter's own words, and its clocks run from now; photos stay where they are.
    """
    report, category = step.report, step.city.categories.get(step.details.category)
    if category is None or category.id == report.category_id:
        raise Invalid(_l("Choose the category of the second problem."), field="category")
    try:
        child = filing.submit(_second_problem(step, category.code), by=SYSTEM).report
    except Invalid as refusal:
        if refusal.field == "category":
            raise
        raise Invalid(
            _l("A report of this category must be filed anew: it asks the reporter for more."), field="category"
        ) from None
    child.split_from_id = report.id
    step.entry.data |= {"child": child.code}


def _second_problem(step: Step, category: str) -> filing.Filing:
    report = step.report
    said = {
        one.kind: one.original
        for one in db.session.scalars(
            select(Words).where(
                Words.report_id == report.id,
                Words.kind.in_((WordsKind.DESCRIPTION, WordsKind.WAYFINDING)),
                Words.erased_at.is_(None),
            )
        )
    }
    has_point = report.place_source is not PlaceSource.WARD
    contact = None if report.is_contact_confirmed else db.session.get(ReportContact, report.id)
    return filing.Filing(
        client_id=f"split-{report.code}-{report.version}",
        category=category,
        lat=report.lat if has_point else None,
        lng=report.lng if has_point else None,
        place_source=report.place_source,
        ward=step.city.ward_of(report.ward_id).code,
        accuracy_m=report.accuracy_m,
        nearest_address=report.nearest_address,
        wayfinding=said.get(WordsKind.WAYFINDING, ""),
        words=said.get(WordsKind.DESCRIPTION) or step.details.words,
        hide_content=report.is_content_hidden,
        contact=filing.Contact(contact.name, contact.email, contact.phone) if contact else filing.Contact(),
        person_id=next(iter(report.reporter_ids), None) if report.is_contact_confirmed else None,
        language=report.language,
        channel=report.channel,
        observed_at=None,
        is_demo=report.is_demo,
    )


def locked(which: ColumnElement[bool]) -> Report | None:
    """The other report of a merge, fresh: people join it at the same time."""
    return db.session.scalar(
        select(Report).where(which).with_for_update(of=Report).execution_options(populate_existing=True)
    )


def unmerge(step: Step) -> None:
    """Everything as it stood when it was merged."""
    report = step.report
    merged = db.session.scalars(
        select(Event)
        .where(Event.report_id == report.id, Event.kind == EventKind.MERGED, Event.undone_at.is_(None))
        .order_by(Event.id.desc())
        .limit(1)
    ).one()
    heads = leave_heads(report)
    put_back(report, merged.data["was"])
    step.entry.data |= {"from": heads[0].code}


def leave_heads(report: Report) -> list[Report]:
    """The people of a merged report count no more in the report it lives on in, nor in whatever that was merged into.

    Answers these heads, the nearest first.
    """
    return _count_in_heads(report, -report.affected)


def rejoin_heads(report: Report) -> list[Report]:
    """`leave_heads` taken back. Raises Stale where such a head lives on in this very report by now."""
    return _count_in_heads(report, report.affected)


def _count_in_heads(report: Report, people: int) -> list[Report]:
    heads = []
    head = locked(Report.id == report.merged_into_id)
    while head is not None:
        if head.id == report.id:
            raise Stale(_l("The report has moved on since; this step can no longer be taken back."))
        head.affected += people
        head.version += 1
        heads.append(head)
        head = locked(Report.id == head.merged_into_id)
    return heads


def nothing(step: Step) -> None:
    """The words or the new status say it all."""


def report_abuse(step: Step) -> None:
    """Not a matter for the city, or an attack on somebody: the dispatcher is told and decides."""
    step.entry.data |= {"abuse": True}


def begin_planned(step: Step) -> None:
    step.report.planned_on = None
    step.report.due_at = step.report.handle_due_at


EFFECTS: dict[str, Callable[[Step], None]] = {
    "release": release,
    "receive": receive,
    "start": nothing,
    "resolve": resolve,
    "ask": ask,
    "pause": pause,
    "resume": go_on,
    "plan": plan,
    "begin_planned": begin_planned,
    "ask_extension": ask_extension,
    "extend": extend,
    "refuse_extension": refuse_extension,
    "visit": visit,
    "contact_tried": nothing,
    "reclassify": reclassify,
    "move_pin": move_pin,
    "assign": assign,
    "take": take,
    "note": nothing,
    "report_abuse": report_abuse,
    "transfer": transfer,
    "return": give_back,
    "decline": decline,
    "merge": merge,
    "split": split,
    "unmerge": unmerge,
    "reopen": reopen,
    "grant_appeal": grant_appeal,
    "uphold_refusal": uphold,
    "appeal": appeal,
    "reply": reply,
    "withdraw": withdraw,
    "close": close,
    "not_accepted": not_accepted,
}

PHOTO_KINDS = {"resolve": PhotoKind.AFTER, "visit": PhotoKind.VISIT}
