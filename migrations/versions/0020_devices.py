"""Browsers that show our notifications.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id", name="fk_device_person_id_person"), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
    )
    op.create_index("uq_device_endpoint", "device", ["endpoint", "person_id"], unique=True)
    op.create_index("ix_device_person_id", "device", ["person_id"])


def downgrade() -> None:
    op.drop_table("device")
