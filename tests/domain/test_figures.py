"""What the database sums is what is added report by report, in any time zone, and a wrong figure is named."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.domain import figures
from app.domain.figures.recount import LocalTime, offsets
from app.domain.figures.totals import local_day, month_of
from app.extensions import db, unit_of_work
from app.models import DayFigure, MapCount
from tests.factories import a_report

CHANGES = {  # around the hours at which clocks are changed, and the turns of days and months
    "Asia/Ho_Chi_Minh": ["2025-10-31T16:59:59", "2025-10-31T17:00:00", "2025-12-31T17:00:00"],
    "Europe/Berlin": ["2025-03-29T23:30:00", "2025-03-30T00:59:59", "2025-10-25T22:00:00", "2025-10-26T23:00:00"],
    "America/St_Johns": ["2025-03-09T02:29:59", "2025-03-09T02:30:00", "2025-11-02T02:29:00", "2025-11-02T03:31:00"],
}


@pytest.mark.parametrize("zone_name", CHANGES)
def test_a_moment_falls_on_the_same_local_day_in_sql_and_in_python(db_session: Session, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    moments = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in CHANGES[zone_name]]
    known = offsets(zone, datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    local = LocalTime(db.session.get_bind().dialect.name, known)
    for moment in moments:
        at = str(int(moment.timestamp()))
        day, month = db.session.execute(text(f"SELECT {local.date(local.day(at))}, {local.month(at)}")).one()
        assert (str(day), month) == (local_day(moment, zone).isoformat(), month_of(local_day(moment, zone)))


def test_a_wrong_figure_is_named_with_what_stands_and_what_should(db_session: Session) -> None:
    report = a_report()
    with unit_of_work():
        db.session.execute(update(DayFigure).where(DayFigure.dimension == "city").values(filed=7))
        db.session.execute(update(MapCount).where(MapCount.level == 12, MapCount.category_id == 0).values(n_open=0))
    days, squares = sorted(figures.verify(), key=lambda one: one.table)
    assert (days.table, days.stands["filed"], days.should_be["filed"]) == ("day_figure", 7, 1)
    assert (squares.table, squares.stands["n_open"], squares.should_be["n_open"]) == ("map_count", 0, 1)
    with unit_of_work():
        figures.rebuild()
    assert figures.verify() == []
    by_month = select(MapCount.ward_id, MapCount.n_open).where(MapCount.month != 0, MapCount.category_id == 0)
    assert sorted(db.session.execute(by_month).all()) == [(0, 1), (0, 1), (0, 1), (report.ward_id, 1)]
