"""Versions packed into one record, raw pages, what happened to stories; search and fingerprints made anew."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

from crawler.store import fingerprints
from crawler.store.packing import Content, pack, unpack
from crawler.store.search import index_text
from crawler.store.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

revision = "0003"
down_revision = "0002"

CHUNK = 200
SEARCH = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search USING fts5(
            tokens, content='', detail=none, tokenize='ascii'
        )""",
    ),
    "postgresql": (
        """CREATE TABLE search (
            article_id INTEGER PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
            tokens TSVECTOR NOT NULL
        )""",
        "CREATE INDEX ix_search_tokens ON search USING gin (tokens)",
    ),
}
INDEXING = {
    "sqlite": "INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)",
    "postgresql": "INSERT INTO search (article_id, tokens) VALUES "
    "(:id, array_to_tsvector(string_to_array(:tokens, ' ')))",
}
NEWEST = (
    "SELECT a.id, v.packed FROM articles a JOIN versions v ON v.article_id = a.id AND v.number = a.latest "
    "WHERE a.id > :after ORDER BY a.id LIMIT :chunk"
)
TEXTS = ("body", "canonical_title", "canonical_body", "abstract", "document_number", "charset_reason")
NAMES = ("source", "canonical_source")
LISTS = ("authors", "editors", "section", "attachments", "images", "repairs", "flags", "dropped")
MOVED = (*TEXTS, *NAMES, *LISTS, "origins")


def upgrade() -> None:
    """Make the tables, pack what there is, and index it anew."""
    op.create_table(
        "story_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=True),
        sa.Column("articles", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_story_events_article_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["stories.id"], name=op.f("fk_story_events_other_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_events_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_events")),
    )
    op.create_index(op.f("ix_story_events_other_id"), "story_events", ["other_id"])
    op.create_index(op.f("ix_story_events_story_id"), "story_events", ["story_id"])
    op.create_table(
        "raw_pages",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("charset", sa.String(length=40), nullable=False),
        sa.Column("charset_reason", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_raw_pages_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version_id", "part", name=op.f("pk_raw_pages")),
    )
    op.create_index(op.f("ix_raw_pages_fetched_at_stored"), "raw_pages", ["fetched_at", "stored"])
    _pack_versions()
    _index_anew()


def downgrade() -> None:
    """Unpack the versions; raw pages and what happened to stories are lost."""
    op.drop_table("raw_pages")
    op.drop_table("story_events")
    _restore_search()
    _unpack_versions()


def _pack_versions() -> None:
    # SQLite must be told what stands in the rows that are there. A copy of the table would be dropped with
    # the alerts that point at it.
    op.execute(f"ALTER TABLE versions ADD COLUMN packed {_binary()}")
    connection = op.get_bind()
    columns = ", ".join(("id", "title", *MOVED))
    query = f"SELECT {columns} FROM versions WHERE id > :after ORDER BY id LIMIT :chunk"  # noqa: S608  names of ours
    update = sa.text("UPDATE versions SET packed = :packed WHERE id = :id")
    for chunk in _chunks(connection, query):
        connection.execute(update, [{"id": row["id"], "packed": pack(_content(row))} for row in chunk])
    if connection.dialect.name == "postgresql":
        op.execute("ALTER TABLE versions ALTER COLUMN packed SET NOT NULL")
    for name in MOVED:
        op.execute(f"ALTER TABLE versions DROP COLUMN {name}")


def _unpack_versions() -> None:
    connection = op.get_bind()
    for name in (*TEXTS, *NAMES):
        rule = "" if name in NAMES else " NOT NULL DEFAULT ''"
        op.execute(f"ALTER TABLE versions ADD COLUMN {name} TEXT{rule}")
    for name in (*LISTS, "origins"):
        op.execute(f"ALTER TABLE versions ADD COLUMN {name} JSON NOT NULL DEFAULT '[]'")
    values = ", ".join(f"{name} = {_cast(name)}" for name in MOVED)
    update = sa.text(f"UPDATE versions SET {values} WHERE id = :id")  # noqa: S608  names of ours
    query = "SELECT id, packed FROM versions WHERE id > :after ORDER BY id LIMIT :chunk"
    for chunk in _chunks(connection, query):
        connection.execute(update, [{"id": row["id"], **_columns(unpack(row["packed"]))} for row in chunk])
    op.execute("ALTER TABLE versions DROP COLUMN packed")


def _index_anew() -> None:
    connection = op.get_bind()
    op.execute("DROP TABLE search")
    for statement in SEARCH[connection.dialect.name]:
        op.execute(statement)
    op.execute("DELETE FROM fingerprints")
    indexing = sa.text(INDEXING[connection.dialect.name])
    keying = sa.text("INSERT INTO fingerprints (key, article_id) VALUES (:key, :id)")
    for chunk in _chunks(connection, NEWEST):
        for row in chunk:
            content = unpack(row["packed"])
            indexed = index_text(content.canonical_title, content.canonical_body)
            connection.execute(indexing, {"id": row["id"], "tokens": indexed})
            keys = [{"key": key, "id": row["id"]} for key in fingerprints.keys(content.canonical_body)]
            if keys:
                connection.execute(keying, keys)


def _restore_search() -> None:
    from crawler.store.migrations.versions.r0001_first_tables import SEARCH as FIRST  # noqa: PLC0415  going back alone needs it

    connection = op.get_bind()
    op.execute("DROP TABLE search")
    for statement in FIRST[connection.dialect.name]:
        op.execute(statement)
    indexing = sa.text(
        "INSERT INTO search (article_id, tokens) VALUES (:id, to_tsvector('simple', :title || ' ' || :body))"
        if _is_postgresql()
        else "INSERT INTO search (rowid, title, body) VALUES (:id, :title, :body)"
    )
    for chunk in _chunks(connection, NEWEST):
        for row in chunk:
            content = unpack(row["packed"])
            title, body = (" ".join(tokens(one)) for one in (content.canonical_title, content.canonical_body))
            connection.execute(indexing, {"id": row["id"], "title": title, "body": body})


def _chunks(connection: sa.Connection, query: str) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield the rows of ``query`` (``id`` first) so many at a time: a table may be larger than memory."""
    after = 0
    statement = sa.text(query)
    while rows := [
        dict(row) for row in connection.execute(statement, {"after": after, "chunk": CHUNK}).mappings()
    ]:
        yield rows
        after = rows[-1]["id"]


def _content(row: Mapping[str, Any]) -> Content:
    values = {name: row[name] for name in ("title", *TEXTS, *NAMES)}
    values.update({name: _json(row[name]) for name in (*LISTS, "origins")})
    return Content(**values)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _columns(content: Content) -> dict[str, Any]:
    values = {name: getattr(content, name) for name in (*TEXTS, *NAMES)}
    return values | {name: json.dumps(getattr(content, name)) for name in (*LISTS, "origins")}


def _cast(name: str) -> str:
    return f"CAST(:{name} AS JSON)" if name in (*LISTS, "origins") and _is_postgresql() else f":{name}"


def _binary() -> str:
    return "BYTEA" if _is_postgresql() else "BLOB NOT NULL DEFAULT x''"


def _is_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
