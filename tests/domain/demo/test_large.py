"""Very many made-up reports: each copy is as sound as a life that was told, and the database is as it was."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select, text

from app.domain import demo, figures, geo, queue, remembered
from app.domain.areas import locate
from app.domain.city import store
from app.domain.demo import filling
from app.domain.demo.large.edition import cells_of
from app.domain.demo.large.stencil import TABLES, rows_in
from app.domain.folding import fold
from app.extensions import db
from app.models import Event, Person, Report, ReportText, Words
from app.models.choices import OPEN, Precision, Status
from tests import factories

pytestmark = pytest.mark.usefixtures("db_session", "clock")

SHAPES = {
    "sqlite": "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' ORDER BY 1, 2",
    "postgresql": """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace
    UNION ALL SELECT attrelid::regclass::text, 'counts ' || attstattarget FROM pg_attribute WHERE attstattarget >= 0
    ORDER BY 1, 2""",
}


def shape() -> list[tuple[object, ...]]:
    """Every index, key and trigger of the database, and how exactly words are counted."""
    return [tuple(row) for row in db.session.execute(text(SHAPES[db.engine.dialect.name]))]


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Report]:
    """Nine hundred copies of four hundred lives."""
    monkeypatch.setattr(filling, "PRINTED_FROM", 900)
    monkeypatch.setattr(filling, "LIVES", 400)
    before = shape()
    demo.generate(lambda _written, _whole: None, reports=900, seed=7)
    assert shape() == before
    return list(db.session.scalars(select(Report).order_by(Report.id)))


def test_every_figure_is_the_sum_of_the_copies(printed: list[Report]) -> None:
    assert len(printed) == 900
    assert figures.verify() == []


def test_copies_stand_as_reports_do(printed: list[Report]) -> None:
    at = filling.now()
    filed = [report.filed_at for report in printed]
    assert filed == sorted(filed)
    assert len(set(filed)) > 600
    for report in printed:
        assert report.code == remembered.code_of(report.id)
        assert report.filed_at <= (report.received_at or report.filed_at) <= report.updated_at <= at
        assert (report.due_at is not None) == (report.status in OPEN), report.status
        if report.status is Status.RESOLVED:
            assert report.object_until is not None
            assert report.object_until > at


def test_copies_lie_within_their_ward_and_show_what_their_category_allows(printed: list[Report]) -> None:
    city = store.current()
    for report in printed:
        located = locate(report.lat, report.lng)
        assert not located.exact or located.ward == city.ward_of(report.ward_id).code
        assert report.cell == geo.cell_of(report.lat, report.lng)
        precision = city.category_of(report.category_id).precision
        if precision is Precision.EXACT:
            assert (report.public_lat, report.public_lng) == (report.lat, report.lng)
        if report.public_cell is None:
            assert (report.public_lat, report.public_lng) == (None, None)
        else:
            assert report.public_cell == geo.cell_of(report.public_lat or 0, report.public_lng or 0)


def test_what_happened_moved_with_its_copy(printed: list[Report]) -> None:
    for report in printed:
        events = db.session.scalars(select(Event).where(Event.report_id == report.id).order_by(Event.id)).all()
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert events[0].at == report.filed_at
        routed = next(event for event in events if event.kind == "routed")
        assert routed.data["receive_by"] == int(report.receive_due_at.timestamp())
        said = db.session.scalars(select(Words).where(Words.report_id == report.id)).all()
        assert {one.event_id for one in said} <= {event.id for event in events}


def test_relatives_are_printed_together(printed: list[Report]) -> None:
    by_id = {report.id: report for report in printed}
    merged = [report for report in printed if report.merged_into_id]
    again = [report for report in printed if report.recurs_of_id]
    assert merged
    assert again
    for report in merged:
        head = by_id[report.merged_into_id or 0]
        assert (head.lat, head.lng, head.category_id) == (report.lat, report.lng, report.category_id)
        event = db.session.scalars(select(Event).where(Event.report_id == report.id, Event.kind == "merged")).one()
        assert event.data["into"] == head.code
    for report in again:
        earlier = by_id[report.recurs_of_id or 0]
        assert (earlier.ward_id, earlier.recurrence + 1) == (report.ward_id, report.recurrence)
        assert earlier.filed_at < report.filed_at
    for report in printed:
        assert report.recurs_of_id or report.recurrence == 1


def test_a_copy_is_found_by_its_own_code(printed: list[Report]) -> None:
    dispatcher = factories.dispatcher()
    for report in printed[:20]:
        tab = queue.Tab.OPEN if report.is_open else queue.Tab.DONE
        found = queue.page(queue.Question(tab=tab, words=report.code), seen_by=dispatcher)
        assert [one.code for one in found.reports] == [report.code]


def test_a_copys_reporter_is_found_by_their_own_address(printed: list[Report]) -> None:
    known = db.session.scalars(select(Person).where(Person.email.like("nguoigui%")).limit(5)).all()
    assert known
    assert all(person.folded == fold(f"{person.name} {person.email}") for person in known)


@pytest.mark.only_postgresql  # SQLite looks for itself
def test_the_numbering_goes_on_after_the_last_copy(printed: list[Report]) -> None:
    for model in (Report, Event, Person):
        highest = db.session.scalar(select(func.max(model.id)))
        named = {"table": model.__tablename__}
        following = db.session.scalar(text("SELECT nextval(pg_get_serial_sequence(:table, 'id'))"), named)
        assert following == highest + 1


def test_the_same_seed_prints_the_same_city(printed: list[Report]) -> None:
    def standing() -> list[tuple[object, ...]]:
        rows = select(Report.category_id, Report.filed_at, Report.lat, Report.lng, Report.status, ReportText.public)
        return [tuple(row) for row in db.session.execute(rows.join(ReportText).order_by(Report.id))]

    first = standing()
    with filling.unit_of_work() as session:
        for name in reversed(TABLES[1:]):
            session.execute(text(f"DELETE FROM {name}"))
        session.execute(text("DELETE FROM person WHERE id NOT IN (SELECT person_id FROM membership) AND email IS NULL"))
        session.execute(text("DELETE FROM person WHERE email LIKE 'nguoigui%'"))
    demo.generate(lambda _written, _whole: None, reports=900, seed=7)
    assert json.dumps(standing(), default=str) == json.dumps(first, default=str)


def test_many_points_have_the_cells_of_single_ones() -> None:
    import numpy as np

    lat, lng = np.array([21.0285, 20.9, 21.38]), np.array([105.8542, 105.3, 106.01])
    assert cells_of(lat, lng).tolist() == [geo.cell_of(*one) for one in zip(lat, lng, strict=True)]


def test_a_text_for_copy_is_taken_apart_as_copy_would() -> None:
    assert rows_in("1\t\\N\ta\\tb\\nc\\\\n\n2\tx\ty\n") == [("1", None, "a\tb\nc\\n"), ("2", "x", "y")]
