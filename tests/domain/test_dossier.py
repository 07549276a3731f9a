"""What a desk is told beside a report: colleagues who may take it, and what happened here before."""

from __future__ import annotations

import pytest

from app.domain import dossier, workflow
from app.domain.errors import Invalid
from app.domain.permissions import ANONYMOUS
from app.domain.reports import following
from app.domain.workflow import Details
from app.extensions import db, unit_of_work
from app.models import Report
from app.models.choices import EventKind, Outcome, Role
from tests.factories import a_minute_later, a_report, actor, dispatcher, in_charge_of, staff, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def assign(report, person, by):
    with unit_of_work():
        workflow.take(report.code, "assign", by=by, details=Details(assignee_id=person.id))


@pytest.mark.parametrize("limits", [{"categories": ["street-light"]}, {"wards": ["10002"]}])
def test_nobody_is_assigned_what_lies_outside_their_limits(limits):
    report, lead = a_report(), dispatcher()
    limited = staff(unit_of(report), **limits)
    assert limited.id not in dict(dossier.of(report.code, seen_by=lead).people.serving)
    with pytest.raises(Invalid) as refusal:
        assign(report, limited, lead)
    assert refusal.value.field == "assignee"
    assert db.session.get_one(Report, report.id).assignee_id is None


@pytest.mark.parametrize("limits", [{}, {"categories": ["rubbish"]}, {"wards": ["10001"]}])
def test_whoever_handles_such_reports_is_offered_and_assigned(limits):
    report, lead = a_report(), dispatcher()
    served = staff(unit_of(report), **limits)
    assert served.id in dict(dossier.of(report.code, seen_by=lead).people.serving)
    assign(report, served, lead)
    assert db.session.get_one(Report, report.id).assignee_id == served.id


def answered(clock, **said):
    report = a_report(**said)
    clerk = in_charge_of(report, Role.LEAD)
    for move, details in (
        ("receive", Details()),
        ("resolve", Details(words="Chưa có kinh phí", outcome=Outcome.CANNOT_FIX)),
    ):
        with unit_of_work():
            workflow.take(report.code, move, by=clerk, details=details)
    a_minute_later(clock)
    return report


def moved_elsewhere(report, unit):
    with unit_of_work():
        db.session.get_one(Report, report.id).unit_id = unit


@pytest.mark.parametrize(("category", "is_told"), [("rubbish", True), ("staff-conduct", False), ("parking", False)])
def test_what_another_desk_handled_here_before_is_told_only_where_its_place_is_public(clock, category, is_told):
    earlier = answered(clock, category=category)
    again = a_report(category=category)
    assert again.recurs_of_id == earlier.id
    theirs = in_charge_of(again)
    assert [one.id for one in dossier.of(again.code, seen_by=theirs).earlier] == [earlier.id]
    moved_elsewhere(earlier, actor("ubnd-10002").unit_ids()[0])
    assert [one.id for one in dossier.of(again.code, seen_by=theirs).earlier] == ([earlier.id] if is_told else [])


def test_the_many_who_are_affected_are_counted_and_not_read() -> None:
    report = a_report()
    for browser in ("one", "another", "a third"):
        with unit_of_work():
            following.join(report.code, by=ANONYMOUS, browser_hash=browser)
    found = dossier.of(report.code, seen_by=in_charge_of(report))
    assert found.joined == 3
    assert EventKind.JOINED not in {event.kind for event in found.events}
