"""The map's index of what is public also tells when a report was answered: what was answered lately around a place is
found within it, however many have been answered there before.

On PostgreSQL the new index is built while people write, and takes the place of the old one.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

WAS = ("public_cell", "status", "category_id", "filed_at", "id", "severity", "ward_id", "publication")
PUBLIC = "publication <> 'none'"
OPEN = "status IN ('new', 'received', 'in_progress', 'waiting', 'planned')"


def upgrade() -> None:
    _replace("s2_map", "s2_public", (*WAS, "resolved_at"))


def downgrade() -> None:
    _replace("s2_public", "s2_map", WAS)


def _replace(old: str, new: str, columns: tuple[str, ...]) -> None:
    public, is_open = sa.text(PUBLIC), sa.text(f"{PUBLIC} AND {OPEN}")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index(old, "report")
        op.create_index(new, "report", columns, sqlite_where=public)
        op.drop_index("s2_open", "report")  # between two that both serve it takes the younger: the smaller one
        op.create_index("s2_open", "report", WAS, sqlite_where=is_open)
        return
    with op.get_context().autocommit_block():
        more = {"postgresql_where": public, "postgresql_concurrently": True, "if_not_exists": True}
        op.create_index(new, "report", columns, **more)
        op.drop_index(old, "report", postgresql_concurrently=True, if_exists=True)
