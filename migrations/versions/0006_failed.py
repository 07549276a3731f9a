"""Letters that were given up have an index of their own: they are few, and somebody looks for them often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FAILED = "state = 'failed'"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_delivery_failed", "delivery", ["id"], sqlite_where=sa.text(FAILED))
        return
    with op.get_context().autocommit_block():  # the table of letters stays open to writers meanwhile
        op.create_index(
            "ix_delivery_failed",
            "delivery",
            ["id"],
            postgresql_where=sa.text(FAILED),
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_index("ix_delivery_failed", "delivery")
