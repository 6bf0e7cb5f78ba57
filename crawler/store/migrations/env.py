"""What Alembic runs: the connection comes from ``crawler.store.migrate``."""

from __future__ import annotations

from alembic import context

from crawler.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite cannot alter a table in place; Alembic copies it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
