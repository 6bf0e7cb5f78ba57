"""PostgreSQL's search index in packed segments instead of a ``tsvector``: a tenth of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from crawler.store import segments
from crawler.store.packing import PackingError, unpack
from crawler.store.search import index_numbers, index_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.store.packing import Content

revision = "0009"
down_revision = "0008"

CHUNK = 1_000
SEGMENTS = (
    """CREATE TABLE search_segments (
        number INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        articles INTEGER NOT NULL,
        ids INT4MULTIRANGE NOT NULL,
        gone INT4MULTIRANGE NOT NULL DEFAULT '{}'
    )""",
    """CREATE TABLE search_pages (
        segment INTEGER NOT NULL,
        first BIGINT NOT NULL,
        packed BYTEA NOT NULL,
        PRIMARY KEY (segment, first)
    ) WITH (autovacuum_vacuum_scale_factor = 0.05)""",
    # They are packed already. What merged segments leave is to be used again soon, hence the factor.
    "ALTER TABLE search_pages ALTER COLUMN packed SET STORAGE EXTERNAL",
)
TSVECTOR = (
    """CREATE TABLE search (
        article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
        tokens TSVECTOR NOT NULL
    )""",
    "CREATE INDEX ix_search_tokens ON search USING gin (tokens)",
)
INDEXING = (
    "INSERT INTO search (article_id, tokens) VALUES (:id, array_to_tsvector(string_to_array(:tokens, ' ')))"
)
NEWEST = (
    "SELECT a.id, v.packed FROM articles a JOIN versions v ON v.article_id = a.id AND v.number = a.latest "
    "WHERE a.id > :after ORDER BY a.id LIMIT :chunk"
)


def upgrade() -> None:
    """Index the texts anew; on SQLite nothing changes."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    op.execute("DROP TABLE search")
    for statement in SEGMENTS:
        op.execute(statement)
    for chunk in _texts(connection):
        segments.append(
            connection, {one: index_numbers(kept.canonical_title, kept.canonical_body) for one, kept in chunk}
        )


def downgrade() -> None:
    """Index the texts as before."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    op.execute("DROP TABLE search_pages")
    op.execute("DROP TABLE search_segments")
    for statement in TSVECTOR:
        op.execute(statement)
    for chunk in _texts(connection):
        for one, kept in chunk:
            tokens = index_text(kept.canonical_title, kept.canonical_body)
            connection.execute(sa.text(INDEXING), {"id": one, "tokens": tokens})


def _texts(connection: sa.Connection) -> Iterator[list[tuple[int, Content]]]:
    """Yield the newest texts, so many at a time; what cannot be read is left to `scrapy db check`."""
    after = 0
    while rows := connection.execute(sa.text(NEWEST), {"after": after, "chunk": CHUNK}).all():
        after = rows[-1][0]
        yield list(_read(rows))


def _read(rows: Sequence[Any]) -> Iterator[tuple[int, Content]]:
    for article_id, packed in rows:
        try:
            yield article_id, unpack(packed)
        except PackingError:
            continue
