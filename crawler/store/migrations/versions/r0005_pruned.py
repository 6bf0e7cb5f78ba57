"""Addresses of pruned articles, and indexes by which a row finds those that point at it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = (
    ("alerts", "story_id"),
    ("alerts", "article_id"),
    ("alerts", "version_id"),
    ("story_events", "article_id"),
    ("stories", "merged_into"),
)


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "pruned",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("pruned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_pruned")),
    )
    for table, column in INDEXES:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Drop them; what was pruned is new again."""
    for table, column in INDEXES:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    op.drop_table("pruned")
