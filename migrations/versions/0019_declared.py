"""Notices of the city, hours that do not count, and storms.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNTOLD = sa.text("told_at IS NULL")


def moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def points_at(table: str, column: str, *, of: str, **more: bool) -> sa.Column[int]:
    return sa.Column(column, KEY, sa.ForeignKey(f"{of}.id", name=f"fk_{table}_{column}_{of}"), **more)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("severity", sa.String(30), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("ring", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        moment("starts_at"),
        moment("clear_at", nullable=True),
        moment("until"),
        moment("created_at"),
        moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notice"),
    )
    op.create_index("uq_notice_code", "notice", ["code"], unique=True)
    op.create_index("ix_notice_until", "notice", ["until", "id"])
    op.create_table(
        "notice_update",
        sa.Column("id", KEY, nullable=False),
        points_at("notice_update", "notice_id", of="notice", nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("is_last", sa.Boolean(), nullable=False),
        moment("at"),
        moment("told_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notice_update"),
    )
    op.create_index("ix_notice_update_notice_id", "notice_update", ["notice_id", "id"])
    op.create_index("ix_notice_update_untold", "notice_update", ["id"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    op.create_table(
        "notice_report",
        points_at("notice_report", "report_id", of="report", nullable=False, autoincrement=False),
        points_at("notice_report", "notice_id", of="notice", nullable=False),
        moment("joined_at"),
        moment("muted_at", nullable=True),
        sa.PrimaryKeyConstraint("report_id", name="pk_notice_report"),
    )
    op.create_index("ix_notice_report_notice_id", "notice_report", ["notice_id"])
    op.create_table(
        "declared",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        moment("at"),
        points_at("declared", "person_id", of="person", nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_declared"),
    )
    op.create_index("ix_declared_about", "declared", ["about", "id"])
    op.create_table(
        "suspension",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        moment("starts_at"),
        moment("until"),
        moment("planned_until"),
        moment("created_at"),
        moment("applies_at"),
        moment("undone_at", nullable=True),
        moment("done_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
    )
    op.create_index("uq_suspension_code", "suspension", ["code"], unique=True)
    op.create_index("ix_suspension_until", "suspension", ["until", "id"])
    op.create_table(
        "suspended_report",
        points_at("suspended_report", "suspension_id", of="suspension", nullable=False, autoincrement=False),
        points_at("suspended_report", "report_id", of="report", nullable=False, autoincrement=False),
        moment("until"),
        moment("handle_was"),
        moment("handle_due_at"),
        moment("receive_was", nullable=True),
        moment("receive_due_at", nullable=True),
        sa.PrimaryKeyConstraint("suspension_id", "report_id", name="pk_suspended_report"),
    )
    op.create_index("ix_suspended_report_report_id", "suspended_report", ["report_id"])
    op.create_table(
        "storm",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("wards", sa.JSON(), nullable=False),
        moment("starts_at"),
        moment("until"),
        sa.PrimaryKeyConstraint("id", name="pk_storm"),
    )
    op.create_index("ix_storm_until", "storm", ["until", "id"])


def downgrade() -> None:
    for table in ("storm", "suspended_report", "suspension", "declared", "notice_report", "notice_update", "notice"):
        op.drop_table(table)
