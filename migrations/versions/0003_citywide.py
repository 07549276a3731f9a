"""A person has a role in the whole city once at a time: an empty unit equals none, so it needs an index of its own.

Of what stands twice the newest is the last word; the others end with the moment it began.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

RUNNING = "ended_at IS NULL AND unit_id IS NULL"


def upgrade() -> None:
    op.execute(
        """
        UPDATE membership SET ended_at = (
            SELECT max(newer.created_at) FROM membership AS newer
            WHERE newer.ended_at IS NULL AND newer.unit_id IS NULL
            AND newer.person_id = membership.person_id AND newer.role = membership.role
        )
        WHERE ended_at IS NULL AND unit_id IS NULL AND EXISTS (
            SELECT 1 FROM membership AS newer
            WHERE newer.ended_at IS NULL AND newer.unit_id IS NULL
            AND newer.person_id = membership.person_id AND newer.role = membership.role
            AND newer.id > membership.id
        )
        """
    )
    op.create_index(
        "uq_membership_citywide",
        "membership",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text(RUNNING),
        postgresql_where=sa.text(RUNNING),
    )


def downgrade() -> None:
    op.drop_index("uq_membership_citywide", "membership")
