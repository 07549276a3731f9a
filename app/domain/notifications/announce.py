"""From events to deliveries. An event is announced once: its letters and its mark are one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app.adapters import sms
from app.domain import devices, settling
from app.domain.notifications import around
from app.domain.notifications.audience import AUDIENCE, STAFF, Audience, Told
from app.domain.notifications.kinds import BY_SMS, LetterKind
from app.domain.permissions import IN_CHARGE, Permission, actor_of, may
from app.domain.reports import family
from app.extensions import db, undo_seconds, unit_of_work
from app.models import Delivery, Event, Membership, Participation, Person, Report, now
from app.models.choices import DeliveryChannel, EventKind, Part, Role


def announce(limit: int = 100) -> int:
    """Turn unannounced events into deliveries; answers how many events there were. Harmless to repeat.

    Events are taken by their mark, never by "id greater than the last": ids may become visible out of order.
    """
    waiting = select(Event.id).where(Event.announced_at.is_(None)).order_by(Event.id)
    if db.session.scalar(waiting.limit(1)) is None:
        return 0  # the usual case costs no write transaction
    with unit_of_work():
        events = db.session.scalars(
            select(Event)
            .where(Event.announced_at.is_(None))
            .order_by(Event.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        at = now()
        told = _Told.about([event for event in events if event.undone_at is None and _concerns_somebody(event)])
        for event in events:
            event.announced_at = at
            if event.undone_at is None:
                db.session.add_all(told.deliveries(event))
        told.find_alerts(event for event in events if event.undone_at is None)
        return len(events)


def _concerns_somebody(event: Event) -> bool:
    return bool(AUDIENCE[event.kind]) or event.kind in around.SHOWS


@dataclass
class _Told:
    """Everybody who may hear of some events, read in a few queries however many events there are."""

    reports: dict[int, Report] = field(default_factory=dict)
    parts: dict[int, list[Participation]] = field(default_factory=lambda: defaultdict(list))
    merged: dict[int, list[Participation]] = field(default_factory=dict)  # of the reports that live on in it
    people: dict[int, Person] = field(default_factory=dict)
    staff: list[Person] = field(default_factory=list)
    with_devices: set[int] = field(default_factory=set)  # people who want notifications beside letters
    confirmed: dict[int, int] = field(default_factory=dict)  # report → the event that confirmed its address

    @classmethod
    def about(cls, events: Sequence[Event]) -> _Told:
        ids = sorted({event.report_id for event in events if event.report_id is not None})
        if not ids:
            return cls()
        found = cls()
        reports = (
            select(Report)
            .where(Report.id.in_(ids))
            .options(selectinload(Report.participations), selectinload(Report.reporters), selectinload(Report.contact))
        )
        found.reports = {report.id: report for report in db.session.scalars(reports)}
        found.merged = _merged(ids)
        wanted = {one.person_id for parts in found.merged.values() for one in parts}
        for report in found.reports.values():
            found.parts[report.id] = [one for one in report.participations if one.ended_at is None]
            wanted |= {one.person_id for one in found.parts[report.id]}
            wanted |= {report.assignee_id} if report.assignee_id else set()
        named = (event.data.get(name) for event in events for name in ("assignee", "asker"))
        wanted |= {int(one) for one in named if one}
        people = select(Person).where(Person.id.in_(sorted(wanted)))
        found.people = {person.id: person for person in db.session.scalars(people)}
        found.with_devices = devices.having_some(found.people.keys())
        found.confirmed = _confirmations([id for id, one in found.reports.items() if one.is_contact_confirmed])
        if any(told.audience in STAFF for event in events for told in AUDIENCE[event.kind]):
            found.staff = _staff({report.unit_id for report in found.reports.values()})
        return found

    def deliveries(self, event: Event) -> Iterable[Delivery]:
        """What this event owes: at most one letter a person and channel, the first line of the table first."""
        report = self.reports.get(event.report_id or 0)
        if report is None:
            return
        seen: set[tuple[int, DeliveryChannel]] = set()
        for told in AUDIENCE[event.kind]:
            if not told.when(event, report):
                continue
            for person_id, channel in self._whom(told, event, report):
                is_own_doing = told.audience in STAFF and person_id == event.actor_id
                if is_own_doing or (person_id, channel) in seen:
                    continue
                seen.add((person_id, channel))
                yield Delivery(
                    event_id=event.id,
                    person_id=person_id,
                    channel=channel,
                    kind=told.letter.value,
                    data={"as": told.audience.value},
                    not_before=_not_before(event, report),
                )

    def find_alerts(self, events: Iterable[Event]) -> None:
        """Whoever asked to hear of such reports near there, but for those who have a part in them."""
        happened = [(event, self.reports[event.report_id]) for event in events if event.report_id in self.reports]
        parts = {id: {one.person_id for one in self.parts[id]} for id in self.reports}
        around.match(happened, known_to=parts)

    def _whom(self, told: Told, event: Event, report: Report) -> Iterable[tuple[int, DeliveryChannel]]:
        match told.audience:
            case Audience.CONTACT:
                return self._typed(report)
            case Audience.REPORTER:
                if event.id < self.confirmed.get(report.id, 0):
                    return ()  # the letter of the confirmation tells it, once
                return self._reachable(told.letter, self._having(report, Part.REPORTER, but_muted=True))
            case Audience.FOLLOWERS:
                if event.kind is not EventKind.MERGED and not settling.becomes_public(report):
                    return ()
                return self._reachable(told.letter, self._around(report))
            case Audience.ASSIGNEE:
                assignee = self.people.get(int(event.data.get("assignee") or report.assignee_id or 0))
                return _by_mail([assignee] if assignee else [])
            case Audience.ASKER:
                asker = self.people.get(int(event.data.get("asker") or 0))
                return _by_mail([asker] if asker else [])
            case Audience.QUEUE:
                return _by_mail(self._serving(report, *IN_CHARGE))
            case Audience.LEADS:
                return _by_mail(self._serving(report, Role.LEAD) or self._serving(report, Role.DISPATCHER))
            case Audience.DISPATCHERS:
                return _by_mail(self._serving(report, Role.DISPATCHER))

    def _typed(self, report: Report) -> Iterable[tuple[int, DeliveryChannel]]:
        contact = report.contact
        person = next(iter(self._having(report, Part.REPORTER)), None)
        if contact is None or person is None:
            return
        if contact.email:
            yield person.id, DeliveryChannel.EMAIL
        elif contact.phone and sms.is_on():
            yield person.id, DeliveryChannel.SMS

    def _around(self, report: Report) -> list[Person]:
        """Who is affected or follows, and everybody of the reports that live on in it: each once."""
        own = self._having(report, Part.AFFECTED, Part.FOLLOWER)
        merged = [self.people[one.person_id] for one in self.merged.get(report.id, ()) if one.muted_at is None]
        return list({person.id: person for person in (*own, *merged)}.values())

    def _having(self, report: Report, *parts: Part, but_muted: bool = False) -> list[Person]:
        having = (one for one in self.parts[report.id] if one.part in parts and not (but_muted and one.muted_at))
        ids = dict.fromkeys(one.person_id for one in having)
        return [self.people[id] for id in ids if id in self.people]

    def _reachable(self, letter: LetterKind, people: Iterable[Person]) -> Iterable[tuple[int, DeliveryChannel]]:
        for person in people:
            if person.email:
                yield person.id, DeliveryChannel.EMAIL
            elif person.phone and letter in BY_SMS and sms.is_on():
                yield person.id, DeliveryChannel.SMS
            if person.id in self.with_devices:
                yield person.id, DeliveryChannel.PUSH

    def _serving(self, report: Report, *roles: Role) -> list[Person]:
        """Staff in these roles whose desk shows this report."""
        found = []
        for person in self.staff:
            actor = actor_of(person)
            grants = [grant for grant in actor.grants if grant.role in roles and grant.covers(report)]
            if grants and may(actor, Permission.HANDLE, report):
                found.append(person)
        return found


def _confirmations(report_ids: list[int]) -> dict[int, int]:
    """The event that confirmed the address of each of these reports."""
    if not report_ids:
        return {}
    rows = db.session.execute(
        select(Event.report_id, func.max(Event.id))
        .where(Event.report_id.in_(report_ids), Event.kind == EventKind.CONTACT_CONFIRMED)
        .group_by(Event.report_id)
    )
    return {int(report_id): int(event_id) for report_id, event_id in rows if report_id is not None}


def _merged(report_ids: Sequence[int]) -> dict[int, list[Participation]]:
    """What people are to the reports that live on in these. One query."""
    inside = family.merged_into(report_ids)
    rows = db.session.execute(
        select(inside.c.head, Participation)
        .join(Participation, Participation.report_id == inside.c.id)
        .where(Participation.ended_at.is_(None))
        .order_by(Participation.id)
    )
    found: dict[int, list[Participation]] = defaultdict(list)
    for head, part in rows:
        found[head].append(part)
    return found


def _staff(unit_ids: set[int]) -> list[Person]:
    """Who serves in these units, and the city's dispatchers."""
    serves = select(Membership.person_id).where(
        Membership.ended_at.is_(None),
        Membership.role.in_((*IN_CHARGE, Role.DISPATCHER)),
        Membership.unit_id.in_(sorted(unit_ids)) | Membership.unit_id.is_(None),
    )
    return list(db.session.scalars(select(Person).where(Person.id.in_(serves)).order_by(Person.id)))


def _by_mail(people: Iterable[Person]) -> list[tuple[int, DeliveryChannel]]:
    return [(person.id, DeliveryChannel.EMAIL) for person in people if person.email and person.is_active]


def _not_before(event: Event, report: Report) -> datetime:
    """What can still be taken back waits for its minute, and so does the letter that tells it."""
    if event.kind is EventKind.CONTACT_CONFIRMED:
        return max([event.at, *(datetime.fromtimestamp(one["until"], UTC) for one in report.settling or ())])
    if event.public_at is not None:
        return event.public_at
    return event.at + timedelta(seconds=undo_seconds()) if event.batch is not None else event.at
