"""Where the alerts of a watch are told and when, and the deliveries that are due, under way or done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

# A constant, as SQLite demands of the default of a column that is added; each row gets its own moment below.
LONG_AGO = "1970-01-01 00:00:00+00:00"


def _columns() -> list[sa.Column[object]]:
    moment = sa.DateTime(timezone=True)
    return [
        sa.Column("origin", sa.String(length=10), server_default="", nullable=False),
        sa.Column("targets", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("digest", sa.String(length=10), server_default="", nullable=False),
        sa.Column("quiet", sa.String(length=11), server_default="", nullable=False),
        sa.Column("burst", sa.Integer(), server_default="0", nullable=False),
        sa.Column("full_text", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", moment, server_default=LONG_AGO, nullable=False),
    ]


def upgrade() -> None:
    """Add the columns and make the table."""
    for column in _columns():
        op.add_column("watches", column)
    op.execute("UPDATE watches SET changed_at = created_at")
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=True),
        sa.Column("watch_id", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=100), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease", sa.String(length=36), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=36), nullable=False),
        sa.Column("batch", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_deliveries_alert_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["watch_id"], ["watches.id"], name=op.f("fk_deliveries_watch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("alert_id", "target", name=op.f("uq_deliveries_alert_id_target")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_deliveries_idempotency_key")),
    )
    for columns in (["state", "next_at"], ["watch_id", "target", "sent_at"], ["batch"]):
        op.create_index(op.f(f"ix_deliveries_{'_'.join(columns)}"), "deliveries", columns)


def downgrade() -> None:
    """Drop them; what was not sent is never sent."""
    op.drop_table("deliveries")
    for column in reversed(_columns()):
        op.drop_column("watches", column.name)
