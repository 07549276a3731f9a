"""Who wants to hear of new reports around a place.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, sa.ForeignKey("person.id", name="fk_alert_person_id_person"), nullable=False),
        sa.Column("ward_id", KEY, sa.ForeignKey("ward.id", name="fk_alert_ward_id_ward"), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("cadence", sa.String(30), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index("ix_alert_person_id", "alert", ["person_id"])
    op.create_index("ix_alert_ward_id", "alert", ["ward_id"])
    op.create_table(
        "alert_cell",
        sa.Column("cell", KEY, autoincrement=False, nullable=False),
        sa.Column(
            "alert_id",
            KEY,
            sa.ForeignKey("alert.id", name="fk_alert_cell_alert_id_alert"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("cell", "alert_id", name="pk_alert_cell"),
    )
    op.create_table(
        "alert_hit",
        sa.Column(
            "alert_id",
            KEY,
            sa.ForeignKey("alert.id", name="fk_alert_hit_alert_id_alert"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "report_id",
            KEY,
            sa.ForeignKey("report.id", name="fk_alert_hit_report_id_report"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", "report_id", name="pk_alert_hit"),
    )
    op.create_index("ix_alert_hit_untold", "alert_hit", ["alert_id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_index("ix_alert_hit_report_id", "alert_hit", ["report_id"])


def downgrade() -> None:
    op.drop_table("alert_hit")
    op.drop_table("alert_cell")
    op.drop_table("alert")
