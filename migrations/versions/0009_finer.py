"""The map's roll-up has a finer level, 16, so that a district's view is summed too; wards are counted at that level.

Reports are grouped once by their finest square, ward, category and month; every new row is a sum of those.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

FINEST, WARDS_WERE_AT = 16, 15
CLASSES = (
    ("n_open", "'new', 'received', 'in_progress', 'waiting', 'planned'"),
    ("n_done", "'resolved', 'closed'"),
    ("n_declined", "'declined'"),
)
NAMES = ", ".join(name for name, _ in CLASSES)
SUMS = ", ".join(f"sum({name})" for name, _ in CLASSES)
INTO = f"INSERT INTO map_count (level, category_id, ward_id, month, cell, {NAMES}) "  # nosec B608


def upgrade() -> None:
    month = _month()
    op.execute(f"DELETE FROM map_count WHERE level = {FINEST}")  # nosec B608 - a new program may have begun to count
    if month is not None:
        op.execute(INTO + _squares(month))
    op.execute(f"DELETE FROM map_count WHERE level = {WARDS_WERE_AT} AND ward_id <> 0")  # nosec B608


def downgrade() -> None:
    op.execute(
        f"{INTO} SELECT {WARDS_WERE_AT}, category_id, ward_id, month, cell >> 2, {SUMS} FROM map_count "  # nosec B608
        f"WHERE level = {FINEST} AND ward_id <> 0 GROUP BY category_id, ward_id, month, cell >> 2"
    )
    op.execute(f"DELETE FROM map_count WHERE level = {FINEST}")  # nosec B608


def _squares(month: str) -> str:
    counted = ", ".join(f"sum(CASE WHEN status IN ({known}) THEN 1 ELSE 0 END) AS {name}" for name, known in CLASSES)
    every = ", ".join(known for _, known in CLASSES)
    sums = " UNION ALL ".join(
        f"SELECT {FINEST}, category_id, {ward}, {when}, cell, {SUMS} FROM counted GROUP BY 2, 3, 4, 5"  # nosec B608
        for ward in ("0", "ward_id")
        for when in ("0", "month")
    )
    return f"""
        WITH finest AS (
            SELECT public_cell >> {2 * (24 - FINEST)} AS cell, ward_id, category_id, {month} AS month, {counted}
            FROM report WHERE publication <> 'none' AND public_cell IS NOT NULL AND status IN ({every})
            GROUP BY 1, 2, 3, 4
        ), counted AS (
            SELECT cell, ward_id, category_id, month, {NAMES} FROM finest
            UNION ALL SELECT cell, ward_id, 0, month, {NAMES} FROM finest
        )
        {sums}"""  # nosec B608


def _month() -> str | None:
    """The local month of a report in SQL, a number like 202511; None where there are no reports."""
    months = list(_months())
    if not months:
        return None
    *earlier, (last, _) = months
    cases = " ".join(f"WHEN filed_at < {ends} THEN {month}" for month, ends in earlier)
    return f"CASE {cases} ELSE {last} END" if cases else str(last)


def _months() -> Iterator[tuple[int, int]]:
    """Every local month from the first report to the last: its number, and the second where it ends."""
    first, last = op.get_bind().execute(sa.text("SELECT min(filed_at), max(filed_at) FROM report")).one()
    if first is None:
        return
    zone = ZoneInfo(_zone())
    day, end = datetime.fromtimestamp(first, zone).date().replace(day=1), datetime.fromtimestamp(last, zone).date()
    while day <= end:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        yield day.year * 100 + day.month, int(datetime(after.year, after.month, 1, tzinfo=zone).timestamp())
        day = after


def _zone() -> str:
    """The time of the city in force."""
    version = sa.table("city_version", sa.column("number", sa.Integer), sa.column("data", sa.JSON))
    newest = sa.select(version.c.data).order_by(version.c.number.desc()).limit(1)
    data = op.get_bind().execute(newest).scalar()
    return str(data["timezone"]) if data else "Asia/Ho_Chi_Minh"
