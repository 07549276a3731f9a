"""The morning letter: at eight, on working days, once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.extensions import db
from app.jobs.deliver import deliver
from app.jobs.digest import digest
from app.models import Delivery
from app.models.choices import DeliveryState, Role
from tests.factories import a_report, staff, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def at(clock, hour: int, day: int = 25):
    """An hour of Hanoi's clock in November 2025; the 25th is a Tuesday."""
    clock.set(datetime(2025, 11, day, hour - 7, 5, tzinfo=UTC))


def test_those_who_work_a_queue_get_one_letter_a_morning(clock):
    report = a_report()
    clerk, lead = staff(unit_of(report)), staff(unit_of(report), Role.LEAD)
    staff(None, Role.OBSERVER)
    at(clock, 7, 26)
    assert digest() == 0
    at(clock, 8, 26)
    assert digest() == 2
    assert digest() == 0
    people = db.session.scalars(select(Delivery.person_id).where(Delivery.kind == "digest"))
    assert set(people) == {clerk.id, lead.id}


def test_not_on_a_sunday_and_not_after_noon(clock):
    report = a_report()
    staff(unit_of(report))
    at(clock, 8, 30)
    assert digest() == 0
    at(clock, 13, 26)
    assert digest() == 0


def test_an_empty_desk_gets_none(clock):
    a_report()
    staff("ubnd-10002")
    at(clock, 8, 26)
    assert digest() == 1
    deliver()
    db.session.expire_all()
    letter = db.session.scalars(select(Delivery).where(Delivery.kind == "digest")).one()
    assert (letter.state, letter.error) == (DeliveryState.CANCELLED, "nothing is open")
