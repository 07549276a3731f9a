"""Proof that a contact belongs to the reporter: a link in the mail, or six digits when a link cannot be tapped."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import delete, select

from app.domain import notifications
from app.domain.errors import Gone, Invalid, NotFound
from app.domain.permissions import link_to
from app.domain.reports import following
from app.domain.reports.find import find
from app.extensions import db, secret_key
from app.models import OneTimeCode, Report, ReportContact, now
from app.models.choices import Status

LINK_DAYS = 7
CODE_MINUTES = 10
CODE_TRIES = 5
AGAIN_AFTER = timedelta(minutes=2)
MOST_A_DAY = 5  # letters to one address, so that nobody's mailbox is filled through us
PURPOSE = "confirm-contact"


def confirmation_token(report: Report) -> str:
    """The token of the link that confirms this report's contact, good for seven days and for nothing else."""
    return str(_links().dumps(report.code))


def report_of(token: str, *, also_expired: bool = False) -> Report:
    """The report a token names. NotFound for a token we never made, Gone for one that has expired."""
    try:
        code = str(_links().loads(token, max_age=None if also_expired else LINK_DAYS * 86400))
    except SignatureExpired:
        raise Gone(_l("This link has expired. Ask for a new one.")) from None
    except BadSignature:
        raise NotFound(_l("This link does not confirm anything. Check that it was copied whole.")) from None
    report = find(code)
    if report is None:
        raise NotFound(_l("There is no report with this code."))
    return report


def confirm(token: str) -> Report:
    """The link was used, inside a unit of work. Using it again changes nothing and is no error."""
    report = report_of(token)
    following.confirm_contact(report.code, by=link_to(report))
    return report


def ask_again(report: Report) -> None:
    """Owe the typed address a fresh link and fresh digits, inside a unit of work; the digits before are void at once.

    Raises Invalid when nothing is left to confirm, when we cannot write there, or when enough letters went out.
    """
    contact = db.session.get(ReportContact, report.id)
    if contact is None or contact.confirmed_at is not None or report.status is Status.WITHDRAWN:
        raise Invalid(_l("There is no contact left to confirm."))
    if report.status is Status.HELD:
        raise Invalid(_l("Our message goes out together with your report, once the time to edit is over."))
    if not notifications.can_reach(contact):
        raise Invalid(_l("We cannot send text messages. Your own link shows every answer."))
    if notifications.confirmations_since(report, now() - AGAIN_AFTER):
        raise Invalid(
            _l("A message is on its way already. Look among unwanted mail too; in two minutes you can ask for another.")
        )
    if notifications.confirmations_since(report, now() - timedelta(days=1)) >= MOST_A_DAY:
        raise Invalid(_l("Five messages went there within a day. Use the link in the last one, or ask again tomorrow."))
    _void_codes(report)
    notifications.send_confirmation(report)


def contact_of(report: Report) -> ReportContact | None:
    """What somebody typed to be reached by, confirmed or not."""
    return db.session.get(ReportContact, report.id)


def ask_at(report: Report, email: str) -> None:
    """The reporter gives an e-mail address, the first or a right one: a link goes there. Inside a unit of work.

    Raises Invalid naming "email" when there is nothing to confirm, or when enough letters went out.
    """
    contact = contact_of(report)
    if contact is None or contact.confirmed_at is not None:
        raise Invalid(_l("There is no contact left to confirm."), field="email")
    contact.email = email
    ask_again(report)


def make_code(report: Report, *, delivery_id: int) -> str:
    """The six digits of this letter, good for ten minutes from now, inside a unit of work.

    A letter that goes out once more, because nobody knows whether it arrived, carries the same digits; the wrong
    tries at them still count.
    """
    digits = _digits(report, delivery_id)
    hashed = _hash(report, digits)
    kept = next((one for one in _codes(report) if hmac.compare_digest(one.code_hash, hashed)), None)
    if kept is None:
        kept = OneTimeCode(purpose=PURPOSE, subject=subject_of(report), code_hash=hashed, tries=0, created_at=now())
        db.session.add(kept)
    kept.expires_at = now() + timedelta(minutes=CODE_MINUTES)
    db.session.flush()
    return digits


def use_code(report: Report, digits: str) -> bool:
    """Try six digits, inside a unit of work that the caller lets hold whatever comes: a wrong try must be counted.

    True when the contact is confirmed now; False when the digits are wrong. Raises Invalid when the code has expired
    or was tried too often, so that another one must be asked for.
    """
    valid = [one for one in _codes(report) if one.used_at is None and now() <= one.expires_at]
    if not valid:
        raise Invalid(
            _l("This code is no longer valid. Ask for a new one, or use the link in the message."), field="digits"
        )
    open_to_try = [one for one in valid if one.tries < CODE_TRIES]
    if not open_to_try:
        raise Invalid(_l("Too many wrong tries. Ask for a new code, or use the link in the message."), field="digits")
    hashed = _hash(report, "".join(sign for sign in digits if sign.isdecimal()))
    right = next((one for one in open_to_try if hmac.compare_digest(one.code_hash, hashed)), None)
    if right is None:
        for one in open_to_try:
            one.tries += 1
        db.session.flush()
        return False
    right.used_at = now()
    following.confirm_contact(report.code, by=link_to(report))
    return True


def _codes(report: Report) -> Sequence[OneTimeCode]:
    """Those of letters since the last that was asked for by hand; a late repeat of an earlier one may be among them."""
    statement = select(OneTimeCode).where(OneTimeCode.purpose == PURPOSE, OneTimeCode.subject == subject_of(report))
    return db.session.scalars(statement.order_by(OneTimeCode.id).with_for_update()).all()


def _void_codes(report: Report) -> None:
    db.session.execute(
        delete(OneTimeCode).where(OneTimeCode.purpose == PURPOSE, OneTimeCode.subject == subject_of(report))
    )


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=PURPOSE)


def subject_of(report: Report) -> str:
    """What the digits sent for a report are kept under."""
    return f"report:{report.code}"


def _hash(report: Report, digits: str) -> str:
    return hmac.new(secret_key().encode(), f"{PURPOSE}:{report.code}:{digits}".encode(), hashlib.sha256).hexdigest()


def _digits(report: Report, delivery_id: int) -> str:
    """Nobody without the city's key can tell them from chance."""
    made = hmac.new(secret_key().encode(), f"{PURPOSE}:digits:{report.code}:{delivery_id}".encode(), hashlib.sha256)
    return f"{int.from_bytes(made.digest()) % 10**6:06d}"
