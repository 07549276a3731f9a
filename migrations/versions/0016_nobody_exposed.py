"""What a machine saw on a photo, which places of their words a reporter uncovered, and the bands that find a picture
sent before. Expand: all of it may be missing.

The bands of photos that stand are written here, a statement a band.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photo", sa.Column("found", sa.JSON(), nullable=True))
    op.add_column("words", sa.Column("uncovered", sa.JSON(), nullable=True))
    op.create_table(
        "photo_band",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("photo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name="fk_photo_band_photo_id_photo"),
        sa.PrimaryKeyConstraint("band", "photo_id", name="pk_photo_band"),
    )
    op.create_index("ix_photo_band_photo_id", "photo_band", ["photo_id"])
    for number in range(4):
        op.execute(
            "INSERT INTO photo_band (band, photo_id) "
            f"SELECT {number << 16} + ((phash >> {16 * number}) & 65535), id FROM photo "
            "WHERE phash IS NOT NULL AND state = 'ready' AND NOT is_demo"
        )


def downgrade() -> None:
    op.drop_table("photo_band")
    op.drop_column("words", "uncovered")
    op.drop_column("photo", "found")
