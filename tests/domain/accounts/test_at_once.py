"""What two people do to accounts at the same moment ends as if one had been first, and nobody sees an error."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.accounts import changes, links, passwords, team
from app.domain.accounts.links import Purpose
from app.domain.errors import Invalid
from app.domain.permissions import actor_of
from app.domain.reports import following
from app.extensions import db, unit_of_work
from app.models import Membership, Person, now
from app.models.choices import Role
from tests import factories
from tests.support.two_hands import while_the_first_is_not_done

GOOD = "bốn từ khác hẳn nhau cầu vồng"


def an_admin() -> Person:
    person = factories.staff(None, Role.ADMIN)
    with unit_of_work():
        db.session.get_one(Person, person.id).password_hash = passwords.hash_password(GOOD)
    return db.session.get_one(Person, person.id)


def running_admins() -> list[int]:
    db.session.rollback()
    running = select(Membership.person_id).where(Membership.role == Role.ADMIN, Membership.ended_at.is_(None))
    return list(db.session.scalars(running))


@pytest.mark.only_postgresql
def test_of_two_administrators_who_close_their_accounts_at_once_one_stays(app: Flask, db_session: Session) -> None:
    one, other = an_admin().id, an_admin().id
    role = db_session.scalars(select(Membership.id).where(Membership.person_id == one)).one()
    by = actor_of(db_session.get_one(Person, other))
    later = while_the_first_is_not_done(app, lambda: team.end(role, by=by), lambda: changes.close(other, password=GOOD))
    with pytest.raises(Invalid, match="quản trị duy nhất"):
        later.result()
    assert running_admins() == [other]


@pytest.mark.only_postgresql
def test_of_two_administrators_who_end_each_others_role_at_once_one_stays(app: Flask, db_session: Session) -> None:
    one, other = an_admin(), an_admin()
    roles = {person.id: person.memberships[0].id for person in (one, other)}
    by_one, by_other = actor_of(one), actor_of(other)
    one_id, other_id = one.id, other.id

    def end_mine() -> None:
        with unit_of_work():
            team.end(roles[one_id], by=by_other)

    later = while_the_first_is_not_done(app, lambda: team.end(roles[other_id], by=by_one), end_mine)
    with pytest.raises(Invalid, match="Phải có ít nhất một quản trị"):
        later.result()
    assert running_admins() == [one_id]


@pytest.mark.only_postgresql
def test_an_address_confirmed_for_two_reports_at_once_is_one_person(app: Flask, db_session: Session) -> None:
    contact = factories.filing.Contact("Người gửi", "gui@example.org", "")
    codes = [factories.a_report(contact=contact).code for _ in range(2)]

    def confirm(code: str) -> int | None:
        person = following.confirm_contact(code, by=factories.ANONYMOUS)
        return person and person.id

    def confirm_too() -> int | None:
        with unit_of_work():
            return confirm(codes[1])

    later = while_the_first_is_not_done(app, lambda: confirm(codes[0]), confirm_too)
    known = db_session.scalars(select(Person.id).where(Person.email == "gui@example.org")).one()
    assert later.result() == known


@pytest.mark.only_postgresql
def test_a_new_address_that_somebody_confirms_at_the_same_moment_is_refused(app: Flask, db_session: Session) -> None:
    mine, theirs = factories.a_person().id, factories.a_person().id
    tokens = []
    for person_id in (theirs, mine):
        with unit_of_work():
            person = db_session.get_one(Person, person_id)
            tokens.append(links.make(Purpose.EMAIL, person, "moi@example.org"))

    def use_mine() -> Person:
        with unit_of_work():
            return changes.use_new_email(tokens[1])

    later = while_the_first_is_not_done(app, lambda: changes.use_new_email(tokens[0]), use_mine)
    with pytest.raises(Invalid, match="đã được dùng"):
        later.result()
    assert db_session.scalars(select(Person.id).where(Person.email == "moi@example.org")).one() == theirs


def test_nobody_has_the_same_role_in_the_whole_city_twice(db_session: Session) -> None:
    admin = factories.staff(None, Role.ADMIN).id
    with pytest.raises(IntegrityError), unit_of_work() as session:
        session.add(Membership(person_id=admin, unit_id=None, role=Role.ADMIN, created_at=now()))


def test_migrating_ends_city_wide_roles_that_stand_twice_but_for_the_newest(db_session: Session) -> None:
    from app import migrations

    admin = factories.staff(None, Role.ADMIN).id
    engine = db_session.get_bind().engine
    db_session.close()
    migrations.downgrade(engine, "0002")
    with unit_of_work() as session:
        session.add(Membership(person_id=admin, unit_id=None, role=Role.ADMIN, sees_contact=True, created_at=now()))
    migrations.upgrade(engine)
    rows = select(Membership.sees_contact, Membership.ended_at.is_(None)).order_by(Membership.id)
    assert [tuple(row) for row in db.session.execute(rows)] == [(False, False), (True, True)]
