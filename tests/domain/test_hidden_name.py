"""Who hides who they are is "name withheld" for every desk, is asked all the same, and alone lifts it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import dossier, workflow
from app.domain.errors import Forbidden
from app.domain.own_view import own_view
from app.domain.permissions import Permission, may
from app.domain.reports import following
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Consent, Event, Report
from app.models.choices import EventKind, Role, Status
from tests.factories import a_minute_later, a_report, actor, dispatcher, in_charge_of, its_reporter

pytestmark = pytest.mark.usefixtures("db_session")


def hide(report, *, hidden=True, by=None):
    with unit_of_work():
        following.hide_name(report.code, by=by or its_reporter(report), hidden=hidden)


def staff(report):
    """Everybody who could be trusted with contact data."""
    unit = [in_charge_of(report, role, sees_contact=True) for role in (Role.CLERK, Role.LEAD)]
    return [*unit, *(actor(None, role, sees_contact=True) for role in (Role.DISPATCHER, Role.ADMIN, Role.OBSERVER))]


def test_hidden_at_filing_nobody_at_any_desk_sees_the_contact():
    report = a_report(hide_name=True)
    for somebody in staff(report):
        assert not may(somebody, Permission.SEE_CONTACT, report)
        with pytest.raises(Forbidden), unit_of_work():
            following.look_at_contact(report.code, by=somebody)
    assert db.session.scalars(select(Event.id).where(Event.kind == EventKind.CONTACT_SEEN)).all() == []


def test_whoever_hides_is_asked_and_answers_through_the_system(clock):
    report = a_report(hide_name=True)
    clerk = in_charge_of(report)
    for move, words in (("receive", ""), ("ask", "Ở ngõ nào ạ?")):
        with unit_of_work():
            workflow.take(report.code, move, by=clerk, details=Details(words=words))
    a_minute_later(clock)
    assert own_view(db.session.get_one(Report, report.id)).question == "Ở ngõ nào ạ?"
    with unit_of_work():
        workflow.take(report.code, "reply", by=its_reporter(report), details=Details(words="Ngõ 12"))
    assert db.session.get_one(Report, report.id).status is Status.IN_PROGRESS
    said = [word.original for event in dossier.of(report.code, seen_by=clerk).events for word in event.words]
    assert "Ngõ 12" in said


def test_it_is_the_reporters_alone_to_hide_and_to_lift_and_twice_changes_nothing():
    report = a_report()
    clerk = in_charge_of(report, sees_contact=True)
    for somebody in (clerk, dispatcher()):
        with pytest.raises(Forbidden):
            hide(report, by=somebody)
    hide(report)
    hide(report)
    assert not may(clerk, Permission.SEE_CONTACT, db.session.get_one(Report, report.id))
    hide(report, hidden=False)
    assert may(clerk, Permission.SEE_CONTACT, db.session.get_one(Report, report.id))
    kinds = [line.kind for line in own_view(db.session.get_one(Report, report.id)).events]
    assert kinds.count(EventKind.NAME_HIDDEN) == 2


def test_whom_the_unit_does_not_know_it_passes_on_to_no_contractor():
    assert db.session.scalars(select(Consent.purpose)).all() == []
    a_report(hide_name=True, consents=("contractor", "alerts"))
    assert db.session.scalars(select(Consent.purpose)).all() == ["alerts"]
    later = a_report(consents=("contractor",))
    hide(later)
    ended = select(Consent.withdrawn_at).where(Consent.report_id == later.id)
    assert db.session.scalars(ended).one() is not None
