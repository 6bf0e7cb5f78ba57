"""Due times of sections, states of portals, leases, events of articles, health, pages kept for study."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables, and the columns that say when an article is visited again."""
    _portals()
    _articles()
    op.create_table(
        "health",
        sa.Column("run_portal_id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=100), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_portal_id"], ["run_portals.id"], name=op.f("fk_health_run_portal_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_portal_id", name=op.f("pk_health")),
    )
    op.create_index(op.f("ix_health_portal_at"), "health", ["portal", "at"])
    op.create_table(
        "kept_pages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", sa.String(length=100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_pages")),
    )
    op.create_index(op.f("ix_kept_pages_portal_at"), "kept_pages", ["portal", "at"])


def _portals() -> None:
    op.create_table(
        "portal_states",
        sa.Column("portal", sa.String(length=100), nullable=False),
        sa.Column("wait_until", _moment(), nullable=True),
        sa.Column("wait_reason", sa.String(length=20), nullable=False),
        sa.Column("backoff", sa.Integer(), nullable=False),
        sa.Column("blocked_since", _moment(), nullable=True),
        sa.Column("bad_runs", sa.Integer(), nullable=False),
        sa.Column("alarm_at", _moment(), nullable=True),
        sa.Column("alarm", sa.JSON(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("spent_on", sa.String(length=10), nullable=False),
        sa.Column("last_visit_at", _moment(), nullable=True),
        sa.Column("last_good_at", _moment(), nullable=True),
        sa.PrimaryKeyConstraint("portal", name=op.f("pk_portal_states")),
    )
    op.create_table(
        "section_states",
        sa.Column("portal", sa.String(length=100), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("due_at", _moment(), nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("last_visit_at", _moment(), nullable=True),
        sa.Column("last_change_at", _moment(), nullable=True),
        sa.Column("entries_hash", sa.String(length=32), nullable=False),
        sa.Column("rhythm", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("portal", "url", name=op.f("pk_section_states")),
    )
    op.create_index(op.f("ix_section_states_due_at"), "section_states", ["due_at"])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("taken_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _articles() -> None:
    op.add_column("articles", sa.Column("next_check_at", _moment(), nullable=True))
    op.add_column("articles", sa.Column("check_stage", sa.Integer(), server_default="0", nullable=False))
    op.add_column("articles", sa.Column("gone_seen_at", _moment(), nullable=True))
    # Most articles are too old to be checked again; these have no entry.
    waiting = sa.text("next_check_at IS NOT NULL")
    op.create_index(
        op.f("ix_articles_next_check_at"),
        "articles",
        ["next_check_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "article_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_article_events_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_events")),
    )
    for column in ("article_id", "at"):
        op.create_index(op.f(f"ix_article_events_{column}"), "article_events", [column])


def downgrade() -> None:
    """Drop them; every section is due again, and nothing is known to have been withdrawn."""
    for table in ("kept_pages", "health", "article_events", "leases", "section_states", "portal_states"):
        op.drop_table(table)
    op.drop_index(op.f("ix_articles_next_check_at"), table_name="articles")
    for column in ("gone_seen_at", "check_stage", "next_check_at"):
        op.drop_column("articles", column)
