"""PostgreSQL's indexes of words begin with the shelf on which a report stands: so many ids, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, literal_column, select, true

from app.domain.search.dialects import NOTHING
from app.models import Report, ReportText

SHELF_BITS = 15  # so many ids of reports, 2 to this power, lie in one shelf
ShelfOf = Callable[[Any], ColumnElement[int]]


def shelf_by_shelf(
    said: tuple[ColumnElement[bool], ...],
    wanted: tuple[ColumnElement[bool], ...],
    limit: int,
    before: int | None,
    shelf_of: ShelfOf,
) -> Select[int]:
    """PostgreSQL asks its index one shelf of ids after the other, the newest first, and stops when it has enough.

    Left to itself it walks all reports from the newest on until enough of them match, or fetches every hit there is:
    at a million reports the first took 36 s for a word of 5,000 hits none of which was wanted, the second 160 ms for
    four words. OFFSET 0, and an order by a column plus nothing, keep it from walking within a shelf; a lateral join
    keeps the order of the shelves.
    """
    last = last_id()
    if before is not None:
        last = func.least(last, before_id(before))
    series = func.generate_series(shelf_of(last), literal_column("0"), literal_column("-1"))
    shelves = series.table_valued("number").render_derived(name="shelf")
    place = ReportText.report_id + 0
    hits = (
        select(ReportText.report_id, place.label("place"))
        .where(shelf_of(ReportText.report_id) == shelves.c.number, *said)
        .order_by(place.desc())
        .offset(NOTHING)
        .correlate(shelves)
        .subquery("hit")
    )
    found = (
        select(Report.id)
        .join(hits, hits.c.report_id == Report.id)
        .where(*wanted)
        .order_by(hits.c.place.desc())
        .limit(limit)
        .lateral("found")
    )
    return select(found.c.id).select_from(shelves.join(found, true())).limit(limit)


def before_id(before: int) -> BindParameter[int]:
    """Where a page begins, by a name: a composed search is asked for other pages too."""
    return bindparam(BEFORE, before, Report.id.type)


BEFORE = "before_id"


def public_shelf(id: Any) -> ColumnElement[int]:
    """As the index of public words has it."""
    shelf: ColumnElement[int] = id.op(">>")(literal_column(f"{SHELF_BITS}"))
    return shelf


def finished_shelf(id: Any) -> ColumnElement[int]:
    """The same number, told otherwise, as the index of what desks have finished has it: or PostgreSQL may take the
    other index, and read all texts of the shelf."""
    shelf: ColumnElement[int] = id.op("/")(literal_column(f"{1 << SHELF_BITS}"))
    return shelf


def last_id() -> ColumnElement[int]:
    return select(func.max(Report.id)).scalar_subquery()
