"""PostgreSQL finds the words that staff search for within a desk: its indexes know where a report lies.

Expand and fill: the columns begin with what is true of nobody and are filled in pieces, so that people write meanwhile;
the new indexes are built while they do, and take the place of the old one. What changed in between is filled once more.
Whoever is cut off meanwhile begins again, and finds what is done.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PIECE = 10_000
OPEN = "('new', 'received', 'in_progress', 'waiting', 'planned')"
FILL = (
    f"UPDATE report_text SET unit_id = report.unit_id, is_open = report.status IN {OPEN} FROM report"
    " WHERE report.id = report_text.report_id AND report_text.report_id > :after AND report_text.report_id <= :last"
    f" AND (report_text.unit_id <> report.unit_id OR report_text.is_open <> (report.status IN {OPEN}))"
)
WORDS = sa.text("to_tsvector('simple', staff)")
AT_A_DESK = sa.text("(to_tsvector('simple', staff) || array_to_tsvector(ARRAY['@' || CAST(unit_id AS text)]))")
OLD = "ix_report_text_staff_shelf", [sa.text("(report_id >> 15)"), WORDS], None
WAITING = "ix_report_text_waiting", [AT_A_DESK], "is_open"
FINISHED = "ix_report_text_finished", [sa.text("(report_id / 32768)"), AT_A_DESK], "NOT is_open"
STANDING = "ix_report_text_public_shelf", OLD[0]
INDEXED = (
    "CREATE TRIGGER report_text_au AFTER UPDATE{only} ON report_text BEGIN "
    "INSERT INTO report_fts(report_fts, rowid, public, staff) "
    "VALUES ('delete', old.report_id, old.public, old.staff); "
    "INSERT INTO report_fts(rowid, public, staff) VALUES (new.report_id, new.public, new.staff); END"
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for column in (
        sa.Column("unit_id", KEY, server_default="0", nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("report_text", column, if_not_exists=None if is_sqlite else True)
    if is_sqlite:
        op.execute("DROP TRIGGER report_text_au")
        op.execute(INDEXED.format(only=" OF public, staff"))  # where it lies is no word
        _fill(op.get_bind())
        return
    with op.get_context().autocommit_block():
        for name in STANDING:  # they enter all words of a row that is written: in bulk, while there are so many
            op.execute(f"ALTER INDEX {name} SET (fastupdate = on, gin_pending_list_limit = 32768)")
        _fill(op.get_bind())
        for name in STANDING:
            op.execute(f"ALTER INDEX {name} RESET (gin_pending_list_limit)")
            op.execute(f"ALTER INDEX {name} SET (fastupdate = off)")
            op.execute(f"SELECT gin_clean_pending_list('{name}')")
        _build(*WAITING)
        _build(*FINISHED)
        op.execute("ANALYZE report_text")
        _fill(op.get_bind())
        op.drop_index(OLD[0], "report_text", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER report_text_au")
        op.execute(INDEXED.format(only=""))
    else:
        with op.get_context().autocommit_block():
            _build(*OLD)
            for name in (WAITING[0], FINISHED[0]):
                op.drop_index(name, "report_text", postgresql_concurrently=True, if_exists=True)
    for column in ("is_open", "unit_id"):
        op.execute(f"ALTER TABLE report_text DROP COLUMN {column}")


def _fill(connection: sa.Connection) -> None:
    last = connection.scalar(sa.text("SELECT max(report_id) FROM report_text")) or 0
    for after in range(0, last, PIECE):
        connection.execute(sa.text(FILL), {"after": after, "last": after + PIECE})


def _build(name: str, of: list[sa.TextClause], where: str | None) -> None:
    """The last column is that of the words, of which 1,000 are kept count of (see 0008). Nothing is left to be entered
    later: each shelf that is asked would read it."""
    op.create_index(
        name,
        "report_text",
        of,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
        postgresql_where=None if where is None else sa.text(where),
        postgresql_concurrently=True,
        if_not_exists=True,
    )
    op.execute(f"ALTER INDEX {name} ALTER COLUMN {len(of)} SET STATISTICS 1000")
