"""People by address, by number and by search."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select

from app.domain.errors import NotFound
from app.extensions import db
from app.models import Membership, Person

MOST_FOUND = 50


def clean(email: str) -> str:
    """An address as it is kept: nobody's mailbox hangs on capitals."""
    return email.strip().lower()


def by_email(email: str) -> Person | None:
    """The person whose confirmed address this is."""
    return db.session.scalar(select(Person).where(Person.email == clean(email)))


def get(person_id: int) -> Person:
    """Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound(_l("There is no such person."))
    return person


def search(words: str, *, staff_only: bool = False, most: int | None = MOST_FOUND) -> list[Person]:
    """People whose name or address holds these words; the newest first, `most` of them. For administrators."""
    statement = select(Person).where(Person.erased_at.is_(None)).order_by(Person.id.desc()).limit(most)
    if staff_only:
        statement = statement.where(Person.memberships.any(Membership.ended_at.is_(None)))
    if words.strip():
        statement = statement.where(_holds(words.strip()))
    return list(db.session.scalars(statement))


def _holds(words: str) -> ColumnElement[bool]:
    wanted = words.lower()
    return or_(
        func.lower(Person.name).contains(wanted, autoescape=True),
        Person.name.contains(words, autoescape=True),  # SQLite lowers only plain letters
        Person.email.contains(wanted, autoescape=True),
    )
