"""What a change of a report adds to counters, roll-ups and day figures. `apply` is the one place that changes them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.city import store
from app.domain.figures.standing import Standing
from app.extensions import db
from app.models import DayFigure, MapCount, UnitCount
from app.models.choices import CLASS_OF, Outcome, Publication, Rating, Status, StatusClass

LEVELS = (12, 13, 14, 15, 16)
MONTH_LEVELS, WARD_LEVEL = (13, 15, 16), 16  # where a month or a ward is counted apart
BY_WARD, POINTLESS = 0, -1  # levels of MapCount that are not zooms
ALL = 0  # the category, the ward and the month of a total

Key = tuple[Any, ...]


def apply(before: Standing | None, after: Standing | None) -> None:
    """Move every figure from what `before` adds to it to what `after` adds. Keys go in a fixed order: no deadlock."""
    if before == after:
        return
    zone = ZoneInfo(store.current().timezone)
    totals = Totals(zone)
    if before is not None:
        totals.add(before, -1)
    if after is not None:
        totals.add(after, 1)
    totals.write()


class Totals:
    """What some reports add to the figures, gathered before it is written in one statement a table."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.units: Counter[Key] = Counter()
        self.cells: dict[Key, Counter[str]] = defaultdict(Counter)
        self.days: dict[Key, Counter[str]] = defaultdict(Counter)

    def add(self, report: Standing, sign: int = 1) -> None:
        self.units[(report.unit_id, report.status)] += sign
        self._add_to_map(report, sign)
        self._add_to_days(report, sign)

    def _add_to_map(self, report: Standing, sign: int) -> None:
        name = MAP_COLUMNS.get(CLASS_OF[report.status])
        if report.publication is Publication.NONE or name is None:
            return
        for level, ward_id, month, cell in self._places(report):
            for category_id in (ALL, report.category_id):
                self.cells[level, category_id, ward_id, month, cell][name] += sign

    def _places(self, report: Standing) -> list[tuple[int, int, int, int]]:
        """Level, ward, month and cell of every square of the map that counts this report."""
        ward_id, at = report.ward_id, report.public_cell
        places = [(BY_WARD, ALL, ALL, ward_id)]
        if at is None:
            return [*places, (POINTLESS, ALL, ALL, ward_id)]
        month = month_of(local_day(report.filed_at, self.zone))
        places += [(level, ALL, ALL, cell_at(level, at)) for level in LEVELS]
        places += [(level, ALL, month, cell_at(level, at)) for level in MONTH_LEVELS]
        return places + [(WARD_LEVEL, ward_id, one, cell_at(WARD_LEVEL, at)) for one in (ALL, month)]

    def _add_to_days(self, report: Standing, sign: int) -> None:
        for on, names in self._facts(report).items():
            for dimension, key in (
                ("city", 0),
                ("unit", report.unit_id),
                ("ward", report.ward_id),
                ("category", report.category_id),
            ):
                figures = self.days[on, dimension, key]
                for name in names:
                    figures[name] += sign

    def _facts(self, report: Standing) -> dict[date, list[str]]:
        """Which figure of which local day this report adds one to."""
        facts: dict[date, list[str]] = {}
        if report.status is Status.HELD:
            return facts
        filed = facts.setdefault(local_day(report.filed_at, self.zone), [])
        filed.append("filed")
        if report.reopened:
            filed.append("reopened")
        if report.received_at:
            received = facts.setdefault(local_day(report.received_at, self.zone), [])
            received.append("received")
            if report.received_at <= report.receive_due_at:
                received.append("received_on_time")
        if report.resolved_at:
            facts.setdefault(local_day(report.resolved_at, self.zone), []).extend(_end_facts(report))
        return facts

    def write(self) -> None:
        """Add everything to the tables, inside the caller's transaction."""
        units = {key: {"n": n} for key, n in self.units.items()}
        _add(UnitCount.__table__, UNIT_KEYS, ("n",), units)
        _add(MapCount.__table__, MAP_KEYS, tuple(MAP_COLUMNS.values()), self.cells)
        _add(DayFigure.__table__, DAY_KEYS, DAY_COLUMNS, self.days)


UNIT_KEYS = ("unit_id", "status")
MAP_KEYS = ("level", "category_id", "ward_id", "month", "cell")
DAY_KEYS = ("on", "dimension", "key")
MAP_COLUMNS = {
    StatusClass.OPEN: "n_open",
    StatusClass.DONE: "n_done",
    StatusClass.DECLINED: "n_declined",
}
DAY_COLUMNS = (
    "filed",
    "received",
    "received_on_time",
    "resolved",
    "resolved_on_time",
    "fixed",
    "declined",
    "reopened",
    "rated",
    "rated_well",
)


def _end_facts(report: Standing) -> list[str]:
    if CLASS_OF[report.status] is StatusClass.DECLINED:
        return ["declined"]
    if CLASS_OF[report.status] is not StatusClass.DONE:
        return []
    facts = ["resolved"]
    if not report.is_late:
        facts.append("resolved_on_time")
    if report.outcome is Outcome.FIXED:
        facts.append("fixed")
    if report.rating is not None:
        facts.append("rated")
        if report.rating is not Rating.UNSATISFIED:
            facts.append("rated_well")
    return facts


def cell_at(level: int, public_cell: int) -> int:
    """The cell of zoom `level` that holds this one of zoom 24."""
    return public_cell >> 2 * (24 - level)


def month_of(day: date) -> int:
    """A month as one number: 202511."""
    return day.year * 100 + day.month


@lru_cache(maxsize=4096)
def local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def _add(table: Any, keys: tuple[str, ...], columns: tuple[str, ...], totals: dict[Any, Any]) -> None:
    rows = []
    for key in sorted(totals, key=lambda k: tuple(map(str, k))):
        sums = {column: totals[key].get(column, 0) for column in columns}
        if any(sums.values()):
            rows.append(dict(zip(keys, key, strict=True)) | sums)
    for start in range(0, len(rows), 500):
        _upsert(table, keys, columns, rows[start : start + 500])


def _upsert(table: Table, keys: tuple[str, ...], columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    make = postgresql_insert if db.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    new = make(table)
    summed = {column: table.c[column] + new.excluded[column] for column in columns}
    db.session.execute(new.on_conflict_do_update(index_elements=list(keys), set_=summed), rows)
