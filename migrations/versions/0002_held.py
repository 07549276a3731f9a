"""Steps that the public is not shown yet: the report remembers them, words say since when they are public.

Expand only: whatever stands has no such step, so nothing is to be filled. Consents to publication that nobody gave go.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = {
    "q_settles": (["settles_at", "id"], "settles_at IS NOT NULL"),
    "q_held": (["filed_at", "id"], "status = 'held'"),
}


def upgrade() -> None:
    op.add_column("report", sa.Column("held", sa.JSON(), nullable=True))
    op.add_column("report", sa.Column("settles_at", sa.BigInteger(), nullable=True))
    op.add_column("words", sa.Column("public_at", sa.BigInteger(), nullable=True))
    # whoever did not tick against it had not agreed to anything: see docs/adr/0012
    op.execute("DELETE FROM consent WHERE purpose = 'publication'")
    for name, (columns, where) in INDEXES.items():
        op.create_index(name, "report", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, "report")
    op.drop_column("words", "public_at")
    op.drop_column("report", "settles_at")
    op.drop_column("report", "held")
