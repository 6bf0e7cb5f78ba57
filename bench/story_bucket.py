"""How long placing an article among many notices of one form takes, and placing one like nothing before.

    PYTHONPATH=. .venv/bin/python bench/story_bucket.py [--notices 10000] [--families 0 6 12] [--measured 300]

Notices of each family of story_notices.toml, filled afresh, go into an empty SQLite database of their own
one after the other. Printed are the milliseconds (CPU) of placing (fingerprint, candidates, their
verification; the rows are written at the batch's end) of the last so many, the comparisons an article takes,
and the same for made-up reports behind them that are like nothing stored.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest import mock

from store_texts import made
from story_slots import HERE, fill

from crawler.items import Article, Block
from crawler.store.articles import Saver
from crawler.store.comparison import compare
from crawler.store.database import open_database
from crawler.store.migrate import upgrade
from crawler.text.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crawler.store import stories
    from crawler.store.database import Database

BATCH = 50
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notices", type=int, default=10_000)
    parser.add_argument("--measured", type=int, default=300)
    parser.add_argument("--families", type=int, nargs="+", default=[0, 6, 12])
    options = parser.parse_args()
    families = tomllib.loads((HERE / "story_notices.toml").read_text("utf-8"))["family"]
    print("| family | stories | p50 ms | p99 ms | compared | unlike p50 | unlike p99 | stories |")
    print("|---|---|---|---|---|---|---|---|")
    for number in options.families:
        print(_row(families[number], options.notices, options.measured), flush=True)


def _row(family: dict[str, str], notices: int, measured: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bucket.db"
        upgrade(url)
        database = open_database(url)
        draw = random.Random(5)
        template = family["title"] + "\n" + family["text"].strip()
        alike = (_article(fill(template, draw, {}), at) for at in range(notices))
        times, compared, opened = _place(database, alike)
        texts = (made(10_000_000 + at) for at in range(3 * measured))
        fresh = (_article(f"{one.title}\n{one.body}", notices + at) for at, one in enumerate(texts))
        others, _, apart = _place(database, fresh)
        database.close()
    return (
        f"| {family['name']} | {opened} | {_shown(times[-measured:])} | "
        f"{statistics.mean(compared[-measured:]):.1f} | {_shown(others)} | {apart} |"
    )


def _shown(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} | {statistics.quantiles(times, n=100)[98]:.2f}"


def _place(database: Database, articles: Iterator[Article]) -> tuple[list[float], list[int], int]:
    """Return the milliseconds and comparisons of each article, and how many opened a story."""
    times: list[float] = []
    compared: list[int] = []
    opened = 0

    def timed(place: Callable[..., stories.Placement]) -> Callable[..., stories.Placement]:
        def placing(*args: object, **options: object) -> stories.Placement:
            nonlocal opened
            compared.append(0)
            start = time.process_time()
            placed = place(*args, **options)
            times.append((time.process_time() - start) * 1000)
            opened += not placed.reprint
            return placed

        return placing

    def counted(compare: Callable[..., object]) -> Callable[..., object]:
        def comparing(*args: object, **options: object) -> object:
            compared[-1] += 1
            return compare(*args, **options)

        return comparing

    saver = Saver(batched=True)
    with (
        mock.patch.object(Saver, "_place", timed(Saver._place)),  # noqa: SLF001  what is measured
        mock.patch("crawler.store.neighbours.compare", counted(compare)),
    ):
        batch: list[Article] = []
        for one in articles:
            batch.append(one)
            if len(batch) == BATCH:
                _save(database, saver, batch)
                batch = []
        _save(database, saver, batch)
    return times, compared, opened


def _save(database: Database, saver: Saver, batch: list[Article]) -> None:
    with database.writing() as session:
        for one in batch:
            saver.save(session, one)
        saver.finish(session)


def _article(text: str, number: int) -> Article:
    title, *lines = text.split("\n")
    return Article(
        portal="bucket",
        url=f"http://bucket.example/{number}.html",
        fetched=NOW,
        title=title,
        blocks=[Block(line) for line in lines],
        canonical_title=canonical(title),
        canonical_body=canonical("\n".join(lines)),
    )


if __name__ == "__main__":
    main()
