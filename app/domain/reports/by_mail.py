"""My reports without an account: one letter to the confirmed address, whose link opens them for two hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import select

from app.domain.accounts import find, joining
from app.domain.errors import Gone, NotFound
from app.domain.notifications import send_my_reports
from app.extensions import db, secret_key
from app.models import Participation, Person, Report, now
from app.models.choices import Part

HOURS = 2
BACK = timedelta(days=365)
MOST = 100
_SALT = "my-reports"


def ask(email: str) -> None:
    """Owe this address the link, where anything was filed with it; inside a unit of work.

    What is answered, and how long it takes, never tells who has filed.
    """
    person = find.by_email(email)
    if person is None or person.erased_at is not None or not of_person(person):
        joining.take_as_long()
        return
    send_my_reports(person.id, link=f"/mine/by-mail/{token_of(person)}")


def token_of(person: Person) -> str:
    """For the link in the letter; void too once this person has signed out everywhere."""
    return str(_signer().dumps([person.id, person.session_epoch]))


def opened(token: str) -> Person:
    """Whose link it is. NotFound for a strange one, Gone after two hours."""
    try:
        person_id, epoch = _signer().loads(token, max_age=HOURS * 3600)
    except SignatureExpired:
        raise Gone(_l("This link has expired. Ask for a new one.")) from None
    except (BadSignature, ValueError, TypeError):
        raise NotFound(_l("This link leads nowhere. Check that it was copied whole.")) from None
    person = db.session.get(Person, int(person_id))
    if person is None or person.erased_at is not None or person.session_epoch != epoch:
        raise Gone(_l("This link has expired. Ask for a new one."))
    return person


def of_person(person: Person) -> Sequence[Report]:
    """What they filed in the last twelve months, the newest first. One query."""
    mine = select(Participation.report_id).where(
        Participation.person_id == person.id, Participation.part == Part.REPORTER, Participation.ended_at.is_(None)
    )
    filed = select(Report).where(Report.id.in_(mine), Report.filed_at >= now() - BACK)
    return db.session.scalars(filed.order_by(Report.id.desc()).limit(MOST)).all()


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key(), salt=_SALT)
