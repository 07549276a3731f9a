"""A lead decides who works in her own unit and nowhere else; an administrator decides for all."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import workflow
from app.domain.accounts import find, joining, links, team
from app.domain.accounts.team import Terms
from app.domain.city import store
from app.domain.errors import Forbidden, Gone, Invalid, NotFound
from app.domain.permissions import Actor, Permission, actor_of, may
from app.extensions import db, unit_of_work
from app.models import Delivery, Membership, Person
from app.models.choices import Role
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session")
HERE, ELSEWHERE = "ubnd-10001", "ubnd-10002"


@pytest.fixture
def lead(db_session: Session) -> Actor:
    return factories.actor(HERE, Role.LEAD)


@pytest.fixture
def admin(db_session: Session) -> Actor:
    return factories.actor(None, Role.ADMIN)


def id_of(unit: str) -> int:
    return store.current().units[unit].id


def invite(by: Actor, unit: str | None = HERE, email: str = "moi@example.org", **terms: object) -> Membership:
    asked = Terms(**({"role": Role.CLERK} | terms))  # type: ignore[arg-type]
    with unit_of_work():
        return team.invite(email, "Người mới", id_of(unit) if unit else None, asked, by=by)


def role_of(unit: str | None, role: Role = Role.CLERK) -> Membership:
    return factories.staff(unit, role).memberships[0]


def letters_to(person: Person) -> list[dict[str, object]]:
    found = db.session.scalars(select(Delivery).where(Delivery.person_id == person.id).order_by(Delivery.id))
    return [one.data for one in found]


def token_in(letter: dict[str, object]) -> str:
    return str(letter["link"]).rsplit("/", 1)[1]


def test_whoever_is_invited_chooses_a_password_and_works_here(lead: Actor) -> None:
    membership = invite(lead)
    token = token_in(letters_to(membership.person)[0])
    person = joining.set_password(links.Purpose.INVITE, token, "bốn từ dễ nhớ lắm", name="Người mới")
    assert person.email == "moi@example.org"
    assert actor_of(person).unit_ids(Role.CLERK) == (id_of(HERE),)


def test_whoever_has_an_account_keeps_it_and_gains_a_role(lead: Actor) -> None:
    resident = factories.a_person(email="quen@example.org", password_hash="kept")
    membership = invite(lead, email="Quen@Example.org")
    assert membership.person_id == resident.id
    assert resident.password_hash == "kept"
    assert letters_to(resident)[0]["link"] == "/desk"


def test_nobody_is_invited_twice_into_the_same_unit(lead: Actor) -> None:
    clerk = factories.staff(HERE)
    with pytest.raises(Invalid) as refused:
        invite(lead, email=clerk.email or "")
    assert refused.value.field == "email"


@pytest.mark.parametrize("unit", [ELSEWHERE, None])
def test_a_lead_reaches_no_other_unit_and_not_the_city(lead: Actor, unit: str | None) -> None:
    stranger = role_of(unit, Role.CLERK if unit else Role.DISPATCHER)
    unit_id = id_of(unit) if unit else None
    for reach in (
        lambda: team.people_of(unit_id, by=lead),
        lambda: team.left(unit_id, by=lead),
        lambda: team.get(stranger.id, by=lead),
        lambda: invite(lead, unit, role=Role.CLERK if unit else Role.DISPATCHER),
    ):
        with pytest.raises(Forbidden):
            reach()
    for change in (
        lambda: team.change(stranger.id, Terms(Role.LEAD), by=lead),
        lambda: team.end(stranger.id, by=lead),
        lambda: team.invite_again(stranger.id, "x@example.org", by=lead),
    ):
        with pytest.raises(Forbidden), unit_of_work():
            change()
    assert db.session.get_one(Membership, stranger.id).ended_at is None


@pytest.mark.parametrize("role", team.IN_CITY)
def test_a_lead_can_make_nobody_an_administrator_or_anything_else_of_the_city(lead: Actor, role: Role) -> None:
    clerk = role_of(HERE)
    with pytest.raises(Invalid) as refused:
        invite(lead, role=role)
    assert refused.value.field == "role"
    with pytest.raises(Invalid), unit_of_work():
        team.change(clerk.id, Terms(role), by=lead)
    assert find.by_email("moi@example.org") is None


def test_an_administrator_manages_every_unit_and_the_city(admin: Actor) -> None:
    assert {unit.code for unit in team.units_of(admin)} == set(store.current().units)
    invite(admin, ELSEWHERE, role=Role.LEAD)
    invite(admin, None, "mot@example.org", role=Role.DISPATCHER)
    assert [one.role for one in team.people_of(id_of(ELSEWHERE), by=admin)] == [Role.LEAD]
    assert {one.role for one in team.people_of(None, by=admin)} == {Role.ADMIN, Role.DISPATCHER}


def test_the_last_administrator_stays(admin: Actor) -> None:
    own = db.session.scalars(select(Membership).where(Membership.role == Role.ADMIN)).one()
    with pytest.raises(Invalid), unit_of_work():
        team.end(own.id, by=admin)
    with pytest.raises(Invalid), unit_of_work():
        team.change(own.id, Terms(Role.OBSERVER), by=admin)
    assert db.session.get_one(Membership, own.id).ended_at is None


def test_nobody_takes_away_their_own_role(lead: Actor) -> None:
    own = team.people_of(id_of(HERE), by=lead)[0]
    with pytest.raises(Invalid), unit_of_work():
        team.end(own.id, by=lead)
    with pytest.raises(Invalid), unit_of_work():
        team.change(own.id, Terms(Role.CLERK), by=lead)


def test_of_two_administrators_who_end_each_other_one_stays(admin: Actor) -> None:
    other = factories.staff(None, Role.ADMIN)
    stale = actor_of(other)
    first, second = team.people_of(None, by=admin)
    with unit_of_work():
        team.end(second.id, by=admin)
    with pytest.raises(Invalid), unit_of_work():
        team.end(first.id, by=stale)
    assert [one.id for one in team.people_of(None, by=admin)] == [first.id]


def test_a_limited_lead_cannot_lift_her_own_limits(db_session: Session) -> None:
    lead = factories.staff(HERE, Role.LEAD, categories=["rubbish"])
    own = lead.memberships[0]
    for wider in (Terms(Role.LEAD), Terms(Role.LEAD, sees_contact=True, categories=("rubbish",))):
        with pytest.raises(Invalid), unit_of_work():
            team.change(own.id, wider, by=actor_of(lead))
    assert team.terms_of(db.session.get_one(Membership, own.id)) == Terms(Role.LEAD, categories=("rubbish",))


def test_a_changed_role_ends_and_begins_anew_so_that_both_are_on_record(lead: Actor) -> None:
    clerk = role_of(HERE)
    with unit_of_work():
        changed = team.change(clerk.id, Terms(Role.LEAD, sees_contact=True), by=lead)
    assert (changed.role, changed.sees_contact, changed.granted_by_id) == (Role.LEAD, True, lead.person_id)
    former = team.left(id_of(HERE), by=lead)
    assert [(one.id, one.ended_by_id) for one in former] == [(clerk.id, lead.person_id)]
    with pytest.raises(NotFound):
        team.get(clerk.id, by=lead)


def test_the_same_terms_again_change_nothing(lead: Actor) -> None:
    clerk = role_of(HERE)
    with unit_of_work():
        assert team.change(clerk.id, Terms(Role.CLERK), by=lead).id == clerk.id
    assert team.left(id_of(HERE), by=lead) == []


def test_limits_decide_which_reports_somebody_may_handle(lead: Actor) -> None:
    rubbish, pothole = factories.a_report(), factories.a_report(category="pothole", answers={"road": "alley"})
    assert factories.unit_of(pothole) == HERE
    membership = invite(lead, categories=("rubbish",), wards=("10001",))
    limited = actor_of(membership.person)
    assert may(limited, Permission.TRIAGE, rubbish)
    assert not may(limited, Permission.TRIAGE, pothole)
    with pytest.raises(Forbidden), unit_of_work():
        workflow.take(pothole.code, "receive", by=limited)
    with unit_of_work():
        team.change(membership.id, Terms(Role.CLERK, wards=("10002",)), by=lead)
    db.session.expire_all()
    assert not may(actor_of(membership.person), Permission.TRIAGE, rubbish)


@pytest.mark.parametrize(("field", "terms"), [("categories", {"categories": ("no",)}), ("wards", {"wards": ("no",)})])
def test_a_limit_to_what_does_not_exist_is_refused(lead: Actor, field: str, terms: dict[str, object]) -> None:
    with pytest.raises(Invalid) as refused:
        invite(lead, **terms)
    assert refused.value.field == field


def test_whose_role_has_ended_can_no_longer_open_the_units_reports(lead: Actor) -> None:
    report, clerk = factories.a_report(), role_of(HERE)
    with unit_of_work():
        team.end(clerk.id, by=lead)
    db.session.expire_all()
    assert not may(actor_of(db.session.get_one(Person, clerk.person_id)), Permission.HANDLE, report)


def test_a_new_invitation_makes_the_former_link_void(lead: Actor) -> None:
    membership = invite(lead)
    with unit_of_work():
        assert team.invite_again(membership.id, "Khac@example.org", by=lead) == "khac@example.org"
    first, second = letters_to(membership.person)
    with pytest.raises((Gone, NotFound)):
        links.opened(links.Purpose.INVITE, token_in(first))
    assert links.opened(links.Purpose.INVITE, token_in(second)).email == "khac@example.org"


def test_whoever_has_a_password_is_not_invited_again(lead: Actor) -> None:
    clerk = role_of(HERE)
    with unit_of_work():
        find.get(clerk.person_id).password_hash = "kept"
    with pytest.raises(Invalid), unit_of_work():
        team.invite_again(clerk.id, "", by=lead)
