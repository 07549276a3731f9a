"""Neighbours are asked whether it is really gone: when, what each said, and how many doubt it; and when somebody says
that an open report is fixed. Expand: nothing is asked of what was answered before.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITS = sa.text("ask_around_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("report", sa.Column("ask_around_at", sa.BigInteger(), nullable=True))
    op.add_column("report", sa.Column("doubts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("report", sa.Column("claimed_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "neighbour_answer",
        sa.Column("report_id", KEY, autoincrement=False, nullable=False),
        sa.Column("person_id", KEY, autoincrement=False, nullable=False),
        sa.Column("said", sa.String(length=30), nullable=False),
        sa.Column("said_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_neighbour_answer_person_id_person"),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name="fk_neighbour_answer_report_id_report"),
        sa.PrimaryKeyConstraint("report_id", "person_id", name="pk_neighbour_answer"),
    )
    op.create_index("ix_neighbour_answer_person_id", "neighbour_answer", ["person_id"])
    with op.get_context().autocommit_block():  # last: the reports stay open to writers meanwhile
        op.create_index(
            "q_ask_around",
            "report",
            ["ask_around_at", "id"],
            sqlite_where=WAITS,
            postgresql_where=WAITS,
            postgresql_concurrently=True,
            if_not_exists=True,
        )


def downgrade() -> None:
    op.drop_table("neighbour_answer")
    op.drop_index("q_ask_around", "report")
    op.drop_column("report", "claimed_at")
    op.drop_column("report", "doubts")
    op.drop_column("report", "ask_around_at")
