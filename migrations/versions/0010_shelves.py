"""PostgreSQL's indexes of words know on which shelf of 32,768 ids a report stands: a search begins at the newest.

The new ones are built while people write, and take the place of the old ones. Whoever owns a database may create the
extension that they need.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("public", "staff")
SHELF = sa.text("(report_id >> 15)")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    for column in COLUMNS:
        _replace(f"ix_report_text_{column}", f"ix_report_text_{column}_shelf", [SHELF, _words(column)], counted=2)
    op.execute("ANALYZE report_text")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for column in COLUMNS:
        _replace(f"ix_report_text_{column}_shelf", f"ix_report_text_{column}", [_words(column)], counted=1)
    op.execute("ANALYZE report_text")


def _words(column: str) -> sa.TextClause:
    return sa.text(f"to_tsvector('simple', {column})")


def _replace(old: str, new: str, of: list[sa.TextClause], *, counted: int) -> None:
    """`counted`: the column of the new index that holds the words; 1,000 of them are kept count of (see 0008)."""
    with op.get_context().autocommit_block():
        op.create_index(
            new, "report_text", of, postgresql_using="gin", postgresql_concurrently=True, if_not_exists=True
        )
        op.execute(f"ALTER INDEX {new} ALTER COLUMN {counted} SET STATISTICS 1000")
        op.drop_index(old, "report_text", postgresql_concurrently=True, if_exists=True)
