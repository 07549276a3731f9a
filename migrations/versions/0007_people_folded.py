"""People are found without marks: "nguyen" finds "Nguyễn". A folded name and address beside each person, and an index.

Expand and fill: the column begins empty, so that a busy table is not rewritten, and is filled in pieces.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.domain.folding import fold

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PIECE = 1000
FTS = "person_fts(person_fts, rowid, folded) VALUES ('delete', old.id, old.folded)"


def upgrade() -> None:
    op.add_column("person", sa.Column("folded", sa.String(), nullable=False, server_default=""))
    _fill(op.get_bind())
    if op.get_bind().dialect.name != "sqlite":
        op.execute("CREATE INDEX ix_person_folded ON person USING gin (to_tsvector('simple', folded))")
        return
    op.execute(
        "CREATE VIRTUAL TABLE person_fts USING fts5("
        "folded, content='person', content_rowid='id', prefix='2 3', tokenize='unicode61')"
    )
    op.execute("INSERT INTO person_fts(person_fts) VALUES ('rebuild')")
    op.execute(
        "CREATE TRIGGER person_ai AFTER INSERT ON person BEGIN "
        "INSERT INTO person_fts(rowid, folded) VALUES (new.id, new.folded); END"
    )
    op.execute(f"CREATE TRIGGER person_ad AFTER DELETE ON person BEGIN INSERT INTO {FTS}; END")
    op.execute(
        f"CREATE TRIGGER person_au AFTER UPDATE OF folded ON person BEGIN INSERT INTO {FTS}; "
        "INSERT INTO person_fts(rowid, folded) VALUES (new.id, new.folded); END"
    )


def _fill(connection: sa.Connection) -> None:
    person = sa.table("person", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("folded"))
    written = sa.update(person).where(person.c.id == sa.bindparam("whose")).values(folded=sa.bindparam("said"))
    last = 0
    while True:
        some = connection.execute(
            sa.select(person.c.id, person.c.name, person.c.email)
            .where(person.c.id > last)
            .order_by(person.c.id)
            .limit(PIECE)
        ).all()
        if not some:
            return
        connection.execute(written, [{"whose": one.id, "said": fold(f"{one.name} {one.email or ''}")} for one in some])
        last = some[-1].id


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for trigger in ("person_ai", "person_ad", "person_au"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE person_fts")
    else:
        op.drop_index("ix_person_folded", "person")
    op.execute("ALTER TABLE person DROP COLUMN folded")
