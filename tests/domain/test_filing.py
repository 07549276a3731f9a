"""A report is filed once, in the right ward's hands, with promises that stand."""

from __future__ import annotations

import dataclasses

import pytest
from sqlalchemy import func, select

from app.domain import codes, figures
from app.domain.city import store
from app.domain.errors import Invalid
from app.domain.permissions import ANONYMOUS
from app.domain.reports import filing
from app.extensions import db, unit_of_work
from app.models import Event, Participation, Report, ReportContact, ReportText, Words
from app.models.choices import EventKind, PlaceSource, Publication, Severity, Status
from tests.factories import HERE, a_filing, a_person, a_report, unit_of

pytestmark = pytest.mark.usefixtures("db_session")


def test_a_filed_report_waits_in_the_ward_that_owns_the_place(clock):
    report = a_report()
    assert (report.status, unit_of(report)) == (Status.NEW, "ubnd-10001")
    assert codes.parse(report.code) == report.code
    assert report.due_at == report.receive_due_at < report.handle_due_at


def test_filing_writes_what_happened_and_whose_words_they_are():
    report = a_report(words="Rác chất đống", wayfinding="sau chợ")
    kinds = db.session.scalars(select(Event.kind).where(Event.report_id == report.id).order_by(Event.id)).all()
    assert kinds == [EventKind.FILED, EventKind.ROUTED]
    said = db.session.scalars(select(Words.original).where(Words.report_id == report.id).order_by(Words.id)).all()
    assert said == ["Rác chất đống", "sau chợ"]
    assert "rac chat dong" in db.session.get_one(ReportText, report.id).staff
    assert "rac chat dong" not in db.session.get_one(ReportText, report.id).public


def test_the_same_client_id_never_makes_a_second_report():
    said = a_filing()
    with unit_of_work():
        first = filing.submit(said, by=ANONYMOUS)
    with unit_of_work():
        again = filing.submit(dataclasses.replace(said, words="Sửa lại"), by=ANONYMOUS)
    assert (again.report.code, again.secret, again.is_new) == (first.report.code, first.secret, False)
    assert db.session.scalar(select(func.count()).select_from(Report)) == 1


def test_a_guest_is_a_person_of_their_own_until_the_address_is_confirmed():
    report = a_report(contact=filing.Contact("An", "an@example.org", ""))
    assert db.session.get_one(ReportContact, report.id).email == "an@example.org"
    reporter = db.session.scalars(select(Participation).where(Participation.report_id == report.id)).one()
    assert db.session.get_one(type(a_person()), reporter.person_id).email is None
    assert not report.is_contact_confirmed


def test_words_or_a_photo_are_asked_for():
    with pytest.raises(Invalid) as refused, unit_of_work():
        filing.submit(a_filing(words="  "), by=ANONYMOUS)
    assert refused.value.field == "words"


def test_a_place_outside_the_city_is_refused_kindly():
    with pytest.raises(Invalid) as refused, unit_of_work():
        filing.submit(a_filing(lat=10.77, lng=106.69), by=ANONYMOUS)
    assert refused.value.field == "place"


def test_without_the_map_the_ward_is_all_that_is_known():
    report = a_report(lat=None, lng=None, ward="10002", place_source=PlaceSource.WARD)
    assert unit_of(report) == "ubnd-10002"
    assert report.public_cell is None
    assert report.place_source is PlaceSource.WARD


def test_a_required_question_must_be_answered():
    with pytest.raises(Invalid) as refused, unit_of_work():
        filing.submit(a_filing(category="pothole"), by=ANONYMOUS)
    assert refused.value.field == "answer_road"


def test_an_answer_decides_between_street_and_alley():
    street = a_report(category="pothole", answers={"road": "street"})
    alley = a_report(category="pothole", answers={"road": "alley"})
    assert (unit_of(street), unit_of(alley)) == ("so-ha-tang", "ubnd-10001")


def test_danger_makes_a_report_urgent_and_its_promise_shorter(clock):
    calm, urgent = a_report(), a_report(is_dangerous=True)
    assert urgent.severity is Severity.URGENT
    assert urgent.handle_due_at < calm.handle_due_at


def test_a_sensitive_category_shows_nothing_until_checked():
    sensitive = next(c for c in store.current().categories.values() if c.publish == "sensitive" and not c.stops)
    report = a_report(category=sensitive.code, answers={})
    assert report.publication is Publication.NONE
    assert report.content_due_at is not None


def test_content_the_reporter_keeps_private_waits_for_no_check():
    report = a_report(hide_content=True)
    assert report.is_content_hidden
    assert report.content_due_at is None
    assert report.publication is Publication.PIN


def test_the_same_problem_at_the_same_place_within_90_days_is_a_recurrence(clock):
    first = a_report()
    with unit_of_work():
        report = db.session.get_one(Report, first.id)
        report.status = Status.RESOLVED
        report.resolved_at = clock.now
    clock.forward(days=20)
    again = a_report()
    far = a_report(lat=HERE[0] + 0.005)
    assert (again.recurs_of_id, again.recurrence) == (first.id, 2)
    assert (far.recurs_of_id, far.recurrence) == (None, 1)


def test_figures_equal_the_rows_after_filing():
    for _one in range(3):
        a_report()
    assert figures.verify() == []


def test_a_guests_report_costs_at_most_fifteen_statements(count_queries):
    a_report()
    with count_queries() as counted:
        a_report()
    assert counted.count <= 15, str(counted)


def test_an_accounts_report_costs_at_most_fifteen_statements(count_queries):
    person = a_person()
    a_report(contact=filing.Contact(), person_id=person.id)
    with count_queries() as counted:
        a_report(contact=filing.Contact(), person_id=person.id)
    assert counted.count <= 15, str(counted)
