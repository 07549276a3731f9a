"""Nobody sees what is not theirs: the rule and its SQL say the same, whoever asks."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from app.domain import workflow
from app.domain.permissions import (
    ANONYMOUS,
    Permission,
    actor_of,
    handled_by,
    link_to,
    may,
    visible_to,
)
from app.domain.reports import filing
from app.extensions import db, unit_of_work
from app.models import Report
from app.models.choices import Role, Status
from tests.factories import a_person, a_report, actor, dispatcher, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")


@pytest.fixture
def everybody_and_everything(db_session):
    """Reports of every kind of publicity, and one of each kind of person."""
    account = a_person()
    reports = [
        a_report(),
        a_report(category="street-light"),
        a_report(category="staff-conduct"),
        a_report(lat=None, lng=None, ward="10002"),
        a_report(contact=filing.Contact(), person_id=account.id, category="staff-conduct"),
    ]
    withdrawn, held = a_report(), a_report(category="staff-conduct")
    with unit_of_work():
        workflow.take(withdrawn.code, "withdraw", by=its_reporter(withdrawn))
    with unit_of_work() as session:
        session.get_one(Report, held.id).status = Status.HELD
    people = [
        ANONYMOUS,
        link_to(reports[2]),
        actor_of(account),
        actor("ubnd-10001"),
        actor("ubnd-10001", wards=["10002"]),
        actor("ubnd-10001", categories=["rubbish"]),
        actor("so-van-hoa", Role.LEAD),
        actor("so-van-hoa", categories=["khong-con"]),
        dispatcher(),
        actor(None, Role.OBSERVER),
        actor(None, Role.ADMIN),
    ]
    return people, [*reports, withdrawn, held]


@pytest.mark.parametrize(
    ("permission", "condition"), [(Permission.SEE, visible_to), (Permission.HANDLE, handled_by)], ids=["see", "handle"]
)
def test_a_list_shows_exactly_what_its_pages_allow(everybody_and_everything, permission, condition):
    people, reports = everybody_and_everything
    for who, report in itertools.product(people, reports):
        listed = db.session.scalar(select(Report.id).where(Report.id == report.id, condition(who))) is not None
        fresh = db.session.get_one(Report, report.id)
        assert may(who, permission, fresh) is listed, (who, fresh.code, fresh.status)


def test_contact_data_is_for_those_trusted_with_it_alone():
    report = a_report()
    assert not may(actor("ubnd-10001"), Permission.SEE_CONTACT, report)
    assert may(actor("ubnd-10001", sees_contact=True), Permission.SEE_CONTACT, report)
    assert not may(actor("ubnd-10002", sees_contact=True), Permission.SEE_CONTACT, report)


def test_an_observer_reads_and_writes_nothing():
    report = a_report()
    assert workflow.moves(report, actor(None, Role.OBSERVER)) == {}


def test_an_admin_of_the_city_is_no_clerk():
    assert workflow.moves(a_report(), actor(None, Role.ADMIN)) == {}


def test_a_link_opens_one_report_and_no_other():
    mine, other = a_report(), a_report(category="staff-conduct")
    assert may(link_to(mine), Permission.FOLLOW_UP, mine)
    assert not may(link_to(mine), Permission.FOLLOW_UP, other)
    assert not may(link_to(mine), Permission.SEE, other)
