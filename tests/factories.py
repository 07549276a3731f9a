"""The plainest valid thing of each kind; a test sets only what it is about. All inside a unit of work of their own."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from app.domain.city import store
from app.domain.permissions import ANONYMOUS, Actor, actor_of, link_to
from app.domain.reports import filing
from app.extensions import db, undo_seconds, unit_of_work
from app.jobs import clocks
from app.models import Membership, Person, Report, now
from app.models.choices import Role
from tests.support.application import Clock

_numbers = count(1)

# a point inside phường Một of the made-up city
HERE = (21.02, 105.76)


def a_person(name: str = "Người thử", *, email: str | None = None, **more: Any) -> Person:
    with unit_of_work() as session:
        person = Person(
            name=name, email=email or f"nguoi{next(_numbers)}@example.org", created_at=now(), memberships=[], **more
        )
        session.add(person)
    return person


def staff(unit: str | None = None, role: Role = Role.CLERK, **more: Any) -> Person:
    """Somebody with a role in a unit (by code), or city-wide."""
    person = a_person(f"{role.value} {unit or ''}".strip())
    with unit_of_work() as session:
        session.add(
            Membership(
                person_id=person.id,
                unit_id=store.current().units[unit].id if unit else None,
                role=role,
                created_at=now(),
                **more,
            )
        )
    db.session.expire_all()
    return db.session.get_one(Person, person.id)


def actor(unit: str | None = None, role: Role = Role.CLERK, **more: Any) -> Actor:
    return actor_of(staff(unit, role, **more))


def dispatcher() -> Actor:
    return actor(None, Role.DISPATCHER)


def a_filing(**said: Any) -> filing.Filing:
    """Rubbish in phường Một, by a guest with an e-mail address."""
    plain: dict[str, Any] = {
        "client_id": f"client-{next(_numbers)}",
        "category": "rubbish",
        "lat": HERE[0],
        "lng": HERE[1],
        "words": "Rác chất đống trước cổng trường",
        "contact": filing.Contact("Người gửi", f"gui{next(_numbers)}@example.org", ""),
    }
    return filing.Filing(**(plain | said))


def a_report(**said: Any) -> Report:
    with unit_of_work():
        return filing.submit(a_filing(**said), by=ANONYMOUS).report


def with_time_to_edit(minutes: int = 15) -> None:
    """The city gives whoever files so long to change their mind. The made-up city gives none."""
    city = store.current()
    with unit_of_work():
        store.load(replace(city, settings=replace(city.settings, edit_window_minutes=minutes)))


def its_reporter(report: Report) -> Actor:
    return link_to(report)


def a_minute_later(clock: Clock) -> None:
    """What staff sent can no longer be taken back; the worker has passed by."""
    clock.forward(seconds=undo_seconds())
    clocks.show_settled()
    db.session.expire_all()


def unit_of(report: Report) -> str:
    return store.current().unit_of(report.unit_id).code


def in_charge_of(report: Report, role: Role = Role.CLERK, **more: Any) -> Actor:
    return actor(unit_of(report), role, **more)
