"""People by address, by number and by search."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import false, select
from sqlalchemy.exc import IntegrityError

from app.domain import search as folded
from app.domain.errors import NotFound
from app.extensions import db
from app.models import Membership, Person

PAGE = 50


def clean(email: str) -> str:
    """An address as it is kept: nobody's mailbox hangs on capitals."""
    return email.strip().lower()


def by_email(email: str) -> Person | None:
    """The person whose confirmed address this is."""
    return db.session.scalar(select(Person).where(Person.email == clean(email)))


def takes_address(person: Person, *, email: str | None = None, phone: str | None = None) -> bool:
    """The address is this person's from now on. False, and nothing changed, when somebody took it a moment ago.

    Inside a unit of work. Looking first is not enough: two may confirm the same address at once.
    """
    try:
        with db.session.begin_nested():
            person.email, person.phone = email or person.email, phone or person.phone
    except IntegrityError:
        return False
    return True


def get(person_id: int) -> Person:
    """Raises NotFound."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound(_l("There is no such person."))
    return person


def search(words: str, *, staff_only: bool = False, before: int | None = None, most: int | None = None) -> list[Person]:
    """People whose name or address has these words or beginnings of words, with marks or without; the newest first.
    `before` is where the page before ended.

    For administrators. Two queries: the people, and the roles they hold.
    """
    statement = select(Person).where(Person.erased_at.is_(None)).order_by(Person.id.desc()).limit(most)
    if before is not None:
        statement = statement.where(Person.id < before)
    if staff_only:
        statement = statement.where(Person.memberships.any(Membership.ended_at.is_(None)))
    if words.strip():
        called = folded.people(words)
        statement = statement.where(called if called is not None else false())
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Page:
    """People, and where the next page begins; `older` is None on the last."""

    people: list[Person]
    older: int | None


def page(words: str, *, before: int | None = None) -> Page:
    """One page of everybody these words find; without words, of staff alone. For administrators."""
    found = search(words, staff_only=not words.strip(), before=before, most=PAGE + 1)
    shown = found[:PAGE]
    return Page(shown, shown[-1].id if len(found) > PAGE else None)
