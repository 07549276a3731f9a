"""Letters that no event stands behind: about an account, a second word about an unconfirmed address."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select

from app.adapters import sms
from app.domain.notifications.kinds import ACCOUNT, LetterKind
from app.extensions import db
from app.models import Delivery, Participation, Report, ReportContact, now
from app.models.choices import DeliveryChannel, Part

REMIND_AFTER = timedelta(hours=24)
REMIND_UNTIL = timedelta(days=6)  # the link of the first letter lives for seven days


def send_account(person_id: int, kind: str, data: dict[str, Any] | None = None) -> Delivery:
    """Owe somebody a letter about their account, inside the caller's unit of work.

    `kind` is confirm_account, reset_password, new_email, email_changed or invited. `data` may hold
    `link`: a path from the root, like `/reset/<token>`, without language and host (the letter adds both),
    `to`: the address to write to where it is not (yet) the person's own,
    `hours`: for how long the link is good; none for a link that opens a page of the account,
    `unit`: the code of the unit somebody is invited to, `role`: as what.
    `link` and `to` are forgotten once the letter is sent.
    """
    letter = LetterKind(kind)
    if letter not in ACCOUNT:
        raise ValueError(f"{kind} is not a letter about an account")
    return _owe(person_id, letter, data or {})


def send_follow(person_id: int, report: Report, *, to: str, link: str) -> Delivery:
    """Owe an address the link (a path from the root) by which it follows, inside the caller's unit of work."""
    return _owe(person_id, LetterKind.FOLLOW, {"report": report.id, "to": to, "link": link})


def send_alert_link(person_id: int, *, to: str, link: str) -> Delivery:
    """Owe an address the link (a path from the root) that begins an alert, inside the caller's unit of work."""
    return _owe(person_id, LetterKind.ALERT_LINK, {"to": to, "link": link})


def send_my_reports(person_id: int, *, link: str) -> Delivery:
    """Owe somebody the link (a path from the root) that opens their reports, inside the caller's unit of work."""
    return _owe(person_id, LetterKind.MY_REPORTS, {"link": link})


def send_confirmation(report: Report) -> bool:
    """Owe the unconfirmed contact of this report a fresh link and code, inside the caller's unit of work.

    False when there is nobody to write to, or nothing left to confirm.
    """
    contact = db.session.get(ReportContact, report.id)
    person_id = _reporter_of(report.id)
    if contact is None or contact.confirmed_at is not None or not can_reach(contact) or person_id is None:
        return False
    channel = DeliveryChannel.EMAIL if contact.email else DeliveryChannel.SMS
    _owe(person_id, LetterKind.CONFIRM, {"report": report.id}, channel)
    return True


def can_reach(contact: ReportContact) -> bool:
    """Have we a way to write to what was typed? A telephone number needs the city's gateway."""
    return bool(contact.email or (contact.phone and sends_texts()))


def sends_texts() -> bool:
    """Does this city send text messages?"""
    return sms.is_on()


def confirmations_since(report: Report, since: datetime) -> int:
    """How many letters asking to confirm went, or will go, to this report's reporter since then."""
    letters = (LetterKind.CONFIRM.value, LetterKind.CONFIRM_REMINDER.value)
    statement = select(func.count(Delivery.id)).where(
        Delivery.person_id == _reporter_of(report.id), Delivery.kind.in_(letters), Delivery.not_before >= since
    )
    return int(db.session.scalar(statement) or 0)


def remind_unconfirmed(limit: int = 100) -> int:
    """Owe one reminder to whoever has not confirmed an address after a day. Inside a unit of work; safe to repeat."""
    at = now()
    reminded = exists().where(
        Delivery.person_id == Participation.person_id, Delivery.kind == LetterKind.CONFIRM_REMINDER.value
    )
    waiting = db.session.execute(
        select(Report.id, Participation.person_id)
        .join(ReportContact, ReportContact.report_id == Report.id)
        .join(Participation, Participation.report_id == Report.id)
        .where(
            Report.filed_at <= at - REMIND_AFTER,
            Report.filed_at > at - REMIND_UNTIL,
            Report.is_demo.is_(False),
            Report.merged_into_id.is_(None),
            ReportContact.confirmed_at.is_(None),
            ReportContact.email != "",
            Participation.part == Part.REPORTER,
            ~reminded,
        )
        .order_by(Report.id)
        .limit(limit)
    ).all()
    for report_id, person_id in waiting:
        _owe(person_id, LetterKind.CONFIRM_REMINDER, {"report": report_id})
    return len(waiting)


def _reporter_of(report_id: int) -> int | None:
    return db.session.scalar(
        select(Participation.person_id)
        .where(Participation.report_id == report_id, Participation.part == Part.REPORTER)
        .order_by(Participation.id)
        .limit(1)
    )


def _owe(
    person_id: int, letter: LetterKind, data: dict[str, Any], channel: DeliveryChannel = DeliveryChannel.EMAIL
) -> Delivery:
    delivery = Delivery(person_id=person_id, channel=channel, kind=letter.value, data=data, not_before=now())
    db.session.add(delivery)
    db.session.flush()
    return delivery
