"""PostgreSQL's fingerprints in packed pages, which the newest are put into by and by."""

from __future__ import annotations

from alembic import op

from crawler.store import key_pages

revision = "0010"
down_revision = "0009"

TABLE = (
    """CREATE TABLE fingerprint_pages (
        first BIGINT PRIMARY KEY,
        packed BYTEA NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0.05)""",
    # They are packed already. What pages made anew leave is to be used again soon, hence the factor.
    "ALTER TABLE fingerprint_pages ALTER COLUMN packed SET STORAGE EXTERNAL",
)


def upgrade() -> None:
    """Make the table; on SQLite nothing changes."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in TABLE:
            op.execute(statement)
        key_pages.fold_all(op.get_bind())


def downgrade() -> None:
    """Put the keys back."""
    if op.get_bind().dialect.name == "postgresql":
        key_pages.unfold_all(op.get_bind())
        op.execute("DROP TABLE fingerprint_pages")
