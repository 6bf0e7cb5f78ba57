"""How long adding an article takes with 10,000 to 1,000,000 stored ones, and how much room each takes.

    PYTHONPATH=. .venv/bin/python bench/store.py --articles 10000 100000 --added 2000
    PYTHONPATH=. .venv/bin/python bench/store.py --articles 100000 --database postgresql://user@host/name

Adding is all that the writer does: the address, fingerprint, candidates and their verification, the article,
its version, the search index, 100 watches, in batches of 50. The time of an article is its own and an equal
share of its batch's end: the search index and the commit; ``worst`` is the mean of the batch that took the
longest. Then searches are asked (``store_search``). The peer is what most crawlers do: an object of
SQLAlchemy's ORM an article, with a commit each, into a table of six columns with one unique index, in a file
of its own. On PostgreSQL the tables are made in a schema of the bench's own, which is dropped.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import store_fill
from sqlalchemy import String, Text, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from store_search import searches
from store_texts import article, clauses

from crawler.alerts import outbox, watches
from crawler.alerts.matching import Matcher
from crawler.store import batches
from crawler.store.articles import Saver
from crawler.store.database import open_database
from crawler.store.migrate import upgrade
from crawler.store.models import Version, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.store.database import Database

T = TypeVar("T")
WATCHES = 100
SCHEMA = "portalwatch_bench"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, nargs="+", default=[10_000, 100_000], help="stored before")
    parser.add_argument("--added", type=int, default=2_000, help="added and measured at each size")
    parser.add_argument("--database", default="", help="a PostgreSQL address (default: SQLite files)")
    parser.add_argument("--folder", type=Path, help="where SQLite files are, or are made and kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        medians = [measure(size, options, folder) for size in options.articles]
        print(f"growth of p50 from first to last: {medians[-1] / medians[0]:.2f}")
        print(f"peer, ORM object and commit an article: {peer(folder / 'peer.db', options.added)}")


def measure(size: int, options: argparse.Namespace, folder: Path) -> float:
    """Print the row of a size and its searches, and return the median."""
    with database_of(size, options.database, folder) as (database, seconds):
        total, packed = room(database)
        with database.reading() as session:
            last = session.scalar(select(func.max(Version.article_id))) or 0  # more than size, in a kept file
        times, work, ends = add(database, range(last + 1, last + 1 + options.added))
        worst = max(statistics.mean(batch) for batch in batched(times, batches.COUNT))
        print_row(size, (times, work, ends), worst, (total, packed), seconds)
        searches(database, last + options.added)
    return statistics.median(times)


def print_row(
    size: int,
    took: tuple[list[float], list[float], list[float]],
    worst: float,
    stored: tuple[int, int],
    seconds: float,
) -> None:
    """Print the row of a size."""
    times, work, ends = took
    total, packed = stored
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    each = " | ".join(f"{value / size:,.0f}" for value in (total, packed, total - packed))
    measured = " | ".join(
        f"{value:.2f}" for value in (p50, p99, worst, statistics.median(work), statistics.mean(ends))
    )
    print("| stored | p50 ms | p99 ms | worst | p50 CPU | end | bytes each | its text | beyond | fill ms |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print(f"| {size:,} | {measured} | {each} | {seconds / size * 1000:.2f} |", flush=True)


class database_of:  # noqa: N801  used as a function
    """A filled database and the seconds that filling it took (0 if it was there)."""

    def __init__(self, size: int, postgresql: str, folder: Path) -> None:
        self.size = size
        self.postgresql = postgresql
        beside = "&" if "?" in postgresql else "?"
        self.url = f"sqlite:///{folder}/{size}.db"
        if postgresql:
            self.url = f"{postgresql}{beside}options=-csearch_path%3D{SCHEMA}"

    def __enter__(self) -> tuple[Database, float]:
        if self.postgresql:
            self._schema(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        upgrade(self.url)
        self.database = open_database(self.url)
        start = time.perf_counter()
        with self.database.reading() as session:
            filled = session.scalar(select(func.count()).select_from(Version))
        if not filled:
            store_fill.fill(self.database, self.size)
        return self.database, 0.0 if filled else time.perf_counter() - start

    def __exit__(self, *_: object) -> None:
        self.database.close()
        if self.postgresql:
            self._schema(f"DROP SCHEMA {SCHEMA} CASCADE")

    def _schema(self, statements: str) -> None:
        engine = create_engine(self.postgresql.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            for statement in statements.split(";"):
                connection.execute(text(statement))
        engine.dispose()


def room(database: Database) -> tuple[int, int]:
    """Return the bytes of the whole database, and those of the packed texts in it."""
    with database.reading() as session:
        packed = session.scalar(select(func.sum(func.length(Version.packed)))) or 0
        if database.is_sqlite:
            pages = session.scalar(text("PRAGMA page_count")) * session.scalar(text("PRAGMA page_size"))
            return pages, packed
        query = (
            "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
        )
        return int(session.scalar(text(f"{query}CAST(:name AS regnamespace)"), {"name": SCHEMA})), packed


def add(database: Database, numbers: range) -> tuple[list[float], list[float], list[float]]:
    """Add the articles; return the milliseconds that each took, those of this process, those of the end."""
    matcher, ids = watching(database)
    saver = Saver(batched=True)
    times: list[float] = []
    work: list[float] = []
    ends: list[float] = []
    for batch in batched([article(number) for number in numbers], batches.COUNT):
        took: list[tuple[float, float]] = []
        with database.writing() as session:
            begun = time.perf_counter(), time.process_time()
            saver.expect(session, batch)
            begin, begin_work = time.perf_counter() - begun[0], time.process_time() - begun[1]
            for one in batch:
                start = time.perf_counter(), time.process_time()
                matches = matcher.match(one)
                saved = saver.save(session, one)
                if matches or saved.reprint:
                    outbox.record(session, saved, one, matches, ids)
                took.append((time.perf_counter() - start[0], time.process_time() - start[1]))
            start = time.perf_counter(), time.process_time()
            saver.finish(session)
        end, end_work = time.perf_counter() - start[0], time.process_time() - start[1]
        end, end_work = begin + end, begin_work + end_work
        ends.append(end / len(batch) * 1000)
        times += [(wall + end / len(batch)) * 1000 for wall, _ in took]
        work += [(own + end_work / len(batch)) * 1000 for _, own in took]
    return times, work, ends


def watching(database: Database) -> tuple[Matcher, dict[str, int]]:
    """Return 100 watches of one to four words of the texts, of which a few match an article."""
    words = [clause[:4] for clause in clauses() if len(clause) > 6 and clause[:4].isalpha()]
    sizes = [1 if n % 10 == 0 else 2 + n % 3 for n in range(WATCHES)]
    queries = {f"w{n}": " ".join(words[n * 7 : n * 7 + size]) for n, size in enumerate(sizes)}
    with database.writing() as session:
        there = set(session.scalars(select(Watch.name)))
        for name, query in queries.items():
            if name not in there:
                watches.add(session, name, query)
    with database.reading() as session:
        ids = {name: number for name, number in session.execute(select(Watch.name, Watch.id))}  # noqa: C416  rows
    return Matcher(queries), ids


class Base(DeclarativeBase):
    """The peer's tables."""


class Row(Base):
    """The peer's one table."""

    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    published: Mapped[str] = mapped_column(String(40))


def peer(path: Path, added: int) -> str:
    """Return what the peer takes an article."""
    path.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(text("PRAGMA journal_mode = WAL"))
    times: list[float] = []
    for number in range(added):
        one = article(number)
        start = time.perf_counter()
        with Session(engine) as session:
            row = Row(
                url=one.url, title=one.title, body=one.body, source=one.source, published=str(one.published)
            )
            session.add(row)
            session.commit()
        times.append((time.perf_counter() - start) * 1000)
    engine.dispose()
    return f"p50 {statistics.median(times):.2f} ms, p99 {statistics.quantiles(times, n=100)[98]:.2f} ms"


def batched(values: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield so many at a time."""
    for at in range(0, len(values), size):
        yield values[at : at + size]


if __name__ == "__main__":
    main()
