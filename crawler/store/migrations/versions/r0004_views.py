"""Views for SQL tools, the region of a portal, an index for lists by date.

A view must be dropped before a table that it reads is altered: later revisions that alter one drop
the views first and make them again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

VIEWS = {
    "article_list": """
        SELECT a.id, p.name AS portal, p.region, s.name AS section, a.title, a.source,
            a.published_at AS published, a.published_precision, a.first_seen, a.last_seen,
            {day} AS day, a.state, a.latest AS versions, m.story_id AS story,
            (SELECT count(*) FROM story_members o WHERE o.story_id = m.story_id AND o.relation = 'same'
                AND o.article_id <> a.id) AS reprints,
            a.url, a.address, s.url AS list_url
        FROM articles a
        JOIN portals p ON p.id = a.portal_id
        LEFT JOIN sections s ON s.id = a.section_id
        LEFT JOIN story_members m ON m.article_id = a.id AND m.relation = 'same'
    """,
    "version_list": """
        SELECT v.id, v.article_id AS article, p.name AS portal, v.number, v.change, v.title,
            v.fetched_at AS fetched, v.charset, v.digest, v.number = a.latest AS newest,
            (SELECT coalesce(sum(r.stored), 0) FROM raw_pages r WHERE r.version_id = v.id) AS raw_bytes,
            a.url
        FROM versions v
        JOIN articles a ON a.id = v.article_id
        JOIN portals p ON p.id = a.portal_id
    """,
    "story_list": """
        SELECT s.id, a.title, a.source AS first_source, p.name AS first_portal,
            a.published_at AS published, a.first_seen, {day} AS day,
            (SELECT count(*) FROM story_members o WHERE o.story_id = s.id AND o.relation = 'same')
                AS articles,
            (SELECT count(DISTINCT b.portal_id) FROM story_members o JOIN articles b ON b.id = o.article_id
                WHERE o.story_id = s.id AND o.relation = 'same') AS portals,
            (SELECT count(*) FROM story_members o WHERE o.story_id = s.id AND o.relation = 'part') AS parts,
            (SELECT max(o.joined_at) FROM story_members o WHERE o.story_id = s.id) AS last_joined,
            a.id AS first_article, a.url AS first_url
        FROM stories s
        JOIN articles a ON a.id = (
            SELECT b.id FROM story_members o JOIN articles b ON b.id = o.article_id
            WHERE o.story_id = s.id AND o.relation = 'same'
            ORDER BY coalesce(b.published_at, b.first_seen), b.id LIMIT 1
        )
        JOIN portals p ON p.id = a.portal_id
        WHERE s.merged_into IS NULL
    """,
    "alert_list": """
        SELECT t.id, w.name AS watch, t.kind, p.name AS portal, v.title, a.source,
            a.published_at AS published, t.created_at AS found, t.updated_at AS updated, {words} AS words,
            t.reprints, t.story_id AS story, t.article_id AS article, v.number AS version, t.fed, a.url
        FROM alerts t
        JOIN watches w ON w.id = t.watch_id
        JOIN articles a ON a.id = t.article_id
        JOIN versions v ON v.id = t.version_id
        JOIN portals p ON p.id = a.portal_id
    """,
    "run_list": """
        SELECT r.id, r.command, r.status, r.started_at AS started, r.finished_at AS finished,
            o.portal, o.started_at AS portal_started, o.finished_at AS portal_finished, {seconds} AS seconds,
            o.reason, {counts}
        FROM runs r
        LEFT JOIN run_portals o ON o.run_id = r.id
    """,
}
COUNTS = (
    "pages",
    "new",
    "changed",
    "same",
    "repaired",
    "dropped_blocks",
    "refused",
    "alerts",
    "errors",
    "requested",
    "failed_sections",
    "missing_parts",
)
# The zone of the portals, +08:00, says on which day something was published.
DIALECTS = {
    "sqlite": {
        "day": "date(coalesce(a.published_at, a.first_seen), '+8 hours')",
        "words": "(SELECT group_concat(value, ' ') FROM json_each(t.words))",
        "seconds": "CAST(round((julianday(o.finished_at) - julianday(o.started_at)) * 86400) AS INTEGER)",
        "count": "json_extract(o.counts, '$.{0}') AS {0}",
    },
    "postgresql": {
        "day": "CAST(coalesce(a.published_at, a.first_seen) AT TIME ZONE INTERVAL '+08:00' AS date)",
        "words": "(SELECT string_agg(value, ' ') FROM json_array_elements_text(t.words))",
        "seconds": "CAST(round(extract(epoch FROM o.finished_at - o.started_at)) AS integer)",
        "count": "CAST(o.counts ->> '{0}' AS integer) AS {0}",
    },
}


def upgrade() -> None:
    """Add the column and the index, make the views."""
    op.add_column("portals", sa.Column("region", sa.String(length=60), server_default="", nullable=False))
    op.create_index("ix_articles_listed", "articles", [sa.text("coalesce(published_at, first_seen)")])
    words = DIALECTS[op.get_bind().dialect.name]
    counts = ", ".join(words["count"].format(name) for name in COUNTS)
    for name, query in VIEWS.items():
        op.execute(sa.text(f"CREATE VIEW {name} AS {_escaped(query.format(**words, counts=counts))}"))


def downgrade() -> None:
    """Drop the views, the index and the column."""
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
    op.drop_index("ix_articles_listed", table_name="articles")
    op.drop_column("portals", "region")


def _escaped(query: str) -> str:
    return query.replace(":", "\\:")  # else taken for a parameter
