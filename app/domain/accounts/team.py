"""Who works in which unit: a lead decides for her own, an administrator for all and for the whole city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from app.domain.accounts import find, joining, links
from app.domain.city import store
from app.domain.city.model import Unit
from app.domain.errors import Forbidden, Invalid, NotFound
from app.domain.folding import in_order
from app.domain.notifications import send_account
from app.domain.permissions import Actor
from app.extensions import db
from app.models import Membership, Person, now
from app.models.choices import Role

IN_UNIT = (Role.CLERK, Role.LEAD)
IN_CITY = (Role.DISPATCHER, Role.OBSERVER, Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Terms:
    """What somebody may do: a role, with or without reporters' contact data, perhaps for some things only."""

    role: Role
    sees_contact: bool = False
    categories: tuple[str, ...] = ()  # codes; empty: every category
    wards: tuple[str, ...] = ()  # codes; empty: every ward


def units_of(by: Actor) -> list[Unit]:
    """The units whose people this actor manages, by name."""
    city = store.current()
    if by.has(Role.ADMIN):
        return sorted(city.units.values(), key=lambda unit: in_order(unit.name.vi))
    return [city.unit_of(unit_id) for unit_id in by.unit_ids(Role.LEAD)]


def unit_called(code: str) -> Unit:
    """A unit by its code; a retired one too, because its people still have roles to end. Raises NotFound."""
    city = store.current()
    former = next((unit for unit in city.former.units.values() if unit.code == code), None)
    unit = city.units.get(code) or former
    if unit is None:
        raise NotFound(_l("There is no such unit."))
    return unit


def unit_of(unit_id: int) -> Unit:
    """The unit of a role; retired ones are known too."""
    return store.current().unit_of(unit_id)


def may_manage(by: Actor, unit_id: int | None) -> bool:
    """An administrator everywhere, a lead in her own units."""
    return by.has(Role.ADMIN) or (unit_id is not None and unit_id in by.unit_ids(Role.LEAD))


def people_of(unit_id: int | None, *, by: Actor) -> list[Membership]:
    """Whoever works here now, leads first; None is the whole city. Raises Forbidden. Two queries."""
    must_manage(by, unit_id)
    here = Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id
    found = db.session.scalars(
        select(Membership)
        .where(here, Membership.ended_at.is_(None))
        .options(selectinload(Membership.person).lazyload(Person.memberships))
        .order_by(Membership.id)
    )
    return sorted(found, key=lambda one: (one.role is not Role.LEAD, in_order(one.person.name)))


def left(unit_id: int | None, *, by: Actor) -> list[Membership]:
    """The twenty roles that ended last here: the record of who was what."""
    must_manage(by, unit_id)
    here = Membership.unit_id.is_(None) if unit_id is None else Membership.unit_id == unit_id
    return list(
        db.session.scalars(
            select(Membership)
            .where(here, Membership.ended_at.is_not(None))
            .options(selectinload(Membership.person).lazyload(Person.memberships))
            .order_by(Membership.ended_at.desc(), Membership.id.desc())
            .limit(20)
        )
    )


def get(membership_id: int, *, by: Actor) -> Membership:
    """A role that still runs. NotFound for one that has ended, Forbidden for another unit's."""
    membership = db.session.get(Membership, membership_id)
    if membership is None or membership.ended_at is not None:
        raise NotFound(_l("This role has ended already."))
    must_manage(by, membership.unit_id)
    return membership


def invite(email: str, name: str, unit_id: int | None, terms: Terms, *, by: Actor, language: str = "vi") -> Membership:
    """Give somebody a role and write to them. Inside a unit of work.

    Whoever is known by this address keeps their account. Anybody else gets a link to choose a password; until it is
    used the address is not theirs, and nothing else is sent to it.
    """
    must_manage(by, unit_id)
    _check(terms, unit_id)
    email = find.clean(email)
    person = find.by_email(email)
    if person is not None and any(one.ended_at is None and one.unit_id == unit_id for one in person.memberships):
        raise Invalid(_l("This person works here already. Change the role instead."), field="email")
    if person is None:
        person = Person(name=name.strip(), language=language, created_at=now(), memberships=[])
        db.session.add(person)
        db.session.flush()
    person.closed_at = None
    person.name = person.name or name.strip()
    membership = _begin(person, unit_id, terms, by)
    _write_to(person, email, membership)
    return membership


def invite_again(membership_id: int, email: str, *, by: Actor) -> str:
    """A fresh link for somebody who has not used theirs; answers where it goes. Inside a unit of work.

    `email` counts only where no address of this person is confirmed yet.
    """
    membership = get(membership_id, by=by)
    if membership.person.password_hash is not None:
        raise Invalid(_l("This person has chosen a password already."))
    person = membership.person
    person.session_epoch += 1  # the former link is void
    address = person.email or find.clean(email)
    _write_to(person, address, membership)
    return address


def write_again(token: str) -> None:
    """The link of an invitation was too old: another goes to the same mailbox, while the role still runs.

    Raises NotFound for a token we never made. Inside a unit of work.
    """
    waiting = links.for_another(links.Purpose.INVITE, token)
    running = [one for one in waiting.person.memberships if one.ended_at is None] if waiting is not None else []
    if waiting is not None and running:
        _write_to(waiting.person, waiting.email, running[-1])


def change(membership_id: int, terms: Terms, *, by: Actor) -> Membership:
    """End the role and begin it anew on other terms, so that both are on record. Inside a unit of work."""
    membership = get(membership_id, by=by)
    _check(terms, membership.unit_id)
    if terms == terms_of(membership):
        return membership
    if not may_change(membership, by=by) or terms.role is not membership.role:
        _not_oneself(membership, by)
    _end(membership, by)
    db.session.flush()  # the old row must have ended before another of the same role begins
    return _begin(membership.person, membership.unit_id, terms, by)


def may_change(membership: Membership, *, by: Actor) -> bool:
    """Limits, and the right to see contact data, are set by somebody else; an administrator sets all."""
    return by.has(Role.ADMIN) or membership.person_id != by.person_id


def end(membership_id: int, *, by: Actor) -> Membership:
    """Somebody works here no longer. Their past stays. Inside a unit of work."""
    membership = get(membership_id, by=by)
    _not_oneself(membership, by)
    _end(membership, by)
    return membership


def name_first_admin(email: str, name: str) -> str:
    """Make this person an administrator, inside a unit of work. The path of a one-time link to a password.

    For the command line of whoever runs the machine; it works again for a lost password.
    """
    email = find.clean(email)
    person = find.by_email(email)
    if person is None:
        person = Person(name=name, email=email, created_at=now(), memberships=[])
        db.session.add(person)
        db.session.flush()
    person.closed_at = None
    running = [one for one in person.memberships if one.ended_at is None]
    if not any(one.role is Role.ADMIN for one in running):
        db.session.add(
            Membership(person_id=person.id, unit_id=None, role=Role.ADMIN, categories=[], wards=[], created_at=now())
        )
    person.session_epoch += 1
    return joining.invitation(person, email)


def terms_of(membership: Membership) -> Terms:
    return Terms(membership.role, membership.sees_contact, tuple(membership.categories), tuple(membership.wards))


def roles_for(unit_id: int | None) -> Sequence[Role]:
    """The roles one can have here."""
    return IN_CITY if unit_id is None else IN_UNIT


def _begin(person: Person, unit_id: int | None, terms: Terms, by: Actor) -> Membership:
    membership = Membership(
        person_id=person.id,
        unit_id=unit_id,
        role=terms.role,
        sees_contact=terms.sees_contact,
        categories=list(terms.categories),
        wards=list(terms.wards),
        granted_by_id=by.person_id,
        created_at=now(),
    )
    try:
        with db.session.begin_nested():
            db.session.add(membership)
    except IntegrityError:  # two hands gave the same role at once
        raise Invalid(_l("This person works here already. Change the role instead."), field="email") from None
    return membership


def _end(membership: Membership, by: Actor) -> None:
    if membership.role is Role.ADMIN and is_last_admin(membership.person_id):
        raise Invalid(_l("Somebody must remain an administrator. Name another one first."))
    membership.ended_at, membership.ended_by_id = now(), by.person_id


def is_last_admin(person_id: int) -> bool:
    """Is this the only administrator? Inside a unit of work, to whose end the answer holds.

    Two may leave at the same moment: the rows are locked, so that the second waits, finds nobody left and stays.
    """
    running = select(Membership.person_id).where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
    return set(db.session.scalars(running.order_by(Membership.id).with_for_update())) == {person_id}


def _write_to(person: Person, email: str, membership: Membership) -> None:
    data: dict[str, object] = {"to": email, "role": membership.role.value}
    if membership.unit_id is not None:
        data["unit"] = store.current().unit_of(membership.unit_id).code
    if person.password_hash is None:
        data |= {"link": joining.invitation(person, email), "hours": links.hours(links.Purpose.INVITE)}
    else:
        data |= {"link": "/desk"}
    send_account(person.id, "invited", data)


def _check(terms: Terms, unit_id: int | None) -> None:
    city = store.current()
    if terms.role not in roles_for(unit_id):
        raise Invalid(_l("Choose one of the roles."), field="role")
    if any(code not in city.categories for code in terms.categories):
        raise Invalid(_l("Choose categories from the list."), field="categories")
    if any(code not in city.wards for code in terms.wards):
        raise Invalid(_l("Choose wards from the list."), field="wards")


def _not_oneself(membership: Membership, by: Actor) -> None:
    if membership.person_id == by.person_id:
        raise Invalid(_l("You cannot change or end your own role. Ask another lead or an administrator."))


def must_manage(by: Actor, unit_id: int | None) -> None:
    """Raises Forbidden for anybody but an administrator and a lead of this very unit."""
    if not may_manage(by, unit_id):
        raise Forbidden(_l("Only the unit's lead and administrators manage its people."))
