"""How Alembic reaches the database: through the connection that `app.migrations` hands over.

On SQLite all steps are one transaction; on PostgreSQL each is one, so that a step may build an index concurrently.
"""

from __future__ import annotations

from alembic import context

from app.migrations import check_references
from app.models import Base

connection = context.config.attributes["connection"]
is_sqlite = connection.dialect.name == "sqlite"
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transactional_ddl=True,  # SQLite's too: app.migrations says BEGIN itself
    transaction_per_migration=not is_sqlite,
    render_as_batch=is_sqlite,
)
with context.begin_transaction():
    context.run_migrations()
    if is_sqlite:
        check_references(connection)
