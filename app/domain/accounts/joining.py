"""Sign up and sign in, confirm by a mailed link, choose a new password by one. No answer tells who has an account."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_urlsafe

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, exists, or_, select

from app.domain.accounts import find, links, passwords
from app.domain.accounts.links import Purpose
from app.domain.errors import Invalid
from app.domain.notifications import LetterKind, send_account
from app.extensions import db, unit_of_work
from app.models import Alert, Consent, Delivery, Device, Event, Kept, Membership, Participation, Person, now

FORGOTTEN_AFTER = timedelta(days=14)
IN_VAIN = "asked_in_vain"


def sign_up(email: str, password: str, *, name: str = "", language: str = "vi") -> None:
    """Begin an account: a letter goes out, whether the address is known or not, and the answer is the same.

    To a new address goes a link that confirms it; to a known one, a link to choose a new password.
    Raises Invalid for a weak password. Opens its own unit of work.
    """
    email = find.clean(email)
    passwords.check(password, about=(email, name))
    kept = passwords.hash_password(password)
    with unit_of_work() as session:
        known = find.by_email(email)
        if known is not None:
            _send_reset(known)
            return
        person = Person(name=name.strip(), language=language, password_hash=kept, created_at=now(), memberships=[])
        session.add(person)
        session.flush()
        _send_confirmation(person, email)


def send_confirmation_again(token: str) -> None:
    """The link of a sign-up was too old: another goes to the same mailbox, where it was not used meanwhile.

    Raises NotFound for a token we never made. Opens its own unit of work.
    """
    with unit_of_work():
        waiting = links.for_another(Purpose.CONFIRM, token)
        if waiting is not None:
            _send_confirmation(waiting.person, waiting.email)
        else:
            take_as_long()


def confirm(token: str, password: str) -> Person:
    """The link of a sign-up, with the password chosen then: so nobody can sign up in another's name and wait.

    Reports and roles of the same confirmed address come along. Raises Gone, NotFound, Invalid.
    """
    opened = links.opened(Purpose.CONFIRM, token)
    if not passwords.is_right(password, opened.person.password_hash):
        raise Invalid(_l("This is not the password that you chose when you signed up."), field="password")
    with unit_of_work():
        opened = links.opened(Purpose.CONFIRM, token)
        return _settle(opened.person, opened.email)


def sign_in(email: str, password: str) -> Person | None:
    """The person, when address and password fit and the account is open. Takes as long when there is none."""
    person = find.by_email(email)
    kept = person.password_hash if person is not None and person.is_active else None
    if not passwords.is_right(password, kept) or person is None or kept is None:
        return None
    if passwords.is_outdated(kept):
        fresh = passwords.hash_password(password)
        with unit_of_work() as session:
            person = session.get_one(Person, person.id)
            person.password_hash = fresh
    return person


def ask_reset(email: str) -> None:
    """Send a link to choose a new password, where somebody has this address. Opens its own unit of work."""
    with unit_of_work():
        person = find.by_email(email)
        if person is not None and person.is_active:
            _send_reset(person)
        else:
            take_as_long()


def set_password(purpose: Purpose, token: str, password: str, *, name: str = "") -> Person:
    """The link of a reset or an invitation was used: the new password holds, every older session ends.

    Whoever reads the mailbox has proved the address, so it is confirmed too. Opens its own unit of work.
    """
    opened = links.opened(purpose, token)
    passwords.check(password, about=(opened.email, name or opened.person.name))
    kept = passwords.hash_password(password)
    with unit_of_work():
        opened = links.opened(purpose, token)
        person = _settle(opened.person, opened.email)
        person.password_hash = kept
        person.session_epoch += 1
        person.name = name.strip() or person.name
        return person


def invitation(person: Person, email: str) -> str:
    """The path of a one-time link to a first password."""
    return f"/invitation/{links.make(Purpose.INVITE, person, email)}"


def _wanted_to_follow() -> ColumnElement[bool]:
    asked = (LetterKind.FOLLOW.value, LetterKind.ALERT_LINK.value)
    return exists().where(Delivery.person_id == Person.id, Delivery.kind.in_(asked))


def forget_unconfirmed() -> int:
    """Remove what nobody confirmed within two weeks: sign-ups, invitations, wishes to follow. Inside a unit of work.

    Answers how many.
    """
    stale = (
        select(Person.id)
        .where(
            Person.email.is_(None),
            Person.phone.is_(None),
            Person.closed_at.is_(None),
            Person.erased_at.is_(None),
            or_(Person.password_hash.is_not(None), _wanted_to_follow()),
            Person.created_at < now() - FORGOTTEN_AFTER,
            ~exists().where(Participation.person_id == Person.id),
            ~exists().where(Membership.person_id == Person.id),
            ~exists().where(Event.actor_id == Person.id),
            ~exists().where(Consent.person_id == Person.id),
            ~exists().where(Alert.person_id == Person.id),
            ~exists().where(Device.person_id == Person.id),
        )
        .limit(500)
    )
    ids = list(db.session.scalars(stale))
    db.session.execute(delete(Delivery).where(Delivery.person_id.in_(ids)))
    db.session.execute(delete(Person).where(Person.id.in_(ids)))
    return len(ids)


def take_as_long() -> None:
    """Write something where no letter is owed, inside a unit of work: a write that is missing could be measured."""
    db.session.merge(Kept(name=IN_VAIN, value={"mark": token_urlsafe(9)}, updated_at=now()))
    db.session.flush()


def _send_confirmation(person: Person, email: str) -> None:
    send_account(person.id, "confirm_account", _letter(Purpose.CONFIRM, person, email, "/sign-up/confirm"))


def _send_reset(person: Person) -> None:
    email = person.email or ""
    send_account(person.id, "reset_password", _letter(Purpose.RESET, person, email, "/reset"))


def _letter(purpose: Purpose, person: Person, email: str, path: str) -> dict[str, object]:
    token = links.make(purpose, person, email)
    return {"link": f"{path}/{token}", "to": email, "hours": links.hours(purpose)}


def _settle(person: Person, email: str) -> Person:
    """The address is proved. Where a guest or an older account has it already, both become that one person."""
    known = find.by_email(email)
    if known is None and find.takes_address(person, email=email):
        return person
    known = known or db.session.scalars(select(Person).where(Person.email == email)).one()
    if known.id == person.id:
        return person
    known.password_hash, known.name = person.password_hash or known.password_hash, known.name or person.name
    known.session_epoch += 1
    known.closed_at = None
    for membership in list(person.memberships):
        if membership.ended_at is None and not _has(known, membership):
            membership.person = known
    person.password_hash, person.closed_at = None, now()
    db.session.flush()
    return known


def _has(person: Person, like: Membership) -> bool:
    return any(
        one.ended_at is None and one.unit_id == like.unit_id and one.role is like.role for one in person.memberships
    )
