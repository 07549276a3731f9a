"""PostgreSQL knows how common each word of a report is, so that it searches for rare ones by their index.

With the usual hundred words it takes every other word for as common as the next, and walks millions of reports.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXES = ("ix_report_text_public", "ix_report_text_staff")


def upgrade() -> None:
    _count(1000)


def downgrade() -> None:
    _count(-1)  # as many as the server's default


def _count(words: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for index in INDEXES:
        op.execute(f"ALTER INDEX {index} ALTER COLUMN 1 SET STATISTICS {words}")
    op.execute("ANALYZE report_text")
