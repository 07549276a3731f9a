"""A step settles when its minute is over; `held` is a report's status while its reporter may edit it, and no more.

One statement that changes no row.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE report RENAME COLUMN held TO settling")


def downgrade() -> None:
    op.execute("ALTER TABLE report RENAME COLUMN settling TO held")
