"""Fill a database with many articles at once, for the bench of the store: rows as the store writes them.

Each article gets a story of its own; comparing them would take days, and makes no difference to what follows.
Beyond ``TEXTS`` articles the texts are those of earlier ones, packed and split already, under keys of their
own, drawn by lot, except for the newest ones, which the added articles repost: an index grows with them as
with others, and making a million texts would take an hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, text
from store_texts import PORTALS, RECENT, START, article, fetched, published, url

from crawler.page.address import canonical_url
from crawler.store import key_pages, segments
from crawler.store.contents import content, digest
from crawler.store.fingerprints import KEY_BYTES, keys
from crawler.store.models import Article, Portal, Story, StoryMember, Version
from crawler.store.packing import pack
from crawler.store.search import index_numbers, index_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from crawler import items
    from crawler.store.database import Database
    from crawler.store.postings import Numbers

AT_ONCE = 10_000
TEXTS = 20_000
SMALL = 16_000
"""A small portal has one of so many articles, each of the others as many as the next."""
A_SEGMENT = 2_000
"""So many articles at once are put into PostgreSQL's search index, whose segments grow as they usually do."""
_FTS = text("INSERT INTO search (rowid, tokens) VALUES (:id, :tokens)")


def fill(database: Database, articles: int) -> None:
    """Write the articles 1 to ``articles`` into an empty database."""
    with database.engine.connect() as connection:
        _hurry(connection, database)
        names = [*(f"portal_{n}" for n in range(PORTALS)), "portal_small"]
        portals = [{"id": n, "name": name, "first_seen": START} for n, name in enumerate(names, start=1)]
        connection.execute(insert(Portal), portals)
        connection.commit()
        for first in range(1, articles + 1, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, articles + 1))
            _write(connection, database, numbers, own_from=articles - RECENT)
            connection.commit()
            _tidy(database)
    with database.writing() as session:
        if not database.is_sqlite:
            key_pages.fold_all(session.connection())
            for name in ("portals", "articles", "versions", "stories"):
                session.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))  # noqa: S608  names of ours
    with database.engine.connect() as connection:
        statement = "PRAGMA optimize" if database.is_sqlite else "VACUUM (ANALYZE)"
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))


def _hurry(connection: Connection, database: Database) -> None:
    if database.is_sqlite:
        cursor = connection.connection.cursor()
        for pragma in ("synchronous = OFF", "cache_size = -1500000", "foreign_keys = OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _tidy(database: Database) -> None:
    """Do what PostgreSQL's autovacuum does meanwhile, where it is switched off: room is used again."""
    if not database.is_sqlite:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM search_pages, search_segments"))


@dataclass(slots=True)
class _Ready:
    """An article with what the store makes of its text."""

    article: items.Article
    digest: str
    packed: bytes
    tokens: str
    numbers: Numbers
    keys: list[int]


@cache
def _ready(number: int) -> _Ready:
    one = article(number)
    texts = one.canonical_title, one.canonical_body
    return _Ready(
        one,
        digest(one),
        pack(content(one)),
        index_text(*texts),
        index_numbers(*texts),
        keys(one.canonical_body),
    )


def _write(connection: Connection, database: Database, numbers: range, *, own_from: int) -> None:
    ready = [(n, _ready(n if n > own_from else (n - 1) % TEXTS + 1)) for n in numbers]
    connection.execute(insert(Story), [{"id": n, "created_at": fetched(n)} for n in numbers])
    connection.execute(insert(Article), [_article(n, one.article) for n, one in ready])
    connection.execute(insert(Version), [_version(n, one) for n, one in ready])
    connection.execute(insert(StoryMember), [_member(n) for n in numbers])
    if database.is_sqlite:
        connection.execute(_FTS, [{"id": n, "tokens": one.tokens} for n, one in ready])
    else:
        for at in range(0, len(ready), A_SEGMENT):
            segments.append(connection, {n: one.numbers for n, one in ready[at : at + A_SEGMENT]})
    pairs = sorted((key, number) for number, one in ready for key in _keys(number, one, own_from))
    cursor: Any = connection.connection.cursor()
    if database.is_sqlite:
        cursor.executemany("INSERT INTO fingerprints (key, article_id) VALUES (?, ?)", pairs)
        return
    with cursor.copy("COPY fingerprints (key, article_id) FROM STDIN") as copy:
        for row in pairs:
            copy.write_row(row)


def _keys(number: int, one: _Ready, own_from: int) -> list[int]:
    if number <= TEXTS or number > own_from:
        return one.keys
    lots = random.Random(number).randbytes(KEY_BYTES * len(one.keys))
    return [int.from_bytes(lots[at : at + KEY_BYTES], "little") for at in range(0, len(lots), KEY_BYTES)]


def _article(number: int, one: items.Article) -> dict[str, Any]:
    assert one.published is not None
    return {
        "id": number,
        "portal_id": PORTALS + 1 if number % SMALL == 0 else number % PORTALS + 1,
        "section_id": None,
        "address": canonical_url(url(number)),
        "url": url(number),
        "title": one.title,
        "source": one.source,
        "published_at": published(number),
        "published_precision": one.published.precision.value,
        "published_raw": one.published.raw,
        "state": "live",
        "latest": 1,
        "first_seen": fetched(number),
        "last_seen": fetched(number),
    }


def _version(number: int, one: _Ready) -> dict[str, Any]:
    return {
        "id": number,
        "article_id": number,
        "number": 1,
        "change": "first",
        "digest": one.digest,
        "fetched_at": fetched(number),
        "title": one.article.title,
        "charset": one.article.charset,
        "packed": one.packed,
    }


def _member(number: int) -> dict[str, Any]:
    return {
        "article_id": number,
        "story_id": number,
        "relation": "same",
        "article_like": None,
        "cover": 1.0,
        "joined_at": fetched(number),
    }
