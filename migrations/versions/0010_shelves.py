"""PostgreSQL's indexes of words know on which shelf of 32,768 ids a report stands: a search begins at the newest.

The new ones are built while people write, and take the place of the old ones. Whoever owns a database may create the
extension that they need. They keep no list of what is to be entered later: each shelf that is asked would read it.

On both databases words are searched whole, so SQLite's index of their beginnings goes.

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
        _index_anew("")
        return
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    for column in COLUMNS:
        _replace(
            f"ix_report_text_{column}", f"ix_report_text_{column}_shelf", [SHELF, _words(column)], fastupdate="off"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _index_anew("prefix='2 3', ")
        return
    for column in COLUMNS:
        _replace(f"ix_report_text_{column}_shelf", f"ix_report_text_{column}", [_words(column)], fastupdate="on")


def _index_anew(beginnings: str) -> None:
    """The triggers on the text name this table, and go on with the new one."""
    op.execute("DROP TABLE report_fts")
    op.execute(
        "CREATE VIRTUAL TABLE report_fts USING fts5("
        f"public, staff, content='report_text', content_rowid='report_id', {beginnings}tokenize='unicode61')"
    )
    op.execute("INSERT INTO report_fts(report_fts) VALUES ('rebuild')")


def _words(column: str) -> sa.TextClause:
    return sa.text(f"to_tsvector('simple', {column})")


def _replace(old: str, new: str, of: list[sa.TextClause], *, fastupdate: str) -> None:
    """The last column is that of the words, of which 1,000 are kept count of (see 0008) before the old index goes."""
    with op.get_context().autocommit_block():
        op.create_index(
            new,
            "report_text",
            of,
            postgresql_using="gin",
            postgresql_with={"fastupdate": fastupdate},
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        op.execute(f"ALTER INDEX {new} ALTER COLUMN {len(of)} SET STATISTICS 1000")
        op.execute("ANALYZE report_text")
        op.drop_index(old, "report_text", postgresql_concurrently=True, if_exists=True)
