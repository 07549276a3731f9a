"""How long such reports take here: a small table that a job fills.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "fix_time",
        sa.Column("category_id", key, autoincrement=False, nullable=False),
        sa.Column("ward_id", key, autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("half_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("category_id", "ward_id", name="pk_fix_time"),
    )


def downgrade() -> None:
    op.drop_table("fix_time")
