"""What people change about their own account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.domain.accounts import find, joining, links, passwords, team
from app.domain.accounts.links import Purpose
from app.domain.errors import Invalid
from app.domain.notifications import send_account
from app.extensions import db, unit_of_work
from app.models import Participation, Person, now
from app.models.choices import Part
from app.models.localized import LANGUAGES


def set_profile(person_id: int, *, name: str, language: str) -> None:
    """Name and the language of letters. Inside a unit of work."""
    if language not in LANGUAGES:
        raise Invalid(_l("Choose one of the languages."), field="language")
    person = find.get(person_id)
    person.name, person.language = name.strip(), language


def change_password(person_id: int, *, old: str, new: str) -> Person:
    """Every other session ends; the caller signs this one in again. Opens its own unit of work."""
    person = find.get(person_id)
    _prove(person, old, field="old")
    passwords.check(new, about=(person.email or "", person.name), field="new")
    kept = passwords.hash_password(new)
    with unit_of_work():
        person = find.get(person_id)
        person.password_hash = kept
        person.session_epoch += 1
        return person


def ask_new_email(person_id: int, email: str, *, password: str) -> None:
    """Send a link to the new address; nothing changes before it is used. Opens its own unit of work.

    An address that is somebody else's gets no letter and the same answer.
    """
    email = find.clean(email)
    person = find.get(person_id)
    _prove(person, password, field="password")
    if email == person.email:
        raise Invalid(_l("This is your address already."), field="email")
    with unit_of_work():
        person = find.get(person_id)
        if find.by_email(email) is not None:
            joining.take_as_long()
            return
        token = links.make(Purpose.EMAIL, person, email)
        send_account(
            person.id,
            "new_email",
            {"link": f"/account/email/{token}", "to": email, "hours": links.hours(Purpose.EMAIL)},
        )


def use_new_email(token: str) -> Person:
    """The link was used: the new address holds, the old one is told, other sessions end. Inside a unit of work."""
    opened = links.opened(Purpose.EMAIL, token)
    person, old = opened.person, opened.person.email
    if find.by_email(opened.email) is not None or not find.takes_address(person, email=opened.email):
        raise Invalid(_l("Somebody uses this address already."), field="email")
    person.session_epoch += 1
    if old:
        send_account(person.id, "email_changed", {"to": old})
    return person


def sign_out_everywhere(person_id: int) -> None:
    """Every session of this person is void, on every device. Inside a unit of work."""
    find.get(person_id).session_epoch += 1


def close(person_id: int, *, password: str) -> None:
    """The account is off: no sign-in, no letters, no roles. Reports stay, and their own links still open them.

    Opens its own unit of work. Raises Invalid for a wrong password, and for the last administrator.
    """
    _prove(find.get(person_id), password, field="password")
    with unit_of_work():
        person = find.get(person_id)
        if team.is_last_admin(person.id):
            raise Invalid(_l("You are the only administrator. Name another one first."), field="password")
        at = now()
        for membership in person.memberships:
            if membership.ended_at is None:
                membership.ended_at, membership.ended_by_id = at, person.id
        follows = select(Participation).where(
            Participation.person_id == person.id,
            Participation.part == Part.FOLLOWER,
            Participation.ended_at.is_(None),
        )
        for followed in db.session.scalars(follows):
            followed.ended_at = at
        person.email = person.phone = person.password_hash = None
        person.session_epoch += 1
        person.closed_at = at


def _prove(person: Person, password: str, *, field: str) -> None:
    if not passwords.is_right(password, person.password_hash):
        raise Invalid(_l("This is not your password."), field=field)
