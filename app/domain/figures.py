"""Counters, roll-ups and day figures. `apply` is the one place that changes them; each is a sum over the rows, so
`verify` can prove it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.city import store
from app.extensions import db
from app.models import DayFigure, MapCount, Report, UnitCount
from app.models.choices import CLASS_OF, Outcome, Publication, Rating, Status, StatusClass

LEVELS = (12, 13, 14, 15)
BY_WARD, POINTLESS = 0, -1  # levels of MapCount that are not zooms
ALL = 0  # the category of a total
_BATCH = 20_000

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the figures need to know of a report, at one moment of its life."""

    unit_id: int
    ward_id: int
    category_id: int
    status: Status
    publication: Publication
    public_cell: int | None
    filed_at: datetime
    received_at: datetime | None
    receive_due_at: datetime
    resolved_at: datetime | None
    is_late: bool
    outcome: Outcome | None
    reopened: int
    rating: Rating | None


COLUMNS = tuple(Standing.__slots__)


def standing(report: Report) -> Standing:
    return Standing(*(getattr(report, name) for name in COLUMNS))


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
        self.cells: dict[Key, Counter[str]] = {}
        self.days: dict[Key, Counter[str]] = {}

    def add(self, report: Standing, sign: int = 1) -> None:
        self.units[(report.unit_id, report.status)] += sign
        self._add_to_map(report, sign)
        self._add_to_days(report, sign)

    def _add_to_map(self, report: Standing, sign: int) -> None:
        name = MAP_COLUMNS.get(CLASS_OF[report.status])
        if report.publication is Publication.NONE or name is None:
            return
        places = [(BY_WARD, report.ward_id)]
        if report.public_cell is None:
            places.append((POINTLESS, report.ward_id))
        else:
            places += [(level, report.public_cell >> 2 * (24 - level)) for level in LEVELS]
        for level, cell in places:
            for category_id in (ALL, report.category_id):
                self.cells.setdefault((level, category_id, cell), Counter())[name] += sign

    def _add_to_days(self, report: Standing, sign: int) -> None:
        for on, names in self._facts(report).items():
            for dimension, key in (
                ("city", 0),
                ("unit", report.unit_id),
                ("ward", report.ward_id),
                ("category", report.category_id),
            ):
                figures = self.days.setdefault((on, dimension, key), Counter())
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
        _add(UnitCount.__table__, ("unit_id", "status"), ("n",), units)
        _add(MapCount.__table__, ("level", "category_id", "cell"), tuple(MAP_COLUMNS.values()), self.cells)
        _add(DayFigure.__table__, ("on", "dimension", "key"), DAY_COLUMNS, self.days)


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


@dataclass(frozen=True, slots=True)
class Difference:
    table: str
    key: Key
    stands: dict[str, int]
    should_be: dict[str, int]


def count_rows() -> Totals:
    """What the figures should be, from the reports themselves."""
    totals = Totals(ZoneInfo(store.current().timezone))
    columns = [getattr(Report, name) for name in COLUMNS]
    last = 0
    while rows := db.session.execute(
        select(Report.id, *columns).where(Report.id > last).order_by(Report.id).limit(_BATCH)
    ).all():
        for _id, *row in rows:
            totals.add(Standing(*row))
        last = rows[-1][0]
    return totals


def verify() -> list[Difference]:
    """Every figure that is not the sum of its rows; empty when all are right."""
    totals = count_rows()
    units = {key: {"n": n} for key, n in totals.units.items()}
    found = _compare(UnitCount, ("unit_id", "status"), ("n",), units)
    found += _compare(MapCount, ("level", "category_id", "cell"), tuple(MAP_COLUMNS.values()), totals.cells)
    return found + _compare(DayFigure, ("on", "dimension", "key"), DAY_COLUMNS, totals.days)


def _compare(model: Any, keys: tuple[str, ...], columns: tuple[str, ...], totals: dict[Any, Any]) -> list[Difference]:
    stands = {
        tuple(getattr(row, key) for key in keys): {column: getattr(row, column) for column in columns}
        for row in db.session.scalars(select(model))
    }
    nothing = dict.fromkeys(columns, 0)
    found = []
    for key in stands.keys() | totals.keys():
        is_now = stands.get(key, nothing)
        should = {column: totals[key].get(column, 0) for column in columns} if key in totals else nothing
        if is_now != should:
            found.append(Difference(model.__tablename__, key, is_now, should))
    return found


def rebuild() -> None:
    """Write every figure anew from the rows, in the caller's transaction."""
    totals = count_rows()
    for model in (UnitCount, MapCount, DayFigure):
        db.session.execute(model.__table__.delete())  # type: ignore[attr-defined]  # a Table, typed as FromClause
    totals.write()
