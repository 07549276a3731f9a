"""The map's roll-up counts by month and by ward too, so that a wide view of some months or of one ward counts no rows.

The roll-up is made of the reports: it is written beside the old one, filled, and takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NUMBERS = ("n_open", "n_done", "n_declined")
CLASSES = (
    ("n_open", "'new', 'received', 'in_progress', 'waiting', 'planned'"),
    ("n_done", "'resolved', 'closed'"),
    ("n_declined", "'declined'"),
)
BY_MONTH = ((13, "0"), (15, "0"), (15, "ward_id"))  # level and ward


def upgrade() -> None:
    op.create_table(
        "map_count_new",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("category_id", KEY, autoincrement=False, nullable=False),
        sa.Column("ward_id", KEY, autoincrement=False, nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("cell", KEY, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.PrimaryKeyConstraint("level", "category_id", "ward_id", "month", "cell", name="pk_map_count_new"),
    )
    op.execute(
        "INSERT INTO map_count_new (level, category_id, ward_id, month, cell, n_open, n_done, n_declined) "
        "SELECT level, category_id, 0, 0, cell, n_open, n_done, n_declined FROM map_count"
    )
    for category in ("0", "category_id"):
        op.execute(_counted(15, category, "ward_id", 0, "1 = 1"))
        for month, begins, ends in _months():
            for level, ward in BY_MONTH:
                op.execute(_counted(level, category, ward, month, f"filed_at >= {begins} AND filed_at < {ends}"))
    op.drop_table("map_count")
    _rename("map_count_new", "map_count")


def downgrade() -> None:
    op.create_table(
        "map_count_old",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("category_id", KEY, autoincrement=False, nullable=False),
        sa.Column("cell", KEY, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        sa.PrimaryKeyConstraint("level", "category_id", "cell", name="pk_map_count_old"),
    )
    op.execute(
        "INSERT INTO map_count_old (level, category_id, cell, n_open, n_done, n_declined) "
        "SELECT level, category_id, cell, n_open, n_done, n_declined FROM map_count WHERE ward_id = 0 AND month = 0"
    )
    op.drop_table("map_count")
    _rename("map_count_old", "map_count")
    op.create_index("ix_map_count_level", "map_count", ["level", "category_id", "cell"], unique=False)


def _rename(was: str, now: str) -> None:
    op.rename_table(was, now)
    if op.get_bind().dialect.name == "postgresql":  # SQLite keeps no name of a primary key that anybody could ask for
        op.execute(f"ALTER TABLE {now} RENAME CONSTRAINT pk_{was} TO pk_{now}")


def _counted(level: int, category: str, ward: str, month: int, where: str) -> str:
    sums = ", ".join(f"sum(CASE WHEN status IN ({statuses}) THEN 1 ELSE 0 END)" for _, statuses in CLASSES)
    every = ", ".join(statuses for _, statuses in CLASSES)
    return f"""
        INSERT INTO map_count_new (level, category_id, ward_id, month, cell, n_open, n_done, n_declined)
        SELECT {level}, {category}, {ward}, {month}, public_cell >> {2 * (24 - level)}, {sums} FROM report
        WHERE publication <> 'none' AND public_cell IS NOT NULL AND status IN ({every}) AND {where}
        GROUP BY 1, 2, 3, 4, 5"""


def _months() -> Iterator[tuple[int, int, int]]:
    """Every local month that has reports: its number, and the seconds where it begins and ends."""
    first, last = op.get_bind().execute(sa.text("SELECT min(filed_at), max(filed_at) FROM report")).one()
    if first is None:
        return
    zone = ZoneInfo(_zone())
    day = datetime.fromtimestamp(first, zone).date().replace(day=1)
    while (begins := _begins(day, zone)) <= last:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        yield day.year * 100 + day.month, begins, _begins(after, zone)
        day = after


def _begins(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def _zone() -> str:
    """The time of the city in force."""
    version = sa.table("city_version", sa.column("number", sa.Integer), sa.column("data", sa.JSON))
    newest = sa.select(version.c.data).order_by(version.c.number.desc()).limit(1)
    data = op.get_bind().execute(newest).scalar()
    return str(data["timezone"]) if data else "Asia/Ho_Chi_Minh"
