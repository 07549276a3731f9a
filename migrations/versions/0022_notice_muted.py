"""Whoever wants to hear no more of a notice silences themselves, and nobody else of the same report.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participation", sa.Column("notice_muted_at", sa.BigInteger(), nullable=True))
    # Who of them pressed is not known any more: nobody who did may hear of it again.
    op.execute(
        """
        UPDATE participation SET notice_muted_at = (
            SELECT n.muted_at FROM notice_report n WHERE n.report_id = participation.report_id
        )
        WHERE report_id IN (SELECT report_id FROM notice_report WHERE muted_at IS NOT NULL)
        """
    )
    op.drop_column("notice_report", "muted_at")


def downgrade() -> None:
    op.add_column("notice_report", sa.Column("muted_at", sa.BigInteger(), nullable=True))
    op.execute(
        """
        UPDATE notice_report SET muted_at = (
            SELECT min(p.notice_muted_at) FROM participation p WHERE p.report_id = notice_report.report_id
        )
        """
    )
    op.drop_column("participation", "notice_muted_at")
